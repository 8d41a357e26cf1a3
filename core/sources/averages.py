"""What the averages of a page tell: whether laps are those it has counted, and whether lap 1 is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from core.sources.clock import clock_ms

# Figures of a page are rounded to the millisecond, one way or the other.
_ROUNDED: Final = Fraction(1)


def agree(page_ms: int, ours: Fraction) -> bool:
    """Whether a figure of a page is the one that was worked out, both in milliseconds."""
    return abs(page_ms - ours) <= _ROUNDED


def lap_one_counts(runs: Iterable[tuple[Sequence[int], str]]) -> bool | None:
    """Tell whether a page's figures count lap 1, from all of its averages.

    Args:
        runs: The times of each driver in the order driven, and the average the page gives.

    Returns:
        None where no driver of two laps or more tells.
    """
    votes = 0
    for times, shown in runs:
        average = clock_ms(shown)
        if average is None or len(times) < 2:
            continue
        is_with = agree(average, Fraction(sum(times), len(times)))
        is_without = agree(average, Fraction(sum(times[1:]), len(times) - 1))
        votes += is_with - is_without
    return votes > 0 if votes else None
