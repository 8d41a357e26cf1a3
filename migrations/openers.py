"""What becomes of a session when the racer goes who opened it.

``sessions.profile_id`` is the earlier system's, with a key that it may have named itself, and which
may let no session be without its opener. Both are given back on the way down.
"""

from __future__ import annotations

import re
from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection

from migrations import earlier
from migrations.errors import MigrationError

# Noted among what was adopted where no session may be without its opener.
_NEEDED: Final = "profile_id NOT NULL"
_NOTE_NEEDED: Final = {
    "sqlite": (
        "INSERT INTO orp_adopted SELECT 'sessions', 'profile_id NOT NULL'"
        " FROM pragma_table_info('sessions') WHERE name = 'profile_id' AND \"notnull\""
    ),
    "postgresql": (
        "INSERT INTO orp_adopted SELECT 'sessions', 'profile_id NOT NULL'"
        " FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND table_name = 'sessions' AND column_name = 'profile_id' AND is_nullable = 'NO'"
    ),
}
_FORGET_NEEDED: Final = (
    "DELETE FROM orp_adopted WHERE table_name = 'sessions' AND column_name = 'profile_id NOT NULL'"
)
# A script cannot ask for the key's name before it runs.
_DROP_KEY: Final = (
    "DO $$ DECLARE found name; BEGIN"
    " FOR found IN SELECT conname FROM pg_constraint WHERE conrelid = 'sessions'::regclass"
    " AND contype = 'f' AND conkey = ARRAY[(SELECT attnum FROM pg_attribute"
    " WHERE attrelid = 'sessions'::regclass AND attname = 'profile_id')]"
    " LOOP EXECUTE format('ALTER TABLE sessions DROP CONSTRAINT %I', found); END LOOP; END $$"
)
_KEY: Final = "fk_sessions_profile_id_racer_profiles"
# Whom sessions are given whose opener was forgotten.
_MAKE_STAND_IN: Final = (
    "INSERT INTO racer_profiles (id, name, created_at, updated_at)"
    " SELECT '00000000000000000000000000000000', 'a racer', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP"
    " WHERE EXISTS (SELECT 1 FROM sessions WHERE profile_id IS NULL)"
)
_GIVE_STAND_IN: Final = (
    "UPDATE sessions SET profile_id = '00000000000000000000000000000000' WHERE profile_id IS NULL"
)

# In the text by which SQLite keeps a table: the key, whether it stands at the column or by itself,
# and what it does.
_QUOTE: Final = r'["`\[\]]?'
_ACTIONS: Final = r"(?:\s+ON\s+(?:UPDATE|DELETE)\s+(?:CASCADE|RESTRICT|SET\s+\w+|NO\s+ACTION))*"
_KEY_TEXT: Final = re.compile(
    rf"(?<!\w)(profile_id{_QUOTE}[^,]*?REFERENCES\s+{_QUOTE}racer_profiles{_QUOTE}"
    rf"(?:\s*\(\s*{_QUOTE}id{_QUOTE}\s*\))?)({_ACTIONS})",
    re.IGNORECASE,
)
_ON_DELETE: Final = re.compile(
    r"\s+ON\s+DELETE\s+(?:CASCADE|RESTRICT|SET\s+\w+|NO\s+ACTION)", re.IGNORECASE
)
_COLUMN_TEXT: Final = re.compile(
    rf"(?<!\w)(profile_id{_QUOTE}\s+\w+(?:\s*\([^)]*\))?)(\s+NOT\s+NULL)?", re.IGNORECASE
)
_NAME_TEXT: Final = re.compile(rf"(CREATE\s+TABLE\s+){_QUOTE}sessions{_QUOTE}", re.IGNORECASE)


def outlive() -> None:
    """Have sessions stay when their opener goes, without one."""
    dialect = op.get_context().dialect.name
    op.execute(_NOTE_NEEDED[dialect])
    _make(dialect, "SET NULL", is_nullable=True)


def go_with_them() -> None:
    """Have sessions go with their opener again, as the earlier system has it.

    Where none may be without an opener, those whose opener was forgotten get a stand-in.
    """
    is_needed = earlier.is_adopted("sessions", _NEEDED)
    if is_needed:
        op.execute(_MAKE_STAND_IN)
        op.execute(_GIVE_STAND_IN)
    _make(op.get_context().dialect.name, "CASCADE", is_nullable=not is_needed)
    op.execute(_FORGET_NEEDED)


def _make(dialect: str, ondelete: str, *, is_nullable: bool) -> None:
    if dialect == "sqlite":
        _rebuild(op.get_bind(), ondelete, is_nullable=is_nullable)
        return
    op.execute(_DROP_KEY)
    op.create_foreign_key(
        _KEY, "sessions", "racer_profiles", ["profile_id"], ["id"], ondelete=ondelete
    )
    op.alter_column("sessions", "profile_id", existing_type=sa.Uuid(), nullable=is_nullable)


def _rebuild(connection: Connection, ondelete: str, *, is_nullable: bool) -> None:
    """Make the table again on SQLite, from its own text: nothing else of it may change.

    Alembic's batch would write keys that stand at their columns in another way, and SQLite then
    refuses to drop those columns.

    Raises:
        MigrationError: The text is none that this can read.
    """
    texts = connection.exec_driver_sql(
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = 'sessions' AND sql IS NOT NULL"
    ).all()
    text = next(sql for kind, sql in texts if kind == "table")
    again = _COLUMN_TEXT.sub(rf"\1{'' if is_nullable else ' NOT NULL'}", text, count=1)
    again = _KEY_TEXT.sub(
        lambda key: f"{key[1]} ON DELETE {ondelete}{_ON_DELETE.sub('', key[2])}", again
    )
    connection.exec_driver_sql(_NAME_TEXT.sub(r"\1sessions_again", again, count=1))
    connection.exec_driver_sql("INSERT INTO sessions_again SELECT * FROM sessions")
    connection.exec_driver_sql("DROP TABLE sessions")
    connection.exec_driver_sql("ALTER TABLE sessions_again RENAME TO sessions")
    for kind, sql in texts:
        if kind != "table":
            connection.exec_driver_sql(sql)
    _check(connection, ondelete, is_nullable=is_nullable)


def _check(connection: Connection, ondelete: str, *, is_nullable: bool) -> None:
    keys = connection.exec_driver_sql(
        "SELECT on_delete FROM pragma_foreign_key_list('sessions') WHERE \"from\" = 'profile_id'"
    ).scalars()
    needed = connection.exec_driver_sql(
        "SELECT \"notnull\" FROM pragma_table_info('sessions') WHERE name = 'profile_id'"
    ).scalar_one()
    if not set(keys) <= {ondelete} or bool(needed) is is_nullable:
        raise MigrationError(
            "What becomes of a session when its opener goes cannot be changed in this database: "
            "its table sessions is written in a way that is not known."
        )
