"""Runs that the form moves to another heat, and back."""

from __future__ import annotations

import pytest

from core.bootstrap import Services
from core.database import Database
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    FROM_THE_GRID,
    by,
    close_session,
    edit,
    everything,
    laps_of,
    log,
    times,
    undoable,
)


async def test_a_run_moves_to_another_heat_and_back(services: Services) -> None:
    logged = await log(services, ANN, FROM_THE_GRID, "Q2", "Buggy", confidence=4, note="soft")
    await log(services, BEN, "15.1", "Q1", "Buggy")
    edited = await edit(services, ANN, of=str(logged.heat.id), heat="q1")
    assert edited.heat.label == "Buggy Q1"
    assert edited.moved_from == logged.heat
    assert not edited.opened_heat
    assert edited.run == logged.run
    with pytest.raises(NotFound):
        await laps_of(services, str(logged.heat.id))
    with pytest.raises(NotFound):
        await services.undo.take_back(by(ANN), undoable(logged))
    assert edited.entry_id is not None
    undone = await services.undo.take_back(by(ANN), undoable(edited))
    assert (undone.heat, undone.laps_removed, undone.laps_restored) == (logged.heat, 4, 4)
    assert undone.run == logged.run
    assert await laps_of(services, str(edited.heat.id)) == ""
    assert (await services.undo.take_back(by(ANN), undoable(logged))).laps_removed == 4


@pytest.mark.parametrize("name", ["Q3", "Buggy Q3", "  buggy   q3 "])
async def test_a_new_name_opens_a_heat_of_the_class(services: Services, name: str) -> None:
    await log(services, ANN, "20.1 20.2", "Q1", "Buggy")
    edited = await edit(services, ANN, heat=name)
    assert (edited.heat.class_name, edited.heat.name.casefold()) == ("Buggy", "q3")
    assert edited.opened_heat
    assert edited.entry_id is not None
    assert (await services.undo.take_back(by(ANN), undoable(edited))).heat_removed
    with pytest.raises(BadInput):
        await edit(services, ANN, heat="all")


async def test_a_closed_session_opens_no_heat(services: Services) -> None:
    await log(services, ANN, "20.1", "Q1")
    await log(services, ANN, "20.2", "Q2")
    await close_session(services, ANN)
    with pytest.raises(Conflict, match="closed"):
        await edit(services, ANN, heat="Q3")
    assert times(await edit(services, ANN, laps="20.25")) == [20_250]


async def test_a_run_does_not_move_where_the_racer_has_one(
    database: Database, services: Services
) -> None:
    await log(services, ANN, "20.1", "Q1")
    await log(services, ANN, "20.2", "Q2")
    before = await everything(database)
    with pytest.raises(Conflict, match="Ann has laps in Q1"):
        await edit(services, ANN, of="Q2", heat="Q1")
    with pytest.raises(BadInput):
        await edit(services, ANN, of="Q2", heat="Q3", laps="")
    assert await everything(database) == before


async def test_a_move_is_taken_back_only_where_nothing_came_after_it(services: Services) -> None:
    await log(services, ANN, "20.1 20.2", "Q1")
    moved = await edit(services, ANN, heat="Q2")
    later = await log(services, ANN, "20.3", "Q1")
    assert moved.entry_id is not None
    with pytest.raises(NotAllowed, match="stored after"):
        await services.undo.take_back(by(ANN), undoable(moved))
    await services.undo.take_back(by(ANN), undoable(later))
    assert (await services.undo.take_back(by(ANN), undoable(moved))).laps_restored == 2


async def test_a_run_goes_back_to_a_heat_that_was_deleted_since(
    database: Database, services: Services
) -> None:
    logged = await log(services, ANN, "20.1 20.2", "Q1", "Buggy", confidence=4, note="soft")
    await log(services, BEN, "20.1", "Q1", "Buggy")
    await services.heat.finish(by(BEN), "Q1")
    moved = await edit(services, ANN, of="Q1", heat="Q2", laps="20.1\n20.3")
    await services.heat.delete(by(CLEO, manager=True), logged.heat.id)
    undone = await services.undo.take_back(by(ANN), undoable(moved))
    assert (undone.heat.label, undone.heat_is_open, undone.heat_removed) == (
        "Buggy Q1",
        False,
        True,
    )
    assert (times(undone), undone.run.confidence, undone.run.note) == ([20_100, 20_200], 4, "soft")
    listed = await services.heat.list_heats(by(ANN))
    assert [(info.heat.label, info.laps) for info in listed.heats] == [("Buggy Q1", 2)]
    # Written again it can be taken back again.
    edited = await edit(services, ANN, of="Q1", laps="20.1")
    await services.undo.take_back(by(ANN), undoable(edited))
    assert (await log(services, ANN, "20.4", "Q1")).new_laps[0].number == 3


async def test_a_run_goes_back_to_another_heat_of_that_name(services: Services) -> None:
    await log(services, ANN, "20.1 20.2", "Q1")
    moved = await edit(services, ANN, heat="Q2")
    other = await log(services, BEN, "21.1", "Q1")
    undone = await services.undo.take_back(by(ANN), undoable(moved))
    assert (undone.heat.id, times(undone)) == (other.heat.id, [20_100, 20_200])
    assert len((await services.heat.show(by(BEN), "Q1")).runs) == 2


async def test_a_run_does_not_go_back_between_other_laps(
    database: Database, services: Services
) -> None:
    logged = await log(services, ANN, "20.1 20.2", "Q1")
    await log(services, BEN, "20.1", "Q1")
    moved = await edit(services, ANN, heat="Q2")
    await services.heat.delete(by(CLEO, manager=True), logged.heat.id)
    await log(services, ANN, "22.1", "Q1")
    before = await everything(database)
    with pytest.raises(Conflict, match="has laps in Q1"):
        await services.undo.take_back(by(ANN), undoable(moved))
    assert await everything(database) == before


async def test_what_was_moved_does_not_hang_on_where_it_came_from(services: Services) -> None:
    logged = await log(services, ANN, "20.1 20.2", "Q1")
    await log(services, BEN, "20.1", "Q1")
    await edit(services, ANN, heat="Q2")
    edited = await edit(services, ANN, of="Q2", laps="20.1")
    await services.heat.delete(by(CLEO, manager=True), logged.heat.id)
    assert edited.entry_id is not None
    assert (await services.undo.take_back(by(ANN), undoable(edited))).laps_restored == 2
