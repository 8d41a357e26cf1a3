"""Where the pace is going over a run: the slope between all pairs of laps.

Definition: ORP specification, "Beside the score".
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from core.laps import Lap, counting_laps, median
from core.scoring.mistakes import find_mistakes

MIN_LAPS_FOR_TREND: Final = 4
TREND_SHARE: Final = Fraction(1, 100)

TrendWord = Literal["fading", "improving", "steady"]


@dataclass(frozen=True, slots=True)
class Trend:
    """Where the pace is going.

    Attributes:
        slope_s_per_lap: Theil–Sen slope in seconds per lap, three decimals; above 0 is slower.
        word: What it amounts to over the run, decided on the exact slope.
    """

    slope_s_per_lap: float
    word: TrendWord


def find_trend(laps: Sequence[Lap]) -> Trend | None:
    """Theil–Sen slope over the laps that count and are no mistakes, each at its own number.

    "fading" or "improving" when slope × (last number − first) exceeds 1 % of the median of the
    laps that count, else "steady".

    Args:
        laps: The laps of one run in any order; their numbers differ.

    Returns:
        The trend, or None below 4 such laps.
    """
    counting = counting_laps(laps)
    mistakes = {mistake.number for mistake in find_mistakes(laps).laps}
    steady = [lap for lap in counting if lap.number not in mistakes]
    if len(steady) < MIN_LAPS_FOR_TREND:
        return None
    span = steady[-1].number - steady[0].number
    slope = _median_slope(steady, span)
    drift = slope * span
    limit = TREND_SHARE * median(lap.time_ms for lap in counting)
    word: TrendWord = "steady"
    if abs(drift) > limit:
        word = "fading" if drift > 0 else "improving"
    return Trend(round(slope) / 1000, word)


def _median_slope(laps: Sequence[Lap], span: int) -> Fraction:
    """The exact median of the slopes between all pairs of laps, in ms per lap."""
    pairs = len(laps) * (len(laps) - 1) // 2
    return median([_slope_at(rank, laps, span) for rank in {(pairs - 1) // 2, pairs // 2}])


def _slope_at(rank: int, laps: Sequence[Lap], span: int) -> Fraction:
    """The slope that stands at this place, from 0, among those of all pairs in order of size.

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
