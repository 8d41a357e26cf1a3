"""Laps of a run: what one is, their total, their middle.

Times are whole milliseconds. Medians of an even number of laps are halves, so they are kept as
fractions and rounded once, half to even, when they leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from core.rounding import round_half_even


class Lap(NamedTuple):
    """One stored lap.

    Attributes:
        number: Its number in the run, from 1; no two laps of a run share one.
        time_ms: Lap time in milliseconds, above 0.
        counts: Whether it counts; one that does not stays visible and keeps its number.
    """

    number: int
    time_ms: int
    counts: bool = True


@dataclass(frozen=True, slots=True)
class RaceTotal:
    """Laps and time of a race, as timing systems rank it.

    Attributes:
        laps: Laps completed, 0 for somebody who did not start.
        total_ms: Time for all of them, in milliseconds.
    """

    laps: int
    total_ms: int

    def text(self, decimals: int = 3) -> str:
        """As LiveRC writes it, such as ``14/5:05.123``; 0 to 3 decimals, half to even."""
        return f"{self.laps}/{clock_text(self.total_ms, decimals)}"


def race_total(laps: Sequence[Lap]) -> RaceTotal:
    """Laps and time over every lap, counted or not."""
    return RaceTotal(len(laps), sum(lap.time_ms for lap in laps))


def average_lap_ms(laps: Iterable[Lap]) -> int | None:
    """The mean of the laps that count in milliseconds, half to even; None where none counts."""
    times = [lap.time_ms for lap in laps if lap.counts]
    return mean_of_best(times, len(times))


def median(values: Iterable[int | Fraction]) -> Fraction:
    """The exact median, of an even number the mean of the middle two; ValueError without any."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    middle = len(ordered) // 2
    return Fraction(ordered[middle] + ordered[-middle - 1], 2)


def median_absolute_deviation(values: Sequence[int]) -> Fraction:
    """The exact median distance from the median; raises ValueError without values."""
    # A median is whole or a half: doubled, all distances are whole numbers, which compare fast.
    doubled_centre = int(2 * median(values))
    return median(abs(2 * value - doubled_centre) for value in values) / 2


def counting_laps(laps: Iterable[Lap]) -> list[Lap]:
    """The laps that count, by number."""
    return sorted((lap for lap in laps if lap.counts), key=lambda lap: lap.number)


def mean_of_best(ordered_times: Sequence[int], count: int) -> int | None:
    """The mean of so many at the front in milliseconds; None where there are fewer, or none."""
    if not ordered_times or len(ordered_times) < count:
        return None
    return round_half_even(sum(ordered_times[:count]), count)


def clock_text(time_ms: int, decimals: int) -> str:
    """Minutes and seconds, such as ``5:05.123``; 0 to 3 decimals, half to even."""
    units = 10**decimals
    minutes, rest = divmod(round_half_even(time_ms * units, 1000), 60 * units)
    seconds, fraction = divmod(rest, units)
    point = f".{fraction:0{decimals}}" if decimals else ""
    return f"{minutes}:{seconds:02}{point}"
