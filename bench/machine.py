"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from bench.storing import connect

_PACKAGES: Final = ("discord.py", "aiohttp", "SQLAlchemy", "aiosqlite", "asyncpg", "matplotlib")
_UNKNOWN: Final = "not known"


async def describe(folder: Path, server: URL) -> dict[str, str]:
    """Return the machine and the versions by what they are called, without any path.

    Args:
        folder: Where the databases are.
        server: The maintenance database of the PostgreSQL server.
    """
    connection = await connect(server)
    try:
        postgresql = await connection.fetchval("SHOW server_version")
    finally:
        await connection.close()
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": _memory(),
        "disk": _disk(folder),
        "busy with other things": f"load average {os.getloadavg()[2]:.1f} over the last 15 minutes",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": f"{sqlite3.sqlite_version}, as the bot sets it: WAL, synchronous=FULL",
        "PostgreSQL": f"{postgresql}, settings as it comes (fsync on)",
    } | {name: version(name) for name in _PACKAGES}


def _processor() -> str:
    for line in _lines("/proc/cpuinfo"):
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or _UNKNOWN


def _memory() -> str:
    for line in _lines("/proc/meminfo"):
        if line.startswith("MemTotal:"):
            return f"{int(line.split()[1]) / 2**20:.0f} GiB"
    return _UNKNOWN


def _disk(folder: Path) -> str:
    """Return the file system of a folder and the kind of disk below it."""
    device = folder.stat().st_dev
    numbers = f"{os.major(device)}:{os.minor(device)}"
    kind = _UNKNOWN
    for line in _lines("/proc/self/mountinfo"):
        mount, _, system = line.partition(" - ")
        if mount.split()[2] == numbers:
            kind = system.split()[0]
    block = Path("/sys/dev/block") / numbers
    # A partition's queue is that of its disk.
    for place in (block / "queue" / "rotational", block / ".." / "queue" / "rotational"):
        turns = _lines(str(place))
        if turns:
            return f"{kind}, {'turning' if turns[0] == '1' else 'no turning'} disk"
    return kind


def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
