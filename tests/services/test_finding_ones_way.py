"""Where commands lead when a racer has more than one session or class to think of."""

from __future__ import annotations

import pytest

from core.bootstrap import Services
from core.commands import LogLaps, StartHeat
from core.errors import BadInput
from core.race_day.questions import SeveralOpen
from core.results.card import NoLapsYet, OrpCard
from core.results.question import Asks, Question
from core.results.run_written import RunWritten
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    asked,
    by,
    close_session,
    log,
    pick,
    picked_run,
    start_heat,
    start_session,
)


async def test_a_racer_without_laps_is_shown_the_newest_session_and_can_join_it(
    services: Services,
) -> None:
    await start_session(services, ANN, "First")
    newest = await start_session(services, ANN, "Second")
    shown = await services.session.show(by(BEN))
    assert (shown.session.id, shown.is_own) == (newest.id, False)
    await services.session.race_here(by(BEN), newest.id)
    assert (await services.session.show(by(BEN))).is_own


async def test_a_racer_finds_their_laps_although_others_opened_several_sessions(
    services: Services,
) -> None:
    await start_session(services, BEN, "Day")
    await log(services, BEN)
    await close_session(services, BEN)
    await start_session(services, ANN, "A")
    await start_session(services, ANN, "B")
    for found in (
        await services.card.show(by(BEN)),
        await services.card.show(by(ANN), racer=BEN),
    ):
        assert isinstance(found, OrpCard)
        assert found.session.name == "Day"
    with pytest.raises(SeveralOpen):
        await services.heat.show(by(CLEO))
    assert isinstance(await services.card.show(by(CLEO)), NoLapsYet)


async def test_a_class_that_contradicts_the_heat_that_was_picked_is_refused(
    services: Services,
) -> None:
    await start_session(services)
    heat = (await start_heat(services, ANN, "Q2", "Buggy")).heat
    with pytest.raises(BadInput, match="no Truggy heat"):
        await services.lap_entry.log(by(BEN), LogLaps("20.1", str(heat.id), "Truggy"))
    stored = await services.lap_entry.log(by(BEN), LogLaps("20.1", str(heat.id), " buggy "))
    assert isinstance(stored, RunWritten)
    assert stored.heat == heat


async def test_who_has_raced_without_a_class_stays_without_one(services: Services) -> None:
    await start_session(services)
    assert (await log(services, BEN)).heat.label == "P1"
    await services.heat.finish(by(BEN))
    waiting = await services.heat.start(by(ANN), StartHeat("Q1", "Buggy"))
    assert isinstance(waiting, Question)
    await pick(services, ANN, waiting, "Only mine")
    assert (await log(services, BEN)).heat.label == "P2"
    waiting = await asked(services, CLEO, Asks.CLASS)
    assert waiting.options == ("No class", "Buggy")
    which = await pick(services, CLEO, waiting, "No class")
    assert isinstance(which, Question), "Ben has just finished P1, and P2 is open"
    assert (await picked_run(services, CLEO, which, "P2")).heat.label == "P2"
    assert (await log(services, CLEO)).heat.label == "P2", "asked once"


async def test_a_time_zone_is_found_whatever_its_case(services: Services) -> None:
    manager = by(ANN, manager=True)
    info = await services.team.set_time_zone(manager, " europe/berlin ")
    assert info.time_zone == "Europe/Berlin"
    again = await services.team.set_time_zone(manager, "america/new york")
    assert again.time_zone == "America/New_York"


async def test_a_session_without_laps_has_nothing_to_wrap_up(services: Services) -> None:
    await start_session(services)
    assert not (await close_session(services, by(ANN))).has_laps
    await start_session(services, ANN, "Second")
    await log(services, ANN)
    closed = await close_session(services, by(ANN))
    assert closed.has_laps
    assert [heat.name for heat in closed.finished] == ["P1"]
