"""Copies that are made by themselves, one a night, and go when they are old."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from core.copies import Copy, copies_of, make_copy
from core.database import Database
from core.services.housekeeping import Housekeeping
from tests.databases import FakeClock

DAYS = 3


@pytest.fixture
async def sqlite(migrated_sqlite_url: URL, clock: FakeClock) -> Database:
    return Database(migrated_sqlite_url, clock=clock)


def file_of(database: Database) -> Path:
    return Path(str(database.engine.url.database))


def found(database: Database) -> list[Copy]:
    return copies_of(file_of(database), file_of(database).parent)


async def test_one_is_made_each_night(sqlite: Database, clock: FakeClock) -> None:
    housekeeping = Housekeeping(sqlite, keep_copies_days=DAYS)
    made = 0
    for _ in range(2 * 24):
        made += await housekeeping.copy_each_night() is not None
        clock.advance(hours=1)
    # The first at once, then at the two fours o'clock that came.
    assert made == 3
    assert len(found(sqlite)) == 3
    await sqlite.dispose()


async def test_they_go_with_all_others_when_they_are_old(
    sqlite: Database, clock: FakeClock
) -> None:
    housekeeping = Housekeeping(sqlite, keep_copies_days=DAYS)
    replaced = file_of(sqlite).with_name("orp-replaced-20260606-110000.db")
    for name in (replaced.name, f"{replaced.name}-wal", "orp-notes.db"):
        replaced.with_name(name).touch()
    for _ in range(10):
        assert await housekeeping.copy_each_night() is not None
        clock.advance(days=1)
    assert len(found(sqlite)) == DAYS
    assert {path.name for path in replaced.parent.glob("*replaced*")} == set()
    assert replaced.with_name("orp-notes.db").exists(), "the host's own"
    await sqlite.dispose()


async def test_a_copy_by_hand_is_that_nights_and_a_replaced_file_is_none(
    sqlite: Database, clock: FakeClock
) -> None:
    housekeeping = Housekeeping(sqlite, keep_copies_days=DAYS)
    moment = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
    file_of(sqlite).with_name("orp-replaced-20260606-120000.db").touch()
    by_hand = make_copy(file_of(sqlite), file_of(sqlite).parent, moment)
    assert await housekeeping.copy_each_night() is None
    by_hand.unlink()
    assert await housekeeping.copy_each_night() is not None
    await sqlite.dispose()


async def test_none_is_made_where_none_is_wanted(sqlite: Database, postgres: Database) -> None:
    assert await Housekeeping(sqlite).copy_each_night() is None
    assert await Housekeeping(postgres, keep_copies_days=DAYS).copy_each_night() is None
    assert found(sqlite) == []
    await sqlite.dispose()
