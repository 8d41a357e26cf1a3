"""Laps go where the racer's last laps went; where two answers are equally likely they are asked."""

from __future__ import annotations

from uuid import UUID

import pytest

from core.bootstrap import Services
from core.commands import LogLaps, StartHeat
from core.database import Database
from core.models import Draft, Heat
from core.results.heat import HeatStarted
from core.results.question import Asks, LeftAlone, Question
from core.results.refs import Scope, ScopeKind
from core.results.run_written import RunWritten
from core.results.session import SessionClosed
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
    finish_heat,
    log,
    must_choose,
    pick,
    picked_run,
    posts,
    start_heat,
    start_session,
    undoable,
)


def _heat(logged: RunWritten) -> Scope:
    return Scope(ScopeKind.HEAT, logged.heat.id)


async def heats_of(services: Services) -> list[str]:
    return [info.heat.label for info in (await services.heat.list_heats(by(ANN))).heats]


# Classes


async def test_a_class_typed_once_sticks_although_somebody_starts_another(
    services: Services,
) -> None:
    await start_session(services)
    await start_heat(services, ANN, "Q1", "Buggy")
    assert (await log(services, BEN, class_name="Truggy")).heat.label == "Truggy P1"
    await start_heat(services, BEN, "Q2", "Buggy")
    assert (await log(services, BEN)).heat.label == "Truggy P1"


async def test_the_class_follows_the_laps_however_they_got_there(services: Services) -> None:
    await start_session(services)
    await log(services, BEN, heat="Q1", class_name="Truggy")
    logged = await log(services, ANN, heat="Q1", class_name="Buggy")
    truggy = (await services.heat.suggest(by(ANN), "Truggy Q1"))[0].value
    moved = await services.lap_entry.move(by(ANN), undoable(logged), UUID(truggy))
    assert moved.heat.label == "Truggy Q1"
    assert (await log(services, ANN)).heat.label == "Truggy Q1"


async def test_two_classes_racing_open_no_third_one(database: Database, services: Services) -> None:
    await start_session(services)
    await log(services, ANN, class_name="Buggy")
    await log(services, BEN, class_name="Truggy")
    waiting = await asked(services, CLEO, Asks.CLASS)
    assert (waiting.options, waiting.laps_ms[:2]) == (("Truggy", "Buggy"), (20_100, 20_200))
    assert await count(database, Heat) == 2
    assert (await picked_run(services, CLEO, waiting, "Truggy")).heat.label == "Truggy P1"


async def test_starting_a_heat_of_a_class_says_it_for_who_has_none(services: Services) -> None:
    await start_session(services)
    await start_heat(services, ANN, "Q1", "Buggy")
    await start_heat(services, ANN, "Q1", "Truggy")
    assert (await log(services, ANN)).heat.label == "Buggy Q1", "the first she said"


@pytest.mark.parametrize(
    ("answer", "labels"),
    [("All of them", ["Buggy P1", "Buggy P2"]), ("Only mine", ["P1", "P2", "Buggy P1"])],
)
async def test_the_first_class_of_a_session_is_that_of_all_or_only_of_who_typed_it(
    services: Services, answer: str, labels: list[str]
) -> None:
    await start_session(services)
    await log(services, BEN, heat="P1")
    await log(services, BEN, heat="P2")
    waiting = await asked(services, ANN, Asks.CLASS_FOR_WHOM, class_name="Buggy")
    done = await picked_run(services, ANN, waiting, answer)
    assert await heats_of(services) == labels
    assert done.heat.label == labels[-1]
    assert (await log(services, BEN)).heat.label == labels[1]


async def test_a_class_that_nearly_matches_is_asked_about(
    database: Database, services: Services
) -> None:
    await start_session(services)
    await log(services, ANN, class_name="Buggy")
    waiting = await asked(services, BEN, Asks.MEANT, class_name="Bugyg")
    assert waiting.options == ("Buggy", "Bugyg, a new class")
    assert (await picked_run(services, BEN, waiting, "Buggy")).heat.label == "Buggy P1"
    waiting = await asked(services, CLEO, Asks.MEANT, class_name="Bugyg")
    done = await picked_run(services, CLEO, waiting, "Bugyg, a new class")
    assert done.heat.label == "Bugyg P1"
    assert await count(database, Draft) == 0


