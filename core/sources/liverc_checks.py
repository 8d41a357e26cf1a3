"""What LiveRC's own figures say about laps that were read: do they belong together?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from core.laps import RaceTotal
from core.laptimes import format_seconds
from core.sources.averages import agree
from core.sources.clock import clock_ms, result_of
from core.sources.race import Difference

_TOPS: Final = {"avgTop5": 5, "avgTop10": 10, "avgTop15": 15}
_ROWS: Final = {"top2Consecutive": 2, "top3Consecutive": 3}
_WORDS: Final = {
    "fastLap": "fastest lap",
    "avgLap": "average",
    "avgTop5": "average of the top 5",
    "avgTop10": "average of the top 10",
    "avgTop15": "average of the top 15",
    "top2Consecutive": "top 2 consecutive",
    "top3Consecutive": "top 3 consecutive",
}


def figures_that_differ(
    name: str, counted: Sequence[int], figures: Mapping[str, object], all_ms: Sequence[int] = ()
) -> list[Difference]:
    """Compare the figures of a driver with those of the laps that count, in the order driven.

    Args:
        name: The driver's name.
        counted: The laps that count, in ms.
        figures: The page's figures.
        all_ms: All laps where they are more: whether laps in a row begin with lap 1 is not known.
    """
    ordered = sorted(counted)
    worked_out: dict[str, Fraction] = {}
    if ordered:
        worked_out["fastLap"] = Fraction(ordered[0])
        worked_out["avgLap"] = Fraction(sum(ordered), len(ordered))
    for figure, count in _TOPS.items():
        if len(ordered) >= count:
            worked_out[figure] = Fraction(sum(ordered[:count]), count)
    with_all = dict[str, Fraction]()
    for figure, count in _ROWS.items():
        for times, found in ((counted, worked_out), (all_ms, with_all)):
            rows = [sum(times[at : at + count]) for at in range(len(times) - count + 1)]
            if rows:
                found[figure] = Fraction(min(rows))
    return [
        Difference(name, _WORDS[figure], format_seconds(page), format_seconds(round(ours)))
        for figure, ours in worked_out.items()
        if (page := clock_ms(str(figures.get(figure) or "")))
        and not agree(page, ours)
        and not agree(page, with_all.get(figure, ours))
    ]


def total_that_differs(
    name: str, shown: str, times: Sequence[int], first_crossing_ms: int | None
) -> Difference | None:
    """Compare laps/time of the table with the laps: their number, and their sum exactly."""
    result = result_of(shown)
    sums = {sum(times), sum(times) + (first_crossing_ms or 0)}
    # Who did not start may have a word there.
    if result is None and not times:
        return None
    # Laps without a time are none, but some pages count them.
    counts = {len(times), sum(map(bool, times))}
    if result is not None and result[0] in counts and (result[1] is None or result[1] in sums):
        return None
    return Difference(name, "laps/time", shown or "none", RaceTotal(len(times), sum(times)).text())
