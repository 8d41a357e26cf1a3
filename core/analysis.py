"""What a racer looks at after a heat, beside the score: mistakes, clean run, trend, LiveRC's row.

Pure functions on whole milliseconds. Medians of an even number of laps are halves, so figures are
kept as fractions and rounded once, half to even, when they leave. Which laps enter is said in
each docstring: pace, mistakes, trend and the averages look at the laps that *count*; laps/total
and the length of the race look at every lap, since the clock ran through all of them.

Definitions: ORP specification, "Beside the score"; LiveRC's figures as its result pages give them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from core.orp import round_half_even, round_less_root

MIN_LAPS_FOR_CROSSING = 4
MIN_LAPS_FOR_TREND = 4
# A median absolute deviation times this estimates the standard deviation of a normal spread.
MAD_TO_DEVIATION = Fraction(14826, 10_000)
MISTAKE_DEVIATIONS = 3
MISTAKE_SHARE = Fraction(5, 100)
TREND_SHARE = Fraction(1, 100)

TrendWord = Literal["fading", "improving", "steady"]

_COUNT_WORDS = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


@dataclass(frozen=True, slots=True)
class Lap:
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
        return f"{self.laps}/{_clock(self.total_ms, decimals)}"


@dataclass(frozen=True, slots=True)
class LiveRcRow:
    """LiveRC's own row of figures; times in milliseconds.

    Attributes:
        total: Laps and time over every lap, counted or not.
        fast_lap_ms: Fastest lap that counts; None where none counts, as for the averages.
        average_ms: Mean of the laps that count.
        best_5_ms, best_10_ms, best_15_ms: Mean of that many fastest; None where fewer count.
        best_3_consecutive_ms: Lowest sum of three laps in a row that all count; None without any.
        consistency_pct: 100·(1 − population deviation ÷ mean), in %, two decimals, rounded in two
            steps as on LiveRC's page.
    """

    total: RaceTotal
    fast_lap_ms: int | None
    average_ms: int | None
    best_5_ms: int | None
    best_10_ms: int | None
    best_15_ms: int | None
    best_3_consecutive_ms: int | None
    consistency_pct: float | None


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


@dataclass(frozen=True, slots=True)
class Trend:
    """Where the pace is going.

    Attributes:
        slope_s_per_lap: Theil–Sen slope in seconds per lap, three decimals; above 0 is slower.
        word: What it amounts to over the run, decided on the exact slope.
    """

    slope_s_per_lap: float
    word: TrendWord


@dataclass(frozen=True, slots=True)
class CleanRun:
    """What the race would have been without the mistakes.

    Attributes:
        actual: Every lap as it was driven.
        clean: The same with each mistake at the median, and laps at the median in the time left.
        place: The actual place among everyone on the page, from 1; None without rivals.
        clean_place: The place of the clean run, rivals unchanged; None without rivals.
        mistakes: What was taken out.
        length_known: Whether the heat's length was known, so that laps could be filled in.
    """

    actual: RaceTotal
    clean: RaceTotal
    place: int | None
    clean_place: int | None
    mistakes: Mistakes
    length_known: bool

    def sentence(self, name: str = "You") -> str:
        """The first line of the ORP card, plain text with one decimal.

        ``You: 14/5:05.1, 5th. Clean: 15/5:14.0, 3rd. Two mistakes cost 12.4 s.`` A typed heat,
        with neither length nor rivals, shows the clean run as a time only.

        Args:
            name: Whose run it is; a racer's name is put in as it is, the caller makes it harmless.
        """
        driven = f"{name}: {self.actual.text(1)}{_place_text(self.place)}."
        if not self.mistakes.count:
            return f"{driven} No mistakes: a clean run."
        if self.length_known or self.clean_place is not None:
            clean = f"{self.clean.text(1)}{_place_text(self.clean_place)}"
        else:
            clean = _clock(self.clean.total_ms, 1)
        return f"{driven} Clean: {clean}. {_cost_text(self.mistakes)}"


def is_first_crossing(lap_times_ms: Sequence[int]) -> bool:
    """Whether lap 1 is the short run from the grid to the loop and should not count.

    Args:
        lap_times_ms: Every lap of the run in the order driven, in milliseconds.

    Returns:
        True with 4 laps or more and lap 1 under 80 % of the median of the others.
    """
    if len(lap_times_ms) < MIN_LAPS_FOR_CROSSING:
        return False
    return lap_times_ms[0] < median(lap_times_ms[1:]) * Fraction(80, 100)


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


def live_rc_row(laps: Sequence[Lap]) -> LiveRcRow:
    """LiveRC's figures for one run.

    Laps/total is over every lap. The rest is over the laps that count: LiveRC leaves lap 1 out of
    them in some races, and the import marks it so.

    Args:
        laps: The laps of one run in any order.
    """
    driven = sorted(laps, key=lambda lap: lap.number)
    times = sorted(lap.time_ms for lap in driven if lap.counts)
    in_a_row = [
        sum(lap.time_ms for lap in three)
        for three in zip(driven, driven[1:], driven[2:], strict=False)
        if all(lap.counts for lap in three)
    ]
    return LiveRcRow(
        total=race_total(laps),
        fast_lap_ms=times[0] if times else None,
        average_ms=_mean_of_best(times, len(times)),
        best_5_ms=_mean_of_best(times, 5),
        best_10_ms=_mean_of_best(times, 10),
        best_15_ms=_mean_of_best(times, 15),
        best_3_consecutive_ms=min(in_a_row, default=None),
        consistency_pct=_population_consistency(times),
    )


def average_lap_ms(laps: Iterable[Lap]) -> int | None:
    """The mean of the laps that count in milliseconds, half to even; None where none counts."""
    times = [lap.time_ms for lap in laps if lap.counts]
    return _mean_of_best(times, len(times))


def race_total(laps: Sequence[Lap]) -> RaceTotal:
    """Laps and time over every lap, counted or not."""
    return RaceTotal(len(laps), sum(lap.time_ms for lap in laps))


def find_mistakes(laps: Sequence[Lap]) -> Mistakes:
    """The laps that count and are slower than their median by more than the threshold.

    The threshold is max(3 × 1.4826 × MAD, 5 % of the median); a lap exactly on it is no mistake.

    Args:
        laps: The laps of one run in any order.
    """
    counting = _counting(laps)
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


def find_trend(laps: Sequence[Lap]) -> Trend | None:
    """Theil–Sen slope over the laps that count and are no mistakes, each at its own number.

    "fading" or "improving" when slope × (last number − first) exceeds 1 % of the median of the
    laps that count, else "steady".

    Args:
        laps: The laps of one run in any order; their numbers differ.

    Returns:
        The trend, or None below 4 such laps.
    """
    counting = _counting(laps)
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


def clean_run(
    laps: Sequence[Lap],
    *,
    length_ms: int | None = None,
    rivals: Sequence[RaceTotal] | None = None,
) -> CleanRun | None:
    """What the race would have been: each mistake at the median, the time left filled.

    Mistakes and the median are those of the laps that count; the race's time is that of every
    lap, since the clock ran through the others too. A timed race lets a driver finish the lap
    that is under way when the clock runs out: while a clean run crosses the line before that,
    one more lap at the median follows. A driver who had retired, with time for another whole lap
    at the median when the last one was driven, gets no laps: stopping was none of the mistakes.

    Args:
        laps: The laps of one run in any order.
        length_ms: The heat's length in milliseconds where it is known.
        rivals: Everyone else on the page, where there is one; did-not-starts have 0 laps.

    Returns:
        The clean run, the same as the actual one where there were no mistakes; None without laps.
    """
    if not laps:
        return None
    actual = race_total(laps)
    mistakes = find_mistakes(laps)
    clean_laps, clean_ms = actual.laps, Fraction(actual.total_ms)
    if mistakes.count:
        usual = median(lap.time_ms for lap in laps if lap.counts)
        clean_ms -= sum(mistake.time_ms - usual for mistake in mistakes.laps)
        if length_ms is not None and actual.total_ms + usual >= length_ms:
            filled = max(0, ceil((length_ms - clean_ms) / usual))
            clean_laps += filled
            clean_ms += filled * usual
    return CleanRun(
        actual=actual,
        clean=RaceTotal(clean_laps, round(clean_ms)),
        place=_place(actual.laps, actual.total_ms, rivals),
        clean_place=_place(clean_laps, clean_ms, rivals),
        mistakes=mistakes,
        length_known=length_ms is not None,
    )


def _counting(laps: Iterable[Lap]) -> list[Lap]:
    return sorted((lap for lap in laps if lap.counts), key=lambda lap: lap.number)


def _mean_of_best(ordered_times: Sequence[int], count: int) -> int | None:
    if not ordered_times or len(ordered_times) < count:
        return None
    return round_half_even(sum(ordered_times[:count]), count)


def _population_consistency(times: Sequence[int]) -> float | None:
    """100·(1 − √(n·Q − S²) / S) in %, with S the sum of the times and Q that of their squares."""
    if not times:
        return None
    total = sum(times)
    deviation = len(times) * sum(time * time for time in times) - total * total
    # LiveRC keeps three decimals and rounds those half up for its table: 90.4247 is 90.425 in the
    # page's script and 90.43 in the table, which is the number a racer compares with.
    thousandths = round_less_root(100_000 * total, 10_000_000_000 * deviation, total)
    return (thousandths + 5) // 10 / 100


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


def _place(laps: int, total_ms: int | Fraction, rivals: Sequence[RaceTotal] | None) -> int | None:
    if rivals is None:
        return None
    mine = (-laps, total_ms)
    return 1 + sum((-rival.laps, rival.total_ms) < mine for rival in rivals)


def _clock(time_ms: int, decimals: int) -> str:
    units = 10**decimals
    minutes, rest = divmod(round_half_even(time_ms * units, 1000), 60 * units)
    seconds, fraction = divmod(rest, units)
    point = f".{fraction:0{decimals}}" if decimals else ""
    return f"{minutes}:{seconds:02}{point}"


def _place_text(place: int | None) -> str:
    if place is None:
        return ""
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if place % 100 in {11, 12, 13} else endings.get(place % 10, "th")
    return f", {place}{ending}"


def _cost_text(mistakes: Mistakes) -> str:
    count = mistakes.count
    amount = _COUNT_WORDS[count - 1] if count <= len(_COUNT_WORDS) else str(count)
    noun = "mistake" if count == 1 else "mistakes"
    tenths = round_half_even(mistakes.lost_ms, 100)
    return f"{amount} {noun} cost {tenths // 10}.{tenths % 10} s."
