"""Logging laps: what is stored, what the answer says, and the first crossing."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from core.bootstrap import Services
from core.commands import LogLaps
from core.database import Database
from core.errors import BadInput, NotAllowed, NotFound
from core.laps import Lap
from core.models import Heat, RunLog
from core.results.run_written import RunWritten
from core.scoring.advice import Status
from core.scoring.orp import calculate_orp
from core.services.run_logs import RunLogsService
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    FROM_THE_GRID,
    LAPS,
    RIVALS,
    TEAM,
    by,
    count,
    everything,
    log,
    set_crew_role,
    start_session,
    statements,
    undoable,
)


async def test_the_answer_tells_what_was_stored(services: Services) -> None:
    session = await start_session(services)
    await log(services, ANN, "20.1 20.3", confidence=4, note="35wt rear")
    logged = await log(services, ANN, "1. 20.2\n2. 20.4")
    assert (logged.session.name, logged.heat.label) == (session.name, "P1")
    assert logged.new_laps == (Lap(3, 20_200), Lap(4, 20_400))
    assert logged.run.laps == (Lap(1, 20_100), Lap(2, 20_300), *logged.new_laps)
    assert logged.run.orp == calculate_orp([20_100, 20_300, 20_200, 20_400], confidence=4)
    assert (logged.run.confidence, logged.run.note) == (4, "35wt rear")
    assert (logged.for_other, logged.opened_heat, logged.opened_session) == (False, False, False)
    assert (logged.heat_is_open, logged.finished_by, logged.first_crossing) == (True, None, False)
    assert (logged.doubtful, logged.repeated) == ((), ())


async def test_one_lap_has_no_score_yet(services: Services) -> None:
    logged = await log(services, ANN, "20.1", confidence=2)
    assert (logged.run.orp, logged.run.best_lap_ms) == (None, 20_100)
    more = await log(services, ANN, "20.2")
    assert more.run.orp is not None
    assert more.run.orp.status is Status.REJECTED


async def test_a_bad_lap_time_or_option_stores_nothing(
    database: Database, services: Services
) -> None:
    before = await everything(database)
    for command in (
        LogLaps("20.1 20,2,3"),
        LogLaps(""),
        LogLaps("14/5:05.123"),
        LogLaps("20.1", confidence=0),
        LogLaps("20.1", note="x" * 101),
        LogLaps("20.1", note="\u200b"),
        LogLaps("20.1", heat="x" * 41),
    ):
        with pytest.raises(BadInput):
            await services.lap_entry.log(by(ANN), command)
    assert await everything(database) == before


async def test_a_run_has_an_end(database: Database, services: Services) -> None:
    session = await start_session(services)
    await RunLogsService(database, TEAM).add_laps_batch(
        session.id, heat_name="P1", racer=ANN.user_id, lap_times=[20.1] * 1_990
    )
    with pytest.raises(BadInput, match="2000"):
        await log(services, ANN, "20.1 " * 11)
    assert len((await log(services, ANN, "20.1 " * 10)).run.laps) == 2_000


async def test_two_racers_share_a_heat(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.1 20.2", heat="Q1")
    logged = await log(services, BEN, "21.1 21.3")
    assert logged.heat.name == "Q1"
    assert [lap.number for lap in logged.new_laps] == [1, 2]
    table = await services.heat.show(by(CLEO))
    assert {run.racer: [lap.time_ms for lap in run.laps] for run in table.runs} == {
        ANN: [20_100, 20_200],
        BEN: [21_100, 21_300],
    }


async def test_a_note_and_a_rating_stay_until_new_ones_come(services: Services) -> None:
    await log(services, ANN, "20.1 20.2", confidence=2, note="soft spring")
    kept = await log(services, ANN, "20.3")
    assert (kept.run.confidence, kept.run.note) == (2, "soft spring")
    changed = await log(services, ANN, "20.3", confidence=5, note="  hard\nspring ")
    assert (changed.run.confidence, changed.run.note) == (5, "hard spring")


async def test_doubtful_laps_are_pointed_at(services: Services) -> None:
    logged = await log(services, ANN, "20.1 20.2 20.3 2.03 61 20.2")
    assert logged.doubtful == (4, 5)
    assert (await log(services, ANN, "20.1 9.9")).doubtful == (8,)
    assert len((await log(services, ANN, "20.1")).run.laps) == 9


async def test_a_new_run_is_held_against_the_racers_laps_of_the_session(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.5 20.6", heat="Q1", class_name="Buggy")
    assert (await log(services, ANN, "205 206 20.4", heat="Q2")).doubtful == (1, 2)
    # Laps of others, and of another class, are no measure.
    assert (await log(services, BEN, "205 206", heat="Q2")).doubtful == ()
    assert (await log(services, ANN, "205 206", heat="Q1", class_name="Truggy")).doubtful == ()


async def test_a_new_run_is_held_against_the_racers_best_run_at_the_track(
    services: Services,
) -> None:
    await start_session(services, name="Saturday", track="Arena")
    await log(services, ANN, "20.5 20.6", heat="Q1")
    await log(services, ANN, "63 64", heat="Q2")
    await services.session.close(by(ANN), "Saturday")
    await start_session(services, name="Sunday", track="arena")
    logged = await log(services, ANN, "62 20.4", heat="Q1")
    assert (logged.session.name, logged.doubtful) == ("Sunday", (1,))
    # From here on the session tells.
    assert (await log(services, ANN, "62 130", heat="Q2")).doubtful == (2,)


async def test_laps_that_do_not_count_are_no_measure_for_doubt(services: Services) -> None:
    logged = await log(services, ANN, "61 61 61 20.1")
    for number in (1, 2, 3):
        await services.lap_entry.set_lap_counts(
            by(ANN), logged.heat.id, racer_id=ANN.user_id, lap_number=number, counts=False
        )
    assert (await log(services, ANN, "20.2 20.3 61")).doubtful == (7,)


async def test_repeated_laps_are_pointed_at(services: Services) -> None:
    await log(services, ANN, "20.1 20.2 20.3 20.4")
    again = await log(services, ANN, "20.2 20.3 20.4 20.5")
    assert again.repeated == (5, 6, 7)
    assert (await log(services, ANN, "20.1 20.2")).repeated == ()
    assert (await log(services, BEN, "20.1 20.2 20.3")).repeated == ()


async def test_several_first_answers_at_once_open_one_session(services: Services) -> None:
    logged = await asyncio.gather(*(log(services, person, "20.1") for person in (ANN, BEN, CLEO)))
    assert sorted(answer.opened_session for answer in logged) == [False, False, True]
    assert len({answer.heat.id for answer in logged}) == 1


async def test_a_hundred_entries_at_once(database: Database, services: Services) -> None:
    people = (ANN, BEN, CLEO)
    await start_session(services)
    entries = await asyncio.gather(
        *(
            log(services, by(people[number % 3], interaction=number), f"20.1 20.{number}")
            for number in range(100)
        )
    )
    assert await count(database, Heat) == 1
    table = await services.heat.show(by(ANN))
    by_racer = {run.racer: run.laps for run in table.runs}
    for index, person in enumerate(people):
        laps = by_racer[person]
        assert [lap.number for lap in laps] == list(range(1, len(laps) + 1))
        mine = [entry for number, entry in enumerate(entries) if number % 3 == index]
        assert len(laps) == 2 * len(mine)
        # The two laps of an entry stay next to each other.
        assert all(second.number == first.number + 1 for first, second in pairwise(laps))
        assert {entry.new_laps for entry in mine} == set(zip(laps[::2], laps[1::2], strict=True))


# The first crossing


async def test_the_first_crossing_does_not_count(database: Database, services: Services) -> None:
    logged = await log(services, ANN, FROM_THE_GRID)
    assert logged.first_crossing
    assert [lap.counts for lap in logged.run.laps] == [False, True, True, True]
    assert logged.run.orp == calculate_orp([14_100, 14_000, 14_200])
    assert logged.run.best_lap_ms == 14_000
    assert await count(database, RunLog, RunLog.counts) == 3
    more = await log(services, ANN, "14.3")
    assert not more.first_crossing


async def test_a_first_crossing_is_no_typo(services: Services) -> None:
    logged = await log(services, ANN, "6.0 14.1 14.0 14.2 1.41")
    assert logged.first_crossing
    assert logged.doubtful == (5,)


async def test_the_first_crossing_shows_with_the_fourth_lap(services: Services) -> None:
    assert not (await log(services, ANN, "10.6 14.1 14.0")).first_crossing
    logged = await log(services, ANN, "14.2")
    assert logged.first_crossing
    assert not logged.run.laps[0].counts


async def test_lap_one_is_looked_at_again_after_each_change(services: Services) -> None:
    logged = await log(services, ANN, "8.0 14.1 14.0 14.2")
    assert logged.first_crossing
    # With these the median of the others falls to 9.0, of which 8.0 is more than 80 %.
    again = await log(services, ANN, "9.0 9.0 9.0 9.0")
    assert [lap.counts for lap in again.run.laps] == [True] * 8
    assert not again.first_crossing
    undone = await services.undo.take_back(by(ANN), undoable(again))
    assert [lap.counts for lap in undone.run.laps] == [False, True, True, True]
    assert undone.run.orp == logged.run.orp


@pytest.mark.parametrize("counts", [True, False])
async def test_the_racers_decision_on_lap_one_stays(services: Services, counts: bool) -> None:
    logged = await log(services, ANN, "10.6 14.1 14.0 14.2" if counts else "14.1 14.1 14.0 14.2")
    counted = await services.lap_entry.set_lap_counts(
        by(ANN), logged.heat.id, racer_id=ANN.user_id, lap_number=1, counts=counts
    )
    assert counted.lap == Lap(1, 10_600 if counts else 14_100, counts)
    times = [lap.time_ms for lap in counted.run.laps if lap.counts]
    assert len(times) == (4 if counts else 3)
    assert counted.run.orp == calculate_orp(times)
    more = await log(services, ANN, "14.3")
    assert more.run.laps[0].counts is counts
    assert not more.first_crossing


async def test_deciding_twice_does_no_harm(services: Services) -> None:
    logged = await log(services, ANN, FROM_THE_GRID)
    runs = [
        await services.lap_entry.set_lap_counts(
            by(ANN), logged.heat.id, racer_id=ANN.user_id, lap_number=1, counts=True
        )
        for _ in range(2)
    ]
    assert runs[0] == runs[1]


async def test_the_table_and_the_stored_score_follow(services: Services) -> None:
    logged = await log(services, ANN, LAPS)
    await services.lap_entry.set_lap_counts(
        by(ANN), logged.heat.id, racer_id=ANN.user_id, lap_number=6, counts=False
    )
    table = await services.heat.show(by(ANN))
    times = [lap.time_ms for lap in table.runs[0].laps if lap.counts]
    assert len(times) == 9
    assert table.runs[0].orp == calculate_orp(times)


async def test_who_may_decide_and_on_what(database: Database, services: Services) -> None:
    await set_crew_role(services)
    logged = await log(services, ANN, FROM_THE_GRID)
    await log(services, by(ANN, team=RIVALS), FROM_THE_GRID)
    before = await everything(database)
    entries, heat_id = services.lap_entry, logged.heat.id
    with pytest.raises(NotAllowed):
        await entries.set_lap_counts(
            by(BEN), heat_id, racer_id=ANN.user_id, lap_number=1, counts=True
        )
    for caller, racer_id, lap_number in [
        (by(ANN), ANN.user_id, 5),
        (by(ANN, team=RIVALS), ANN.user_id, 1),
        (by(CLEO, crew=True), CLEO.user_id, 1),
        (by(CLEO, crew=True), 999, 1),
    ]:
        with pytest.raises(NotFound):
            await entries.set_lap_counts(
                caller, heat_id, racer_id=racer_id, lap_number=lap_number, counts=True
            )
    assert await everything(database) == before
    counted = await entries.set_lap_counts(
        by(CLEO, crew=True), heat_id, racer_id=ANN.user_id, lap_number=1, counts=True
    )
    assert counted.lap is not None
    assert counted.lap.counts


# Work that does not grow


async def test_logging_takes_as_many_statements_however_many_laps(
    database: Database, services: Services
) -> None:
    await start_session(services)

    async def statements_for(times: str, person_id: int) -> int:
        person = type(ANN)(person_id, f"Racer {person_id}")
        with statements(database) as seen:
            await services.lap_entry.log(by(person), LogLaps(times, heat="Q1"))
        return len(seen)

    await statements_for("20.1", 1)
    few = await statements_for("20.1 20.2", 2)
    for person_id in (3, 4, 5):
        assert await statements_for("20.1 " * 60, person_id) == few
    assert few <= 25


async def test_times_and_teams_are_kept_apart(services: Services, clock: FakeClock) -> None:
    ours = await log(services, ANN, "20.1 20.2")
    clock.advance(days=1)
    theirs = await log(services, by(ANN, team=RIVALS), "30.1")
    assert isinstance(theirs, RunWritten)
    assert theirs.session.id != ours.session.id
    assert [lap.number for lap in theirs.new_laps] == [1]
