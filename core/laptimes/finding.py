"""Lap times in an ordinary message, among words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.laptimes.reading import MAX_LAPS, parse_lap_times
from core.laptimes.refusals import LapTimesError

# What a chat puts around a number: brackets, quotes, emphasis, the end of a sentence.
_BEFORE = "([{<\"'“‘"
_BEHIND = ")]}>\"'”’!?;:.,"
_MARKUP = re.compile(r"[*_~`|]+")
_DECIMALS = re.compile(r"[0-9][.,][0-9]")
_DIGIT = re.compile(r"[0-9]")
_LAP_LABEL = re.compile(r"lap[0-9]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundLaps:
    """What was understood of a message.

    Attributes:
        times_ms: The lap times in the order written, 1 to 999,999 ms each.
        left_out: Pieces with digits that were taken for something else.
    """

    times_ms: tuple[int, ...]
    left_out: tuple[str, ...] = ()


def find_lap_times(text: str) -> FoundLaps:
    """Find the lap times in what somebody wrote to others.

    A message that is nothing but lap times is read as such. Among words only pieces with decimals
    are taken, and only those that can mean nothing else: a heat's ``Q2``, a race result, ``58,59``
    and a whole number are left out rather than guessed at.

    Raises:
        LapTimesError: There are none, or more than 600.
    """
    text = _MARKUP.sub(" ", text)
    try:
        return FoundLaps(parse_lap_times(text))
    except LapTimesError:
        times_ms, left_out = _among_words(text)
    if not times_ms:
        raise LapTimesError(
            "I find no lap times in that message: I look for times like 58.234 or 1:02.345"
        )
    if len(times_ms) > MAX_LAPS:
        raise LapTimesError(
            f"These are {len(times_ms)} laps, and {MAX_LAPS} fit in one go: send them in parts"
        )
    return FoundLaps(tuple(times_ms), tuple(left_out))


def _among_words(text: str) -> tuple[list[int], list[str]]:
    times_ms: list[int] = []
    left_out: list[str] = []
    before = ""
    for piece in text.split():
        bare = piece.lstrip(_BEFORE).rstrip(_BEHIND)
        # "Lap 1:58.2" is lap 1 in 58.2, or 1:58.2.
        is_glued = ":" in bare and _LAP_LABEL.fullmatch(before) is not None
        found = () if is_glued else _times_in(bare)
        times_ms += found
        if not found and _DIGIT.search(bare):
            left_out.append(bare)
        before = bare
    return times_ms, left_out


def _times_in(piece: str) -> tuple[int, ...]:
    if not _DECIMALS.search(piece):
        return ()
    try:
        return parse_lap_times(piece)
    except LapTimesError:
        return ()
