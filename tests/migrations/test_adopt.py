"""Giving the earlier system's racers and sessions to a team."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from core.bootstrap import build_services
from core.caller import Caller, Person
from core.database import Database, utc_now
from core.models import Team
from migrations.errors import DatabaseUnreachable, MigrationError
from migrations.runner import Adopted, adopt, upgrade, verify
from tests.databases import FakeClock
from tests.migrations.helpers import (
    LONG_AGO,
    add_earlier_session,
    connected,
    count_rows,
    execute,
    make_earlier_tables,
)

TEAM = 81384788765712384
CALLER = Caller(TEAM, Person(77, "Bea"))


async def add_session(url: URL, **values: object) -> UUID:
    session_id = uuid4()
    async with connected(url) as connection:
        await add_earlier_session(connection, session_id, **values)
    return session_id


async def test_a_team_gets_what_nobody_has(database_url: URL) -> None:
    await make_earlier_tables(database_url)
    await upgrade(database_url)
    assert not (await verify(database_url)).ok
    assert await adopt(database_url, TEAM, "Europe/Berlin") == Adopted(1, 1, 1)
    assert (await verify(database_url)).ok
    assert await adopt(database_url, TEAM) == Adopted(0, 0, 0)
    assert await adopt(database_url, TEAM + 1) == Adopted(0, 0, 0)


async def test_a_session_of_long_ago_is_closed_as_of_its_own_day(database_url: URL) -> None:
    await make_earlier_tables(database_url)
    await upgrade(database_url)
    await adopt(database_url, TEAM, "Europe/Berlin")
    database = Database(database_url, clock=FakeClock())
    services = build_services(database)
    (info,) = (await services.session.list_sessions(CALLER)).sessions
    assert not info.is_open
    assert info.created_at == LONG_AGO
    # 05:00 in Berlin, where it was the 1st of March.
    assert info.closed_at == datetime(2025, 3, 2, 4, 0, tzinfo=UTC)
    assert info.time_zone == "Europe/Berlin"
    assert await services.session.suggest_tracks(CALLER, "arena süd")
    await services.housekeeping.run()
    await database.dispose()
    assert (await count_rows(database_url))["summary_posts"] == 0, (
        "no wrap-up of last year is posted"
    )


async def test_a_session_of_today_stays_open(database_url: URL) -> None:
    await make_earlier_tables(database_url)
    now = utc_now()
    session_id = await add_session(database_url, created_at=now.replace(tzinfo=None))
    await upgrade(database_url)
    assert await adopt(database_url, TEAM) == Adopted(1, 2, 1)
    database = Database(database_url)
    services = build_services(database)
    sessions = (await services.session.list_sessions(CALLER)).sessions
    await database.dispose()
    (info,) = [session for session in sessions if session.id == session_id]
    assert info.is_open
    # Its days count from the first lap.
    assert info.closes_at is None


async def test_any_other_status_counts_as_closed(database_url: URL) -> None:
    await make_earlier_tables(database_url)
    ended = datetime(2025, 3, 1, 22, 0, tzinfo=UTC)
    done = await add_session(database_url, status="completed", closed_at=ended.replace(tzinfo=None))
    await upgrade(database_url)
    await adopt(database_url, TEAM)
    database = Database(database_url)
    services = build_services(database)
    sessions = (await services.session.list_sessions(CALLER)).sessions
    await database.dispose()
    (info,) = [session for session in sessions if session.id == done]
    assert not info.is_open
    assert info.closed_at == ended


async def test_gaps_get_the_defaults(database_url: URL) -> None:
    await make_earlier_tables(database_url)
    await execute(
        database_url,
        "ALTER TABLE racer_profiles ADD COLUMN experience_level VARCHAR(50)",
        "UPDATE racer_profiles SET updated_at = NULL",
        "UPDATE sessions SET status = NULL, created_at = NULL",
    )
    await upgrade(database_url)
    texts = [line.text for line in (await verify(database_url)).lines if not line.ok]
    gaps = "racer_profiles.experience_level (1), racer_profiles.updated_at (1), "
    gaps += "sessions.status (1), sessions.created_at (1)"
    assert f"Rows are empty where they may not be: {gaps}." in texts
    await adopt(database_url, TEAM)
    report = await verify(database_url)
    # What is left is the earlier system's: it never gave the column a default.
    assert [line.text for line in report.lines if not line.ok] == [
        "racer_profiles.experience_level should have the default Intermediate and has none."
    ]


async def test_a_team_that_is_known_keeps_its_zone(sqlite_url: URL) -> None:
    await make_earlier_tables(sqlite_url)
    await upgrade(sqlite_url)
    async with connected(sqlite_url) as connection:
        await connection.execute(sa.insert(Team).values(id=TEAM, time_zone="America/Denver"))
    await adopt(sqlite_url, TEAM, "Europe/Berlin")
    database = Database(sqlite_url)
    (info,) = (await build_services(database).session.list_sessions(CALLER)).sessions
    await database.dispose()
    assert info.time_zone == "America/Denver"


async def test_what_cannot_be_used_is_refused(sqlite_url: URL) -> None:
    with pytest.raises(DatabaseUnreachable, match="There is no file"):
        await adopt(sqlite_url, TEAM)
    await upgrade(sqlite_url, revision="0002")
    with pytest.raises(MigrationError, match="run upgrade first"):
        await adopt(sqlite_url, TEAM)
    await upgrade(sqlite_url)
    for team_id in (0, -1, 2**63):
        with pytest.raises(MigrationError, match="Discord server id"):
            await adopt(sqlite_url, team_id)
    with pytest.raises(MigrationError, match="no time zone"):
        await adopt(sqlite_url, TEAM, "Mars/Olympus")
    assert (await count_rows(sqlite_url))["teams"] == 0
