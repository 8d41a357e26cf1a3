"""The clean run: what a race would have been without the mistakes.

Definition: ORP specification, "Beside the score".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final

from core.laps import Lap, RaceTotal, clock_text, median, race_total
from core.rounding import round_half_even
from core.scoring.mistakes import Mistakes, find_mistakes

_COUNT_WORDS: Final = (
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
)


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
            clean = clock_text(self.clean.total_ms, 1)
        return f"{driven} Clean: {clean}. {_cost_text(self.mistakes)}"


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


def _place(laps: int, total_ms: int | Fraction, rivals: Sequence[RaceTotal] | None) -> int | None:
    if rivals is None:
        return None
    mine = (-laps, total_ms)
    return 1 + sum((-rival.laps, rival.total_ms) < mine for rival in rivals)


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
