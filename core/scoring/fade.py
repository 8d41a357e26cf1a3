"""What of a fade penalty is scatter, and whether the fade is real.

Fade compares a mean, of the last five laps, with an extreme, the three fastest. So laps that only
scatter cost points in any order: on 43 real runs 11.7 on average, and 11.4 with the same laps
shuffled. The formula stays; this module says beside it what any order of these laps would have
cost, and whether the last five are slow even for five laps of this run.

Both are questions about all fives that can be drawn from the laps without putting one back, and
both are answered by counting those fives by their sum. (A normal spread with the finite population
correction, √(s²/5 · (1 − 5/n)), says the same within 0.5 points as long as no lap is far from the
others; with one lap of 45 s among 19 s it says 13.8 where any order costs 9.9.)

Definition: ORP specification, "How sure is the score?".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, comb, fsum
from typing import Final

from core.laps import Lap, counting_laps
from core.scoring.mistakes import find_mistakes
from core.scoring.orp import (
    FASTEST_LAPS,
    LAST_LAPS,
    MIN_LAPS_FOR_FADE,
    MOST_PENALTY,
    PENALTY_PER_PERCENT,
    fade_penalty,
)

MIN_LAPS_FOR_REAL_FADE: Final = 8
SHARE_OF_FIVES: Final = Fraction(95, 100)

# The fade factor from which the penalty grows no more.
_DEAREST: Final = 1 + Fraction(MOST_PENALTY, 100 * PENALTY_PER_PERCENT)
# So many sums are told apart: lap times are taken in steps of as many ms as that needs, 3 ms where
# laps take 20 s. It bounds the time it takes, and moves a penalty by less than 0.01 points.
_MOST_SUMS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Fade:
    """A run's fade penalty, and what it rests on.

    Attributes:
        penalty: Points taken off for fading, 0 to 20, unrounded.
        any_order: What any order of the same laps would cost on average, 0 to 20, unrounded; more
            than the penalty where the laps came in a lucky order.
        is_real: Whether the last laps are slow even for laps of this run.
    """

    penalty: float
    any_order: float
    is_real: bool

    @property
    def scatter(self) -> float:
        """What of the penalty is scatter, in points: at most all of it."""
        return min(self.penalty, self.any_order)


def find_fade(laps: Sequence[Lap]) -> Fade | None:
    """The fade penalty of the laps that count, what of it is scatter, and whether it is real.

    Args:
        laps: The laps of one run in any order.

    Returns:
        The fade; None below 3 laps that count, which have none.
    """
    counting = counting_laps(laps)
    if len(counting) < MIN_LAPS_FOR_FADE:
        return None
    times = [lap.time_ms for lap in counting]
    mistakes = {mistake.number for mistake in find_mistakes(counting).laps}
    steady = [lap.time_ms for lap in counting if lap.number not in mistakes]
    window = min(LAST_LAPS, len(times))
    fastest = sum(sorted(times)[:FASTEST_LAPS])
    part, whole = fade_penalty(FASTEST_LAPS * sum(times[-window:]), window * fastest)
    return Fade(
        penalty=part / whole,
        any_order=penalty_of_any_order(times),
        is_real=part > 0 and are_last_slow(steady),
    )


def penalty_of_any_order(lap_times_ms: Sequence[int]) -> float:
    """What the fade penalty of these laps is on average over all their orders.

    Formula: the mean of the penalty, with its bounds, over all fives that can be drawn (all laps
    where there are fewer than five).

    Args:
        lap_times_ms: Lap times in milliseconds, in any order, each above 0.

    Returns:
        0 to 20 points, unrounded; 0 below 3 laps.
    """
    if len(lap_times_ms) < MIN_LAPS_FOR_FADE:
        return 0.0
    times = sorted(lap_times_ms)
    drawn = min(LAST_LAPS, len(times))
    best_part = drawn * sum(times[:FASTEST_LAPS])
    least = drawn * times[0]
    # From this sum on a draw costs the most, so only those below are counted one by one.
    dearest = ceil(_DEAREST * best_part / FASTEST_LAPS) - least
    step = 1 + dearest // _MOST_SUMS
    draws = _draws_by_sum(_in_steps(times, step), drawn, ceil(Fraction(dearest, step)))
    points = []
    for steps, count in enumerate(draws):
        if count:
            part, whole = fade_penalty(FASTEST_LAPS * (least + steps * step), best_part)
            points.append(count * part / whole)
    all_draws = comb(len(times), drawn)
    points.append(float(MOST_PENALTY * (all_draws - sum(draws))))
    return fsum(points) / all_draws


def are_last_slow(lap_times_ms: Sequence[int]) -> bool:
    """Whether the last five laps are slower than 95 % of all fives that could be drawn.

    In laps that come in any order, that is so in 5 of 100 runs at most.

    Args:
        lap_times_ms: The laps that are no mistakes, in the order driven, in milliseconds.

    Returns:
        Whether they are; False below 8 laps.
    """
    if len(lap_times_ms) < MIN_LAPS_FOR_REAL_FADE:
        return False
    above_fastest = sum(lap_times_ms[-LAST_LAPS:]) - LAST_LAPS * min(lap_times_ms)
    offsets = _in_steps(lap_times_ms, 1 + above_fastest // _MOST_SUMS)
    faster = sum(_draws_by_sum(offsets, LAST_LAPS, sum(offsets[-LAST_LAPS:])))
    return faster >= SHARE_OF_FIVES * comb(len(offsets), LAST_LAPS)


def _in_steps(times: Sequence[int], step: int) -> list[int]:
    """How far each lap is above the fastest, in so many milliseconds."""
    fastest = min(times)
    return [(time - fastest + step // 2) // step for time in times]


def _draws_by_sum(offsets: Sequence[int], drawn: int, sums: int) -> list[int]:
    """How many draws of so many offsets add up to 0, to 1, and so on, below ``sums``.

    Draws of k that add up to s are counted by the coefficient of yᵏxˢ in the product of (1 + y·xᵗ)
    over all offsets t. A polynomial in x is kept as one whole number, with so many bytes for each
    coefficient that none runs over: multiplied by xᵗ it is shifted by t places. That takes
    milliseconds where a table filled cell by cell would take seconds.
    """
    most = max(comb(len(offsets), size) for size in range(drawn + 1))
    width = (most.bit_length() + 7) // 8
    below_sums = (1 << 8 * width * sums) - 1
    # By how many are drawn; one way to draw none, which adds up to 0.
    polynomials = [1] + [0] * drawn
    for offset in offsets:
        if offset < sums:
            for size in range(drawn, 0, -1):
                polynomials[size] += polynomials[size - 1] << 8 * width * offset & below_sums
    counts = polynomials[drawn].to_bytes(width * sums, "little")
    return [
        int.from_bytes(counts[start : start + width], "little")
        for start in range(0, len(counts), width)
    ]
