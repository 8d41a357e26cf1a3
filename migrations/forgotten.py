"""Who was forgotten, carried over from a SQLite file to the copy that takes its place.

An older copy knows them still: it is brought to the newest revision and forgets them again.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine import URL

from core.database import Database, Unit
from core.race_day.forgetting import forget_all_again
from migrations.runner import upgrade

Noted = list[tuple[Any, ...]]

_IS_THERE: Final = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'forgotten'"
_READ: Final = "SELECT id, team_id, key, who, names, forgotten_at FROM forgotten"
# A team the copy does not know has nobody to forget.
_CARRY_OVER: Final = (
    "INSERT OR IGNORE INTO forgotten (id, team_id, key, who, names, forgotten_at)"
    " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE ?2 IS NULL OR EXISTS (SELECT 1 FROM teams WHERE id = ?2)"
)


def noted_in(file: Path) -> Noted:
    """Return who was forgotten, as a file keeps it; nobody where there is no file.

    Raises:
        sqlite3.Error: The file cannot be read.
    """
    if not file.exists():
        return []
    with closing(sqlite3.connect(file)) as connection:
        is_there = connection.execute(_IS_THERE).fetchone() is not None
        return connection.execute(_READ).fetchall() if is_there else []


async def forget_again(url: URL, noted: Noted) -> int:
    """Have a copy forget whom it may not know; return how many racers and servers it knew.

    Args:
        url: The copy, which nobody else uses.
        noted: Who was forgotten.

    Raises:
        MigrationError: The copy cannot be brought to the newest revision.
    """
    await upgrade(url, copy_first=False)
    database = Database(url)

    def act(unit: Unit) -> int:
        for row in noted:
            unit.connection.exec_driver_sql(_CARRY_OVER, row)
        return forget_all_again(unit)

    try:
        return await database.write(act)
    finally:
        await database.dispose()
