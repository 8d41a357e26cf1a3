"""Whether a database stands at the newest revision: one SELECT tells, without Alembic.

At nearly every start there is nothing to migrate, and loading Alembic takes longer than anything
else the start does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import String, column, select, table
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from core.database import create_engine

# Not Alembic's own name: the earlier system may keep a version table beside ours.
VERSION_TABLE: Final = "orp_alembic_version"
# A revision's file begins with its number.
NEWEST: Final = max(
    path.name.partition("_")[0] for path in (Path(__file__).parent / "versions").glob("[0-9]*.py")
)
_STANDS_AT: Final = select(column("version_num", String)).select_from(table(VERSION_TABLE))


async def is_newest(url: URL) -> bool:
    """Tell whether a database stands at the newest revision this program knows.

    False also where it cannot be asked: why not is told by the upgrade that then follows.
    """
    engine = create_engine(url, is_impatient=True)
    try:
        async with engine.connect() as connection:
            return (await connection.scalars(_STANDS_AT)).all() == [NEWEST]
    except (OSError, SQLAlchemyError):
        return False
    finally:
        await engine.dispose()
