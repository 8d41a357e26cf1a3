"""What is counted of the database: statements of an interaction, its errors, what waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import URL

from core.bootstrap import Services
from core.database import Database
from core.measures import TALLY, Measures, Tally
from core.outages import StoreUnavailable
from tests.databases import FakeClock
from tests.services.racing import finished_heat


class Counting(Measures):
    counts_statements = True

    def __init__(self) -> None:
        self.errors: list[str] = []

    def database_error(self, reason: str) -> None:
        self.errors.append(reason)


async def test_an_interaction_has_its_own_statements(migrated_url: URL) -> None:
    database = Database(migrated_url, measures=Counting())
    TALLY.set(tally := Tally())
    await database.read(lambda unit: [unit.connection.execute(select(1)) for _ in range(2)])
    assert tally.statements == 2
    await database.write(lambda unit: unit.connection.execute(text("DELETE FROM teams")))
    assert tally.statements == 3
    TALLY.set(other := Tally())
    await database.read(lambda unit: unit.connection.execute(select(1)))
    assert (tally.statements, other.statements) == (3, 1)
    await database.dispose()


async def test_what_the_database_cannot_do_is_counted_with_its_reason(
    migrated_sqlite_url: URL,
) -> None:
    counting = Counting()
    database = Database(migrated_sqlite_url, measures=counting)
    assert await database.answers()

    def fail(_: object) -> None:
        raise OSError(5, "Input/output error")

    with pytest.raises(StoreUnavailable):
        await database.write(fail)
    assert counting.errors == ["Input/output error"]
    await database.dispose()


async def test_how_much_waits_to_be_posted(services: Services, clock: FakeClock) -> None:
    empty = await services.outbox.depth()
    assert (empty.waiting, empty.oldest) == (0, timedelta())
    await finished_heat(services)
    clock.advance(minutes=5)
    found = await services.outbox.depth()
    assert found.waiting == 1
    assert timedelta(minutes=5) <= found.oldest < timedelta(minutes=6)
    post = await services.outbox.claim()
    assert post is not None
    await services.outbox.shown(post, channel_id=1, message_id=2)
    assert (await services.outbox.depth()).waiting == 0
