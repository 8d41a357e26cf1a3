"""Times as result pages write them: seconds, minutes and hours, exact to the millisecond."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from core.laps import Lap
from core.laptimes import MAX_LAP_MS, MIN_LAP_MS
from core.sources.race import LeftOut

_CLOCK: Final = re.compile(
    r"(?:(?:(?P<hours>[0-9]{1,3}):)?(?P<minutes>[0-9]{1,4}):)?"
    r"(?P<seconds>[0-9]{1,7})(?:[.,](?P<fraction>[0-9]{1,6}))?",
    re.ASCII,
)
_RESULT: Final = re.compile(r"(?P<laps>[0-9]{1,4})(?:\s*/\s*(?P<time>[0-9:.,]+))?", re.ASCII)


def clock_ms(text: str) -> int | None:
    """Read a time such as ``40.02``, ``08.740``, ``10:14.477`` or ``1:00:14.477``.

    Returns:
        Milliseconds from 0 up, rounded half up; None for anything else.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    minutes = 60 * int(found["hours"] or 0) + int(found["minutes"] or 0)
    digits = (found["fraction"] or "").ljust(4, "0")
    return 60_000 * minutes + 1000 * int(found["seconds"]) + int(digits[:3]) + (digits[3] >= "5")


def result_of(text: str) -> tuple[int, int | None] | None:
    """Read laps and time such as ``16/10:14.477``; the time is None where there is none."""
    found = _RESULT.fullmatch(text.strip())
    if found is None:
        return None
    time_ms = clock_ms(found["time"]) if found["time"] else None
    return None if found["time"] and time_ms is None else (int(found["laps"]), time_ms)


def is_lap(time_ms: int) -> bool:
    """Whether so long a lap can be one: 0 and over 999.999 s cannot."""
    return MIN_LAP_MS <= time_ms <= MAX_LAP_MS


def numbered_laps(
    times: Sequence[tuple[int, int, bool]],
) -> tuple[tuple[Lap, ...], tuple[LeftOut, ...]]:
    """Number the laps of a page from 1, without those that are none.

    Args:
        times: Number on the page, milliseconds and whether it counts, in the order driven.
    """
    kept = [(time_ms, counts) for _, time_ms, counts in times if is_lap(time_ms)]
    laps = tuple(Lap(number, time_ms, counts) for number, (time_ms, counts) in enumerate(kept, 1))
    left_out = tuple(
        LeftOut(number, f"{time_ms // 1000}.{time_ms % 1000:03}")
        for number, time_ms, _ in times
        if not is_lap(time_ms)
    )
    return laps, left_out