# Heats


async def test_names_agree_and_slips_are_asked_about(services: Services) -> None:
    await start_session(services)
    first = await log(services, ANN, heat="A-Main")
    assert (await log(services, BEN, heat="A main")).heat == first.heat
    assert (await log(services, CLEO, heat="B main")).opened_heat
    waiting = await asked(services, CLEO, Asks.MEANT, heat="A mian")
    assert waiting.options == ("A-Main", "A mian, a new heat")
    assert (await picked_run(services, CLEO, waiting, "A-Main")).heat == first.heat
    assert (await log(services, ANN, heat="13.5")).heat != (
        await log(services, ANN, heat="135")
    ).heat


async def test_a_class_typed_in_front_of_a_new_heat_is_its_class(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, class_name="Buggy")
    await log(services, BEN, class_name="2WD Mod")
    assert (await log(services, ANN, heat="2wd mod Final")).heat.label == "2WD Mod Final"


async def test_after_an_a_main_it_is_asked_which_comes_next(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, heat="A main")
    await finish_heat(services, ANN)
    waiting = await asked(services, ANN, Asks.MAIN)
    assert waiting.options == ("A main", "B main", "C main", "Main")
    assert (await picked_run(services, ANN, waiting, "B main")).heat.name == "B main"
    await finish_heat(services, ANN)
    started = await services.heat.start(by(BEN), StartHeat())
    assert isinstance(started, Question)
    done = await pick(services, BEN, started, "C main")
    assert isinstance(done, HeatStarted)
    assert done.heat.name == "C main"


async def test_a_heat_that_others_finished_without_my_laps_or_the_one_that_is_open(
    services: Services, clock: FakeClock
) -> None:
    await start_session(services)
    await log(services, BEN, heat="Q1")
    await finish_heat(services, BEN)
    await start_heat(services, BEN, "Q2")
    waiting = await asked(services, ANN, Asks.HEAT)
    assert waiting.options == ("Q1", "Q2")
    assert (await picked_run(services, ANN, waiting, "Q1")).heat.name == "Q1"
    clock.advance(minutes=11)
    assert (await log(services, CLEO)).heat.name == "Q2", "Q1 is long over"


async def test_after_ten_quiet_minutes_the_own_heat_or_the_later_one(
    services: Services, clock: FakeClock
) -> None:
    await start_session(services)
    await log(services, ANN, heat="Q1")
    await log(services, BEN, heat="Q2")
    assert (await log(services, ANN)).heat.name == "Q1"
    clock.advance(minutes=10)
    waiting = await asked(services, ANN, Asks.HEAT)
    assert waiting.options == ("Q1", "Q2")
    assert (await picked_run(services, ANN, waiting, "Q2")).heat.name == "Q2"


async def test_a_run_that_took_longer_than_the_heat_is_over_still_belongs_to_it(
    services: Services, clock: FakeClock
) -> None:
    await start_session(services)
    await log(services, ANN, heat="Q1")
    await log(services, BEN, heat="Q1")
    await finish_heat(services, BEN)
    clock.advance(minutes=1)
    # Six laps of 20 seconds: they were driven while the heat was on.
    late = await log(services, ANN)
    assert (late.heat.name, late.finished_by) == ("Q1", "Ben")
    assert (await log(services, ANN, "20.1")).heat.name == "Q2", "a lap of now"


async def test_a_correction_does_not_say_where_one_is(services: Services) -> None:
    await start_session(services)
    first = await log(services, ANN, "20.1 20.2 20.3", heat="Q1")
    await log(services, ANN, heat="Q2")
    await services.lap_entry.set_lap_counts(
        by(ANN), first.heat.id, racer_id=ANN.user_id, lap_number=1, counts=False
    )
    await services.confidence.rate(by(ANN), first.heat.id, 5)
    assert (await log(services, ANN)).heat.name == "Q2"
    back = await log(services, ANN, heat="Q1")
    again = await log(services, ANN)
    assert again.heat.name == "Q1"
    for entry in (again, back):
        await services.undo.take_back(by(ANN), undoable(entry))
    assert (await log(services, ANN)).heat.name == "Q2", "as though they had never come"


