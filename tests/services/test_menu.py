"""Lap times out of messages: shown first, stored once, for whoever has written them."""

from __future__ import annotations

import pytest

from core.bootstrap import Services
from core.caller import Person
from core.database import Database
from core.errors import NotAllowed, NotFound
from core.laptimes import LapTimesError
from core.models import Entry, RunLog
from core.results.question import Question
from core.results.run_written import RunWritten
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    RIVALS,
    by,
    count,
    everything,
    log,
    set_crew_role,
    start_heat,
    start_session,
    undoable,
)

CHAT = "Q2: 20.9 21.4 20.8, then crashed 35.2"


async def test_the_preview_stores_nothing_and_says_where_it_would_go(
    database: Database, services: Services
) -> None:
    found = await services.menu.preview(by(ANN), CHAT, ANN)
    assert found.times_ms == (20_900, 21_400, 20_800, 35_200)
    assert found.left_out == ("Q2",)
    assert (found.heat_label, found.session, found.opens_heat) == ("P1", None, True)
    assert await count(database, RunLog) == 0
    session = await start_session(services, ANN)
    await start_heat(services, ANN, "Q2", "Buggy")
    await log(services, ANN, "20.9 21.4 20.8")
    found = await services.menu.preview(by(ANN), CHAT, ANN)
    assert found.session is not None
    assert (found.heat_label, found.session.id, found.opens_heat) == ("Buggy Q2", session.id, False)
    assert (found.laps_there, found.repeats) == (3, 3)


async def test_it_is_stored_once_where_the_preview_said(
    database: Database, services: Services
) -> None:
    await log(services, ANN, "20.1", "Q1")
    found = await services.menu.preview(by(ANN), CHAT, ANN)
    stored = await services.menu.store(by(ANN), found.draft_id)
    assert isinstance(stored, RunWritten)
    assert stored.heat.label == found.heat_label
    assert [lap.time_ms for lap in stored.new_laps] == list(found.times_ms)
    assert await count(database, Entry, Entry.kind == "menu") == 1
    with pytest.raises(NotFound, match="stored already"):
        await services.menu.store(by(ANN), found.draft_id)
    undone = await services.undo.take_back(by(ANN), undoable(stored))
    assert (undone.laps_removed, len(undone.run.laps)) == (4, 1)


async def test_nobody_else_may_store_it(database: Database, services: Services) -> None:
    found = await services.menu.preview(by(ANN), CHAT, ANN)
    await start_session(services, by(BEN, team=RIVALS))
    before = await everything(database)
    for caller in (by(BEN), by(CLEO, manager=True), by(ANN, team=RIVALS)):
        with pytest.raises(NotFound):
            await services.menu.store(caller, found.draft_id)
    assert await everything(database) == before


async def test_crew_stores_it_for_its_author_under_the_name_of_the_server(
    services: Services,
) -> None:
    await set_crew_role(services)
    crew = by(CLEO, crew=True)
    await log(services, ANN, "20.1", "Q1")
    account = Person(ANN.user_id, "ann_1987")
    found = await services.menu.preview(crew, CHAT, account)
    assert (found.racer, found.for_other) == (ANN, True)
    with pytest.raises(NotAllowed):
        await services.menu.store(by(CLEO), found.draft_id)
    stored = await services.menu.store(crew, found.draft_id)
    assert isinstance(stored, RunWritten)
    assert (stored.run.racer, stored.for_other) == (ANN, True)
    assert (await services.menu.preview(crew, CHAT, BEN)).racer == BEN


async def test_what_cannot_be_stored_is_refused_at_once(
    database: Database, services: Services
) -> None:
    await set_crew_role(services)
    before = await everything(database)
    with pytest.raises(NotAllowed):
        await services.menu.preview(by(BEN), CHAT, ANN)
    with pytest.raises(LapTimesError):
        await services.menu.preview(by(ANN), "see you at 12", ANN)
    assert await everything(database) == before


async def test_with_several_events_open_storing_asks_which(services: Services) -> None:
    first = await start_session(services, CLEO, "Club Race")
    await start_session(services, CLEO, "Series Final")
    found = await services.menu.preview(by(ANN), CHAT, ANN)
    assert found.heat_label is None
    waiting = await services.menu.store(by(ANN), found.draft_id)
    assert isinstance(waiting, Question)
    assert waiting.laps_ms == found.times_ms
    (done,) = await services.lap_entry.answer(by(ANN), waiting.draft_id, str(first.id))
    assert isinstance(done, RunWritten)
    assert len(done.new_laps) == 4


async def test_a_preview_goes_where_the_racer_is_when_it_is_confirmed(services: Services) -> None:
    found = await services.menu.preview(by(ANN), CHAT, ANN)
    await start_heat(services, ANN, "Q1")
    stored = await services.menu.store(by(ANN), found.draft_id)
    assert isinstance(stored, RunWritten)
    assert stored.heat.label == "Q1"
