"""Taking entries back."""

from __future__ import annotations

import asyncio

import pytest

from core.bootstrap import Services
from core.commands import EditLaps
from core.database import Database
from core.errors import NotAllowed, NotFound
from core.models import Entry, Heat, HeatRacer, RaceSession, RunLog, SummaryPost
from core.results.run_written import RunWritten
from core.scoring.orp import calculate_orp
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    RIVALS,
    by,
    count,
    everything,
    log,
    publish,
    save_form,
    set_crew_role,
    start_heat,
    start_session,
    undoable,
)


async def test_undo_takes_the_newest_entry_first(database: Database, services: Services) -> None:
    first = await log(services, ANN, "20.1 20.2")
    second = await log(services, ANN, "20.3 20.4 20.5")
    before = await everything(database)
    with pytest.raises(NotAllowed, match="first"):
        await services.undo.take_back(by(ANN), undoable(first))
    assert await everything(database) == before
    undone = await services.undo.take_back(by(ANN), undoable(second))
    assert (undone.laps_removed, undone.laps_restored) == (3, 0)
    assert (undone.heat, undone.heat_removed) == (first.heat, False)
    assert undone.run == first.run
    assert undone.run.orp == calculate_orp([20_100, 20_200])
    again = await services.undo.take_back(by(ANN), undoable(first))
    assert (again.laps_removed, again.run.laps, again.run.orp) == (2, (), None)


async def test_undo_twice_takes_nothing_more(database: Database, services: Services) -> None:
    await log(services, ANN, "20.1")
    second = await log(services, ANN, "20.2")
    await services.undo.take_back(by(ANN), undoable(second))
    before = await everything(database)
    with pytest.raises(NotFound):
        await services.undo.take_back(by(ANN), undoable(second))
    assert await everything(database) == before


async def test_an_old_undo_button_never_takes_later_laps(
    database: Database, services: Services
) -> None:
    await log(services, ANN, "20.1")
    taken_back = await log(services, ANN, "20.2")
    await services.undo.take_back(by(ANN), undoable(taken_back))
    await log(services, ANN, "20.3")
    with pytest.raises(NotFound):
        await services.undo.take_back(by(ANN), undoable(taken_back))
    assert await count(database, RunLog) == 2


async def test_two_undos_at_once_take_one_entry(database: Database, services: Services) -> None:
    await log(services, ANN, "20.1 20.2")
    logged = await log(services, ANN, "20.3")
    results = await asyncio.gather(
        *(services.undo.take_back(by(ANN), undoable(logged)) for _ in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, RunWritten) for result in results) == 1
    assert sum(isinstance(result, NotFound) for result in results) == 3
    assert await count(database, RunLog) == 2


async def test_others_entries_are_crews_business(database: Database, services: Services) -> None:
    await set_crew_role(services)
    logged = await log(services, ANN, "20.1 20.2")
    before = await everything(database)
    with pytest.raises(NotAllowed, match="crew"):
        await services.undo.take_back(by(BEN), undoable(logged))
    with pytest.raises(NotFound):
        await services.undo.take_back(by(ANN, team=RIVALS), undoable(logged))
    assert await everything(database) == before
    undone = await services.undo.take_back(by(CLEO, crew=True), undoable(logged))
    assert undone.run.racer == ANN


async def test_a_racer_may_take_back_what_crew_typed_for_them(services: Services) -> None:
    await set_crew_role(services)
    logged = await log(services, by(CLEO, crew=True), "20.1", racer=ANN)
    assert (await services.undo.take_back(by(ANN), undoable(logged))).laps_removed == 1


async def test_undo_of_one_racer_leaves_the_others(database: Database, services: Services) -> None:
    mine = await log(services, ANN, "20.1 20.2")
    theirs = await log(services, BEN, "21.1 21.2")
    assert theirs.heat == mine.heat
    undone = await services.undo.take_back(by(ANN), undoable(mine))
    assert not undone.heat_removed
    assert [run.racer for run in (await services.heat.show(by(ANN))).runs] == [BEN]
    assert await count(database, HeatRacer) == 1


async def test_undo_brings_back_confidence_and_note(services: Services) -> None:
    await log(services, ANN, "20.1 20.2", confidence=4, note="35wt rear")
    second = await log(services, ANN, "20.3 20.4", confidence=2, note="45wt rear")
    undone = await services.undo.take_back(by(ANN), undoable(second))
    assert (undone.run.confidence, undone.run.note) == (4, "35wt rear")
    assert undone.run.orp == calculate_orp([20_100, 20_200], confidence=4)


