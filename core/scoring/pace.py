"""The pace of a run: what a lap takes where nothing goes wrong.

It is the mean of the faster half of the laps, rounded up: of 15 laps the 8 fastest. A mistake or
traffic falls into the other half, so 15 laps tell the pace to 0.9 %, where the mean of all laps
that are no mistakes is told to 1.7 %. How sure it is, is its jackknife error.

Definition: ORP specification, "Did it help?", 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from core.scoring.jackknife import jackknife_error

MIN_LAPS_FOR_PACE: Final = 4


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace of one run.

    Attributes:
        ms: Milliseconds a lap, unrounded, above 0.
        error_ms: Its standard error in milliseconds, unrounded; 0 where all laps are the same.
    """

    ms: float
    error_ms: float


def find_pace(lap_times_ms: Sequence[int]) -> Pace | None:
    """The pace of one run.

    Args:
        lap_times_ms: The laps that count, in any order, in milliseconds, each above 0.

    Returns:
        The pace; None below 4 laps.
    """
    if len(lap_times_ms) < MIN_LAPS_FOR_PACE:
        return None
    times = sorted(lap_times_ms)
    sums = list(accumulate(times))
    half = _half(len(times))
    # Without one of the fastest, the next one takes its place.
    fewer = _half(len(times) - 1)
    without_one = [(sums[fewer] - min(time, times[fewer])) / fewer for time in times]
    return Pace(sums[half - 1] / half, jackknife_error(without_one))


def _half(laps: int) -> int:
    return (laps + 1) // 2