# Empty heats


async def test_an_empty_heat_uses_up_no_name(services: Services) -> None:
    await start_session(services, qualifying_rounds=3)
    started = await start_heat(services, ANN)
    assert started.heat.name == "Q1"
    again = await start_heat(services, BEN)
    assert (again.heat, again.finished) == (started.heat, ())
    await finish_heat(services, ANN, "Q1")
    assert (await start_heat(services, ANN)).heat == started.heat
    assert await heats_of(services) == ["Q1"]


async def test_an_empty_heat_goes_without_a_trace(
    database: Database, services: Services, clock: FakeClock
) -> None:
    await start_session(services)
    await log(services, ANN, heat="P1")
    await start_heat(services, ANN, "Q1", None)
    clock.advance(minutes=31)
    await services.housekeeping.run()
    assert await heats_of(services) == ["P1"]
    await start_heat(services, ANN, "Q1")
    assert (await close_session(services, ANN)).finished == ()
    assert await heats_of(services) == ["P1"]
    assert len(await posts(database)) == 2, "P1 and the wrap-up"


async def test_starting_while_others_are_at_it_asks_first(
    database: Database, services: Services, clock: FakeClock
) -> None:
    await start_session(services)
    await log(services, BEN, heat="Q1")
    await log(services, ANN, heat="Q1")
    clock.advance(seconds=119)
    waiting = await services.heat.start(by(ANN), StartHeat())
    assert isinstance(waiting, Question)
    assert waiting.asks is Asks.BUSY
    assert isinstance(await pick(services, ANN, waiting, "Not yet"), LeftAlone)
    assert await heats_of(services) == ["Q1"]
    waiting = await services.heat.start(by(ANN), StartHeat())
    assert isinstance(waiting, Question)
    done = await pick(services, ANN, waiting, "Finish it and go on")
    assert isinstance(done, HeatStarted)
    assert [heat.name for heat in done.finished] == ["Q1"]
    assert await count(database, Draft) == 0


async def test_who_was_moved_away_leaves_nothing_behind(services: Services) -> None:
    await start_session(services)
    logged = await log(services, ANN, "20.1 20.2", heat="Q1")
    moved = await services.lap_entry.move(by(ANN), undoable(logged), None)
    assert (moved.heat.name, moved.heat_removed, moved.moved_from) == ("Q2", True, logged.heat)
    assert await heats_of(services) == ["Q2"]
    assert (await log(services, ANN)).heat.name == "Q2"


# Not this heat?


async def test_not_this_heat_moves_only_the_laps_of_that_answer(services: Services) -> None:
    await start_session(services)
    await log(services, BEN, heat="Q2")
    there = await log(services, ANN, "21.1", heat="Q2")
    first = await log(services, ANN, "20.1", heat="Q1")
    wrong = await services.lap_entry.log(
        by(ANN), LogLaps("20.5 20.6", confidence=4, note="35wt rear")
    )
    assert isinstance(wrong, RunWritten)
    last = await log(services, ANN, "20.2")
    assert [heat.name for heat in wrong.other_heats] == ["Q2"]
    moved = await services.lap_entry.move(by(ANN), undoable(wrong), there.heat.id)
    assert [lap.time_ms for lap in moved.run.laps] == [21_100, 20_500, 20_600]
    assert [lap.number for lap in moved.new_laps] == [2, 3]
    assert (moved.run.confidence, moved.run.note) == (4, "35wt rear")
    left = await services.card.show_of(by(ANN), _heat(first), racer_id=ANN.user_id)
    assert [(lap.number, lap.time_ms) for lap in left.run.laps] == [(1, 20_100), (2, 20_200)]
    assert (await log(services, ANN)).heat.name == "Q2", "her heat goes with them"
    undone = await services.undo.take_back(by(ANN), undoable(last))
    assert undone.laps_removed == 1


# Sessions


