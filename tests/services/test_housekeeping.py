"""What happens by itself: idle heats, ended sessions, old marks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from core.bootstrap import Services, build_services
from core.commands import SessionFields
from core.database import Database, Unit
from core.errors import Redelivered
from core.models import Draft, InteractionSeen, SummaryPost
from core.race_day import outbox
from core.race_day.rows import HeatRow
from core.results.heat import HeatTable
from core.results.standings import Standings
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    RIVALS,
    by,
    claim,
    count,
    everything,
    log,
    must_choose,
    open_heats,
    publish,
    start_heat,
    start_session,
    statements,
    undoable,
)

# Idle heats


async def test_a_heat_nobody_touched_for_half_an_hour_finishes(
    database: Database, services: Services, clock: FakeClock
) -> None:
    await start_heat(services, ANN, "Q1")
    clock.advance(minutes=29)
    assert await services.housekeeping.run() == 0
    await log(services, by(ANN, channel=44))
    clock.advance(minutes=29, seconds=59)
    assert await services.housekeeping.run() == 0
    clock.advance(seconds=2)
    assert await services.housekeeping.run() == 1
    assert await open_heats(services) == []
    post = await claim(services)
    # Silently, and where laps were last typed.
    assert (post.silent, post.channel_id) == (True, 44)
    assert isinstance(post.content, HeatTable)
    assert (await log(services, ANN, heat="Q1")).finished_by is None
    assert await services.housekeeping.run() == 0
    assert await count(database, SummaryPost) == 1


async def test_corrections_are_touches_too(services: Services, clock: FakeClock) -> None:
    logged = await log(services, ANN, "20.1 20.2")
    second = await log(services, ANN, "20.3")
    clock.advance(minutes=20)
    await services.lap_entry.set_lap_counts(
        by(ANN), logged.heat.id, racer_id=ANN.user_id, lap_number=1, counts=False
    )
    clock.advance(minutes=20)
    assert await services.housekeeping.run() == 0
    await services.undo.take_back(by(ANN), undoable(second))
    clock.advance(minutes=20)
    assert await services.housekeeping.run() == 0
    clock.advance(minutes=11)
    assert await services.housekeeping.run() == 1


async def test_the_team_says_how_long(services: Services, clock: FakeClock) -> None:
    await services.team.set_auto_finish(by(ANN, manager=True), 5)
    await services.team.set_auto_finish(by(ANN, team=RIVALS, manager=True), 0)
    await log(services, ANN)
    await log(services, by(ANN, team=RIVALS))
    clock.advance(minutes=5)
    assert await services.housekeeping.run() == 1
    assert await open_heats(services) == []
    clock.advance(hours=3)
    assert await services.housekeeping.run() == 0
    await services.team.set_auto_finish(by(ANN, team=RIVALS, manager=True), 1440)
    assert await services.housekeeping.run() == 0
    await services.team.set_auto_finish(by(ANN, team=RIVALS, manager=True), 60)
    assert await services.housekeeping.run() == 1


async def test_no_heat_is_open_overnight(services: Services, clock: FakeClock) -> None:
    await services.team.set_auto_finish(by(ANN, manager=True), 0)
    clock.moment = datetime(2026, 6, 6, 2, 30, tzinfo=UTC)
    await start_session(services, days=3, time_zone="Europe/Berlin")
    await log(services, ANN, heat="Q1")
    clock.moment = datetime(2026, 6, 6, 2, 59, 59, tzinfo=UTC)
    assert await services.housekeeping.run() == 0
    clock.moment = datetime(2026, 6, 6, 3, 0, tzinfo=UTC)
    assert await services.housekeeping.run() == 1
    assert await open_heats(services) == []
    # What is driven after it has until the next one.
    await log(services, ANN, heat="Q2")
    clock.advance(hours=23, minutes=59)
    assert await services.housekeeping.run() == 0
    clock.advance(minutes=1)
    assert await services.housekeeping.run() == 1


async def test_looking_for_idle_heats_asks_once(
    database: Database, services: Services, clock: FakeClock
) -> None:
    for number in range(5):
        await start_heat(services, ANN, "Q1", f"Class {number}")
    clock.advance(minutes=10)
    with statements(database) as seen:
        assert await services.housekeeping.finish_idle_heats() == 0
    assert len(seen) == 1


async def test_two_housekeepers_at_once_finish_a_heat_once(
    database: Database, services: Services, clock: FakeClock
) -> None:
    await log(services, ANN)
    await log(services, by(ANN, team=RIVALS))
    clock.advance(minutes=31)
    done = await asyncio.gather(*(build_services(database).housekeeping.run() for _ in range(4)))
    assert sum(done) == 2
    assert await count(database, SummaryPost) == 2


# Ended sessions


async def test_a_session_closes_after_its_last_day(services: Services, clock: FakeClock) -> None:
    clock.moment = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
    await start_session(services, days=2, time_zone="Europe/Berlin")
    await log(services, ANN, heat="A-Main")
    await services.team.set_auto_finish(by(ANN, manager=True), 0)
    clock.moment = datetime(2026, 6, 8, 2, 30, tzinfo=UTC)
    await log(services, ANN, "20.3", heat="A-Main")
    clock.moment = datetime(2026, 6, 8, 2, 59, 59, tzinfo=UTC)
    assert await services.housekeeping.run() == 0
    clock.moment = datetime(2026, 6, 8, 3, 0, 1, tzinfo=UTC)
    # The heat ends, and so does the session.
    assert await services.housekeeping.run() == 2
    (session,) = (await services.session.list_sessions(by(ANN))).sessions
    assert not session.is_open
    assert session.closed_at is not None
    assert session.closed_at >= datetime(2026, 6, 8, 3, 0, tzinfo=UTC)
    summary, wrap_up = await publish(services, 1), await publish(services, 2)
    assert isinstance(summary.content, HeatTable)
    assert (summary.silent, summary.content.is_open) == (True, False)
    assert isinstance(wrap_up.content, Standings)
    assert wrap_up.channel_id == summary.channel_id is not None
    assert (await log(services, ANN)).opened_session


async def test_a_session_whose_time_passed_long_ago_closes(
    services: Services, clock: FakeClock
) -> None:
    await start_session(services)
    await log(services, ANN)
    clock.advance(days=40)
    assert await services.housekeeping.run() == 2
    assert await services.housekeeping.run() == 0
    (session,) = (await services.session.list_sessions(by(ANN))).sessions
    assert not session.is_open


async def test_more_days_keep_a_session_open(services: Services, clock: FakeClock) -> None:
    await start_session(services)
    await log(services, ANN)
    await services.session.edit(by(ANN), None, SessionFields(days=3))
    clock.advance(days=2)
    assert await services.housekeeping.run() == 1, "the heat"
    await services.session.edit(by(ANN), None, SessionFields(days=1))
    assert await services.housekeeping.run() == 1


async def test_two_housekeepers_at_once_close_a_session_once(
    database: Database, services: Services, clock: FakeClock
) -> None:
    await start_session(services)
    await log(services, ANN)
    clock.advance(days=2)
    done = await asyncio.gather(*(build_services(database).housekeeping.run() for _ in range(4)))
    assert sum(done) == 2
    assert await count(database, SummaryPost) == 2


async def test_closing_by_hand_and_by_itself_at_once(
    database: Database, services: Services, clock: FakeClock
) -> None:
    await start_session(services)
    await log(services, ANN)
    clock.advance(days=2)
    await asyncio.gather(
        services.session.close(by(ANN)), services.housekeeping.run(), return_exceptions=True
    )
    assert await count(database, SummaryPost) == 2
    assert not (await services.session.list_sessions(by(ANN))).sessions[0].is_open


# Old marks


async def test_old_marks_are_cleared(
    database: Database, services: Services, clock: FakeClock
) -> None:
    await start_session(services, ANN, "First", days=7)
    await start_session(services, ANN, "Second", days=7)
    await must_choose(services, by(BEN, interaction=1))
    clock.advance(hours=23)
    waiting = await must_choose(services, by(CLEO, interaction=2))
    before = await everything(database)
    await services.housekeeping.clear_old_marks()
    assert await everything(database) == before
    clock.advance(hours=2)
    await services.housekeeping.clear_old_marks()
    # What waits is kept for a day, the interactions for longer.
    assert (await count(database, InteractionSeen), await count(database, Draft)) == (2, 1)
    clock.advance(days=6)
    await services.housekeeping.clear_old_marks()
    assert (await count(database, InteractionSeen), await count(database, Draft)) == (1, 0)
    with pytest.raises(Redelivered):
        await services.lap_entry.answer(by(CLEO, interaction=2), waiting.draft_id, "0")


async def test_what_fails_for_one_team_is_done_for_the_others(
    services: Services, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log(services, by(ANN, team=RIVALS), heat="Q1")
    await log(services, ANN, heat="Q1")
    order = outbox.order_heat_summary

    def fail(unit: Unit, team_id: int, heat: HeatRow, **where: Any) -> None:
        order(unit, team_id, heat, **where)
        if team_id == RIVALS:
            raise RuntimeError("the rivals' post cannot be ordered")

    monkeypatch.setattr(outbox, "order_heat_summary", fail)
    clock.advance(minutes=31)
    with pytest.raises(ExceptionGroup):
        await services.housekeeping.run()
    assert await open_heats(services) == []
