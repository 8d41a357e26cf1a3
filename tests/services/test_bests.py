"""Personal bests as they fall, and what the wrap-up tells of them and of time lost."""

from __future__ import annotations

import pytest

from core.bootstrap import Services
from core.caller import Person
from core.commands import LogLaps
from core.database import Database
from core.laps import Lap
from core.results.question import Question
from core.results.run_written import NewBest
from core.results.standings import StandingRow, Standings
from core.scoring.mistakes import find_mistakes
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    CHANNEL,
    LAPS,
    RIVALS,
    by,
    close_session,
    log,
    picked_run,
    start_session,
    statements,
    undoable,
)

# The median is 20.2.
WITH_MISTAKE = "20.1 20.2 20.3 20.2 20.1 {}"


async def best(
    services: Services,
    times: str,
    heat: str | None = None,
    class_name: str | None = None,
    person: Person = ANN,
) -> NewBest | None:
    logged = await services.lap_entry.log(by(person), LogLaps(times, heat, class_name))
    if isinstance(logged, Question):
        logged = await picked_run(services, person, logged, "Only mine")
    return logged.new_best


def row_of(standings: Standings, person: Person, of_class: int = 0) -> StandingRow:
    (row,) = (row for row in standings.classes[of_class].rows if row.racer == person)
    return row


# As they fall


async def test_the_best_at_the_track_is_named_when_it_falls(
    services: Services, clock: FakeClock
) -> None:
    await start_session(services, track="Arena")
    assert await best(services, "20.3 20.2", "Q1") is None, "nothing was there to beat"
    assert await best(services, "20.1") is None, "the first heat is still the first heat"
    assert await best(services, "20.3 20.05", "Q2") == NewBest(20_050, 20_100, "Arena")
    assert await best(services, "20.08") is None, "slower than the lap before"
    assert await best(services, "20.0") == NewBest(20_000, 20_050, "Arena")
    await close_session(services, ANN)
    clock.advance(minutes=1)
    await start_session(services, name="Next", track="ARENA")
    assert await best(services, "20.4 20.3", "Q1") is None
    assert await best(services, "20.2 20.5", "Q2") == NewBest(20_200, 20_300, None)
    assert await best(services, "19.9 20.5", "Q3") == NewBest(19_900, 20_000, "ARENA")
    assert await best(services, "19.0 19.1", "Q1", person=BEN) is None, "another racer"
    assert await best(services, "19.0 19.1", "Q1", "Truggy") is None, "another class"


async def test_a_later_heat_may_be_faster_already(services: Services) -> None:
    await start_session(services, track="Arena")
    for heat, times in {"Q1": "20.3", "Q2": "20.2", "Q3": "20.0"}.items():
        await log(services, ANN, times, heat=heat)
    assert await best(services, "20.1", "Q2") is None
    assert await best(services, "19.9", "Q2") == NewBest(19_900, 20_000, "Arena")


async def test_without_a_track_it_is_the_best_of_the_session(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "20.3 20.2", heat="Q1")
    assert await best(services, "20.3 20.1", "Q2") == NewBest(20_100, 20_200, None)


async def test_what_may_be_no_lap_is_no_best(services: Services) -> None:
    await start_session(services, track="Arena")
    await log(services, ANN, "14.0 14.1 14.2", heat="Q1")
    assert await best(services, "10.6", "Q2") is None, "alone it may be the run to the loop"
    assert await best(services, "14.1 14.3 14.2") is None, "and so it was"
    assert await best(services, "14.1 5.8 14.2", "Q3") is None, "a typo"
    assert await best(services, "13.9 14.2", "Q4") is None, "it was stored all the same"
    assert await best(services, "10.6 13.9 14.2 14.1", "Q1", "Truggy") is None
    assert await best(services, "10.6 13.8 14.2 14.1", "Q2", "Truggy") == (
        NewBest(13_800, 13_900, "Arena")
    )


async def test_a_best_costs_no_statement_more(services: Services, database: Database) -> None:
    await start_session(services, track="Arena")
    await log(services, ANN, "20.3 20.2", heat="Q1")
    counts = []
    for times in ("20.4", "20.1"):
        with statements(database) as seen:
            await log(services, ANN, times, heat="Q1")
        counts.append(len(seen))
    await log(services, ANN, "20.3", heat="Q2")
    with statements(database) as seen:
        assert await best(services, "20.0", "Q2") is not None
    assert [*counts, len(seen)] == [counts[0]] * 3


# In the wrap-up


