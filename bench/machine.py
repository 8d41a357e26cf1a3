"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Final

from sqlalchemy.engine import URL

from bench.storing import connect

PROCESSOR: Final = "processor"
_PACKAGES: Final = ("discord.py", "aiohttp", "SQLAlchemy", "aiosqlite", "asyncpg", "resvg-py")
_UNKNOWN: Final = "not known"
_SYNCS: Final = 50


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
        PROCESSOR: processor(),
        "memory": _memory(),
        "disk": _disk(folder),
        "busy with other things": f"load average {os.getloadavg()[2]:.1f} over the last 15 minutes",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": f"{sqlite3.sqlite_version}, as the bot sets it: WAL, synchronous=FULL",
        "PostgreSQL": f"{postgresql}, settings as it comes (fsync on)",
    } | {name: version(name) for name in _PACKAGES}


def processor() -> str:
    """Return the processor and how many cores of it there are."""
    return f"{_processor_name()}, {os.cpu_count()} cores"


def _processor_name() -> str:
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
    """Return the file system of a folder, its device, and how long it takes to keep something."""
    device = folder.stat().st_dev
    numbers = f"{os.major(device)}:{os.minor(device)}"
    system, name = _UNKNOWN, _UNKNOWN
    for line in _lines("/proc/self/mountinfo"):
        mount, _, rest = line.partition(" - ")
        if mount.split()[2] == numbers:
            system = rest.split()[0]
    for line in _lines(f"/sys/dev/block/{numbers}/uevent"):
        if line.startswith("DEVNAME="):
            name = line.removeprefix("DEVNAME=")
    return f"{system} on {name}; a write of 4 KiB is kept after {_synced_ms(folder):.1f} ms"


def _synced_ms(folder: Path) -> float:
    """Return how long the disk takes until it has a small write, as the median of some, in ms."""
    took = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(_SYNCS):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return median(took)


def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
