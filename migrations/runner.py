"""Bringing a database to a revision: what the bot does when it starts, and its command line.

All revisions of one run happen in one transaction: a run that is interrupted leaves the database
as it was. Two processes that start together take turns, on PostgreSQL through an advisory lock, on
SQLite because only one can write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from migrations import revisions
from migrations.adopt import Adopted, adopt
from migrations.backup import backup, pg_dump_line
from migrations.connections import existing_file, migrating, reading, reason
from migrations.environment import alembic_config
from migrations.errors import (
    BackupNotPossible,
    DatabaseTooNew,
    DatabaseUnreachable,
    MigrationError,
)
from migrations.verify import VerifyLine, VerifyReport, verify

__all__ = [
    "Adopted",
    "BackupNotPossible",
    "DatabaseTooNew",
    "DatabaseUnreachable",
    "MigrationError",
    "MigrationReport",
    "VerifyLine",
    "VerifyReport",
    "adopt",
    "backup",
    "current",
    "downgrade",
    "pg_dump_line",
    "require_newest",
    "upgrade",
    "upgrade_sql",
    "verify",
]


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """What a run did.

    Attributes:
        before: The revision the database stood at, None before the first.
        after: The revision it stands at now.
        backup: The copy of the SQLite file that was made first, if one was.
    """

    before: str | None
    after: str | None
    backup: Path | None

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return self.before != self.after


async def upgrade(url: URL, *, revision: str = "head", copy_first: bool = True) -> MigrationReport:
    """Bring a database up to a revision; one that stands there or further stays as it is.

    A SQLite file is made when there is none, and copied first when it holds anything.

    Args:
        url: The database.
        revision: The revision to bring it to.
        copy_first: False for a SQLite file that is a copy itself.

    Raises:
        DatabaseTooNew: It stands at a revision that this program does not know.
        DatabaseUnreachable: The file or the server cannot be opened.
        MigrationError: A revision failed; nothing was changed.
    """
    return await _migrate(
        url,
        command.upgrade,
        revision,
        is_needed=lambda before: revisions.place(before) < revisions.place(revision),
        copy_first=copy_first,
    )


async def downgrade(url: URL, revision: str) -> MigrationReport:
    """Bring a database down to a revision or to ``base``; adopted tables keep what they had.

    What the revisions above it added is lost with its rows. A SQLite file is copied first.

    Raises:
        DatabaseTooNew: It stands at a revision that this program does not know.
        DatabaseUnreachable: There is no such file, or the server cannot be reached.
        MigrationError: A revision failed; nothing was changed.
    """
    if url.get_backend_name() == "sqlite":
        existing_file(url)
    return await _migrate(
        url,
        command.downgrade,
        revision,
        is_needed=lambda before: revisions.place(before) > revisions.place(revision),
    )


async def _migrate(
    url: URL,
    run: Callable[[Config, str], None],
    revision: str,
    *,
    is_needed: Callable[[str | None], bool],
    copy_first: bool = True,
) -> MigrationReport:
    try:
        async with migrating(url) as connection:
            before = await connection.run_sync(revisions.current)
            if not is_needed(before):
                return MigrationReport(before, before, None)
            # Nobody else can write by now, and the copy does not see what is not committed.
            is_file = url.get_backend_name() == "sqlite"
            is_copied = copy_first and is_file and await connection.run_sync(_has_tables)
            copy = await backup(url) if is_copied else None
            await connection.run_sync(lambda sync: run(alembic_config(sync), revision))
            after = await connection.run_sync(revisions.current)
        return MigrationReport(before, after, copy)
    except SQLAlchemyError as error:
        raise MigrationError(
            f"The migration failed and nothing was changed: {reason(error)}."
        ) from error


def _has_tables(connection: Connection) -> bool:
    return bool(sa.inspect(connection).get_table_names())


async def current(url: URL) -> str | None:
    """Return the revision a database stands at, None before the first.

    Raises:
        DatabaseTooNew: It is none of this program's.
        DatabaseUnreachable: There is no such file, or the server cannot be reached.
    """
    async with reading(url) as connection:
        return await connection.run_sync(revisions.current)


async def require_newest(url: URL) -> None:
    """Refuse to work on a database that is not at the newest revision.

    Raises:
        DatabaseTooNew: It is none of this program's.
        DatabaseUnreachable: There is no such file, or the server cannot be reached.
        MigrationError: It stands at an older one.
    """
    stands_at = await current(url)
    if stands_at != revisions.known()[-1]:
        raise MigrationError(
            f"The database stands at revision {stands_at or 'none'}, not at the newest: "
            "run orp-bot upgrade first."
        )


def upgrade_sql(*, start: str | None = None, revision: str = "head") -> str:
    """Return a script that ``psql`` can run on PostgreSQL, from BEGIN to COMMIT.

    Args:
        start: The revision the database stands at, as :func:`current` tells; None before the first.
        revision: The revision to bring it to.

    Raises:
        MigrationError: There is no such revision, or it lies before the start.
    """
    if revisions.place(revision) < revisions.place(start):
        raise MigrationError(f"Revision {revision} lies before {start}.")
    output = StringIO()
    command.upgrade(alembic_config(output=output), f"{start or 'base'}:{revision}", sql=True)
    return output.getvalue()
