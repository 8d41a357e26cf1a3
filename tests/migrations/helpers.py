"""Databases as the earlier system left them, and what a test asks of one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from core.data_models import Forgotten, SharedCard
from core.database import create_engine
from core.follow_models import EventRace, Follow, RaceTaken, SiteSlot, WatchedPage
from core.models import (
    DeletedRace,
    Draft,
    Entry,
    Heat,
    HeatRacer,
    InteractionSeen,
    RacerProfile,
    RaceSession,
    RunLog,
    SessionClass,
    SessionRacer,
    SummaryPost,
    Team,
)
from migrations.earlier import ADOPTED_TABLE
from migrations.newest import VERSION_TABLE

Column = tuple[str, str, bool, str | None]
Schema = dict[str, list[Column]]

ANNA = UUID("11111111-1111-4111-8111-111111111111")
RACE = UUID("22222222-2222-4222-8222-222222222222")
LONG_AGO = datetime(2025, 3, 1, 18, 30, tzinfo=UTC)

_BOOK_KEEPING = {VERSION_TABLE, ADOPTED_TABLE}

# With further columns, a table that hangs off the sessions, and moments without a zone.
_EARLIER = sa.MetaData()
_PROFILES = sa.Table(
    "racer_profiles",
    _EARLIER,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("email", sa.String(255)),
    sa.Column("created_at", sa.DateTime, server_default=sa.func.now()),
    sa.Column("updated_at", sa.DateTime, server_default=sa.func.now()),
)
_SESSIONS = sa.Table(
    "sessions",
    _EARLIER,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("profile_id", sa.ForeignKey("racer_profiles.id", ondelete="CASCADE"), nullable=False),
    sa.Column("session_name", sa.String(255)),
    sa.Column("track_name", sa.String(255)),
    sa.Column("weather", sa.Text, server_default="dry"),
    sa.Column("status", sa.String(20), server_default="active"),
    sa.Column("created_at", sa.DateTime, server_default=sa.func.now()),
    sa.Column("closed_at", sa.DateTime),
    sa.Column("updated_at", sa.DateTime, server_default=sa.func.now()),
)
_PHOTOS = sa.Table(
    "session_photos",
    _EARLIER,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("session_id", sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    sa.Column("file", sa.Text, nullable=False),
)


@asynccontextmanager
async def connected(url: URL) -> AsyncIterator[AsyncConnection]:
    """Open a transaction that is committed at the end."""
    engine = create_engine(url)
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def execute(url: URL, *statements: str) -> None:
    """Run statements in one transaction."""
    async with connected(url) as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)


async def fetch(url: URL, statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    async with connected(url) as connection:
        return [tuple(row) for row in await connection.exec_driver_sql(statement)]


async def contents(url: URL) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every table, but for the migrations' own book-keeping."""
    async with connected(url) as connection:
        return await connection.run_sync(_contents)


