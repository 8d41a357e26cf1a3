"""The figures of ``docs/orp.md``, worked out from every real run: ``make figures`` writes them."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from statistics import fmean, median
from typing import Final

from core.scoring.advice import Status
from core.scoring.certainty import ScoreError, is_more_than_luck, score_error
from core.scoring.effects import Outing, Verdict, find_effect, run_spread
from core.scoring.fade import find_fade
from core.scoring.orp import calculate_orp
from core.scoring.pace import Pace, find_pace
from core.scoring.trend import Direction, find_trend
from tests.core.real_runs import RUNS, pairs
from tests.core.test_analysis import real_heats

PAGE: Final = Path(__file__).parents[2] / "docs" / "orp.md"
TABLE: Final = re.compile(r"(?<=\n\| figure \| on real laps \|\n\| --- \| --- \|\n)(?:\|.*\n)+")

_CALLED: Final = {
    100: set(Verdict) - {Verdict.CANNOT_TELL, Verdict.TOO_SMALL},
    93: {Verdict.HELPED, Verdict.LOOKS_HELPED},
    107: {Verdict.HURT, Verdict.LOOKS_HURT},
}


def figures() -> str:
    """Return the rows of the table."""
    errors = [error.points for times in RUNS.values() if (error := _error(times))]
    laps = [laps for drivers in real_heats().values() for laps in drivers.values()]
    fades = [fade for of_run in laps if (fade := find_fade(of_run))]
    trends = [trend for of_run in laps if (trend := find_trend(of_run))]
    trending = sum(trend.direction is not Direction.NONE for trend in trends)
    heats = len(pairs())
    rows = {
        f"± of one run's ORP, the middle of {len(errors)} runs": f"{median(errors):.1f} points",
        f"ORP between two heats without a change, {heats} times: more than luck": (
            f"{_moved()} of {heats}"
        ),
        f"fade penalty, mean of {len(fades)} runs": (
            f"{fmean(fade.penalty for fade in fades):.1f} points"
        ),
        "the same laps in any order": f"{fmean(fade.any_order for fade in fades):.1f} points",
        "of these runs, real fade": f"{sum(fade.is_real for fade in fades)} of {len(fades)}",
        "runs of 8 steady laps with a trend": f"{trending} of {len(trends)}",
        "*did it help*, nothing changed: called anything": f"{_called(100)} of {heats}",
        "*did it help*, 7 % taken off each lap: at least *looks like it helped*": (
            f"{_called(93)} of {heats}"
        ),
        "*did it help*, 7 % put on each lap: at least *looks like it hurt*": (
            f"{_called(107)} of {heats}"
        ),
    }
    return "".join(f"| {name} | {figure} |\n" for name, figure in rows.items())


def _error(times: list[int]) -> ScoreError | None:
    return score_error(times, Status.VALID)


def _score(times: list[int]) -> float:
    orp = calculate_orp(times)
    assert orp is not None
    return orp.orp_score


def _moved() -> int:
    """How many changes of ORP between two heats are called more than luck."""
    runs = [(RUNS[heat, driver], RUNS[later, driver]) for driver, heat, later in pairs()]
    return sum(
        is_more_than_luck(
            _score(then) - _score(first),
            score_error(first, Status.VALID),
            score_error(then, Status.VALID),
        )
        for first, then in runs
    )


def _called(percent: int) -> int:
    """How many second heats are called so, each of their laps being this much of what it was."""
    found = (
        find_effect([_outing(driver, heat), _outing(driver, later, percent)], run_spread([]))
        for driver, heat, later in pairs()
    )
    return sum(effect is not None and effect.verdict in _CALLED[percent] for effect in found)


def _outing(driver: str, heat: str, percent: int | None = None) -> Outing:
    share = 100 if percent is None else percent
    others: dict[str, Pace] = {
        other: pace
        for (where, other), times in RUNS.items()
        if where == heat and other != driver and (pace := find_pace(times))
    }
    own = [round(Fraction(time * share, 100)) for time in RUNS[heat, driver]]
    return Outing(None if percent is None else "note", find_pace(own), others)


def write() -> None:
    """Write the figures into the page."""
    PAGE.write_text(TABLE.sub(figures(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
