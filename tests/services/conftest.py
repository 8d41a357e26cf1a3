"""Fixtures of the service tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.engine import URL

from core.bootstrap import Services, build_services
from core.database import Database
from core.models import Base
from tests.databases import FakeClock


@pytest.fixture
async def sqlite_database(sqlite_url: URL, clock: FakeClock) -> AsyncIterator[Database]:
    """For what is decided before the database is asked: one kind is enough."""
    database = Database(sqlite_url, clock=clock)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield database
    await database.dispose()


@pytest.fixture
def sqlite_services(sqlite_database: Database) -> Services:
    return build_services(sqlite_database)
