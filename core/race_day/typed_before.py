"""Laps that were typed before their page came: whether a typed run is one of a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from core.database import Unit
from core.models import RacerProfile, RaceSession
from core.race_day.driven import Driven, heats_of
from core.race_day.rows import HeatRow
from core.race_day.run import Run
from core.sources.race import Driver

# For how long a typed run is taken for the one of a page that comes later.
TYPED_WITHIN: Final = timedelta(minutes=60)
# How far a lap that was read off a clock lies from the page's.
_TOLERANCE_MS: Final = 150
# How many laps more or fewer have come before, on either side.
_MOST_SHIFTED: Final = 2
_FEWEST: Final = 2


def are_the_same(typed_ms: Sequence[int], page_ms: Sequence[int]) -> bool:
    """Tell whether most laps of a typed run match those of a page in order, to 0.15 s each.

    A lap or two may be missing or too many, wherever; fewer than two laps that match say nothing.
    """
    return matching(typed_ms, page_ms) * 2 > max(len(typed_ms), _FEWEST)


def matching(typed_ms: Sequence[int], page_ms: Sequence[int]) -> int:
    """Return how many laps match in order, where the runs fit best.

    Each place where laps are missing or too many takes one off: a run that fits anywhere by luck
    fits nowhere for long.
    """
    shifts = range(-_MOST_SHIFTED, _MOST_SHIFTED + 1)
    # The best so far of all ways that end at a shift of the typed laps against the page's.
    best = dict.fromkeys(shifts, 0)
    for at, typed in enumerate(typed_ms):
        changed = max(best.values()) - 1
        for shift in shifts:
            is_there = 0 <= at + shift < len(page_ms)
            matches = is_there and abs(typed - page_ms[at + shift]) <= _TOLERANCE_MS
            best[shift] = max(best[shift], changed) + matches
    return max(best.values())


# Where such a run stands


@dataclass(frozen=True, slots=True)
class TypedRun:
    """A run that somebody has typed, and how many of its laps match the page's."""

    run: Run
    matches: int


def typed_run_of(
    unit: Unit, session: RaceSession, racer: RacerProfile, page_ms: Sequence[int]
) -> TypedRun | None:
    """Return the run a racer has typed of a race within the last hour, in whichever heat.

    Of several the one that matches best; heats that were imported are none of these.
    """
    heats = heats_of(unit, session, racer)
    found = []
    for each in heats:
        if _is_recent(unit, each) and not each.heat.is_imported:
            run = Run(unit, session, each, racer, heats)
            if is_typed(unit, run, page_ms):
                found.append(TypedRun(run, matching(_times_ms(run), page_ms)))
    return max(found, key=lambda typed: typed.matches, default=None)


def heat_of_most(typed: Sequence[TypedRun]) -> HeatRow | None:
    """Return the heat that a race is, of those in which the team has typed it; None for none.

    That is where most of them did; of two the one that somebody has named, then the one that
    matches best, then the first. The others' runs come into it: a race is one heat.
    """
    runs: dict[UUID, list[TypedRun]] = defaultdict(list)
    for each in typed:
        runs[each.run.heat.id].append(each)
    best = max(
        runs.values(),
        key=lambda found: (
            len(found),
            not found[0].run.heat.implicit,
            sum(each.matches for each in found),
            -found[0].run.heat.opened_at.timestamp(),
        ),
        default=None,
    )
    return best[0].run.heat if best else None


def is_typed(unit: Unit, run: Run, page_ms: Sequence[int]) -> bool:
    """Tell whether a run was typed within the last hour and is a driver's of the page."""
    return _is_recent(unit, run.driven) and are_the_same(_times_ms(run), page_ms)


def times_of(driver: Driver) -> list[int]:
    """Return a driver's laps in ms."""
    return [lap.time_ms for lap in driver.laps]


def _is_recent(unit: Unit, driven: Driven) -> bool:
    return driven.logged_at is not None and unit.now - driven.logged_at <= TYPED_WITHIN


def _times_ms(run: Run) -> list[int]:
    return [lap.time_ms for lap in run.laps]
