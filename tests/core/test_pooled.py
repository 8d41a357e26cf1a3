"""Behind PgBouncer in transaction mode, where each transaction has another connection."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from itertools import count

import asyncpg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import URL

from core.bootstrap import build_services
from core.caller import Person
from core.config import parse_database_url
from core.database import Database, Unit
from core.outages import StoreUnavailable
from migrations.errors import DatabaseUnreachable
from migrations.newest import NEWEST
from migrations.runner import current, upgrade, verify
from tests.pooler import PROGRAM, pooled
from tests.services.racing import log

pytestmark = pytest.mark.skipif(
    PROGRAM is None and not os.environ.get("CI"), reason="pgbouncer is not installed"
)

COMMANDS = 100


@pytest.fixture
async def behind(postgres_url: URL) -> AsyncIterator[URL]:
    """The address of an empty database behind a pooler."""
    async with pooled(postgres_url) as url:
        yield parse_database_url(url.update_query_dict({"pgbouncer": "true"}).render_as_string())


async def test_a_hundred_commands_at_once_and_none_fails(
    behind: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if each connection were that of another process, which names what it prepares alike."""
    counts: dict[int, Iterator[int]] = defaultdict(count)
    monkeypatch.setattr(
        asyncpg.Connection,
        "_get_unique_id",
        lambda self, prefix: f"{prefix}_{next(counts[id(self)])}",
    )
    assert (await upgrade(behind)).after == NEWEST
    assert await current(behind) == NEWEST
    database = Database(behind)
    services = build_services(database)
    people = [Person(number, f"racer-{number}") for number in range(1, 21)]
    await asyncio.gather(
        *(log(services, people[number % 20], "20.1 20.2", "Q1") for number in range(COMMANDS))
    )
    laps = await database.read(
        lambda unit: unit.connection.execute(text("SELECT count(*) FROM run_logs")).scalar_one()
    )
    assert laps == 2 * COMMANDS
    assert (await verify(behind)).ok
    await database.dispose()


async def test_limits_are_of_the_transaction_and_stay_on_no_connection(behind: URL) -> None:
    await upgrade(behind)
    database = Database(behind)
    names = ("lock_timeout", "idle_in_transaction_session_timeout", "timezone")

    def limits(unit: Unit) -> list[str]:
        return list(unit.connection.execute(select(*map(func.current_setting, names))).one())

    for ask in (database.read, database.write):
        assert await ask(limits) == ["5s", "30s", "UTC"]
    async with database.engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        assert await raw.fetchval("SHOW lock_timeout") == "0", "nothing is left behind"
    await database.dispose()


async def test_a_lock_is_waited_for_no_longer_than_elsewhere(behind: URL) -> None:
    await upgrade(behind)
    holder, database = Database(behind), Database(behind)
    await holder.write(lambda unit: unit.connection.execute(text("INSERT INTO teams VALUES (1)")))
    async with holder.engine.begin() as connection:
        await connection.execute(text("SELECT 1 FROM teams FOR UPDATE"))
        with pytest.raises(StoreUnavailable) as caught:
            await database.write(_held_for_a_moment)
    assert caught.value.reason == "the database says 55P03"
    for each in (holder, database):
        await each.dispose()


def _held_for_a_moment(unit: Unit) -> None:
    unit.connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
    unit.connection.execute(text("SELECT 1 FROM teams FOR UPDATE"))


async def test_who_does_not_say_so_is_told_what_to_say(postgres_url: URL) -> None:
    async with pooled(postgres_url) as url:
        with pytest.raises(DatabaseUnreachable, match=r"\?pgbouncer=true"):
            await upgrade(parse_database_url(url))
