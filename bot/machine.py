"""Whether the machine has what the bot needs: disk, memory, a clock that is right."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import aiohttp

MB: Final = 1_000_000
# A season is some 10 MB, and its copies lie beside it.
ENOUGH_DISK_MB: Final = 500
# The bot has 80 to 90 MB after a long day; what draws and what reads pages some 20 each.
ENOUGH_MEMORY_MB: Final = 200
# Sessions open and close by the clock, and Discord's answers are trusted for half a minute.
MOST_OFF_S: Final = 30
_ASK_WITHIN_S: Final = 10
_MEMORY: Final = Path("/proc/meminfo")


def nearest_folder(path: Path) -> Path:
    """Return the folder that something lies in, or the nearest above it that is there."""
    return next(folder for folder in path.absolute().parents if folder.is_dir())


def free_disk_mb(path: Path) -> int:
    """Return how much room is left where something lies or will lie, in MB."""
    return shutil.disk_usage(nearest_folder(path)).free // MB


def free_memory_mb() -> int | None:
    """Return how much memory can still be had, in MB; None where the system does not tell."""
    try:
        lines = _MEMORY.read_text().splitlines()
    except OSError:
        return None
    told = {name: value for name, _, value in (line.partition(":") for line in lines)}
    kib = told.get("MemAvailable", "").removesuffix("kB").strip()
    return int(kib) * 1024 // MB if kib.isdecimal() else None


async def clock_is_off_s(url: str) -> float | None:
    """Return how far this machine's clock is ahead of a server's, in seconds.

    None where the server does not answer, or does not tell; the answer is right to a second or two.
    """
    limit = aiohttp.ClientTimeout(total=_ASK_WITHIN_S)
    asked_at = datetime.now(UTC)
    try:
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(url) as answer:
            there = parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, OSError, KeyError, ValueError):
        return None
    halfway = asked_at + (datetime.now(UTC) - asked_at) / 2
    return (halfway - there).total_seconds()
