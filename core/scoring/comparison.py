"""Two racers side by side: what one lap of each is like, and where the gap between them is.

Pure functions on whole milliseconds, over the laps that *count*; figures are worked out exactly
and rounded once, half to even.

Definition: ORP specification, "Beside the score".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.laps import Lap, median
from core.scoring.liverc_row import live_rc_row
from core.scoring.mistakes import Mistakes, find_mistakes
from core.scoring.orp import calculate_orp


@dataclass(frozen=True, slots=True)
class Side:
    """One racer of a comparison, from the laps that count; times in milliseconds.

    Attributes:
        best_ms, average_ms: Fastest lap and mean.
        best_5_ms: Mean of the 5 fastest; None where there are fewer.
        consistency_pct, fade_pct: As ORP defines them, in %, two decimals; None below 2 laps.
        mistakes: Where time was lost.
    """

    best_ms: int
    average_ms: int
    best_5_ms: int | None
    consistency_pct: float | None
    fade_pct: float | None
    mistakes: Mistakes


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two racers side by side.

    Attributes:
        first, second: The racer who asked and the other.
        second_is_faster: Whether the second one's mean is the lower; not where they are equal.
        gap_hundredths: How much faster a lap the faster one is, the difference of the means, in
            hundredths of a second, 0 or more.
        pace_hundredths: How much of it is pace, the difference of the medians, same sign and
            unit; below 0 where the faster one's median is the slower.
    """

    first: Side
    second: Side
    second_is_faster: bool
    gap_hundredths: int
    pace_hundredths: int

    @property
    def mistakes_hundredths(self) -> int:
        """The rest of the gap, mistakes and scatter, so that the shown parts always add up."""
        return self.gap_hundredths - self.pace_hundredths

    @property
    def is_level(self) -> bool:
        """Whether both are equally fast, to the hundredth."""
        return not self.gap_hundredths


def compare(laps: Sequence[Lap], other_laps: Sequence[Lap]) -> Comparison:
    """Two racers side by side, from the laps that count.

    The gap is the difference of the means, pace the difference of the medians; each is rounded
    half to even from its exact value to hundredths of a second. Laps come in any order.

    Raises:
        ValueError: One of the two has no lap that counts.
    """
    first, second = _side(laps), _side(other_laps)
    gap = _mean(other_laps) - _mean(laps)
    pace = _median(other_laps) - _median(laps)
    ahead = 1 if gap >= 0 else -1
    return Comparison(
        first=first,
        second=second,
        second_is_faster=gap < 0,
        gap_hundredths=round(ahead * gap / 10),
        pace_hundredths=round(ahead * pace / 10),
    )


def _side(laps: Sequence[Lap]) -> Side:
    row = live_rc_row(laps)
    if row.fast_lap_ms is None or row.average_ms is None:
        raise ValueError("no lap counts")
    ordered = sorted(laps, key=lambda lap: lap.number)
    score = calculate_orp([lap.time_ms for lap in ordered if lap.counts])
    return Side(
        best_ms=row.fast_lap_ms,
        average_ms=row.average_ms,
        best_5_ms=row.best_5_ms,
        consistency_pct=None if score is None else score.metrics.consistency_pct,
        fade_pct=None if score is None else score.metrics.fade_pct,
        mistakes=find_mistakes(laps),
    )


def _mean(laps: Sequence[Lap]) -> Fraction:
    times = [lap.time_ms for lap in laps if lap.counts]
    return Fraction(sum(times), len(times))


def _median(laps: Sequence[Lap]) -> Fraction:
    return median(lap.time_ms for lap in laps if lap.counts)
