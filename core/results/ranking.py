"""Everybody's runs of a heat side by side: finishing places, short runs, and their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf

from core.laps import race_total
from core.names import HeatKind
from core.results.heat import RacerRun
from core.scoring.advice import Status
from core.scoring.finish import Place, is_short, places


def ranked(
    runs: Sequence[RacerRun], kind: HeatKind, page: Sequence[Place | None] | None = None
) -> tuple[RacerRun, ...]:
    """Return all runs of a heat in the order they are ranked, each with its place.

    By ORP, equal ones by fast lap; below those come short runs, who needs laps, rejected scores.

    Args:
        runs: The runs.
        kind: What the heat is driven for; in practice nobody finishes anywhere.
        page: Where each finished as the race's page says; None where there is no page.
    """
    is_practice = kind is HeatKind.PRACTICE
    longest = max((run.laps_that_count for run in runs), default=0)
    finished = page if page is not None else places([race_total(run.laps) for run in runs])
    compared = [
        replace(
            run,
            place=None if is_practice else place,
            is_short=is_short(run.laps_that_count, longest, practice=is_practice),
        )
        for run, place in zip(runs, finished, strict=True)
    ]
    return tuple(sorted(compared, key=_rank))


def _rank(run: RacerRun) -> tuple[int, float, float, str]:
    if run.orp is None:
        group, score = 2, 0.0
    elif run.orp.status is Status.REJECTED:
        group, score = 3, 0.0
    else:
        group, score = int(run.is_short), -run.orp.orp_score
    return group, score, run.best_lap_ms or inf, run.racer.name.casefold()
