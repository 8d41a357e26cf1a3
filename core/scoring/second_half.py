"""What a racer loses in the second half of a run: tyres, batteries, concentration.

Over the laps that are no mistakes: the mean of the second half minus that of the first, the middle
lap of an odd number in neither. One run tells little; the median over several is what is usual, if
so many of them agree with it, whichever half it is, as luck would have it once in ten times at most
(sign test of both sides).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb
from statistics import fmean, median
from typing import Final

from core.laps import Lap, counting_laps
from core.scoring.mistakes import find_mistakes

MIN_LAPS_FOR_HALVES: Final = 8
_LUCK_ONCE_IN: Final = 10


@dataclass(frozen=True, slots=True)
class SecondHalf:
    """What is usual in some runs.

    Attributes:
        loss_ms: By how much a lap of the second half is slower, in ms, unrounded; below 0 where
            it is faster.
        slower: In how many of the runs the second half was the slower one.
        runs: How many runs were long enough, 1 or more.
    """

    loss_ms: float
    slower: int
    runs: int

    @property
    def alike(self) -> int:
        """In how many of the runs it was the same half as in the middle one."""
        return self.slower if self.loss_ms > 0 else self.runs - self.slower

    @property
    def is_usual(self) -> bool:
        """Whether it is more than luck: so many of as many coins alike, 1 in 10 at most."""
        heads = sum(comb(self.runs, heads) for heads in range(self.alike, self.runs + 1))
        return _LUCK_ONCE_IN * 2 * heads <= 1 << self.runs


def second_half_loss(laps: Sequence[Lap]) -> float | None:
    """By how much the second half of a run was slower a lap.

    Args:
        laps: The laps of one run in the order driven.

    Returns:
        Milliseconds a lap, unrounded, below 0 where it was faster; None below 8 laps that count
        and are no mistakes.
    """
    counting = counting_laps(laps)
    mistakes = {mistake.number for mistake in find_mistakes(counting).laps}
    steady = [lap.time_ms for lap in counting if lap.number not in mistakes]
    if len(steady) < MIN_LAPS_FOR_HALVES:
        return None
    half = len(steady) // 2
    return fmean(steady[-half:]) - fmean(steady[:half])


def usual_second_half(runs: Iterable[Sequence[Lap]]) -> SecondHalf | None:
    """What a racer usually loses in the second half; None where no run was long enough.

    Args:
        runs: The laps of each run, in the order driven.
    """
    losses = [loss for run in runs if (loss := second_half_loss(run)) is not None]
    if not losses:
        return None
    return SecondHalf(median(losses), sum(loss > 0 for loss in losses), len(losses))
