"""Fixtures that every test may use."""

from __future__ import annotations

import gc
import os
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import URL

from core.bootstrap import Services, build_services
from core.database import Database
from tests.chromium import LEFT_OUT
from tests.databases import KINDS, FakeClock, Kind, TestDatabases, database_at

# How long an example takes says how busy the machine is. And examples are the same each time: a
# test that fails by luck helps nobody who did not look for it. ``EXPLORE=2000`` tries new ones, and
# so many days of racing (tests/services/test_stateful.py).
settings.register_profile(
    "any machine",
    deadline=None,
    derandomize=not int(os.environ.get("EXPLORE", "0")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any machine")
# Tests start many processes; compiled files are worth having whatever the shell says.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have each process begin with its share of the longest tests: none is left over at the end.

    Each is given an equal stretch of the list, and takes over what others have left at the end of
    theirs. The longest of a file stay together: they may share what is slow to start.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    longest: dict[Path, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("long"):
            longest[item.path].append(item)
    files = list(longest.values())
    others = [item for item in items if not item.get_closest_marker("long")]
    ends = [len(others) * number // processes for number in range(processes + 1)]
    items[:] = [
        item
        for number in range(processes)
        for item in (*chain(*files[number::processes]), *others[ends[number] : ends[number + 1]])
    ]


def pytest_collection_finish() -> None:
    """Keep the garbage collector from going through all tests and libraries again and again.

    It also looks less often for what a test has left in circles: this process does not live long.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in a line what was left out for want of a browser, and how to get one."""
    skipped = terminalreporter.getreports("skipped")
    if any(LEFT_OUT in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(LEFT_OUT)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands until the test moves it."""
    return FakeClock()


@pytest.fixture(scope="session")
def test_databases() -> Iterator[TestDatabases]:
    """What makes this process's databases; most tests want ``database`` instead."""
    databases = TestDatabases()
    yield databases
    databases.close()


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> Kind:
    """The kind of database a test runs on: once on each."""
    kind: Kind = request.param
    return kind


@pytest.fixture
async def database(
    database_kind: Kind, test_databases: TestDatabases, clock: FakeClock
) -> AsyncIterator[Database]:
    """A migrated, empty database; the test runs once on each kind."""
    async with test_databases.temporary(database_kind, migrated=True) as url:
        database = database_at(url, clock)
        yield database
        await database.dispose()


@pytest.fixture
async def postgres(test_databases: TestDatabases, clock: FakeClock) -> AsyncIterator[Database]:
    """A migrated, empty PostgreSQL database."""
    async with test_databases.temporary("postgresql", migrated=True) as url:
        database = database_at(url, clock)
        yield database
        await database.dispose()


@pytest.fixture
async def database_url(database_kind: Kind, test_databases: TestDatabases) -> AsyncIterator[URL]:
    """The address of a database without any table; the test runs once on each kind."""
    async with test_databases.temporary(database_kind, migrated=False) as url:
        yield url


@pytest.fixture
async def migrated_url(database_kind: Kind, test_databases: TestDatabases) -> AsyncIterator[URL]:
    """The address of a migrated, empty database; its tables are the test's to change."""
    async with test_databases.migrated_copy(database_kind) as url:
        yield url


@pytest.fixture
async def migrated_postgres_url(test_databases: TestDatabases) -> AsyncIterator[URL]:
    """The address of a migrated, empty PostgreSQL database; its tables are the test's to change."""
    async with test_databases.migrated_copy("postgresql") as url:
        yield url


@pytest.fixture
async def migrated_sqlite_url(test_databases: TestDatabases) -> AsyncIterator[URL]:
    """The address of a migrated, empty SQLite database; its directory holds nothing else."""
    async with test_databases.migrated_copy("sqlite") as url:
        yield url


@pytest.fixture
async def postgres_url(test_databases: TestDatabases) -> AsyncIterator[URL]:
    """The address of a PostgreSQL database without any table."""
    async with test_databases.temporary("postgresql", migrated=False) as url:
        yield url


@pytest.fixture
async def sqlite_url(test_databases: TestDatabases) -> AsyncIterator[URL]:
    """The address of a SQLite database without any table; its directory holds nothing else."""
    async with test_databases.temporary("sqlite", migrated=False) as url:
        yield url


@pytest.fixture
def services(database: Database) -> Services:
    """The core's services over ``database``."""
    return build_services(database)