async def test_undo_takes_the_heat_and_session_it_had_opened(
    database: Database, services: Services
) -> None:
    logged = await log(services, ANN, "20.1")
    assert (logged.opened_heat, logged.opened_session) == (True, True)
    undone = await services.undo.take_back(by(ANN), undoable(logged))
    assert (undone.heat_removed, undone.session_removed) == (True, True)
    for model in (Heat, RaceSession, Entry, RunLog, HeatRacer, SummaryPost):
        assert await count(database, model) == 0
    assert (await log(services, ANN, "20.1")).opened_session


async def test_a_session_with_another_heat_stays(database: Database, services: Services) -> None:
    await log(services, ANN, "20.1")
    second = await log(services, ANN, "20.1", heat="P2")
    undone = await services.undo.take_back(by(ANN), undoable(second))
    assert (undone.heat_removed, undone.session_removed) == (True, False)
    assert await count(database, Heat) == 1


async def test_a_started_session_stays(services: Services) -> None:
    session = await start_session(services)
    logged = await log(services, ANN, "20.1")
    undone = await services.undo.take_back(by(ANN), undoable(logged))
    assert (undone.heat_removed, undone.session_removed) == (True, False)
    assert (await log(services, ANN, "20.1")).session.id == session.id


async def test_a_started_heat_stays(database: Database, services: Services) -> None:
    started = await start_heat(services, ANN)
    assert started.opened_session
    logged = await log(services, ANN, "20.1")
    assert logged.heat == started.heat
    undone = await services.undo.take_back(by(ANN), undoable(logged))
    assert (undone.heat_removed, undone.session_removed) == (False, False)
    assert await count(database, Heat) == 1


async def test_a_finished_heat_stays_and_its_post_says_so(
    services: Services, clock: FakeClock
) -> None:
    logged = await log(services, ANN, "20.1 20.2")
    await services.heat.finish(by(ANN))
    first = await publish(services)
    assert first.content is not None
    assert first.content.has_laps
    undone = await services.undo.take_back(by(ANN), undoable(logged))
    assert not undone.heat_removed
    clock.advance(seconds=3)
    second = await publish(services)
    assert second.message_id == 7_000
    assert second.content is not None
    assert not second.content.has_laps


async def test_undo_leaves_a_rating_that_came_later(services: Services) -> None:
    await log(services, ANN, "20.1 20.2", confidence=2, note="35wt rear")
    second = await log(services, ANN, "20.3")
    await services.confidence.rate(by(ANN), second.heat.id, 5)
    undone = await services.undo.take_back(by(ANN), undoable(second))
    assert (undone.run.confidence, undone.run.note) == (5, "35wt rear")


async def test_undo_leaves_a_rating_that_was_pressed_after_one_was_typed(
    services: Services,
) -> None:
    await log(services, ANN, "20.1 20.2", confidence=4)
    second = await log(services, ANN, "20.3", confidence=2)
    await services.confidence.rate(by(ANN), second.heat.id, 5)
    undone = await services.undo.take_back(by(ANN), undoable(second))
    assert undone.run.confidence == 5
    # The same goes for one that says the same as what was typed, and for the entries before.
    third = await log(services, ANN, "20.3", confidence=3)
    fourth = await log(services, ANN, "20.4", confidence=1)
    await services.confidence.rate(by(ANN), second.heat.id, 1)
    for entry in (fourth, third):
        undone = await services.undo.take_back(by(ANN), undoable(entry))
        assert undone.run.confidence == 1


async def test_undo_takes_a_rating_that_was_typed_after_one_was_pressed(
    services: Services,
) -> None:
    first = await log(services, ANN, "20.1 20.2", confidence=2)
    await services.confidence.rate(by(ANN), first.heat.id, 5)
    second = await log(services, ANN, "20.3", confidence=3)
    undone = await services.undo.take_back(by(ANN), undoable(second))
    assert undone.run.confidence == 5
    await log(services, ANN, "20.4")
    with pytest.raises(NotAllowed):
        await services.undo.take_back(by(ANN), undoable(first))


async def test_what_was_pressed_where_a_run_was_moved_to_goes_back_with_it(
    services: Services,
) -> None:
    first = await log(services, ANN, "20.1 20.2", heat="Q1")
    second = await log(services, ANN, "20.3", heat="Q1", confidence=3)
    form = await services.form.open(by(ANN), "Q1")
    move = EditLaps(first.heat.id.hex, ANN.user_id, form.version, form.laps, "Q2", "")
    moved = await save_form(services, by(ANN), move)
    await services.confidence.rate(by(ANN), moved.heat.id, 5)
    undone = await services.undo.take_back(by(ANN), undoable(moved))
    assert (undone.heat.name, undone.run.confidence) == ("Q1", 5)
    assert (await services.undo.take_back(by(ANN), undoable(second))).run.confidence == 5
