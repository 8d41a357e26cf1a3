"""Claims of a process that died: free at once where nobody else can be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.bootstrap import build_services
from core.database import Database
from tests.databases import FakeClock, TestDatabases
from tests.services.racing import (
    claim,
    finished_heat,
)


@pytest.fixture
async def sqlite(test_databases: TestDatabases, clock: FakeClock) -> AsyncIterator[Database]:
    """A migrated, empty file."""
    async with test_databases.temporary("sqlite", migrated=True) as url:
        database = Database(url, clock=clock)
        yield database
        await database.dispose()


async def test_what_a_dead_process_held_is_free_for_who_is_alone_at_the_file(
    sqlite: Database,
) -> None:
    dead = Database(sqlite.engine.url, clock=sqlite.clock)
    await finished_heat(build_services(dead))
    held = await claim(build_services(dead))
    alive = Database(sqlite.engine.url, clock=sqlite.clock)
    assert await build_services(alive).outbox.claim() is None
    await alive.dispose()
    await dead.dispose()
    found = await claim(build_services(sqlite))
    assert (found.id, found.attempts) == (held.id, 2)
    assert found.look_since is not None


async def test_who_begins_alone_keeps_its_own_claims(sqlite: Database) -> None:
    services = build_services(sqlite)
    await finished_heat(services)
    claims = await asyncio.gather(*(services.outbox.claim() for _ in range(5)))
    assert sum(post is not None for post in claims) == 1
    assert await services.outbox.claim() is None


async def test_on_a_server_a_claim_runs_out_by_itself(postgres: Database) -> None:
    await finished_heat(build_services(postgres))
    await claim(build_services(postgres))
    assert await build_services(postgres).outbox.claim() is None
