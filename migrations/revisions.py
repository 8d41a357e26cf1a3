"""The revisions this program knows, and the one a database stands at."""

from __future__ import annotations

from functools import cache

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from migrations.environment import alembic_config
from migrations.errors import DatabaseTooNew, MigrationError
from migrations.newest import VERSION_TABLE


@cache
def known() -> tuple[str, ...]:
    """Return the revisions, oldest first; they form one line without branches."""
    script = ScriptDirectory.from_config(alembic_config())
    return tuple(step.revision for step in script.walk_revisions())[::-1]


def place(revision: str | None) -> int:
    """Return how many revisions lead to this one: 0 for ``base`` and None, all for ``head``.

    Raises:
        MigrationError: There is no such revision.
    """
    if revision in {None, "base"}:
        return 0
    if revision == "head":
        return len(known())
    if revision not in known():
        raise MigrationError(f"There is no revision {revision}, only {', '.join(known())}.")
    return known().index(revision) + 1


def current(connection: Connection) -> str | None:
    """Return the revision a database stands at, None before the first.

    Raises:
        DatabaseTooNew: It is none of this program's.
    """
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    heads = context.get_current_heads()
    strange = sorted(set(heads) - set(known()))
    if strange:
        raise DatabaseTooNew(
            f"The database stands at revision {strange[0]}, which this program does not know: "
            f"its newest is {known()[-1]}. A newer version of the bot has used the database; "
            "start that one. Nothing was changed."
        )
    return heads[0] if heads else None
