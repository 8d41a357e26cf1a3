"""How the track got faster or slower over a day, told by everybody who drove it.

Each heat is held against the first one: the median change of pace of those who drove both, three
at least. Where too few did, it is held against the last heat that is known. The first is the first
one that another can be held against: a practice of two racers tells nothing of the day.
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
    """How much slower a heat was than the first of the day, in ms a lap, unrounded.

    Attributes:
        change_ms: Below 0 where it was faster.
        error_ms: The standard error of that, 0 or more.
    """

    change_ms: float
    error_ms: float


_FIRST: Final = TrackPace(0.0, 0.0)


def pace_over_day(heats: Sequence[Mapping[str, Pace]]) -> list[TrackPace | None]:
    """How much slower each heat was than the first.

    Args:
        heats: Everybody's pace in each heat of a class, in the order driven, by what names the same
            driver in every heat.

    Returns:
        One for each heat; None where fewer than 3 can be compared.
    """
    for first in range(len(heats)):
        moved = _against(heats, first)
        if any(moved[first + 1 :]):
            return moved
    return [None] * len(heats)


def _against(heats: Sequence[Mapping[str, Pace]], first: int) -> list[TrackPace | None]:
    """Hold each heat behind one of them against that, or the last that is known."""
    moved: list[TrackPace | None] = [*([None] * first), _FIRST]
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
