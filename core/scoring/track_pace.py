"""How the track got faster or slower over a day, told by everybody who drove it.

Each heat is held against the same one: the median change of pace of those who drove both, three at
least. Where too few did, it is held against the last heat that is known. That one is the first of
those that tell of the most heats: a practice of few racers tells nothing of the day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Final

from core.scoring.effects import find_field
from core.scoring.pace import Pace


@dataclass(frozen=True, slots=True)
class TrackPace:
    """How much slower a heat was than the one all are held against, in ms a lap, unrounded.

    Attributes:
        change_ms: Below 0 where it was faster.
        error_ms: The standard error of that, 0 or more.
    """

    change_ms: float
    error_ms: float


_THE_SAME: Final = TrackPace(0.0, 0.0)


def pace_over_day(heats: Sequence[Mapping[str, Pace]]) -> list[TrackPace | None]:
    """How much slower each heat was than the one they are held against, which has 0.

    Args:
        heats: Everybody's pace in each heat of a class, in the order driven, by what names the same
            driver in every heat.

    Returns:
        One for each heat; None where fewer than 3 can be compared, and for all where that is so of
        each two.
    """
    best: list[TrackPace | None] = [None] * len(heats)
    most = 1
    for first in range(len(heats)):
        # No later one can tell of more.
        if most >= len(heats) - first:
            break
        moved = _against(heats, first)
        known = len(moved) - moved.count(None)
        if known > most:
            best, most = moved, known
    return best


def _against(heats: Sequence[Mapping[str, Pace]], first: int) -> list[TrackPace | None]:
    """Hold each heat behind one of them against that, or the last that is known."""
    moved: list[TrackPace | None] = [*([None] * first), _THE_SAME]
    last = first
    for at in range(first + 1, len(heats)):
        moved.append(None)
        for before in dict.fromkeys((first, last)):
            field, known = find_field([heats[before]], [heats[at]]), moved[before]
            if field is not None and known is not None:
                change = known.change_ms + field.change_ms
                moved[at] = TrackPace(change, hypot(known.error_ms, field.error_ms))
                last = at
                break
    return moved
