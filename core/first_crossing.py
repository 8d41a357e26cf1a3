"""The first crossing: the run from the grid to the loop, which is no lap.

Many tracks start the clock on the grid: lap 1 is then far shorter than the others, and is left out
until the racer decides. Times are whole milliseconds, and the comparison is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from core.laps import median

MIN_LAPS_FOR_CROSSING: Final = 4


CROSSING_SHARE: Final = Fraction(80, 100)


def is_first_crossing(lap_times_ms: Sequence[int]) -> bool:
    """Whether lap 1 is the short run from the grid to the loop and should not count.

    Args:
        lap_times_ms: Every lap of the run in the order driven, in milliseconds.

    Returns:
        True with 4 laps or more and lap 1 under 80 % of the median of the others.
    """
    if len(lap_times_ms) < MIN_LAPS_FOR_CROSSING:
        return False
    return lap_times_ms[0] < median(lap_times_ms[1:]) * CROSSING_SHARE
