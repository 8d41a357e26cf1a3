"""The earlier system's checklist after an upgrade: columns, defaults and counts.

It only reads. What the earlier system has beyond the models is left alone; what the models need
and do not find, or cannot live with, is a problem.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.types import TypeDecorator, TypeEngine

from core.models import Base, RacerProfile
from core.scoring.advice import ExperienceLevel
from migrations import revisions
from migrations.connections import reading
from migrations.environment import context_options

_ORP_FIELDS: Final = (
    "racer_profiles.experience_level",
    "racer_profiles.driving_style",
    "sessions.practice_rounds",
    "sessions.qualifying_rounds",
)
_ADOPTABLE: Final = ("racer_profiles", "sessions")


@dataclass(frozen=True, slots=True)
class VerifyLine:
    """One thing that was looked at."""

    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """Everything that was looked at, in the order it is best read."""

    lines: tuple[VerifyLine, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no problem."""
        return all(line.ok for line in self.lines)


async def verify(url: URL) -> VerifyReport:
    """Look a database through and change nothing.

    Raises:
        DatabaseTooNew: It stands at a revision that this program does not know.
        DatabaseUnreachable: There is no such file, or the server cannot be reached.
    """
    async with reading(url) as connection:
        return VerifyReport(tuple(await connection.run_sync(lambda sync: list(_lines(sync)))))


def _lines(connection: Connection) -> Iterator[VerifyLine]:
    revision, newest = revisions.current(connection), revisions.known()[-1]
    if revision != newest:
        stands = f"at revision {revision}" if revision else "before the first revision"
        yield VerifyLine(False, f"The database stands {stands}, not {newest}: run upgrade.")
        return
    yield VerifyLine(True, f"The database stands at revision {newest}, the newest.")
    misfits = list(_misfits(connection))
    for name in _ORP_FIELDS:
        if all(misfit.name != name for misfit in misfits):
            yield VerifyLine(True, f"{name} is there, {_default_of(name)}.")
    for misfit in misfits:
        yield VerifyLine(False, misfit.text)
    if any(misfit.is_missing for misfit in misfits):
        # What is not there cannot be counted.
        return
    for table in Base.metadata.tables.values():
        yield VerifyLine(True, f"Rows in {table.name}: {_count(connection, table)}.")
    yield from _values(connection)
    yield from _references(connection)
    yield from _teams(connection)


def _default_of(name: str) -> str:
    default = _column(name).server_default
    return f"default '{default.arg}'" if isinstance(default, sa.DefaultClause) else "no default"


def _column(name: str) -> sa.Column[Any]:
    table, _, column = name.partition(".")
    return Base.metadata.tables[table].columns[column]


def _count(connection: Connection, table: sa.Table, *which: sa.ColumnElement[bool]) -> int:
    statement = sa.select(sa.func.count()).select_from(table).where(*which)
    return connection.scalars(statement).one()


# What stands and what the models want


@dataclass(frozen=True, slots=True)
class _Misfit:
    """A table, column or rule that is not as the models need it."""

    name: str
    text: str
    is_missing: bool = False


def _misfits(connection: Connection) -> Iterator[_Misfit]:
    context = MigrationContext.configure(connection, opts=context_options(connection.dialect.name))
    for difference in compare_metadata(context, Base.metadata):
        # The changes of one column come as a list.
        for change in difference if isinstance(difference, list) else [difference]:
            yield from _misfit(change)


