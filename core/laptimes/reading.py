"""A typed or pasted text into lap times.

Four steps: clean the text, lift out rows copied from LiveRC's lap table, cut every other line into
tokens, then tell lap numbers from lap times. Each looks at any character a fixed number of times at
most, so a hostile text costs no more than a long one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from core.laptimes.refusals import (
    LapTimesError,
    is_result,
    refuse,
    two_readings_of_colon,
    two_readings_of_commas,
    two_readings_of_number,
)
from core.laptimes.single import lap_ms
from core.laptimes.tokens import Kind, Token, tokens_of

MAX_LAPS = 600

# What phones and browsers slip in unseen around numbers: soft hyphen, joiners, direction marks,
# byte order mark. They vanish, as they do on the screen. The zero-width space is a blank by name.
_UNSEEN = (0xAD, *range(0x200C, 0x2010), *range(0x202A, 0x202E), *range(0x2060, 0x206A), 0xFEFF)
_CLEANED = {0x200B: " ", **dict.fromkeys(_UNSEEN)}

_ONE_COMMA_IN_ALL = re.compile(r"[\s;|,]*(?P<token>[0-9]+,[1-9][0-9])[\s;|,]*")

_LIVERC_HEADING = re.compile(r"\s*(?:(?:lap|\#|pos|position|time|pace)\s+)+", re.IGNORECASE)
_LIVERC_COLUMNS = 4
_LIVERC_COUNT = re.compile(r"[0-9]{1,4}")
_LIVERC_ZERO = re.compile(r"0(?:\.0*)?")

_Line: TypeAlias = list[Token]


class _Pair(NamedTuple):
    number: Token
    time: Token
    has_line: bool  # the two are a line of their own, marked as numbered


def parse_lap_times(text: str) -> tuple[int, ...]:
    """Read lap times the way people write them: all of them, or none.

    * A lap is ``58.234``, ``58,234``, ``62``, ``18.9s``, ``1:02.345`` or ``0:58.2``, in plain
      digits 0 to 9, rounded half up to the millisecond.
    * Laps are separated by blanks and line ends of any kind, ``;``, ``|``, and by commas beside
      one of these, at either end, or in a piece that also has a dot (``58.1,58.2``). Empty places
      between separators are skipped.
    * Any other comma is a decimal comma. Two cases are refused with both readings: ``58,59`` as
      the whole text (without a unit), and several commas without a dot.
    * Numbering is dropped: ``1.``, ``1)``, ``Lap 1:`` in front of a line, and ``1<tab>`` in front
      of the only time in its line. So are the other columns of rows copied from LiveRC's lap
      table, with or without its heading and its empty lap 0.
    * A text that is nothing but two or more pairs of a lap number and a time, counting up by one,
      is numbered as well: lines that the phone has pasted into one.
    * A number that could be a lap itself (``58``, or ``58.``, which a phone writes for 58 and two
      blanks) is dropped only if it is under half its time or, one a line and marked by a dot or
      tab, counts up by one with the line above or below. Otherwise both readings are shown, also
      where such pairs are only part of the text or more columns follow ``1<tab>``. Only where no
      line has more than one number, whole numbers not under half the next one are simply laps.
    * Characters without width are ignored; a zero-width space is a blank.

    Args:
        text: What was typed or pasted, of any length.

    Returns:
        1 to 600 lap times in the order written, each 1 to 999,999 ms.

    Raises:
        LapTimesError: If any part is not a lap time, is out of range, is ambiguous or is a race
            result, if there are more than 600 laps, or if there are none.
    """
    text = text.translate(_CLEANED)
    if alone := _ONE_COMMA_IN_ALL.fullmatch(text):
        raise two_readings_of_commas(alone["token"], 1)

    laps: list[int] = []
    block: list[_Line] = []
    for line in _without_liverc_heading(text).splitlines():
        times = _liverc_times(line)
        if times is None:
            if tokens := tokens_of(line):
                block.append(tokens)
            continue
        laps += _block_laps(block, len(laps) + 1)
        block = []
        laps += [lap_ms(time, lap_number) for lap_number, time in enumerate(times, len(laps) + 1)]
    laps += _block_laps(block, len(laps) + 1)

    if not laps:
        raise LapTimesError(
            "There are no lap times in this: type them like 58.234 58.1 1:02.345, "
            "or paste one lap a line"
        )
    if len(laps) > MAX_LAPS:
        raise LapTimesError(
            f"These are {len(laps)} laps, and {MAX_LAPS} fit in one go: send them in parts"
        )
    return tuple(laps)


# --- rows copied from LiveRC --------------------------------------------------------------------


def _without_liverc_heading(text: str) -> str:
    """Drop column names in front of LiveRC's lap table; anywhere else, words are refused."""
    heading = _LIVERC_HEADING.match(text)
    if heading is None:
        return text
    table = text[heading.end() :]
    first_line = next(iter(table.splitlines()), "")
    return text if _liverc_times(first_line) is None else table


