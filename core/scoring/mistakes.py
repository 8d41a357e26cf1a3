"""Mistakes: single laps far slower than the racer's usual one, and what they cost.

Definition: ORP specification, "Beside the score".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Final

from core.laps import Lap, counting_laps, median, median_absolute_deviation

# A median absolute deviation times this estimates the standard deviation of a normal spread.
MAD_TO_DEVIATION: Final = Fraction(14826, 10_000)
MISTAKE_DEVIATIONS: Final = 3
MISTAKE_SHARE: Final = Fraction(5, 100)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One lap far slower than the median.

    Attributes:
        number: The lap's number.
        time_ms: Its time in milliseconds.
        lost_ms: What it cost beyond the median, in milliseconds.
    """

    number: int
    time_ms: int
    lost_ms: int


@dataclass(frozen=True, slots=True)
class Mistakes:
    """The mistakes of a run.

    Attributes:
        laps: Each of them, by lap number.
        lost_ms: The time they cost together, in milliseconds, rounded from the exact sum.
    """

    laps: tuple[Mistake, ...]
    lost_ms: int

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self.laps)


def find_mistakes(laps: Sequence[Lap]) -> Mistakes:
    """The laps that count and are slower than their median by more than the threshold.

    The threshold is max(3 × 1.4826 × MAD, 5 % of the median); a lap exactly on it is no mistake.

    Args:
        laps: The laps of one run in any order.
    """
    counting = counting_laps(laps)
    if not counting:
        return Mistakes((), 0)
    times = [lap.time_ms for lap in counting]
    usual = median(times)
    threshold = max(
        MISTAKE_DEVIATIONS * MAD_TO_DEVIATION * median_absolute_deviation(times),
        MISTAKE_SHARE * usual,
    )
    # A whole number is above the exact limit where it is above the limit's whole part.
    longest = floor(usual + threshold)
    slow = [lap for lap in counting if lap.time_ms > longest]
    return Mistakes(
        laps=tuple(Mistake(lap.number, lap.time_ms, round(lap.time_ms - usual)) for lap in slow),
        lost_ms=round(sum((lap.time_ms - usual for lap in slow), Fraction())),
    )