def _misfit(change: object) -> Iterator[_Misfit]:
    match change:
        case ("add_table", sa.Table() as table):
            yield _Misfit(table.name, f"The table {table.name} is missing.", is_missing=True)
        case ("add_column", _, table, sa.Column() as column):
            name = f"{table}.{column.name}"
            yield _Misfit(name, f"{name} is missing.", is_missing=True)
        case ("add_index" | "add_constraint", (sa.Index() | sa.UniqueConstraint()) as rule):
            yield _Misfit(str(rule.name), f"The index or constraint {rule.name} is missing.")
        # Without one in the models, a column may have the default the earlier system gave it.
        case ("modify_default", _, table, column, _, found, sa.DefaultClause() as wanted):
            name = f"{table}.{column}"
            has = str(found.arg) if isinstance(found, sa.DefaultClause) else "none"
            yield _Misfit(name, f"{name} should have the default {wanted.arg} and has {has}.")
        case ("modify_type", _, table, column, _, TypeEngine() as found, TypeEngine() as wanted):
            name = f"{table}.{column}"
            if not _holds(found, wanted):
                yield _Misfit(name, f"{name} is {found!r}, which cannot hold {wanted!r}.")
        # Whoever opens a session has a profile.
        case ("modify_nullable", _, table, column, _, False, True) if column != "profile_id":
            name = f"{table}.{column}"
            yield _Misfit(name, f"{name} can be empty for the bot, but not in this database.")
        # The earlier system's own: fine as long as rows can be added without it.
        case ("remove_column", _, table, sa.Column(nullable=False, server_default=None) as column):
            name = f"{table}.{column.name}"
            text = f"{name} must be filled and has no default: the bot cannot add rows."
            yield _Misfit(name, text)


def _holds(found: TypeEngine[Any], wanted: TypeEngine[Any]) -> bool:
    """Tell whether an adopted column holds what the models put there, though it is another type."""
    if isinstance(wanted, TypeDecorator):
        wanted = wanted.impl_instance
    if isinstance(wanted, sa.DateTime):
        return isinstance(found, sa.DateTime)
    if isinstance(wanted, sa.String) and isinstance(found, sa.String):
        return found.length is None or (wanted.length or sys.maxsize) <= found.length
    if isinstance(wanted, sa.Integer) and isinstance(found, sa.Integer):
        return isinstance(found, sa.BigInteger)
    return False


# What the rows say


def _values(connection: Connection) -> Iterator[VerifyLine]:
    """Yield the gaps and strange words that adopted rows can have."""
    empty = [
        f"{table}.{column.name} ({count})"
        for table in _ADOPTABLE
        for column in Base.metadata.tables[table].columns
        if not column.nullable
        and (count := _count(connection, Base.metadata.tables[table], column.is_(None)))
    ]
    if empty:
        yield VerifyLine(False, f"Rows are empty where they may not be: {', '.join(empty)}.")
    else:
        yield VerifyLine(True, "Every row has what it needs.")
    level = RacerProfile.__table__.columns["experience_level"]
    known = [each.value for each in ExperienceLevel]
    strange = connection.scalars(sa.select(level).where(level.not_in(known)).distinct()).all()
    if strange:
        words = ", ".join(sorted(strange))
        yield VerifyLine(False, f"Experience levels that are none of {', '.join(known)}: {words}.")


def _references(connection: Connection) -> Iterator[VerifyLine]:
    """Yield where rows refer to rows that are not there."""
    found = False
    for table in Base.metadata.tables.values():
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            parent = key.column.table.alias()
            has_parent = sa.exists().where(parent.c[key.column.name] == key.parent)
            orphans = _count(connection, table, key.parent.is_not(None), ~has_parent)
            if orphans:
                found = True
                text = f"{orphans} rows of {table.name} refer to missing {key.column.table.name}."
                yield VerifyLine(False, text)
    if not found:
        yield VerifyLine(True, "Every row's parent is there.")


def _teams(connection: Connection) -> Iterator[VerifyLine]:
    """Yield adopted rows that no team has been given yet."""
    for name in _ADOPTABLE:
        table = Base.metadata.tables[name]
        without = _count(connection, table, table.c.team_id.is_(None))
        if without:
            yield VerifyLine(False, f"{without} rows of {name} have no team yet: run adopt.")
        else:
            yield VerifyLine(True, f"Every row of {name} has its team.")
