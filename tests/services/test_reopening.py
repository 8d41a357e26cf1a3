"""Reopen: what was finished or closed too early goes on, and its post stays; closing asks first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.bootstrap import Services
from core.closing_time import next_closing_time
from core.commands import StartHeat
from core.database import Database
from core.errors import Conflict, NotAllowed, NotFound
from core.models import SummaryPost
from core.results.heat import HeatTable
from core.results.question import Asks, LeftAlone, Question
from core.results.session import SessionClosed, SessionInfo
from core.results.standings import Standings
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    RIVALS,
    by,
    close_session,
    count,
    everything,
    finish_heat,
    log,
    open_heats,
    pick,
    publish,
    set_crew_role,
    start_heat,
    start_session,
)

# Heats


async def test_a_heat_that_was_finished_goes_on_and_its_post_stays(
    database: Database, services: Services, clock: FakeClock
) -> None:
    logged = await log(services, ANN, "20.1 20.2", heat="Q1")
    await finish_heat(services, ANN)
    await publish(services)
    assert (await services.heat.show(by(ANN))).may_reopen
    reopened = await services.heat.reopen(by(ANN), logged.heat.id)
    assert (reopened.heat, reopened.already, reopened.post_follows) == (logged.heat, False, True)
    shown = await services.heat.show(by(ANN))
    assert (shown.is_open, shown.may_reopen) == (True, False)
    again = await log(services, ANN, "20.3")
    assert (again.heat, again.heat_is_open, again.new_laps[0].number) == (logged.heat, True, 3)
    clock.advance(seconds=3)
    followed = await publish(services)
    assert followed.message_id == 7_000
    assert isinstance(followed.content, HeatTable)
    assert len(followed.content.runs[0].laps) == 3
    await finish_heat(services, ANN)
    assert await count(database, SummaryPost) == 1


async def test_reopening_twice_changes_nothing(database: Database, services: Services) -> None:
    logged = await log(services, ANN, "20.1")
    await finish_heat(services, ANN)
    await services.heat.reopen(by(ANN), logged.heat.id)
    before = await everything(database)
    assert (await services.heat.reopen(by(ANN), logged.heat.id)).already
    assert await everything(database) == before


async def test_a_heat_opened_again_before_it_was_posted_is_posted_when_it_ends(
    services: Services, clock: FakeClock
) -> None:
    logged = await log(services, ANN, "20.1 20.2")
    await finish_heat(services, ANN)
    await services.heat.reopen(by(ANN), logged.heat.id)
    clock.advance(seconds=3)
    claimed = await services.outbox.claim()
    assert claimed is not None
    assert claimed.task.name == "NOTHING"
    await services.outbox.nothing_to_show(claimed)
    assert await services.outbox.claim() is None
    await finish_heat(services, ANN)
    assert (await services.outbox.claim()) is not None


async def test_the_heat_that_was_started_instead_goes_while_it_is_empty(
    services: Services,
) -> None:
    first = await log(services, ANN, "20.1", heat="Q1", class_name="Buggy")
    await start_heat(services, BEN, "Q1", "Truggy")
    started = await start_heat(services, ANN, "Q2")
    assert [heat.label for heat in started.finished] == ["Buggy Q1"]
    reopened = await services.heat.reopen(by(ANN), first.heat.id)
    assert reopened.removed == (started.heat,)
    assert await open_heats(services) == ["Buggy Q1", "Truggy Q1"]
    assert (await log(services, ANN, "20.2")).heat == first.heat


async def test_the_heat_that_was_started_instead_stays_with_laps_or_of_others(
    services: Services,
) -> None:
    first = await log(services, ANN, "20.1", heat="Q1")
    await start_heat(services, ANN, "Q2")
    await log(services, BEN, "21.1", heat="Q2")
    assert (await services.heat.reopen(by(ANN), first.heat.id)).removed == ()
    assert await open_heats(services) == ["Q1", "Q2"]
    await finish_heat(services, ANN, "Q1")
    await finish_heat(services, ANN, "Q2")
    await start_heat(services, BEN, "Q3")
    assert (await services.heat.reopen(by(ANN), first.heat.id)).removed == ()
    assert await open_heats(services) == ["Q1", "Q3"]


async def test_who_finished_it_who_logged_there_and_crew_may(
    database: Database, services: Services
) -> None:
    await set_crew_role(services)
    logged = await log(services, ANN, "20.1")
    await finish_heat(services, BEN)
    before = await everything(database)
    for stranger in (by(CLEO), by(ANN, team=RIVALS), by(CLEO, team=RIVALS, manager=True)):
        with pytest.raises((NotAllowed, NotFound)):
            await services.heat.reopen(stranger, logged.heat.id)
    assert await everything(database) == before
    assert not (await services.heat.show(by(CLEO))).may_reopen
    for caller in (by(ANN), by(BEN), by(CLEO, crew=True)):
        assert (await services.heat.show(caller)).may_reopen
        await services.heat.reopen(caller, logged.heat.id)
        await finish_heat(services, BEN)


async def test_a_heat_of_a_closed_session_opens_with_the_session(services: Services) -> None:
    logged = await log(services, ANN, "20.1")
    await finish_heat(services, ANN)
    await close_session(services, ANN)
    assert not (await services.heat.show(by(ANN))).may_reopen
    with pytest.raises(Conflict, match="is closed"):
        await services.heat.reopen(by(ANN), logged.heat.id)


async def test_a_heat_opened_again_is_not_finished_at_once_by_itself(
    services: Services, clock: FakeClock
) -> None:
    logged = await log(services, ANN, "20.1")
    clock.advance(minutes=31)
    await services.housekeeping.run()
    await services.heat.reopen(by(ANN), logged.heat.id)
    assert await services.housekeeping.run() == 0
    clock.advance(minutes=31)
    assert await services.housekeeping.run() == 1


# Sessions


async def test_a_session_opens_again_with_what_closing_finished(
    database: Database, services: Services, clock: FakeClock
) -> None:
    session = await start_session(services)
    await log(services, ANN, "20.1 20.2", heat="Q1")
    await finish_heat(services, ANN)
    await log(services, ANN, "20.3 20.4", heat="Q2")
    closed = await close_session(services, ANN)
    assert [heat.label for heat in closed.finished] == ["Q2"]
    for message_id in (1, 2, 3):
        await publish(services, message_id)
    shown = await services.session.show(by(ANN))
    assert shown.may_reopen
    reopened = await services.session.reopen(by(ANN), session.id)
    assert [heat.label for heat in reopened.heats] == ["Q2"]
    assert reopened.closes_at == datetime(2026, 6, 7, 5, 0, tzinfo=UTC)
    assert await open_heats(services) == ["Q2"]
    shown = await services.session.show(by(ANN))
    assert (shown.session.is_open, shown.may_reopen) == (True, False)
    assert (await log(services, ANN, "20.5")).heat.name == "Q2"
    clock.advance(hours=17)
    await services.housekeeping.run()
    assert not (await services.session.show(by(ANN))).session.is_open
    assert await count(database, SummaryPost, SummaryPost.session_id == session.id) == 1
    seen = [await publish(services) for _ in range(3)]
    wrap_up = next(post for post in seen if isinstance(post.content, Standings))
    assert wrap_up.message_id == 3
    assert isinstance(wrap_up.content, Standings)
    assert not wrap_up.content.session.is_open


async def test_a_session_stays_open_until_the_next_05_00(
    services: Services, clock: FakeClock
) -> None:
    session = await start_session(services, time_zone="Europe/Berlin")
    await log(services, ANN, "20.1")
    await close_session(services, ANN)
    # Two nights later, at 02:00 in Berlin.
    clock.moment = datetime(2026, 6, 8, 0, 0, tzinfo=UTC)
    reopened = await services.session.reopen(by(ANN), session.id)
    assert reopened.closes_at == datetime(2026, 6, 8, 3, 0, tzinfo=UTC)
    clock.moment = datetime(2026, 6, 8, 3, 1, tzinfo=UTC)
    await services.housekeeping.run()
    assert not (await services.session.show(by(ANN))).session.is_open


@pytest.mark.parametrize(
    ("now", "closes"),
    [
        ("2026-06-06 02:59:59", "2026-06-06 03:00:00"),
        ("2026-06-06 03:00:00", "2026-06-07 03:00:00"),
        ("2026-06-06 20:00:00", "2026-06-07 03:00:00"),
        # The clocks go forward at 02:00, and back at 03:00.
        ("2026-03-29 00:30:00", "2026-03-29 03:00:00"),
        ("2026-03-29 03:30:00", "2026-03-30 03:00:00"),
        ("2026-10-25 00:30:00", "2026-10-25 04:00:00"),
    ],
)
def test_the_next_05_00(now: str, closes: str) -> None:
    at, then = (datetime.fromisoformat(f"{moment}+00:00") for moment in (now, closes))
    assert next_closing_time(at, "Europe/Berlin") == then


async def closed_by_ben(services: Services) -> SessionInfo:
    """A session that Ben has opened and closed, in which Ann has a lap."""
    await set_crew_role(services)
    session = await start_session(services, BEN)
    await log(services, ANN, "20.1")
    await close_session(services, BEN)
    return session


async def test_who_closed_it_who_logged_there_and_crew_may_open_it(
    database: Database, services: Services
) -> None:
    session = await closed_by_ben(services)
    before = await everything(database)
    for stranger in (by(CLEO), by(ANN, team=RIVALS), by(CLEO, team=RIVALS, manager=True)):
        with pytest.raises((NotAllowed, NotFound)):
            await services.session.reopen(stranger, session.id)
    assert await everything(database) == before
    assert not (await services.session.show(by(CLEO))).may_reopen
    for caller in (by(ANN), by(BEN), by(CLEO, crew=True)):
        assert (await services.session.show(caller)).may_reopen
        await services.session.reopen(caller, session.id)
        assert (await services.session.reopen(caller, session.id)).already
        await close_session(services, BEN)


async def test_a_day_is_offered_while_it_lasts_although_who_closed_it_was_forgotten(
    services: Services, clock: FakeClock
) -> None:
    session = await closed_by_ben(services)
    held = await services.data.ask_forget(by(BEN))
    await services.data.forget(by(BEN), held.racer_id)
    assert not (await services.session.show(by(CLEO))).may_reopen
    assert (await services.session.show(by(CLEO, crew=True))).may_reopen
    assert (await services.session.show(by(ANN))).may_reopen
    clock.advance(days=1)
    assert not (await services.session.show(by(ANN))).may_reopen
    clock.advance(days=-1)
    await services.session.reopen(by(ANN), session.id)
    assert (await services.session.show(by(ANN))).session.is_open


async def test_two_sessions_of_one_name_are_never_open(services: Services) -> None:
    session = await start_session(services)
    await log(services, ANN, "20.1")
    await close_session(services, ANN)
    await start_session(services, BEN)
    with pytest.raises(Conflict, match="Another Club Race is open"):
        await services.session.reopen(by(ANN), session.id)


async def test_a_day_that_ended_by_itself_is_not_offered(
    services: Services, clock: FakeClock
) -> None:
    await start_session(services)
    await log(services, ANN, "20.1")
    clock.advance(days=2)
    await services.housekeeping.run()
    assert not (await services.session.show(by(ANN))).may_reopen


# Closing asks first


async def test_closing_asks_while_others_race_there(
    database: Database, services: Services, clock: FakeClock
) -> None:
    session = await start_session(services)
    await log(services, BEN, "21.1", heat="Q1")
    await log(services, ANN, "20.1", heat="Q1")
    await finish_heat(services, BEN, "Q1")
    clock.advance(minutes=29)
    asked = await services.session.close(by(ANN))
    assert isinstance(asked, Question)
    assert (asked.asks, asked.options) == (Asks.BUSY, ("Close it", "Not yet"))
    assert isinstance(await pick(services, ANN, asked, "Not yet"), LeftAlone)
    assert (await services.session.show(by(ANN))).session.is_open
    asked = await services.session.close(by(ANN), str(session.id))
    assert isinstance(asked, Question)
    assert isinstance(await pick(services, ANN, asked, "Close it"), SessionClosed)
    await services.session.reopen(by(ANN), session.id)
    clock.advance(minutes=2)
    assert isinstance(await services.session.close(by(ANN)), SessionClosed)
    assert await count(database, SummaryPost, SummaryPost.session_id == session.id) == 1


async def test_closing_does_not_ask_about_ones_own_laps_or_those_taken_back(
    services: Services,
) -> None:
    await start_session(services)
    await log(services, ANN, "20.1", heat="Q1")
    theirs = await log(services, BEN, "21.1", heat="Q1")
    assert theirs.entry_id is not None
    await services.undo.take_back(by(BEN), theirs.entry_id)
    assert isinstance(await services.session.close(by(ANN)), SessionClosed)


async def test_starting_over_the_feet_of_others_still_asks(services: Services) -> None:
    await log(services, BEN, "21.1", heat="Q1")
    asked = await services.heat.start(by(ANN), StartHeat("Q2"))
    assert isinstance(asked, Question)
    assert asked.asks is Asks.BUSY
