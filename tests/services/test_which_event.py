"""Several sessions open, none of them the racer's: the command waits for a choice."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from core.bootstrap import Services, build_services
from core.caller import Caller
from core.commands import EditLaps, LogLaps, StartHeat
from core.database import Database
from core.errors import BadInput, Conflict, NotAllowed, NotFound, Redelivered
from core.models import Draft, RunLog
from core.results.heat import HeatStarted
from core.results.question import Question
from core.results.run_written import RunWritten
from core.results.session import SessionInfo
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    RIVALS,
    by,
    close_session,
    count,
    everything,
    log,
    must_choose,
    set_crew_role,
    start_session,
)


@pytest.fixture
async def two_open(services: Services) -> tuple[SessionInfo, SessionInfo]:
    """Two open sessions, neither of them Ann's or Ben's."""
    return (
        await start_session(services, CLEO, "Club Race"),
        await start_session(services, CLEO, "Series Final"),
    )


async def choose(
    services: Services, person: Caller, waiting: Question, session: SessionInfo
) -> RunWritten:
    (done,) = await services.lap_entry.answer(person, waiting.draft_id, str(session.id))
    assert isinstance(done, RunWritten)
    return done


async def test_the_laps_wait_and_go_where_their_racer_says(
    database: Database, services: Services, two_open: tuple[SessionInfo, SessionInfo]
) -> None:
    waiting = await services.lap_entry.log(
        by(ANN), LogLaps("58.1 58.2", "q1", "Buggy", confidence=4, note="35wt rear")
    )
    assert isinstance(waiting, Question)
    assert waiting.laps_ms == (58_100, 58_200)
    assert set(waiting.options) == {"Club Race", "Series Final"}
    assert await count(database, RunLog) == 0
    restarted = build_services(database)
    done = await choose(restarted, by(ANN), waiting, two_open[0])
    assert (done.session.id, done.heat.label) == (two_open[0].id, "Buggy q1")
    assert (done.run.confidence, done.run.note) == (4, "35wt rear")
    assert [lap.time_ms for lap in done.new_laps] == [58_100, 58_200]
    assert (await log(services, ANN, "58.3")).heat == done.heat
    assert await count(database, Draft) == 0


async def test_a_heat_to_start_waits_too(
    services: Services, two_open: tuple[SessionInfo, SessionInfo]
) -> None:
    waiting = await services.heat.start(by(ANN), StartHeat("Q1", "Buggy"))
    assert isinstance(waiting, Question)
    assert waiting.laps_ms == ()
    (done,) = await services.lap_entry.answer(by(ANN), waiting.draft_id, str(two_open[1].id))
    assert isinstance(done, HeatStarted)
    assert (done.heat.label, done.session.id) == ("Buggy Q1", two_open[1].id)


async def test_a_choice_is_made_once(
    database: Database, services: Services, two_open: tuple[SessionInfo, SessionInfo]
) -> None:
    waiting = await must_choose(services, ANN)
    await choose(services, by(ANN), waiting, two_open[0])
    before = await everything(database)
    with pytest.raises(NotFound):
        await choose(services, by(ANN), waiting, two_open[1])
    assert await everything(database) == before


async def test_two_choices_at_once_store_once(
    database: Database, services: Services, two_open: tuple[SessionInfo, SessionInfo]
) -> None:
    waiting = await must_choose(services, ANN, "20.1 20.2")
    results = await asyncio.gather(
        *(choose(services, by(ANN), waiting, session) for session in two_open * 2),
        return_exceptions=True,
    )
    assert sum(isinstance(result, RunWritten) for result in results) == 1
    assert sum(isinstance(result, NotFound) for result in results) == 3
    assert await count(database, RunLog) == 2


async def test_nobody_else_may_choose(
    database: Database, services: Services, two_open: tuple[SessionInfo, SessionInfo]
) -> None:
    waiting = await must_choose(services, ANN)
    theirs = await start_session(services, by(BEN, team=RIVALS))
    before = await everything(database)
    for caller, draft_id, session_id in [
        (by(BEN), waiting.draft_id, two_open[0].id),
        (by(BEN, manager=True), waiting.draft_id, two_open[0].id),
        (by(ANN, team=RIVALS), waiting.draft_id, theirs.id),
        (by(ANN), waiting.draft_id, theirs.id),
        (by(ANN), waiting.draft_id, uuid4()),
        (by(ANN), uuid4(), two_open[0].id),
    ]:
        with pytest.raises(NotFound):
            await services.lap_entry.answer(caller, draft_id, str(session_id))
    assert await everything(database) == before


async def test_a_redelivered_choice_changes_nothing(
    database: Database, services: Services, two_open: tuple[SessionInfo, SessionInfo]
) -> None:
    waiting = await must_choose(services, by(ANN, interaction=1))
    with pytest.raises(Redelivered):
        await must_choose(services, by(ANN, interaction=1))
    assert await count(database, Draft) == 1
    await choose(services, by(ANN, interaction=2), waiting, two_open[0])
    before = await everything(database)
    with pytest.raises(Redelivered):
        await choose(services, by(ANN, interaction=2), waiting, two_open[0])
    assert await everything(database) == before


async def test_a_session_that_closed_meanwhile_takes_no_laps(
    database: Database, services: Services, two_open: tuple[SessionInfo, SessionInfo]
) -> None:
    waiting = await must_choose(services, ANN)
    await close_session(services, CLEO, "Club Race")
    before = await everything(database)
    with pytest.raises(Conflict, match="closed"):
        await choose(services, by(ANN), waiting, two_open[0])
    assert await everything(database) == before
    assert (await choose(services, by(ANN), waiting, two_open[1])).session.id == two_open[1].id


async def test_what_cannot_be_used_is_refused_before_the_question(
    database: Database, services: Services, two_open: tuple[SessionInfo, SessionInfo]
) -> None:
    before = await everything(database)
    for command in [
        LogLaps("58.1", confidence=6),
        LogLaps("58.1", heat="all"),
        LogLaps("58.1", class_name="x" * 31),
        LogLaps("58.1", note="x" * 101),
        LogLaps("58.1 soon"),
    ]:
        with pytest.raises(BadInput):
            await services.lap_entry.log(by(ANN), command)
    for heat in (StartHeat("all"), StartHeat("Q1", "x" * 31)):
        with pytest.raises(BadInput):
            await services.heat.start(by(ANN), heat)
    assert await everything(database) == before


async def test_crew_is_asked_for_the_racers_event(
    services: Services, two_open: tuple[SessionInfo, SessionInfo]
) -> None:
    await set_crew_role(services)
    crew = by(CLEO, crew=True)
    waiting = await must_choose(services, crew, racer=ANN)
    with pytest.raises(NotAllowed):
        await choose(services, by(CLEO), waiting, two_open[0])
    done = await choose(services, crew, waiting, two_open[0])
    assert (done.run.racer, done.for_other) == (ANN, True)
    assert (await log(services, ANN)).session.id == two_open[0].id
    assert (await log(services, CLEO)).session.id == two_open[0].id, "her first"


async def test_looking_asks_for_a_choice_of_ones_own(
    services: Services, two_open: tuple[SessionInfo, SessionInfo]
) -> None:
    for look in (services.heat.show(by(ANN)), services.heat.list_heats(by(ANN))):
        with pytest.raises(Conflict, match="Race here"):
            await look
    for ending in (await services.heat.finish(by(ANN)), await services.session.close(by(ANN))):
        assert isinstance(ending, Question)
        assert ending.options == ("Series Final", "Club Race")
    listed = await services.session.list_sessions(by(ANN))
    assert listed.own is None
    # The standings have the button to choose with, so they show one.
    shown = await services.session.show(by(ANN))
    assert (shown.session.name, shown.is_own) == ("Series Final", False)
    await services.session.race_here(by(ANN), two_open[0].id)
    assert (await services.session.show(by(ANN))).is_own
    assert not (await services.session.show(by(ANN), "series final")).is_own
    assert (await log(services, ANN)).session.id == two_open[0].id


async def test_race_here_wants_an_open_session_of_the_team(
    database: Database, services: Services, two_open: tuple[SessionInfo, SessionInfo]
) -> None:
    theirs = await start_session(services, by(BEN, team=RIVALS))
    await close_session(services, CLEO, "Club Race")
    before = await everything(database)
    with pytest.raises(Conflict, match="closed"):
        await services.session.race_here(by(ANN), two_open[0].id)
    with pytest.raises(NotFound):
        await services.session.race_here(by(ANN), theirs.id)
    assert await everything(database) == before


async def test_names_are_offered_also_when_none_is_ones_own(
    services: Services, two_open: tuple[SessionInfo, SessionInfo]
) -> None:
    assert await services.heat.suggest(by(ANN), "") == []
    assert await services.heat.suggest(by(ANN, team=RIVALS), "") == []
    names = [choice.label for choice in await services.session.suggest(by(ANN), "RACE")]
    assert names == ["Club Race · Sat 6 Jun"]


async def test_the_form_takes_laps_and_asks_where_they_go(
    database: Database, services: Services, two_open: tuple[SessionInfo, SessionInfo]
) -> None:
    form = await services.form.open(by(ANN))
    assert (form.heat_id, form.heat, form.laps) == (None, "", "")
    command = EditLaps(None, ANN.user_id, form.version, "20.1\nx 35.1\n20.3", "", "35wt rear")
    waiting = await services.form.save(by(ANN), command)
    assert isinstance(waiting, Question)
    assert (waiting.options[-1], waiting.laps_ms) == ("Club Race", (20_100, 35_100, 20_300))
    assert await count(database, RunLog) == 0
    stored = await choose(services, by(ANN), waiting, two_open[0])
    assert (stored.session.name, stored.run.note) == ("Club Race", "35wt rear")
    assert [lap.counts for lap in stored.run.laps] == [True, False, True]
