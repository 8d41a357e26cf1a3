"""Which session, class and heat laps go into when the racer does not say, or half says."""

from __future__ import annotations

import pytest

from core.bootstrap import Services
from core.caller import Person
from core.database import Database
from core.errors import BadInput, NotAllowed, NotFound
from core.models import Heat, RaceSession
from core.results.question import Asks
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    asked,
    by,
    close_session,
    count,
    everything,
    log,
    picked_run,
    set_crew_role,
    start_heat,
    start_session,
)

# Heats


async def test_own_latest_open_heat_comes_first(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, heat="P1")
    await log(services, ANN, heat="P2")
    await log(services, BEN, heat="P3")
    logged = await log(services, ANN)
    assert (logged.heat.name, logged.opened_heat, logged.heat_is_open) == ("P2", False, True)


async def test_starting_a_heat_for_others_does_not_make_it_ones_own(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, heat="P1", class_name="Truggy")
    await start_heat(services, ANN, "Q1", "Buggy")
    assert (await log(services, ANN)).heat.label == "Truggy P1"


async def test_else_the_latest_open_heat_of_the_class(services: Services) -> None:
    await start_session(services)
    await log(services, BEN, heat="P1", class_name="Buggy")
    await log(services, BEN, heat="P2", class_name="Buggy")
    await log(services, BEN, heat="P3", class_name="Truggy")
    logged = await log(services, ANN, class_name="buggy")
    assert (logged.heat.label, logged.opened_heat) == ("Buggy P2", False)


async def test_without_a_class_one_joins_the_only_class_that_races(services: Services) -> None:
    await start_session(services)
    await log(services, BEN, class_name="Buggy")
    assert (await log(services, ANN)).heat.label == "Buggy P1"
    await log(services, BEN, class_name="Truggy")
    waiting = await asked(services, CLEO, Asks.CLASS)
    assert waiting.options == ("Truggy", "Buggy")
    assert (await picked_run(services, CLEO, waiting, "Buggy")).heat.label == "Buggy P1"
    assert (await log(services, CLEO)).heat.label == "Buggy P1", "asked once"


async def test_for_ten_minutes_the_heat_somebody_else_finished(
    services: Services, clock: FakeClock
) -> None:
    await start_session(services)
    await log(services, BEN, heat="Q1")
    await services.heat.finish(by(BEN))
    clock.advance(minutes=9, seconds=59)
    logged = await log(services, ANN)
    assert (logged.heat.name, logged.opened_heat, logged.heat_is_open) == ("Q1", False, False)
    assert logged.finished_by == "Ben"
    clock.advance(seconds=2)
    later = await log(services, CLEO)
    assert (later.heat.name, later.opened_heat, later.finished_by) == ("Q2", True, None)


async def test_after_finishing_a_heat_oneself_the_next_one_opens(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, heat="Q1")
    await services.heat.finish(by(ANN))
    logged = await log(services, ANN)
    assert (logged.heat.name, logged.opened_heat) == ("Q2", True)


async def test_a_heat_that_finished_by_itself_takes_no_late_laps(
    services: Services, clock: FakeClock
) -> None:
    await start_session(services)
    await log(services, BEN, heat="Q1")
    clock.advance(minutes=30)
    assert await services.housekeeping.finish_idle_heats() == 1
    assert (await log(services, ANN)).heat.name == "Q2"


async def test_late_laps_stay_within_the_class(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, heat="Q1", class_name="Truggy")
    await services.heat.finish(by(ANN))
    await log(services, BEN, heat="Q1", class_name="Buggy")
    await services.heat.finish(by(BEN))
    assert (await log(services, ANN)).heat.label == "Truggy Q2"


async def test_new_heats_count_on(services: Services) -> None:
    await start_session(services, practice_rounds=2, qualifying_rounds=1)
    names = []
    for _ in range(5):
        names.append((await log(services, ANN)).heat.name)
        await services.heat.finish(by(ANN))
    assert names == ["P1", "P2", "Q1", "Main", "Main 2"]


async def test_without_stated_rounds_the_kind_goes_on(services: Services) -> None:
    await start_session(services)
    names = []
    for typed in (None, None, "Q1", None, "Main", None):
        names.append((await log(services, ANN, heat=typed)).heat.name)
        await services.heat.finish(by(ANN))
    assert names == ["P1", "P2", "Q1", "Q2", "Main", "Main 2"]


