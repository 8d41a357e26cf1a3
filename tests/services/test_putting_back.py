"""Put back: what an Undo took stands again where it was, for a day."""

from __future__ import annotations

from uuid import UUID

import pytest

from core.bootstrap import Services
from core.caller import Caller
from core.commands import EditLaps, FixedLaps
from core.database import Database
from core.errors import NotAllowed, NotFound
from core.models import Draft, Heat, RaceSession, RunLog, SummaryPost
from core.results.run_written import LapsSince, RunWritten, Way
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    FROM_THE_GRID,
    RIVALS,
    by,
    close_session,
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


async def undo(services: Services, result: RunWritten, caller: Caller | None = None) -> UUID:
    """Take an entry back; return what was kept of it."""
    undone = await services.undo.take_back(caller or by(ANN), undoable(result))
    assert undone.draft_id is not None
    return undone.draft_id


async def put_back(services: Services, draft_id: UUID, caller: Caller | None = None) -> RunWritten:
    """Put back what is expected to be stored."""
    done = await services.undo.put_back(caller or by(ANN), draft_id)
    assert isinstance(done, RunWritten)
    assert done.put_back
    return done


async def both_kept(services: Services, draft_id: UUID) -> LapsSince:
    """Put back what is expected to be offered in the form, with what came since."""
    done = await services.undo.put_back(by(ANN), draft_id)
    assert isinstance(done, LapsSince)
    return done


async def save(
    services: Services, heat: str, laps: str, to: str | None = None, note: str = ""
) -> RunWritten:
    """Save Ann's form of a heat with these laps."""
    form = await services.form.open(by(ANN), heat)
    heat_id = form.heat_id.hex if form.heat_id else None
    command = EditLaps(heat_id, ANN.user_id, form.version, laps, to or form.heat, note)
    return await save_form(services, by(ANN), command)


def shape(result: RunWritten) -> list[tuple[int, int, bool]]:
    return [(lap.number, lap.time_ms, lap.counts) for lap in result.run.laps]


async def test_typed_laps_stand_again_with_all_that_came_with_them(services: Services) -> None:
    await log(services, ANN, "20.1 20.2", confidence=4, note="35wt")
    logged = await log(services, ANN, "20.3 20.4", confidence=2, note="45wt")
    await services.lap_entry.set_lap_counts(
        by(ANN), logged.heat.id, racer_id=ANN.user_id, lap_number=3, counts=False
    )
    stood = await services.heat.show(by(ANN))
    undone = await services.undo.take_back(by(ANN), undoable(logged))
    assert [lap.time_ms for lap in undone.taken] == [20_300, 20_400]
    assert undone.draft_id is not None
    back = await put_back(services, undone.draft_id)
    assert back.way is Way.LOGGED
    assert [lap.number for lap in back.new_laps] == [3, 4]
    assert await services.heat.show(by(ANN)) == stood
    assert (back.run.confidence, back.run.note) == (2, "45wt")
    # It is an entry like any other.
    again = await services.undo.take_back(by(ANN), undoable(back))
    assert (again.laps_removed, again.run.confidence, again.run.note) == (2, 4, "35wt")


async def test_the_heat_and_session_that_went_are_there_again(
    database: Database, services: Services
) -> None:
    logged = await log(services, ANN, "20.1 20.2", heat="Q3", class_name="Buggy", confidence=3)
    draft_id = await undo(services, logged)
    assert await count(database, RaceSession) == 0
    back = await put_back(services, draft_id)
    assert (back.heat, back.session) == (logged.heat, logged.session)
    assert (back.opened_heat, back.opened_session) == (True, True)
    assert (shape(back), back.run.confidence) == (shape(logged), 3)
    await services.housekeeping.run()
    assert (await log(services, ANN, "20.3")).new_laps[0].number == 3
    # As before, both go with the laps that had opened them.
    await services.undo.take_back(by(ANN), undoable(await log(services, ANN, "20.4", heat="Q4")))
    assert await count(database, Heat) == 1


async def test_laps_go_to_the_session_of_that_name_that_opened_since(
    database: Database, services: Services
) -> None:
    draft_id = await undo(services, await log(services, ANN, "20.1 20.2"))
    bens = await log(services, BEN, "21.1")
    back = await put_back(services, draft_id)
    assert (back.session, back.heat) == (bens.session, bens.heat)
    assert (await count(database, RaceSession), await count(database, Heat)) == (1, 1)
    assert (await log(services, ANN, "20.3")).new_laps[0].number == 3


async def test_several_undos_are_put_back_one_after_another(services: Services) -> None:
    first = await log(services, ANN, "20.1 20.2")
    second = await log(services, ANN, "20.3")
    stood = await services.heat.show(by(ANN))
    later, earlier = await undo(services, second), await undo(services, first)
    await put_back(services, earlier)
    await put_back(services, later)
    assert await services.heat.show(by(ANN)) == stood


async def test_what_was_pressed_later_stays(services: Services) -> None:
    logged = await log(services, ANN, "20.1 20.2", confidence=2)
    await services.confidence.rate(by(ANN), logged.heat.id, 5)
    assert (await put_back(services, await undo(services, logged))).run.confidence == 5


async def test_a_saved_form_stands_again(services: Services) -> None:
    await log(services, ANN, FROM_THE_GRID, note="soft")
    saved = await save(services, "P1", "10.6\nx 14.1\n14.3", note="hard")
    undone = await services.undo.take_back(by(ANN), undoable(saved))
    assert [lap.time_ms for lap in undone.taken] == [14_300]
    assert undone.draft_id is not None
    back = await put_back(services, undone.draft_id)
    assert (shape(back), back.run.note) == (shape(saved), "hard")
    again = await services.undo.take_back(by(ANN), undoable(back))
    assert (len(again.run.laps), again.run.note) == (4, "soft")


