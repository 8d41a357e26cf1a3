"""Whether a process is the only one at a SQLite file.

What a dead process held is free at once where nobody else can hold anything. Each process holds a
shared lock of SQLite's own on a small file beside the database for as long as it lives: whoever
gets it for themselves alone is alone. The system lets go of a lock when its process ends, however
it does.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

# Another process that is starting holds the lock for itself for a moment.
_PATIENCE_S: Final = 5.0


class Presence:
    """A process at a database file, from now on until it leaves.

    Attributes:
        is_alone: Whether no other process was at the file when this one came.
    """

    def __init__(self, database: Path) -> None:
        """Come to a file.

        Raises:
            sqlite3.OperationalError: The small file beside it cannot be written.
        """
        beside = database.with_name(f"{database.name}-present")
        with closing(_connect(beside, timeout=0)) as mine:
            self.is_alone = False
            with suppress(sqlite3.OperationalError):
                mine.execute("BEGIN EXCLUSIVE")
                self.is_alone = True
        self._shared = _connect(beside, timeout=_PATIENCE_S)
        # A transaction that has read holds its shared lock until it ends.
        self._shared.execute("BEGIN")
        self._shared.execute("SELECT count(*) FROM sqlite_master").fetchall()

    def leave(self) -> None:
        """Let go of the lock."""
        self._shared.close()


def _connect(file: Path, *, timeout: float) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=timeout, isolation_level=None, check_same_thread=False)
