"""One call is one transaction: all of it or nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from threading import Thread

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import StatementError

from core.bootstrap import Services
from core.commands import LogLaps, RenameHeat, SessionFields
from core.database import Database, Unit
from core.errors import Redelivered
from core.models import Draft, InteractionSeen, RaceSession, Team
from core.race_day import outbox
from core.race_day.change import Change, mark_seen, team_held
from tests.databases import FakeClock, execute
from tests.services.racing import (
    ANN,
    BEN,
    TEAM,
    by,
    count,
    everything,
    log,
    start_session,
    undoable,
)

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
        # The last thing each does: logging, undoing and renaming, starting a session.
        patched.setattr(Change, "greet", fail)
        patched.setattr(outbox, "mark_stale", fail)
        patched.setattr("core.services.session.session_info", fail)
        for call in (
            services.lap_entry.log(by(ANN, interaction=1), LogLaps("20.1 20.2")),
            services.undo.take_back(by(ANN, interaction=2), undoable(logged)),
            services.heat.rename(by(ANN, interaction=3), RenameHeat("P1", "Q1")),
            services.session.start(by(BEN, interaction=4), SessionFields(name="Second")),
        ):
            with pytest.raises(RuntimeError):
                await call
    assert await everything(database) == before
    # The interactions were not used up either.
    assert len((await log(services, by(ANN, interaction=1), "20.1")).run.laps) == 7


async def test_of_an_act_that_raises_nothing_is_kept(database: Database) -> None:
    def act(unit: Unit) -> None:
        team_held(unit, TEAM)
        mark_seen(unit, 1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(act)
    assert await count(database, Team) == 0
    assert await count(database, InteractionSeen) == 0


@pytest.mark.parametrize("how", ["read", "write"])
async def test_what_sqlite_has_committed_survives_a_power_cut(how: str, sqlite_url: URL) -> None:
    """FULL: the log is on the disk before a commit returns, with NORMAL some time later."""

    def look(unit: Unit) -> None:
        assert unit.connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert unit.connection.execute(text("PRAGMA synchronous")).scalar() == FULL

    database = Database(sqlite_url)
    await getattr(database, how)(look)
    await database.dispose()


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 6, 6, 12, 0, tzinfo=UTC).replace(tzinfo=None)

    def act(unit: Unit) -> None:
        team_held(unit, TEAM)
        unit.db.add(Draft(team_id=TEAM, discord_user_id=1, command={}, created_at=naive))

    with pytest.raises(StatementError, match="without a time zone"):
        await database.write(act)
    assert await count(database, Draft) == 0


async def test_moments_come_back_in_utc(database: Database) -> None:
    moment = datetime(2026, 6, 6, 23, 30, tzinfo=timezone(timedelta(hours=-10)))

    def act(unit: Unit) -> None:
        team_held(unit, TEAM)
        unit.db.add(RaceSession(team_id=TEAM, closes_at=moment))

    await database.write(act)
    found = await database.read(lambda unit: unit.db.scalars(select(RaceSession)).one())
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

    def act(name: str, unit: Unit) -> None:
        team = team_held(unit, TEAM)
        order.append(f"{name} in")
        team.auto_finish_minutes += 1
        unit.db.flush()
        order.append(f"{name} out")

    await asyncio.gather(*(database.write(partial(act, name)) for name in "abcdef"))
    assert [step.split()[1] for step in order] == ["in", "out"] * 6
    assert all(a.split()[0] == b.split()[0] for a, b in zip(order[::2], order[1::2], strict=True))
    team = await database.read(lambda unit: unit.db.scalars(select(Team)).one())
    assert team.auto_finish_minutes == 36


async def test_an_interaction_is_seen_once(database: Database) -> None:
    def see(unit: Unit) -> None:
        mark_seen(unit, 2**62)

    results = await asyncio.gather(*(database.write(see) for _ in range(5)), return_exceptions=True)
    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, Redelivered) for result in results) == 4


def race_elsewhere(url: URL) -> None:
    """Change the team from another loop and thread, as another process does."""

    async def change() -> None:
        other = Database(url)
        await execute(other, update(Team).values(time_zone="Asia/Tokyo"))
        await other.dispose()

    thread = Thread(target=asyncio.run, args=(change(),))
    thread.start()
    thread.join()


async def test_a_reader_sees_one_moment(database: Database) -> None:
    await database.write(lambda unit: team_held(unit, TEAM))

    def zone(unit: Unit) -> str:
        return unit.connection.execute(select(Team.time_zone)).scalar_one()

    def look(unit: Unit) -> tuple[str, str]:
        before = zone(unit)
        race_elsewhere(database.engine.url)
        return before, zone(unit)

    assert await database.read(look) == ("UTC", "UTC")
    assert await database.read(zone) == "Asia/Tokyo"


async def test_the_publisher_is_woken_by_a_commit_only(
    database: Database, services: Services, clock: FakeClock
) -> None:
    await log(services, ANN)
    assert not database.awake.is_set()
    await services.heat.finish(by(ANN))
    assert database.awake.is_set()
    database.awake.clear()

    def fail(unit: Unit) -> None:
        outbox.unblock(unit, TEAM)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(fail)
    assert not database.awake.is_set()
    clock.advance(minutes=1)
    await services.heat.finish(by(BEN), "P1")
    assert not database.awake.is_set()
