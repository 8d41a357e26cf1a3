"""A bot behind PgBouncer in transaction mode: it starts, migrates and stores as ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from core.bootstrap import build_services
from core.caller import Person
from core.database import Database, Unit
from core.models import RunLog
from core.outages import may_come_up
from localdiscord import LocalDiscord
from localdiscord.play.botprocess import Launch
from localdiscord.play.cast import PADDOCK
from migrations.errors import DatabaseUnreachable
from migrations.runner import upgrade
from tests.databases import TestDatabases
from tests.e2e.conftest import bot_process, patient, require_the_document
from tests.e2e.driving import CHANNEL, finish, shows, type_laps
from tests.pooler import pooler
from tests.services.racing import by, count, log

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEAMS = 10
LAPS_A_TEAM = 20
LIMITS = text("SELECT current_setting('lock_timeout'), current_setting('timezone')")


@pytest_asyncio.fixture(loop_scope="session")
async def pooled(test_databases: TestDatabases) -> AsyncIterator[URL]:
    """The address of an empty database behind a pooler."""
    async with (
        test_databases.temporary("postgresql", migrated=False) as url,
        pooler(url) as pooled,
    ):
        yield pooled


async def test_a_start_that_was_not_told_of_the_pooler_says_what_to_write(pooled: URL) -> None:
    untold = pooled.difference_update_query(["pgbouncer"])
    with pytest.raises(DatabaseUnreachable, match=r"add \?pgbouncer=true") as caught:
        await upgrade(untold)
    assert isinstance(caught.value.__cause__, DBAPIError)
    assert not may_come_up(caught.value.__cause__), "the bot does not wait for it"


async def test_a_bot_starts_and_stores_behind_a_pooler(pooled: URL, forked: Launch) -> None:
    async with (
        patient(LocalDiscord(PADDOCK)) as discord,
        bot_process(discord, pooled, forked) as bot,
    ):
        require_the_document(discord)
        await discord.ready()
        team = discord.add_guild("Pooled")
        await type_laps(team)
        await finish(team)
        await team.channel(CHANNEL).wait_for(shows("Q1"))
        discord.assert_clean()
        assert await bot.stop() == 0, bot.tail
        assert "unexpected error" not in bot.tail
    database = Database(pooled)
    services = build_services(database)

    async def race(team_id: int) -> None:
        for _ in range(LAPS_A_TEAM):
            await log(services, by(Person(1, "Ann"), team=team_id), "20.1", "Q1")

    before = await count(database, RunLog)
    await asyncio.gather(*(race(team_id) for team_id in range(1, TEAMS + 1)))
    assert await count(database, RunLog) == before + TEAMS * LAPS_A_TEAM

    def limits(unit: Unit) -> tuple[str, str]:
        lock_timeout, timezone = unit.connection.execute(LIMITS).one()
        return lock_timeout, timezone

    assert await database.write(limits) == await database.read(limits) == ("5s", "UTC")
    await database.dispose()
    # Nothing that a transaction set or prepared is there for whoever gets its connection next.
    address = pooled.set(drivername="postgresql").difference_update_query(["pgbouncer"])
    other = await asyncpg.connect(str(address), statement_cache_size=0)
    assert await other.fetchval("SHOW lock_timeout") == "0"
    assert await other.fetchval("SELECT count(*) FROM pg_prepared_statements") == 0
    await other.close()


async def test_no_statement_is_kept_although_what_it_reads_has_changed(pooled: URL) -> None:
    async def read() -> object:
        return await own.read(lambda unit: unit.connection.scalar(text("SELECT lap FROM laps")))

    async def change(statement: str) -> None:
        await other.write(lambda unit: unit.connection.execute(text(statement)))

    own, other = Database(pooled), Database(pooled)
    await change("CREATE TABLE laps (lap integer)")
    await change("INSERT INTO laps VALUES (20100)")
    assert await read() == 20100
    await change("ALTER TABLE laps ALTER lap TYPE text")
    assert await read() == "20100"
    await own.dispose()
    await other.dispose()
