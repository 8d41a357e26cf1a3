"""Where texts go so that none covers another; plain arithmetic in points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_TINY: Final = 1e-6

_Taken = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for a text: its middle, and the row it is in, counted from 0."""

    x: float
    row: int


def spread(wanted: Sequence[float], pitch: float, low: float, high: float) -> list[float]:
    """Return places near the wanted ones, in the same order and at least a pitch apart.

    Args:
        wanted: Where each would like to be, in ascending order.
        pitch: The least distance between two.
        low: The least place.
        high: The greatest place; the room holds all of them.
    """
    # Without the pitch, places only have to keep their order: those in each other's way share
    # the mean of what they want.
    shared: list[tuple[float, int]] = []
    for index, place in enumerate(wanted):
        total, count = place - index * pitch, 1
        while shared and shared[-1][0] / shared[-1][1] > total / count:
            other_total, other_count = shared.pop()
            total, count = total + other_total, count + other_count
        shared.append((total, count))
    most = high - pitch * (len(wanted) - 1)
    bases = [min(max(total / count, low), most) for total, count in shared for _ in range(count)]
    return [base + index * pitch for index, base in enumerate(bases)]


def into_rows(
    wanted: Sequence[float],
    widths: Sequence[float],
    *,
    low: float,
    high: float,
    gap: float,
    rows: int,
    aside: float = 24.0,
) -> list[Spot] | None:
    """Return places in as few rows as needed, each text near its own; None where they don't fit.

    Args:
        wanted: Where the middle of each text would like to be.
        widths: How wide each is.
        low: The left end of the rows.
        high: Their right end.
        gap: The least distance between two texts of a row.
        rows: The most rows.
        aside: How far a text goes aside before it goes into the next row.
    """
    taken: list[list[_Taken]] = [[] for _ in range(rows)]
    spots: list[Spot] = []
    for x, width in zip(wanted, widths, strict=True):
        half = (width + gap) / 2
        free = [
            (abs(middle - x) + aside * row, row, middle)
            for row, texts in enumerate(taken)
            for middle in _free(texts, x, half, low - gap / 2, high + gap / 2)
        ]
        if not free:
            return None
        _, row, middle = min(free)
        taken[row].append((middle - half, middle + half))
        spots.append(Spot(middle, row))
    return spots


def _free(texts: Sequence[_Taken], x: float, half: float, low: float, high: float) -> list[float]:
    """Return the middles nearest to ``x``, on either side, at which a text covers none of these."""
    beside = [place for left, right in texts for place in (left - half, right + half)]
    return [
        middle
        for middle in (min(max(x, low + half), high - half), *beside)
        if low <= middle - half + _TINY
        and middle + half - _TINY <= high
        and all(
            middle + half - _TINY <= left or middle - half + _TINY >= right for left, right in texts
        )
    ]
