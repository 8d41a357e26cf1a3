"""One call is one transaction: all of it or nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import StatementError

from core.bootstrap import Services
from core.commands import LogLaps, SessionFields
from core.database import Database
from core.errors import Redelivered
from core.models import Draft, InteractionSeen, RaceSession, Team
from core.services import outbox_rows, people
from tests.databases import FakeClock
from tests.services.racing import ANN, BEN, TEAM, by, count, everything, log, start_session

# The number SQLite has for it.
FULL = 2


async def test_an_exception_in_a_service_leaves_nothing_behind(
    database: Database, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await start_session(services)
    logged = await log(services, ANN)
    before = await everything(database)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patched:
        # The last thing logging does, and the last undoing and renaming do.
        patched.setattr(people, "greet", fail)
        patched.setattr(outbox_rows, "mark_stale", fail)
        for call in (
            services.entries.log(by(ANN, interaction=1), LogLaps("20.1 20.2")),
            services.entries.undo(by(ANN, interaction=2), logged.entry_id),
            services.heats.rename(by(ANN, interaction=3), "P1", "Q1"),
            services.sessions.start(by(BEN, interaction=4), SessionFields(name="Second")),
        ):
            with pytest.raises(RuntimeError):
                await call
    assert await everything(database) == before
    # The interactions were not used up either.
    assert len((await log(services, by(ANN, interaction=1), "20.1")).run.laps) == 7


async def test_without_commit_nothing_is_kept(database: Database) -> None:
    async with database.write() as uow:
        await uow.lock_team(TEAM)
        await uow.see_interaction(1)
    assert await count(database, Team) == 0
    assert await count(database, InteractionSeen) == 0


@pytest.mark.parametrize("how", ["read", "write"])
async def test_what_sqlite_has_committed_survives_a_power_cut(how: str, sqlite_url: URL) -> None:
    """FULL: the log is on the disk before a commit returns, with NORMAL some time later."""
    database = Database(sqlite_url)
    async with getattr(database, how)() as uow:
        assert await uow.db.scalar(text("PRAGMA journal_mode")) == "wal"
        assert await uow.db.scalar(text("PRAGMA synchronous")) == FULL
    await database.dispose()


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 6, 6, 12, 0, tzinfo=UTC).replace(tzinfo=None)
    async with database.write() as uow:
        await uow.lock_team(TEAM)
        uow.db.add(Draft(team_id=TEAM, discord_user_id=1, command={}, created_at=naive))
        with pytest.raises(StatementError, match="without a time zone"):
            await uow.db.flush()
    assert await count(database, Draft) == 0


async def test_moments_come_back_in_utc(database: Database) -> None:
    moment = datetime(2026, 6, 6, 23, 30, tzinfo=timezone(timedelta(hours=-10)))
    async with database.write() as uow:
        await uow.lock_team(TEAM)
        session = RaceSession(team_id=TEAM, closes_at=moment)
        uow.db.add(session)
        await uow.commit()
    async with database.read() as uow:
        found = (await uow.db.scalars(select(RaceSession))).one()
    assert found.closes_at == moment
    assert found.closes_at is not None
    assert found.closes_at.tzinfo is UTC
    assert found.created_at.tzinfo is UTC
    # What the database fills in by itself is the present in UTC.
    assert abs(datetime.now(UTC) - found.created_at) < timedelta(minutes=1)
    assert (found.status, found.days, found.practice_rounds) == ("active", 1, 0)
    assert found.implicit is False


async def test_a_team_is_locked_until_the_end(database: Database) -> None:
    order: list[str] = []

    async def work(name: str) -> None:
        async with database.write() as uow:
            team = await uow.lock_team(TEAM)
            order.append(f"{name} in")
            team.auto_finish_minutes += 1
            await uow.db.flush()
            await asyncio.sleep(0)
            order.append(f"{name} out")
            await uow.commit()

    await asyncio.gather(*(work(name) for name in "abcdef"))
    assert [step.split()[1] for step in order] == ["in", "out"] * 6
    assert all(a.split()[0] == b.split()[0] for a, b in zip(order[::2], order[1::2], strict=True))
    async with database.read() as uow:
        team = (await uow.db.scalars(select(Team))).one()
    assert team.auto_finish_minutes == 36


async def test_an_interaction_is_seen_once(database: Database) -> None:
    async def see() -> None:
        async with database.write() as uow:
            await uow.see_interaction(2**62)
            await uow.commit()

    results = await asyncio.gather(*(see() for _ in range(5)), return_exceptions=True)
    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, Redelivered) for result in results) == 4


async def test_a_reader_sees_one_moment(database: Database, services: Services) -> None:
    await log(services, ANN, "20.1 20.2")
    async with database.read() as uow:
        first = (await uow.db.scalars(select(RaceSession.session_name))).all()
        await services.sessions.edit(by(ANN), None, SessionFields(name="Later"))
        second = (await uow.db.scalars(select(RaceSession.session_name))).all()
    assert first == second
    assert (await services.sessions.show(by(ANN))).session.name == "Later"


async def test_the_publisher_is_woken_by_a_commit_only(
    database: Database, services: Services, clock: FakeClock
) -> None:
    await log(services, ANN)
    assert not database.outbox_changed.is_set()
    await services.heats.finish(by(ANN))
    assert database.outbox_changed.is_set()
    database.outbox_changed.clear()
    async with database.write() as uow:
        await outbox_rows.unblock(uow, TEAM)
    assert not database.outbox_changed.is_set()
    clock.advance(minutes=1)
    await services.heats.finish(by(BEN), "P1")
    assert not database.outbox_changed.is_set()