async def test_each_class_counts_for_itself(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, class_name="Buggy")
    await services.heat.finish(by(ANN))
    assert (await log(services, BEN, class_name="Truggy")).heat.label == "Truggy P1"
    assert (await log(services, ANN)).heat.label == "Buggy P2"


async def test_a_new_name_opens_that_heat(services: Services) -> None:
    await start_session(services)
    first = await log(services, ANN, heat="  Q1 \u00a0 night  ")
    assert (first.heat.name, first.opened_heat) == ("Q1 night", True)
    again = await log(services, BEN, heat="q1 NIGHT")
    assert (again.heat, again.opened_heat) == (first.heat, False)
    by_id = await log(services, CLEO, heat=str(first.heat.id))
    assert by_id.heat == first.heat


async def test_names_fold_case_beyond_ascii(database: Database, services: Services) -> None:
    await start_session(services)
    first = await log(services, ANN, heat="Übung STRASSE", class_name="Öl")
    again = await log(services, BEN, heat="übung straße", class_name="ÖL")
    assert again.heat == first.heat
    assert await count(database, Heat) == 1


async def test_all_is_no_heat_name(database: Database, services: Services) -> None:
    await start_session(services)
    before = await everything(database)
    for name in ("all", " ALL ", "  "):
        with pytest.raises(BadInput):
            await log(services, ANN, heat=name)
        with pytest.raises(BadInput):
            await start_heat(services, ANN, name)
    assert await everything(database) == before


# Classes


async def test_heats_of_two_classes_may_have_the_same_name(services: Services) -> None:
    await start_session(services)
    buggy = await log(services, ANN, heat="Q1", class_name="Buggy")
    truggy = await log(services, BEN, heat="Q1", class_name="Truggy")
    assert buggy.heat.id != truggy.heat.id
    assert (await log(services, ANN, heat="Q1")).heat == buggy.heat
    assert (await log(services, BEN, heat="q1")).heat == truggy.heat
    assert (await log(services, BEN, heat="buggy q1")).heat == buggy.heat


async def test_a_name_that_two_classes_share_is_asked_for(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, heat="Q1", class_name="Buggy")
    await log(services, BEN, heat="Q1", class_name="Truggy")
    waiting = await asked(services, CLEO, Asks.CLASS, heat="Q1")
    assert (await picked_run(services, CLEO, waiting, "Buggy")).heat.label == "Buggy Q1"
    dan = Person(104, "Dan")
    with pytest.raises(BadInput, match="Buggy Q1 and Truggy Q1"):
        await services.heat.show(by(dan), "Q1")


async def test_the_only_heat_of_that_name_is_meant_whatever_its_class(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, heat="Q1", class_name="Buggy")
    await log(services, BEN, heat="P1", class_name="Truggy")
    assert (await log(services, CLEO, heat="Q1")).heat.label == "Buggy Q1"


async def test_the_class_sticks_within_a_session(services: Services) -> None:
    first = await start_session(services, name="First")
    await log(services, ANN, class_name="Buggy")
    await log(services, BEN, class_name="Truggy")
    await services.heat.finish(by(ANN))
    assert (await log(services, ANN)).heat.class_name == "Buggy"
    await log(services, ANN, class_name="Truggy")
    await services.heat.finish(by(ANN), "P1")
    await services.heat.finish(by(BEN), "Buggy P2")
    assert (await log(services, ANN, heat="Q1")).heat.label == "Truggy Q1"
    second = await start_session(services, ANN, "Second")
    await services.session.race_here(by(ANN), second.id)
    assert (await log(services, ANN)).heat.class_name == ""
    await services.session.race_here(by(ANN), first.id)
    assert (await log(services, ANN)).heat.label == "Truggy Q1"


async def test_a_class_keeps_its_first_spelling(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, class_name="2WD  Mod")
    assert (await log(services, BEN, class_name="2wd mod", heat="Q1")).heat.label == "2WD Mod Q1"
    choices = await services.heat.suggest_classes(by(ANN), "MOD")
    assert [choice.value for choice in choices] == ["2WD Mod"]


