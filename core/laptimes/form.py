"""The laps of the form: one a line, ``x`` in front of one that does not count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.errors import BadInput
from core.laptimes.reading import parse_lap_times
from core.laptimes.refusals import LapTimesError
from core.laptimes.writing import format_lap

_MARK = re.compile(r"\s*[xX×](?=[\s0-9])")


class FormLap(NamedTuple):
    """A lap as the form shows it: 1 to 999,999 ms, and whether it counts."""

    time_ms: int
    counts: bool


def format_form(laps: Iterable[FormLap]) -> str:
    """Write laps the way the form shows them."""
    return "\n".join(("" if lap.counts else "x ") + format_lap(lap.time_ms) for lap in laps)


def parse_form(text: str) -> tuple[FormLap, ...]:
    """Read what the form came back with.

    Anything that can be typed as lap times will do, pasted lists too. Where one is
    marked, they have to stand one a line.

    Returns:
        0 to 600 laps in the order written.

    Raises:
        BadInput: Something is no lap time; the sentence names the line.
    """
    lines = text.splitlines()
    marks = [_MARK.match(line) for line in lines]
    bare = [line[mark.end() :] if mark else line for line, mark in zip(lines, marks, strict=True)]
    if not any(line.strip() for line in bare):
        return ()
    try:
        times = parse_lap_times("\n".join(bare))
    except LapTimesError as error:
        raise _with_line(error, bare) from None
    if not any(marks):
        return tuple(FormLap(time_ms, True) for time_ms in times)
    counts = [mark is None for line, mark in zip(bare, marks, strict=True) if line.strip()]
    if len(counts) != len(times):
        raise BadInput("Write one lap a line where an x stands in front of one; nothing was saved.")
    return tuple(map(FormLap, times, counts))


def _with_line(error: LapTimesError, lines: Sequence[str]) -> BadInput:
    """Put the number of the line in front of what is wrong with it, where that can be told."""
    number = _line_at_fault(error, lines)
    return error if number is None else BadInput(f"Line {number}: {error.sentence}")


def _line_at_fault(error: LapTimesError, lines: Sequence[str]) -> int | None:
    piece = next(iter(error.token.split()), None)
    if piece is None:
        return None
    suspects = [number for number, line in enumerate(lines, 1) if piece in line]
    # One a line, the lap's number is that of its line, and the same piece may stand in others.
    filled = [number for number, line in enumerate(lines, 1) if line.strip()]
    expected = filled[error.lap_number - 1 : error.lap_number]
    return next((number for number in suspects if number in expected), next(iter(suspects), None))
