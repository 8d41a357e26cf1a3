"""The clean run: what a race would have been without the mistakes.

Definition: ORP specification, "Beside the score".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final

from core.laps import Lap, RaceTotal, median, race_total
from core.scoring.mistakes import Mistakes, find_mistakes

# A heat ran as long as its session says where its longest run took between these shares of that.
LEAST_OF_LENGTH: Final = Fraction(95, 100)
MOST_OF_LENGTH: Final = Fraction(130, 100)


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


def typed_length_s(heat_minutes: int | None, longest_run_ms: int) -> int | None:
    """The length of a heat that nobody measured, as its session says.

    Args:
        heat_minutes: How long the session's heats last; None where nobody has said.
        longest_run_ms: What the heat's longest run took, in milliseconds.

    Returns:
        The length in seconds; None where it is not known, or the longest run tells that this heat
        was no such one: it took less than 0.95 or more than 1.3 times that.
    """
    if heat_minutes is None:
        return None
    length_s = 60 * heat_minutes
    share = Fraction(longest_run_ms, 1000 * length_s)
    return length_s if LEAST_OF_LENGTH <= share <= MOST_OF_LENGTH else None


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