async def test_the_standings_tell_what_mistakes_cost(services: Services) -> None:
    await start_session(services)
    logged = await log(services, ANN, LAPS, heat="Q1", class_name="Buggy")
    await log(services, ANN, WITH_MISTAKE.format("25.2"), heat="Q2")
    await log(services, BEN, "20.1", heat="Q2", class_name="Buggy")
    await log(services, ANN, WITH_MISTAKE.format("22.2"), heat="Q1", class_name="Truggy")
    standings = await services.session.show(by(ANN))
    lost_ms = find_mistakes(logged.run.laps).lost_ms
    assert lost_ms > 0
    buggy = row_of(standings, ANN)
    assert [cell.lost_ms if cell else None for cell in buggy.cells] == [lost_ms, 5_000]
    assert buggy.lost_ms == lost_ms + 5_000
    assert row_of(standings, BEN).lost_ms == 0
    assert row_of(standings, ANN, of_class=1).lost_ms == 2_000
    await services.lap_entry.set_lap_counts(
        by(ANN), logged.heat.id, racer_id=ANN.user_id, lap_number=6, counts=False
    )
    left_out = [Lap(lap.number, lap.time_ms, lap.number != 6) for lap in logged.run.laps]
    corrected = row_of(await services.session.show(by(ANN)), ANN).cells[0]
    assert corrected is not None
    assert corrected.lost_ms == find_mistakes(left_out).lost_ms < lost_ms


async def test_the_standings_know_the_best_at_the_track_before(
    services: Services, clock: FakeClock
) -> None:
    for team in (by(ANN).team_id, RIVALS):
        await start_session(services, by(ANN, team=team), name="First", track="Arena")
    await log(services, by(ANN, team=RIVALS), "10.0 10.1", heat="Q1")
    await log(services, ANN, "20.3 20.2", heat="Q1")
    assert await best(services, "18.0", "Q1", "Truggy") is None
    first = await services.session.show(by(ANN))
    assert row_of(first, ANN).best_before_ms is None
    assert not row_of(first, ANN).is_personal_best
    await close_session(services, ANN)
    clock.advance(minutes=1)
    await start_session(services, name="Elsewhere", track="Barn")
    await log(services, ANN, "15.0", heat="Q1")
    await close_session(services, ANN)
    clock.advance(minutes=1)
    await start_session(services, name="Back", track="arena")
    await log(services, ANN, "20.25 20.3", heat="Q1")
    await log(services, BEN, "20.1 20.3", heat="Q1")
    back = await services.session.show(by(ANN))
    assert (row_of(back, ANN).best_before_ms, row_of(back, ANN).is_personal_best) == (20_200, False)
    assert row_of(back, BEN).best_before_ms is None
    await log(services, ANN, "20.1", heat="Q2")
    assert row_of(await services.session.show(by(ANN)), ANN).is_personal_best
    # What was driven later is nothing to be compared with.
    assert row_of(await services.session.show(by(ANN), "First"), ANN).best_before_ms is None


async def test_a_clock_that_is_set_back_makes_no_best(services: Services, clock: FakeClock) -> None:
    await start_session(services, track="Arena")
    clock.advance(minutes=-30)
    await log(services, ANN, "20.3 20.2", heat="Q1")
    assert row_of(await services.session.show(by(ANN)), ANN).best_before_ms is None


@pytest.mark.parametrize("track", ["Arena", None])
async def test_a_correction_changes_the_wrap_up(
    services: Services, clock: FakeClock, track: str | None
) -> None:
    await start_session(services, name="First", track=track)
    await log(services, ANN, "20.3 20.2", heat="Q1")
    await close_session(services, ANN)
    clock.advance(minutes=1)
    await start_session(services, name="Second", track=track)
    late = await log(services, ANN, WITH_MISTAKE.format("25.2"), heat="Q1")
    await close_session(services, ANN)

    async def wrap_up() -> StandingRow:
        """Publish whatever is due and return what the second session's post then shows."""
        shown = []
        while (post := await services.outbox.claim()) is not None:
            await services.outbox.shown(post, channel_id=CHANNEL, message_id=post.id.int % 10_000)
            if isinstance(post.content, Standings) and post.content.session.name == "Second":
                shown.append(row_of(post.content, ANN))
        return shown[-1]

    before = await wrap_up()
    assert (before.lost_ms, before.is_personal_best) == (5_000, track is not None)
    clock.advance(minutes=1)
    await services.undo.take_back(by(ANN), undoable(late))
    await log(services, ANN, "20.2 20.3 20.2 20.3 20.2 23.2", heat=str(late.heat.id))
    after = await wrap_up()
    assert (after.lost_ms, after.is_personal_best) == (2_950, False)
