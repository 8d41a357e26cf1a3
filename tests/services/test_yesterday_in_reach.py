"""What was driven yesterday or in another session can be looked at and corrected."""

from __future__ import annotations

import pytest

from core.bootstrap import Services
from core.commands import EditLaps, RenameHeat
from core.database import Database
from core.errors import NotAllowed, NotFound
from core.models import Entry, HeatRacer
from core.results.card import OrpCard
from core.results.heat import HeatRenamed
from core.results.question import Asks, Question
from core.results.session import SessionInfo
from tests.databases import FakeClock, rows
from tests.services.racing import (
    ANN,
    BEN,
    by,
    close_session,
    count,
    finish_heat,
    log,
    pick,
    rename_heat,
    save_form,
    start_session,
    undoable,
)


@pytest.fixture
async def yesterday(services: Services, clock: FakeClock) -> SessionInfo:
    """Ann's session of yesterday; today Ben has opened the next."""
    session = await start_session(services, ANN, "Yesterday")
    await log(services, ANN, "20.1 20.2 20.3", heat="Q1", class_name="Buggy")
    await log(services, BEN, "20.5 20.6 20.7", heat="Q1", class_name="Buggy")
    clock.advance(days=1)
    await services.housekeeping.run()
    await start_session(services, BEN, "Today")
    await log(services, BEN, "21.1", heat="P1")
    return session


async def test_ones_session_stays_ones_own_when_others_open_the_next(
    services: Services, yesterday: SessionInfo
) -> None:
    card = await services.card.show(by(ANN))
    assert isinstance(card, OrpCard)
    assert (card.session.id, card.heat and card.heat.label) == (yesterday.id, "Buggy Q1")
    assert not card.is_here, "a session that is over is named"
    table = await services.heat.show(by(ANN))
    assert (table.session.id, table.is_here) == (yesterday.id, False)
    assert (await services.heat.list_heats(by(ANN))).session.id == yesterday.id
    assert (await services.session.show(by(ANN))).session.id == yesterday.id
    form = await services.form.open(by(ANN), "Q1")
    assert form.laps.splitlines() == ["20.100", "20.200", "20.300"]
    assert (await log(services, ANN)).session.name == "Today", "laps go to what is open"
    card = await services.card.show(by(ANN))
    assert isinstance(card, OrpCard)
    assert (card.session.name, card.is_here) == ("Today", True)
    of_another = await services.card.show(by(BEN), racer=ANN)
    assert isinstance(of_another, OrpCard)
    assert not of_another.is_here
    assert (await services.heat.show(by(ANN))).is_here


async def test_a_heat_named_that_is_not_there_is_looked_for_elsewhere(
    services: Services, yesterday: SessionInfo
) -> None:
    for name in ("Q1", "buggy q1"):
        assert (await services.heat.show(by(BEN), name)).session.id == yesterday.id
        card = await services.card.show(by(BEN), name)
        assert isinstance(card, OrpCard)
        assert card.session.id == yesterday.id
    both = await services.card.side_by_side(by(BEN), ANN, "Q1")
    assert both.session.id == yesterday.id
    for correcting in (
        services.heat.rename(by(BEN), RenameHeat("Q1", "Q2")),
        services.heat.ask_delete(by(BEN, manager=True), "Q1"),
        services.heat.show(by(BEN), "Q1", "Today"),
    ):
        with pytest.raises(NotFound):
            await correcting
    assert (await log(services, BEN)).session.name == "Today", "looking changes nothing"


async def test_any_session_can_be_picked(services: Services, yesterday: SessionInfo) -> None:
    session = str(yesterday.id)
    card = await services.card.show(by(BEN), racer=ANN, session="yesterday")
    assert isinstance(card, OrpCard)
    assert card.session.id == yesterday.id
    whole = await services.card.show(by(BEN), "all", session=session)
    assert isinstance(whole, OrpCard)
    assert (whole.session.id, whole.heat) == (yesterday.id, None)
    both = await services.card.side_by_side(by(BEN), ANN, session=session)
    assert both.heat is not None
    assert both.heat.label == "Buggy Q1"
    assert (await services.heat.show(by(BEN), session=session)).heat.label == "Buggy Q1"
    assert len((await services.heat.list_heats(by(BEN), session)).heats) == 1
    form = await services.form.open(by(BEN), session=session)
    assert (form.heat, form.laps.split()[0]) == ("Buggy Q1", "20.500")
    renamed = await services.heat.rename(by(BEN), RenameHeat("Q1", "Q2", session=session))
    assert isinstance(renamed, HeatRenamed)
    assert renamed.heat.label == "Buggy Q2"
    assert (await log(services, BEN)).session.name == "Today", "correcting changes nothing"


