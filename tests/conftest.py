"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.bootstrap import Services, build_services
from core.config import parse_database_url
from core.database import Database
from core.models import Base
from tests.databases import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["sqlite"])
async def database(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Database]:
    database = Database(parse_database_url(f"sqlite:///{tmp_path}/orp.db"), clock=clock)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield database
    await database.dispose()


@pytest.fixture
def services(database: Database) -> Services:
    return build_services(database)
