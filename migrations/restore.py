"""Putting a copy back in the place of a SQLite database."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import column, select, table
from sqlalchemy.engine import URL

from core import copies
from core.database import Database, utc_now
from migrations import revisions
from migrations.backup import pg_restore_line
from migrations.errors import (
    BackupNotPossible,
    DatabaseTooNew,
    DatabaseUnreachable,
    RestoreRefused,
)
from migrations.forgotten import Noted, forget_again, noted_in
from migrations.newest import VERSION_TABLE

# What SQLite keeps beside a file belongs to it and goes where it goes.
_LOG: Final = "-wal"
_INDEX: Final = "-shm"
_STANDS_AT: Final = str(select(column("version_num")).select_from(table(VERSION_TABLE)))


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back.

    Attributes:
        revision: The revision the copy stands at; the bot brings it to the newest when it starts.
        laps: How many laps it holds.
        replaced: Where the file is now whose place the copy took, None where there was none.
        forgotten: How many racers and servers it knew still that had been forgotten, and forgot
            them again.
            None where the file it replaced cannot be read: nobody knows who was forgotten.
    """

    revision: str
    laps: int
    replaced: Path | None
    forgotten: int | None = 0


async def restore(url: URL, file: Path) -> Restored:
    """Put a copy in the place of a database, which is kept beside it under another name.

    The copy is read, never moved or changed. Until it is known to be whole nothing else is either.
    Who was forgotten since it was made is forgotten again.

    Args:
        url: The database.
        file: The copy, on whatever disk.

    Raises:
        BackupNotPossible: It is PostgreSQL; the text has the ``pg_restore`` line to run.
        DatabaseTooNew: A newer version of the bot has made the copy.
        DatabaseUnreachable: The copy cannot be read, or its place not be written.
        RestoreRefused: The copy is damaged or no database of the bot, or a bot runs on this one.
    """
    if url.get_backend_name() != "sqlite":
        raise BackupNotPossible(f"PostgreSQL brings its own back: {pg_restore_line(url, file)}")
    target = Path(str(url.database))
    _refuse_no_copy(file, target)
    try:
        with _alone_at(url), _coming_to(target) as coming:
            revision, laps = await asyncio.to_thread(_read, file, coming)
            noted = await asyncio.to_thread(_noted_in, target)
            forgotten = None if noted is None else 0
            if noted:
                forgotten = await forget_again(url.set(database=str(coming)), noted)
                revision, laps = await asyncio.to_thread(_stands_at, coming, file)
            replaced = await asyncio.to_thread(_take_place, coming, target)
            return Restored(revision, laps, replaced, forgotten)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseUnreachable(f"{file} cannot be put back: {error}.") from error


def _refuse_no_copy(file: Path, target: Path) -> None:
    if not file.is_file():
        raise DatabaseUnreachable(f"There is no file {file}.")
    if target.exists() and file.samefile(target):
        raise RestoreRefused(f"{file} is the database itself, not a copy of it.")


@contextmanager
def _alone_at(url: URL) -> Iterator[None]:
    database = Database(url)
    try:
        if not database.arrive():
            raise RestoreRefused("A bot is running on this database: stop it first.")
        yield
    finally:
        database.leave()


@contextmanager
def _coming_to(target: Path) -> Iterator[Path]:
    """Give the name under which a copy is made ready; nothing of it is left at the end."""
    coming = target.with_name(f"{target.name}.coming")
    coming.unlink(missing_ok=True)
    try:
        yield coming
    finally:
        for ending in ("", _LOG, _INDEX):
            coming.with_name(coming.name + ending).unlink(missing_ok=True)


def _read(file: Path, coming: Path) -> tuple[str, int]:
    with (
        closing(sqlite3.connect(_read_only(file), uri=True)) as original,
        closing(sqlite3.connect(coming)) as copy,
    ):
        original.backup(copy)
        return _checked(copy, file)


def _stands_at(coming: Path, file: Path) -> tuple[str, int]:
    with closing(sqlite3.connect(coming)) as copy:
        return _checked(copy, file)


def _noted_in(target: Path) -> Noted | None:
    """Return who was forgotten; None where the file cannot be read, which is why it is replaced."""
    try:
        return noted_in(target)
    except sqlite3.Error:
        return None


def _take_place(coming: Path, target: Path) -> Path | None:
    """Put what is ready in the place of a database; return where that is now."""
    if target.exists():
        coming.chmod(target.stat().st_mode & 0o777)
    replaced = _set_aside(target)
    coming.rename(target)
    _make_last(target.parent)
    return replaced


def _read_only(file: Path) -> str:
    """Return the address SQLite opens a copy by without writing anything beside it.

    A copy has nothing beside it, and may lie on a disk that cannot be written.
    """
    has_log = file.with_name(file.name + _LOG).exists()
    return f"{file.absolute().as_uri()}?mode=ro{'' if has_log else '&immutable=1'}"


def _checked(copy: sqlite3.Connection, file: Path) -> tuple[str, int]:
    """Return the revision and the number of laps of a copy that can be used."""
    found = copy.execute("PRAGMA integrity_check").fetchone()
    if found != ("ok",):
        raise RestoreRefused(f"{file} is damaged: {str(found[0]).splitlines()[-1]}.")
    tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master")}
    stands = copy.execute(_STANDS_AT) if VERSION_TABLE in tables else ()
    revision = next((str(number) for (number,) in stands), None)
    if revision is None:
        raise RestoreRefused(f"{file} is no copy of a database of the bot.")
    if revision not in revisions.known():
        raise DatabaseTooNew(
            f"{file} stands at revision {revision}, which this program does not know: "
            f"its newest is {revisions.known()[-1]}. A newer version of the bot has made it."
        )
    laps = (
        copy.execute("SELECT count(*) FROM run_logs").fetchone()[0] if "run_logs" in tables else 0
    )
    return revision, laps


def _set_aside(target: Path) -> Path | None:
    """Give a database another name, with what it has not written into the file yet."""
    if not target.exists():
        return None
    replaced = copies.replaced_name(target, utc_now())
    log = target.with_name(target.name + _LOG)
    if log.exists():
        log.rename(replaced.with_name(replaced.name + _LOG))
    target.with_name(target.name + _INDEX).unlink(missing_ok=True)
    target.rename(replaced)
    return replaced


def _make_last(folder: Path) -> None:
    """Have the new names survive a power cut."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
