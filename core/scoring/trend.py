"""Where the pace is going over a run: how steep, and whether it is more than chance.

Definition: ORP specification, "Beside the score".

How steep is the Theil–Sen slope, the median of the slopes between all pairs of laps (Sen 1968,
*Estimates of the regression coefficient based on Kendall's tau*, JASA 63). Whether there is a trend
at all is asked of the Mann–Kendall test (Mann 1945, Kendall 1975): S counts the pairs whose later
lap is slower minus those whose later lap is faster. Without a trend every order of the laps is as
likely as any other, and S is about normal around 0 with the variance

    (n·(n − 1)·(2n + 5) − Σ t·(t − 1)·(2t + 5)) / 18

over n laps, t of which share a time. S is whole, so 1 is taken off its size before it is measured.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import sqrt
from statistics import NormalDist
from typing import Final

from core.laps import Lap, counting_laps, median
from core.scoring.mistakes import find_mistakes

MIN_LAPS_FOR_TREND: Final = 8
TREND_SHARE: Final = Fraction(1, 100)
MOST_CHANCE: Final = 0.05

_NORMAL: Final = NormalDist()


class Direction(StrEnum):
    """Where the pace is going; NONE where that may be chance, or is too little to matter."""

    FADING = "fading"
    IMPROVING = "improving"
    NONE = "no trend"


@dataclass(frozen=True, slots=True)
class Trend:
    """Where the pace is going.

    Attributes:
        slope_s_per_lap: Theil–Sen slope in seconds per lap, three decimals; above 0 is slower.
        direction: What it amounts to over the run, decided on the exact slope.
    """

    slope_s_per_lap: float
    direction: Direction


def find_trend(laps: Sequence[Lap]) -> Trend | None:
    """The trend of the laps that count and are no mistakes, each at its own number.

    FADING or IMPROVING where slope × (last number − first) exceeds 1 % of the median of the laps
    that count and such an order of them comes by chance once in 20 times at most.

    Args:
        laps: The laps of one run in any order; their numbers differ.

    Returns:
        The trend, or None below 8 such laps.
    """
    counting = counting_laps(laps)
    mistakes = {mistake.number for mistake in find_mistakes(laps).laps}
    steady = [lap for lap in counting if lap.number not in mistakes]
    if len(steady) < MIN_LAPS_FOR_TREND:
        return None
    span = steady[-1].number - steady[0].number
    slope = _median_slope(steady, span)
    drift = slope * span
    direction = Direction.NONE
    is_large = abs(drift) > TREND_SHARE * median(lap.time_ms for lap in counting)
    if is_large and chance_of_order([lap.time_ms for lap in steady]) <= MOST_CHANCE:
        direction = Direction.FADING if drift > 0 else Direction.IMPROVING
    return Trend(round(slope) / 1000, direction)


def chance_of_order(times: Sequence[int]) -> float:
    """How likely laps without a trend come in an order at least this much up or down.

    The two-sided Mann–Kendall test in its normal approximation.

    Args:
        times: Lap times in the order driven.

    Returns:
        0 to 1; 1 where all are the same.
    """
    count = len(times)
    slower = faster = 0
    earlier: list[int] = []
    for driven, time in enumerate(times):
        slower += bisect_left(earlier, time)
        faster += driven - bisect_right(earlier, time)
        insort(earlier, time)
    ties = sum(_spread(same) for same in Counter(times).values())
    deviation = sqrt((_spread(count) - ties) / 18)
    if not deviation:
        return 1.0
    z = max(0, abs(slower - faster) - 1) / deviation
    return 2 * _NORMAL.cdf(-z)


def _spread(laps: int) -> int:
    return laps * (laps - 1) * (2 * laps + 5)


def _median_slope(laps: Sequence[Lap], span: int) -> Fraction:
    """The exact median of the slopes between all pairs of laps, in ms per lap."""
    pairs = len(laps) * (len(laps) - 1) // 2
    return median([_slope_at(rank, laps, span) for rank in {(pairs - 1) // 2, pairs // 2}])


def _slope_at(rank: int, laps: Sequence[Lap], span: int) -> Fraction:
    """The slope that stands at this position, from 0, among those of all pairs in order of size.

    2,000 laps make two million pairs, so they are counted up to a guess instead of listed. Two
    different slopes are at least 1/span² apart: a guess half as close as that tells which it is.
    """
    steps = 2 * span * span
    times = [lap.time_ms for lap in laps]
    limit = (max(times) - min(times)) * steps
    guesses = range(-limit, limit + 1)
    found = bisect_right(guesses, rank, key=lambda guess: _pairs_up_to(guess, steps, laps))
    return Fraction(guesses[found], steps).limit_denominator(span)


def _pairs_up_to(guess: int, steps: int, laps: Sequence[Lap]) -> int:
    """How many pairs have a slope of at most guess / steps.

    That many laps are, seen from such a slope, no slower than an earlier one.
    """
    pairs = 0
    earlier: list[int] = []
    for lap in laps:
        height = lap.time_ms * steps - lap.number * guess
        pairs += len(earlier) - bisect_left(earlier, height)
        insort(earlier, height)
    return pairs
