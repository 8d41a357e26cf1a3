"""One lap time, cut out of its surroundings."""

from __future__ import annotations

import re

from core.laptimes.refusals import not_a_lap_time, refuse

MIN_LAP_MS = 1
MAX_LAP_MS = 999_999

_LAP_TIME = re.compile(
    r"(?:(?P<minutes>[0-9]+):)?(?P<seconds>[0-9]+)(?:[.,](?P<fraction>[0-9]+))?[sS]?"
)


def lap_ms(text: str, lap_number: int) -> int:
    """Read one lap time; a comma in it is a decimal comma.

    Args:
        text: The lap time without anything around it.
        lap_number: Which lap this is, counted from 1, for the error.

    Returns:
        1 to 999,999 ms, rounded half up.

    Raises:
        LapTimesError: If it is no lap time, or rounds to one out of range.
    """
    match = _LAP_TIME.fullmatch(text)
    if match is None:
        raise not_a_lap_time(text, lap_number)
    minutes, seconds = match["minutes"] or "", match["seconds"]
    if minutes and (len(seconds) != 2 or seconds >= "60"):
        raise refuse(
            text,
            lap_number,
            "is not a lap time: after minutes come two digits of seconds below 60, like 1:02.345",
        )
    # Zeros in front aside, anything this long is out of range whatever it is, and int() is never
    # given more digits than it takes.
    minutes, seconds = minutes.lstrip("0"), seconds.lstrip("0")
    if len(minutes) <= 2 and len(seconds) <= 3:
        whole_seconds = 60 * int(minutes or 0) + int(seconds or 0)
        ms = 1000 * whole_seconds + _rounded_thousandths(match["fraction"] or "")
        if MIN_LAP_MS <= ms <= MAX_LAP_MS:
            return ms
    raise refuse(text, lap_number, "is not between 0.001 and 999.999 seconds: check that lap")


def _rounded_thousandths(fraction: str) -> int:
    """Round decimals half up, 0 to 1000: the fourth decimal alone decides."""
    digits = fraction[:4].ljust(4, "0")
    return int(digits[:3]) + (digits[3] >= "5")