async def test_a_form_that_opened_its_heat_stands_again(services: Services) -> None:
    saved = await save(services, "Q7", "20.1\nx 20.2", note="hard")
    assert saved.opened_heat
    back = await put_back(services, await undo(services, saved))
    assert (back.heat, shape(back), back.run.note) == (saved.heat, shape(saved), "hard")


async def test_a_moved_run_moves_again(database: Database, services: Services) -> None:
    await log(services, ANN, "20.1 20.2", "Q1", confidence=4)
    await log(services, BEN, "21.1", "Q1")
    moved = await save(services, "Q1", "20.1\n20.3", to="Q2")
    draft_id = await undo(services, moved)
    assert await count(database, Heat) == 1
    back = await put_back(services, draft_id)
    assert (back.heat.name, shape(back), back.run.confidence) == ("Q2", shape(moved), 4)
    assert back.moved_from is not None
    assert await count(database, RunLog) == 3
    undone = await services.undo.take_back(by(ANN), undoable(back))
    assert (undone.heat.name, len(undone.run.laps), undone.heat_removed) == ("Q1", 2, True)


async def test_laps_of_ones_own_since_are_offered_in_the_form_with_them(
    database: Database, services: Services
) -> None:
    await log(services, ANN, "20.1")
    draft_id = await undo(services, await log(services, ANN, "20.2 20.3", note="hard"))
    await log(services, ANN, "20.4")
    before = await count(database, RunLog)
    both = await both_kept(services, draft_id)
    assert (both.heat.name, both.taken, both.since) == ("P1", 3, 1)
    assert await count(database, RunLog) == before
    form = await services.form.open_again(by(ANN), both.draft_id)
    assert form.laps.split() == ["20.100", "20.200", "20.300", "20.400"]
    stored = await services.form.fix(by(ANN), both.draft_id, FixedLaps(form.laps, form.heat))
    assert isinstance(stored, RunWritten)
    assert [lap.time_ms for lap in stored.run.laps] == [20_100, 20_200, 20_300, 20_400]
    assert await count(database, Draft) == 0


async def test_the_form_opens_a_heat_that_has_gone_meanwhile(services: Services) -> None:
    await start_session(services)
    first = await log(services, ANN, "20.1", "Q2", "Buggy")
    draft_id = await undo(services, await log(services, ANN, "20.2"))
    await undo(services, first)
    both = await both_kept(services, draft_id)
    assert (both.taken, both.since) == (2, 0)
    form = await services.form.open_again(by(ANN), both.draft_id)
    stored = await services.form.fix(by(ANN), both.draft_id, FixedLaps(form.laps, form.heat))
    assert isinstance(stored, RunWritten)
    assert len(stored.run.laps) == 2


async def test_it_is_put_back_once_and_by_who_took_it_back(
    database: Database, services: Services
) -> None:
    draft_id = await undo(services, await log(services, ANN, "20.1"))
    for caller in (by(BEN, manager=True), by(ANN, team=RIVALS)):
        with pytest.raises(NotFound):
            await services.undo.put_back(caller, draft_id)
    await put_back(services, draft_id)
    before = await everything(database)
    with pytest.raises(NotFound):
        await services.undo.put_back(by(ANN), draft_id)
    assert await everything(database) == before


async def test_crew_puts_back_the_laps_of_others_while_they_are_crew(services: Services) -> None:
    await set_crew_role(services)
    crew = by(CLEO, crew=True)
    draft_id = await undo(services, await log(services, ANN, "20.1"), crew)
    with pytest.raises(NotAllowed):
        await services.undo.put_back(by(CLEO), draft_id)
    back = await put_back(services, draft_id, crew)
    assert (back.run.racer, back.for_other) == (ANN, True)
    assert (await log(services, ANN, "20.2")).new_laps[0].number == 2


async def test_the_post_of_a_finished_heat_follows(services: Services, clock: FakeClock) -> None:
    logged = await log(services, ANN, "20.1 20.2")
    await services.heat.finish(by(ANN))
    await publish(services)
    draft_id = await undo(services, logged)
    clock.advance(seconds=3)
    empty = await publish(services)
    assert empty.content is not None
    assert not empty.content.has_laps
    clock.advance(seconds=3)
    back = await put_back(services, draft_id)
    assert (back.heat_is_open, back.post_follows) == (False, True)
    filled = await publish(services)
    assert filled.content is not None
    assert filled.content.has_laps


async def test_in_a_session_that_has_closed_the_heat_is_there_again_finished(
    database: Database, services: Services
) -> None:
    await start_heat(services, BEN, "Q1")
    await log(services, BEN, "21.1")
    logged = await log(services, ANN, "20.1 20.2", heat="Q2")
    draft_id = await undo(services, logged)
    await close_session(services, BEN)
    back = await put_back(services, draft_id)
    assert (back.heat, back.heat_is_open) == (logged.heat, False)
    assert await count(database, SummaryPost, SummaryPost.heat_id == logged.heat.id) == 1


async def test_a_deleted_session_stays_deleted(services: Services) -> None:
    await start_session(services)
    await log(services, BEN, "21.1")
    logged = await log(services, ANN, "20.1")
    draft_id = await undo(services, logged)
    await services.session.delete(by(CLEO, manager=True), logged.session.id)
    with pytest.raises(NotFound, match="deleted"):
        await services.undo.put_back(by(ANN), draft_id)