async def test_one_tap_on_which_event_settles_all_that_wait_in_typed_order(
    database: Database, services: Services
) -> None:
    for name in ("Club Race", "Series Final"):
        await start_session(services, CLEO, name)
    first = await must_choose(services, ANN, "20.1", heat="Q1")
    await must_choose(services, ANN, "20.2", heat="Q1")
    await must_choose(services, BEN, "20.9")
    last = await must_choose(services, ANN, "20.3")
    place = last.options.index("Club Race")
    done = await services.lap_entry.answer(by(ANN), last.draft_id, str(place))
    runs = [each for each in done if isinstance(each, RunWritten)]
    assert [lap.time_ms for run in runs for lap in run.new_laps] == [20_100, 20_200, 20_300]
    assert {(run.session.name, run.heat.name) for run in runs} == {("Club Race", "Q1")}
    assert await count(database, Draft) == 1, "Ben's"
    assert first.draft_id != last.draft_id


async def test_saying_where_laps_go_closes_no_session(
    database: Database, services: Services
) -> None:
    for name in ("Club Race", "Series Final"):
        await start_session(services, CLEO, name)
    closing = await services.session.close(by(ANN))
    ending = await services.heat.finish(by(ANN))
    assert isinstance(closing, Question)
    assert isinstance(ending, Question)
    await picked_run(services, ANN, await must_choose(services, ANN), "Club Race")
    assert await count(database, Draft) == 2
    closed = await pick(services, ANN, closing, "Series Final")
    assert isinstance(closed, SessionClosed)
    assert closed.session.name == "Series Final"


async def test_a_session_that_was_closed_too_early_is_asked_about(
    database: Database, services: Services, clock: FakeClock
) -> None:
    mine = await start_session(services, ANN, "Mine")
    await log(services, ANN, heat="Q1")
    await start_session(services, BEN, "Other")
    clock.advance(minutes=5)
    await close_session(services, BEN, "Mine")
    before = len(await posts(database))
    waiting = await asked(services, ANN, Asks.CLOSED)
    assert waiting.options == ("Reopen Mine", "Other", "A new session")
    done = await picked_run(services, ANN, waiting, "Reopen Mine")
    assert (done.session.id, done.heat.name, done.heat_is_open) == (mine.id, "Q1", True)
    assert done.reopened_session
    await close_session(services, ANN)
    assert len(await posts(database)) == before, "no second wrap-up"


async def test_a_day_that_ended_by_itself_is_over(services: Services, clock: FakeClock) -> None:
    await log(services, ANN)
    clock.advance(days=1)
    await services.housekeeping.run()
    again = await log(services, ANN)
    assert (again.opened_session, again.session.name) == (True, "Sun 7 Jun")


async def test_a_second_session_of_a_day_opens_the_first_again(services: Services) -> None:
    first = await log(services, ANN)
    await close_session(services, ANN)
    again = await log(services, BEN)
    assert (again.session, again.opened_session) == (first.session, False)
    assert again.reopened_session
    await close_session(services, ANN)
    waiting = await asked(services, ANN, Asks.CLOSED)
    new = await picked_run(services, ANN, waiting, "A new session")
    assert (new.session.name, new.opened_session) == ("Sat 6 Jun (2)", True)


async def test_days_count_from_the_first_lap(
    database: Database, services: Services, clock: FakeClock
) -> None:
    await start_session(services, days=2)
    clock.advance(days=6)
    await services.housekeeping.run()
    await log(services, ANN)
    closes_at = (await services.session.show(by(ANN))).session.closes_at
    assert closes_at is not None
    assert closes_at.isoformat() == "2026-06-14T05:00:00+00:00"
    await start_session(services, BEN, "Never driven")
    clock.advance(days=8)
    await services.housekeeping.run()
    names = [each.name for each in (await services.session.list_sessions(by(ANN))).sessions]
    assert names == ["Club Race"]
    assert len(await posts(database)) == 2


async def test_asking_stores_nothing_but_the_question(
    database: Database, services: Services
) -> None:
    await start_session(services)
    await log(services, ANN, class_name="Buggy")
    before = await everything(database)
    await asked(services, BEN, Asks.MEANT, class_name="Bugyg")
    after = await everything(database)
    assert len(after.pop("drafts")) == 1
    assert len(after.pop("racer_profiles")) == 2
    assert not before.pop("drafts")
    assert len(before.pop("racer_profiles")) == 1
    assert after == before