async def test_names_offered_say_which_session(services: Services, yesterday: SessionInfo) -> None:
    labels = [choice.label for choice in await services.heat.suggest(by(BEN), "")]
    assert labels == ["P1", "Buggy Q1 · Yesterday, Sat 6 Jun"]
    labels = [choice.label for choice in await services.heat.suggest(by(ANN), "")]
    assert labels == ["Buggy Q1 · Yesterday, Sat 6 Jun", "P1 · Today, Sun 7 Jun"]
    picked = await services.heat.suggest(by(BEN), "", str(yesterday.id))
    assert [choice.label for choice in picked] == ["Buggy Q1"]
    assert await services.heat.suggest(by(BEN), "", "Nowhere") == []
    sessions = [choice.label for choice in await services.session.suggest(by(BEN), "")]
    assert sessions == ["Today · Sun 7 Jun", "Yesterday · Sat 6 Jun"]


# Heats renamed, and two that become one


async def test_a_heat_gets_a_class(database: Database, services: Services) -> None:
    await start_session(services)
    await log(services, ANN, heat="Q1")
    await log(services, BEN, heat="Q2")
    renamed = await rename_heat(services, ANN, "Q1", class_name="Buggy")
    assert renamed.heat.label == "Buggy Q1"
    keys = {
        key
        for (key,) in await rows(
            database, HeatRacer.__table__.select().with_only_columns(HeatRacer.class_key)
        )
    }
    assert keys == {"buggy", ""}
    await finish_heat(services, ANN)
    assert (await log(services, ANN)).heat.label == "Buggy Q2"


async def test_two_heats_that_agree_become_one(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 20.2", heat="Q1", class_name="Buggy")
    other = await log(services, BEN, "20.5", heat="Q1", class_name="Truggy")
    merged = await rename_heat(services, ANN, "Truggy Q1", class_name="Buggy")
    assert (merged.heat.label, merged.merged is not None) == ("Buggy Q1", True)
    table = await services.heat.show(by(ANN))
    assert {(run.racer, len(run.laps)) for run in table.runs} == {(ANN, 2), (BEN, 1)}
    assert len((await services.heat.list_heats(by(ANN))).heats) == 1
    assert (await services.undo.take_back(by(BEN), undoable(other))).laps_removed == 1


@pytest.mark.parametrize(
    ("first", "laps"),
    [
        ("Those of Q1", [20_100, 20_200, 21_100, 21_200, 21_300]),
        ("Those of Q2", [21_100, 21_200, 21_300, 20_100, 20_200]),
    ],
)
async def test_who_drove_both_is_asked_which_laps_come_first(
    database: Database, services: Services, first: str, laps: list[int]
) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 20.2", heat="Q1")
    await log(services, ANN, "21.1 21.2 21.3", heat="Q2", confidence=4)
    waiting = await services.heat.rename(by(ANN), RenameHeat("Q2", "Q1"))
    assert isinstance(waiting, Question)
    assert waiting.asks is Asks.ORDER
    assert isinstance(await pick(services, ANN, waiting, first), HeatRenamed)
    (run,) = (await services.heat.show(by(ANN), "Q1")).runs
    assert [(lap.number, lap.time_ms) for lap in run.laps] == list(enumerate(laps, start=1))
    assert run.orp is not None
    assert (await log(services, ANN, "20.9")).new_laps[0].number == 6


async def test_typed_laps_of_heats_that_became_one_can_be_taken_back(services: Services) -> None:
    await start_session(services)
    first = await log(services, ANN, "20.1 20.2", heat="Q1")
    second = await log(services, ANN, "21.1 21.2 21.3", heat="Q2", confidence=4)
    await become_one(services, "Those of Q1")
    with pytest.raises(NotAllowed, match="Laps were stored after these"):
        await services.undo.take_back(by(ANN), undoable(first))
    taken = await services.undo.take_back(by(ANN), undoable(second))
    assert (taken.laps_removed, len(taken.run.laps)) == (3, 2)
    assert (await services.undo.take_back(by(ANN), undoable(first))).laps_removed == 2


async def test_what_cannot_be_taken_back_any_more_is_forgotten(
    database: Database, services: Services
) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 20.2", heat="Q1")
    await log(services, ANN, "21.1 21.2 21.3", heat="Q2")
    # The newest laps stand first now.
    await become_one(services, "Those of Q2")
    assert await count(database, Entry) == 0
    # What a form has replaced had the numbers of before.
    form = await services.form.open(by(ANN), "Q1")
    await save_form(
        services,
        by(ANN),
        EditLaps(str(form.heat_id), ANN.user_id, form.version, "20.5\n20.6", form.heat, ""),
    )
    last = await log(services, ANN, "21.4", heat="Q2")
    await become_one(services, "Those of Q1")
    assert await count(database, Entry) == 1
    assert (await services.undo.take_back(by(ANN), undoable(last))).laps_removed == 1


async def become_one(services: Services, first: str) -> None:
    waiting = await services.heat.rename(by(ANN), RenameHeat("Q2", "Q1"))
    assert isinstance(waiting, Question)
    assert isinstance(await pick(services, ANN, waiting, first), HeatRenamed)


async def test_a_session_that_was_closed_takes_corrections_for_ever(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 20.2", heat="Q1")
    await close_session(services, ANN)
    assert (await rename_heat(services, ANN, "Q1", "A main")).heat.name == "A main"
    form = await services.form.open(by(ANN))
    assert (form.heat, form.laps.split()) == ("A main", ["20.100", "20.200"])