# Sessions


async def test_none_open_one_is_named_after_today_in_the_teams_zone(
    services: Services, clock: FakeClock
) -> None:
    clock.moment = clock.moment.replace(hour=13)
    await services.team.set_time_zone(by(ANN, manager=True), "Pacific/Auckland")
    logged = await log(services, ANN)
    assert (logged.session.name, logged.opened_session) == ("Sun 7 Jun", True)
    await close_session(services, ANN)
    clock.advance(hours=30)
    await services.team.set_time_zone(by(ANN, manager=True), "Pacific/Honolulu")
    started = await start_heat(services, ANN)
    assert (started.session.name, started.opened_session) == ("Sun 7 Jun", True)
    assert started.session.id != logged.session.id


async def test_the_only_open_session_is_everyones(database: Database, services: Services) -> None:
    session = await start_session(services)
    logged = await log(services, BEN)
    assert (logged.session.id, logged.opened_session) == (session.id, False)
    assert await count(database, RaceSession) == 1


async def test_ones_session_is_the_one_last_logged_in_or_started(services: Services) -> None:
    first = await start_session(services, ANN, "First")
    second = await start_session(services, BEN, "Second")
    assert (await log(services, ANN)).session.id == first.id
    assert (await log(services, BEN)).session.id == second.id
    await services.session.race_here(by(ANN), second.id)
    assert (await log(services, ANN)).session.id == second.id
    heat_in_first = (await services.heat.list_heats(by(ANN))).session
    assert heat_in_first.id == second.id
    await start_session(services, ANN, "Third")
    assert (await log(services, ANN)).session.id == second.id, "hers is open"


async def test_a_lap_in_a_heat_named_by_id_makes_its_session_ones_own(services: Services) -> None:
    first = await start_session(services, ANN, "First")
    heat = (await log(services, ANN)).heat
    await start_session(services, BEN, "Second")
    assert (await log(services, BEN, heat=str(heat.id))).session.id == first.id
    assert (await log(services, BEN)).session.id == first.id


async def test_a_closed_session_is_nobodys(services: Services) -> None:
    await start_session(services, ANN, "First")
    second = await start_session(services, BEN, "Second")
    await close_session(services, ANN, "First")
    assert (await log(services, CLEO)).session.id == second.id


async def test_same_heat_names_in_two_sessions_are_two_heats(services: Services) -> None:
    await start_session(services, ANN, "First")
    await start_session(services, BEN, "Second")
    one = await log(services, ANN, heat="Q1")
    two = await log(services, BEN, heat="Q1")
    assert one.heat.id != two.heat.id
    assert [run.racer for run in (await services.heat.show(by(ANN), "Q1")).runs] == [ANN]
    with pytest.raises(NotFound):
        await services.heat.show(by(ANN), "Q2")


# On behalf of others


@pytest.mark.parametrize("right", ["crew", "manager"])
async def test_crew_logs_for_a_racer_in_that_racers_place(services: Services, right: str) -> None:
    await set_crew_role(services)
    crew = by(CLEO, crew=right == "crew", manager=right == "manager")
    first = await start_session(services, ANN, "First")
    await log(services, ANN, class_name="Buggy")
    await start_session(services, CLEO, "Second")
    await log(services, CLEO, class_name="Truggy")
    logged = await log(services, crew, racer=ANN)
    assert (logged.session.id, logged.heat.label) == (first.id, "Buggy P1")
    assert (logged.for_other, logged.run.racer) == (True, ANN)
    assert len(logged.run.laps) == 12
    assert (await log(services, CLEO)).heat.label == "Truggy P1"


async def test_others_laps_are_crews_business(database: Database, services: Services) -> None:
    await set_crew_role(services)
    await start_session(services)
    before = await everything(database)
    with pytest.raises(NotAllowed, match="crew"):
        await log(services, BEN, racer=ANN)
    assert await everything(database) == before
    assert not (await log(services, BEN, racer=BEN)).for_other


async def test_without_a_crew_role_only_manage_server_is_crew(services: Services) -> None:
    await start_session(services)
    with pytest.raises(NotAllowed):
        await log(services, by(BEN, crew=True), racer=ANN)
    assert (await log(services, by(BEN, manager=True), racer=ANN)).for_other
