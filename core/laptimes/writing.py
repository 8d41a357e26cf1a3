"""Times for people, with minutes where they help, and for files, without."""

from __future__ import annotations


def format_lap(ms: int) -> str:
    """Write a lap time: ``58.234``, from a minute on ``1:02.345``.

    Args:
        ms: Milliseconds, 0 or more.

    Raises:
        ValueError: If ``ms`` is negative.
    """
    return format_seconds(ms) if ms < 60_000 else format_total(ms)


def format_total(ms: int) -> str:
    """Write a race time, always with minutes: ``5:05.123``, ``0:58.234``.

    Beyond an hour it stays in minutes (``61:05.123``): race lengths are compared in minutes.

    Args:
        ms: Milliseconds, 0 or more.

    Raises:
        ValueError: If ``ms`` is negative.
    """
    seconds, thousandths = _seconds_and_thousandths(ms)
    return f"{seconds // 60}:{seconds % 60:02}.{thousandths:03}"


def format_seconds(ms: int) -> str:
    """Write plain seconds with 3 decimals, never minutes: ``62.345``, as in CSV files.

    Args:
        ms: Milliseconds, 0 or more.

    Raises:
        ValueError: If ``ms`` is negative.
    """
    seconds, thousandths = _seconds_and_thousandths(ms)
    return f"{seconds}.{thousandths:03}"


def _seconds_and_thousandths(ms: int) -> tuple[int, int]:
    if ms < 0:
        msg = f"a time cannot be negative: {ms} ms"
        raise ValueError(msg)
    return divmod(ms, 1000)