def _contents(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    tables = sorted(set(sa.inspect(connection).get_table_names()) - _BOOK_KEEPING)
    everything = sa.select(sa.text("*"))
    return {
        table: [tuple(row) for row in connection.execute(everything.select_from(sa.table(table)))]
        for table in tables
    }


async def make_earlier_tables(url: URL) -> None:
    """Make the earlier system's tables, with a racer, a session and two photos."""
    moment = LONG_AGO.replace(tzinfo=None)
    async with connected(url) as connection:
        await connection.run_sync(_EARLIER.create_all)
        await connection.execute(
            _PROFILES.insert().values(
                id=ANNA, name="Anna", email="anna@example.org", created_at=moment
            )
        )
        await add_earlier_session(connection, RACE, created_at=moment)
        await connection.execute(
            _PHOTOS.insert().values(
                [
                    {"id": 1, "session_id": RACE, "file": "a.jpg"},
                    {"id": 2, "session_id": RACE, "file": "b.jpg"},
                ]
            )
        )


async def add_earlier_session(
    connection: AsyncConnection, session_id: UUID, **values: object
) -> None:
    """Add one of Anna's sessions as the earlier system did."""
    defaults = {"profile_id": ANNA, "session_name": "Club Race", "track_name": "Arena  Süd"}
    await connection.execute(_SESSIONS.insert().values(id=session_id, **(defaults | values)))


async def make_first_rows(url: URL) -> None:
    """Put a racer and a session into tables as revision 0001 makes them."""
    async with connected(url) as connection:
        await connection.execute(_PROFILES.insert().values(id=ANNA, name="Anna"))
        await connection.execute(_SESSIONS.insert().values(id=RACE, profile_id=ANNA))


async def fill(url: URL) -> None:
    """Put a row or more into every table of a migrated database that has Anna and her race."""
    now = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
    heat = Heat(
        session_id=RACE,
        name="Q1",
        name_key="q1",
        kind="qualifying",
        opened_by=ANNA,
        opened_at=now,
        last_activity_at=now,
    )
    async with connected(url) as connection, AsyncSession(connection) as db:
        db.add(Team(id=1))
        await db.flush()
        await db.execute(sa.update(RacerProfile).values(team_id=1, discord_user_id=77))
        await db.execute(sa.update(RaceSession).values(team_id=1))
        db.add_all(
            [
                heat,
                SessionRacer(session_id=RACE, racer_id=ANNA, chosen_at=now),
                Draft(team_id=1, discord_user_id=77, command={}, created_at=now),
                InteractionSeen(id=2**62, seen_at=now),
                SessionClass(session_id=RACE, page_class_key="buggy", class_name="1:8"),
                DeletedRace(session_id=RACE, heat_name="Q2", source_table={}, deleted_at=now),
                SharedCard(racer_id=ANNA, channel_id=5, message_id=6, shared_at=now),
                Forgotten(team_id=1, key="", who="", names=[], forgotten_at=now),
            ]
        )
        await db.flush()
        entry = Entry(
            heat_id=heat.id,
            racer_id=ANNA,
            entered_by=ANNA,
            kind="command",
            replaced={},
            created_at=now,
        )
        post = SummaryPost(
            team_id=1,
            heat_id=heat.id,
            subject_id=heat.id,
            state="pending",
            next_attempt_at=now,
            created_at=now,
        )
        run = HeatRacer(
            heat_id=heat.id, racer_id=ANNA, opened_at=now, logged_at=now, updated_at=now
        )
        db.add_all([entry, post, run])
        await db.flush()
        db.add_all(
            RunLog(
                session_id=RACE,
                heat_id=heat.id,
                racer_id=ANNA,
                lap_number=number,
                lap_time_ms=20_000 + number,
                entry_id=entry.id,
                created_at=now,
                updated_at=now,
            )
            for number in (1, 2, 3)
        )
        await db.commit()
    await _follow(url, now)


async def _follow(url: URL, now: datetime) -> None:
    """Have Anna's race follow an event with one race."""
    page, race, follow = uuid4(), uuid4(), uuid4()
    async with connected(url) as connection, AsyncSession(connection) as db:
        for row in (
            WatchedPage(
                id=page,
                role="event",
                address="https://track.liverc.com/results/?p=view_event&id=1",
                source="liverc",
                host="track.liverc.com",
                site="liverc.com",
                about={},
                found_at=now,
                is_news=False,
            ),
            EventRace(
                id=race,
                event_id=page,
                page_id=page,
                version=1,
                parsed={},
                content_hash="",
                laps=[],
                has_faults=False,
                found_at=now,
                is_news=False,
                ready_at=now,
            ),
            Follow(
                id=follow,
                team_id=1,
                session_id=RACE,
                event_id=page,
                event_name="Cup",
                followed_by=ANNA,
                state="active",
                created_at=now,
            ),
            RaceTaken(follow_id=follow, race_id=race, version=1, has_members=True),
            SiteSlot(name="host:track.liverc.com", asked_at=now),
        ):
            db.add(row)
            await db.flush()
        await db.commit()


async def count_rows(url: URL) -> dict[str, int]:
    """Return how many rows every table has, but for the migrations' own book-keeping."""
    return {table: len(rows) for table, rows in (await contents(url)).items()}


async def schema(url: URL) -> Schema:
    """Return every table with its columns: name, type, nullable, default."""
    async with connected(url) as connection:
        return await connection.run_sync(_schema)


def _schema(connection: Connection) -> Schema:
    inspector = sa.inspect(connection)
    return {
        table: [
            (column["name"], repr(column["type"]), column["nullable"], column["default"])
            for column in inspector.get_columns(table)
        ]
        for table in inspector.get_table_names()
    }


def columns(found: Schema, tables: Sequence[str]) -> set[str]:
    """Return the columns of some tables, like ``sessions.days``."""
    return {f"{table}.{name}" for table in tables for name, *_ in found[table]}