def _liverc_times(line: str) -> list[str] | None:
    """Return the times of a line that is nothing but rows of LiveRC's lap table, or None.

    A row is lap, position, time and pace; a phone may have pasted several into one line. Lap 0 is
    LiveRC's placeholder before the start and gives no time.
    """
    cells = line.split()
    if not cells or len(cells) % _LIVERC_COLUMNS:
        return None
    times: list[str] = []
    for start in range(0, len(cells), _LIVERC_COLUMNS):
        lap, position, time, pace = cells[start : start + _LIVERC_COLUMNS]
        if not (_LIVERC_COUNT.fullmatch(lap) and _LIVERC_COUNT.fullmatch(position)):
            return None
        if lap == "0" and _LIVERC_ZERO.fullmatch(time) and _LIVERC_ZERO.fullmatch(pace):
            continue
        if not is_result(pace):
            return None
        times.append(time)
    return times


# --- numbering ----------------------------------------------------------------------------------


def _block_laps(lines: Sequence[_Line], lap_number: int) -> list[int]:
    """Read lines that are no LiveRC rows; ``lap_number`` is that of their first lap."""
    pairs = _counting_pairs(lines)
    numbered = _numbered_laps(pairs, lap_number, one_a_line=_one_a_line(lines)) if pairs else None
    return _laps_by_line(lines, lap_number) if numbered is None else numbered


def _counting_pairs(lines: Sequence[_Line]) -> list[_Pair]:
    """Return lap numbers with their times if these lines are nothing else, or an empty list."""
    tokens = [(token, len(line) == 2 and _has_number(line)) for line in lines for token in line]
    if len(tokens) < 4 or len(tokens) % 2:
        return []
    pairs = [
        _Pair(number, time, has_line)
        for (number, has_line), (time, _) in zip(tokens[::2], tokens[1::2], strict=True)
    ]
    counting = all(
        one.number.may_be_number and two.number.may_be_number and _counts_up(one.number, two.number)
        for one, two in pairwise(pairs)
    )
    return pairs if counting and not any(pair.time.is_mark for pair in pairs) else []


def _numbered_laps(
    pairs: Sequence[_Pair], lap_number: int, *, one_a_line: bool
) -> list[int] | None:
    """Read counting pairs as numbered laps.

    Returns:
        The laps, or None if these are better read line by line: the numbers are laps, or a time is
        bad and the others do not show what the numbers are, which the lap depends on.
    """
    laps: list[int] = []
    fault: LapTimesError | None = None
    doubt: LapTimesError | None = None
    for numbered_lap, (number, time, has_line) in enumerate(pairs, lap_number):
        try:
            laps.append(_token_ms(time, numbered_lap))
        except LapTimesError as error:
            fault = fault or error
            continue
        if not has_line and not number.fits(laps[-1]):
            doubt = doubt or two_readings_of_number(
                number.text, number.number, time.text, numbered_lap
            )
    if fault:
        if doubt or not laps:
            return None
        raise fault
    if doubt:
        if one_a_line:
            return None
        raise doubt
    return laps


def _laps_by_line(lines: Sequence[_Line], lap_number: int) -> list[int]:
    """Read lines of laps, each with at most one number in front."""
    laps: list[int] = []
    read: list[Token] = []
    for index, line in enumerate(lines):
        first = len(laps)
        for time in line[1:] if _has_number(line) else line:
            laps.append(_token_ms(time, lap_number + len(laps)))
            read.append(time)
        if _has_number(line):
            ambiguous = not (line[0].fits(laps[first]) or _counts_with_neighbour(lines, index))
        else:
            # A table with more columns than lap and time: nobody knows which one is meant.
            ambiguous = (
                len(line) > 2 and line[0].kind is Kind.TABBED and line[0].fits(laps[first + 1])
            )
        if ambiguous:
            number, time = line[:2]
            raise two_readings_of_number(number.text, number.number, time.text, lap_number + first)
    _refuse_pairs_among_laps(read, laps, lap_number, one_a_line=_one_a_line(lines))
    return laps


def _refuse_pairs_among_laps(
    read: Sequence[Token], laps: Sequence[int], lap_number: int, *, one_a_line: bool
) -> None:
    """Refuse whole numbers that count up between other laps: numbers or laps, who knows."""
    for at in range(len(read) - 3):
        one, time, two, next_time = read[at : at + 4]
        if (
            one.may_be_number
            and two.may_be_number
            and _counts_up(one, two)
            and time.kind is next_time.kind is Kind.PIECE
            and (one.fits(laps[at + 1]) or not one_a_line)
        ):
            raise two_readings_of_number(one.text, one.number, time.text, lap_number + at)


def _token_ms(token: Token, lap_number: int) -> int:
    if token.kind is Kind.GLUED:
        raise two_readings_of_colon(token.text, lap_number)
    if token.is_mark:
        complaint = "is not a lap time: write it like 58.234, and leave out lap numbers"
        raise refuse(token.text, lap_number, complaint)
    return lap_ms(token.text, lap_number)


def _has_number(line: _Line) -> bool:
    """Whether the line is a lap number, written as one, and then times."""
    if len(line) < 2 or any(token.is_mark for token in line[1:]):
        return False
    return line[0].is_mark or (line[0].kind is Kind.TABBED and len(line) == 2)


def _one_a_line(lines: Sequence[_Line]) -> bool:
    return all(len(line) <= 1 for line in lines)


def _counts_with_neighbour(lines: Sequence[_Line], index: int) -> bool:
    """Whether the number in front of a line follows or precedes that of the line beside it."""
    beside = lines[max(index - 1, 0) : index + 2]
    return any(
        _has_number(one) and _has_number(two) and _counts_up(one[0], two[0])
        for one, two in pairwise(beside)
    )


def _counts_up(one: Token, two: Token) -> bool:
    return two.number == one.number + 1
