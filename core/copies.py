"""Copies of a SQLite file: made while others write, named after their moment, gone in time.

``orp-20260606-120000.db`` is a copy of ``orp.db``; ``orp-replaced-20260606-120000.db`` is a file
that a restored copy took the place of. Moments are in UTC.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

# When everybody has gone home, by the clock of the machine.
_NIGHT: Final = 4
_MOMENT: Final = "%Y%m%d-%H%M%S"
# What SQLite, or a copy that was never finished, leaves beside a copy.
_BESIDE: Final = ("-wal", "-shm", "-journal", ".part")


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that lies in a folder.

    Attributes:
        made_at: The moment in its name, in UTC.
        is_replaced: Whether it is a file that a restored copy took the place of.
    """

    path: Path
    made_at: datetime
    is_replaced: bool


def copies_of(database: Path, folder: Path) -> list[Copy]:
    """Return the copies of a database that lie in a folder, oldest first; whole ones only."""
    name = re.compile(rf"{re.escape(database.stem)}-(replaced-)?(\d{{8}}-\d{{6}})(-\d+)?\.db")
    found = []
    for path in folder.iterdir():
        parts = name.fullmatch(path.name)
        if parts is not None:
            made_at = datetime.strptime(parts[2], _MOMENT).replace(tzinfo=UTC)
            found.append(Copy(path, made_at, parts[1] is not None))
    # Those of one second in the order they were written.
    return sorted(found, key=lambda copy: (copy.made_at, copy.path.stat().st_mtime_ns))


def is_due(database: Path, now: datetime) -> bool:
    """Tell whether nothing was copied since the last night, by the clock of the machine.

    Args:
        database: The file; its copies lie beside it.
        now: The moment, with its zone.
    """
    local = now.astimezone()
    night = local.replace(hour=_NIGHT, minute=0, second=0, microsecond=0)
    if local < night:
        night -= timedelta(days=1)
    copies = copies_of(database, database.parent)
    return not any(copy.made_at >= night for copy in copies if not copy.is_replaced)


def make_copy(database: Path, folder: Path, now: datetime) -> Path:
    """Copy a database, also while others write to it; return the copy's path.

    A copy that is not whole has another name: only what is whole can be taken for a copy.

    Raises:
        OSError: The folder cannot be written.
        sqlite3.Error: The file cannot be read, or is no database.
    """
    target, part = _free_name(database, folder, now)
    try:
        # The copy tells as much about the racers as the file does.
        shutil.copymode(database, part)
        with (
            closing(
                sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
            ) as original,
            closing(sqlite3.connect(part)) as copy,
        ):
            original.backup(copy)
        part.rename(target)
    except (OSError, sqlite3.Error):
        part.unlink()
        raise
    return target


def _free_name(database: Path, folder: Path, now: datetime) -> tuple[Path, Path]:
    """Return a free name for a copy and an empty file to write it to.

    Two copies within a second do not meet: whoever has the file owns the name.
    """
    name = f"{database.stem}-{now.astimezone(UTC):{_MOMENT}}"
    for number in count(1):
        target = folder / (f"{name}.db" if number == 1 else f"{name}-{number}.db")
        part = target.with_name(f"{target.name}.part")
        try:
            part.touch(exist_ok=False)
        except FileExistsError:
            continue
        if not target.exists():
            return target, part
        part.unlink()
    raise AssertionError("counting never ends")


def replaced_name(database: Path, now: datetime) -> Path:
    """Return a free name for a file whose place a restored copy is to take."""
    name = f"{database.stem}-replaced-{now.astimezone(UTC):{_MOMENT}}"
    for number in count(1):
        path = database.with_name(f"{name}.db" if number == 1 else f"{name}-{number}.db")
        if not path.exists():
            return path
    raise AssertionError("counting never ends")


def forget_older(database: Path, before: datetime) -> int:
    """Delete the copies beside a database that were made before a moment; return how many."""
    old = [copy for copy in copies_of(database, database.parent) if copy.made_at < before]
    _delete(old)
    for part in database.parent.glob(f"{database.stem}-*.db.part"):
        if part.stat().st_mtime < before.timestamp():
            part.unlink()
    return len(old)


def keep_newest(database: Path, folder: Path, number: int) -> int:
    """Delete all copies of a database in a folder but the newest; return how many went."""
    old = copies_of(database, folder)[:-number]
    _delete(old)
    return len(old)


def _delete(copies: list[Copy]) -> None:
    for copy in copies:
        copy.path.unlink()
        for ending in _BESIDE:
            copy.path.with_name(copy.path.name + ending).unlink(missing_ok=True)
