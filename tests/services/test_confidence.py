"""The five buttons under a summary: how sure a racer is of the car."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.bootstrap import Services
from core.database import Database
from core.errors import BadInput, NotAllowed, NotFound
from core.results.heat import HeatTable
from core.results.outbox import PostTask
from core.results.run_written import Way
from core.scoring.advice import Status
from core.scoring.orp import calculate_orp
from core.services.run_logs import RunLogsService
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    RIVALS,
    TEAM,
    by,
    everything,
    log,
    publish,
    undoable,
)


async def test_pressing_stores_the_confidence_and_the_post_follows(
    services: Services, clock: FakeClock
) -> None:
    logged = await log(services, ANN, "20.1 20.3")
    await services.heat.finish(by(ANN))
    await publish(services)
    clock.advance(hours=3)
    rated = await services.confidence.rate(by(ANN), logged.heat.id, 2)
    assert (rated.heat, rated.run.confidence) == (logged.heat, 2)
    assert rated.run.orp is not None
    assert (rated.run.orp.status, rated.run.orp.orp_score) == (Status.REJECTED, 0.0)
    post = await publish(services)
    assert isinstance(post.content, HeatTable)
    # The post also compares the run with the others of its heat: two laps of practice are short.
    assert post.content.runs == (replace(rated.run, is_short=True),)
    clock.advance(seconds=3)
    again = await services.confidence.rate(by(ANN), logged.heat.id, 5)
    assert again.run.orp == calculate_orp([20_100, 20_300], confidence=5)
    assert (await publish(services)).task is PostTask.EDIT


async def test_ratings_of_laps_are_history(database: Database, services: Services) -> None:
    logged = await log(services, ANN, "20.1 20.3", confidence=3)
    await services.confidence.rate(by(ANN), logged.heat.id, 4)
    laps = await RunLogsService(database, TEAM).get_laps_by_heat(
        logged.session.id, heat_name="P1", racer=ANN.user_id
    )
    assert [lap.confidence_rating for lap in laps] == [3, 3]
    assert (await log(services, ANN, "20.2")).run.confidence == 4


async def test_only_who_has_driven_the_heat_may_press(
    database: Database, services: Services
) -> None:
    logged = await log(services, ANN, heat="Q1")
    other = await log(services, BEN, "20.1", heat="Q2")
    await services.undo.take_back(by(BEN), undoable(other))
    before = await everything(database)
    for caller in (by(BEN), by(BEN, manager=True)):
        with pytest.raises(NotAllowed):
            await services.confidence.rate(caller, logged.heat.id, 4)
    for heat_id, team in ((other.heat.id, TEAM), (logged.heat.id, RIVALS)):
        with pytest.raises(NotFound):
            await services.confidence.rate(by(ANN, team=team), heat_id, 4)
    for confidence in (0, 6):
        with pytest.raises(BadInput):
            await services.confidence.rate(by(ANN), logged.heat.id, confidence)
    assert await everything(database) == before


async def test_a_note_is_stored_changed_and_taken_away_and_the_post_follows(
    services: Services, clock: FakeClock
) -> None:
    logged = await log(services, ANN, "20.1 20.3")
    await services.heat.finish(by(ANN))
    await publish(services)
    for text, note in (("  35wt rear ", "35wt rear"), ("30wt", "30wt"), (" ", None)):
        clock.advance(seconds=3)
        noted = await services.confidence.note(by(ANN), logged.heat.id, text)
        assert (noted.way, noted.run.note) == (Way.NOTED, note)
        assert await services.confidence.note_of(by(ANN), logged.heat.id) == (logged.heat, note)
        assert (await publish(services)).task is PostTask.EDIT


async def test_only_who_drove_the_heat_notes_something(
    database: Database, services: Services
) -> None:
    logged = await log(services, ANN, "20.1 20.3")
    before = await everything(database)
    with pytest.raises(NotAllowed):
        await services.confidence.note(by(BEN), logged.heat.id, "35wt")
    with pytest.raises(NotAllowed):
        await services.confidence.note_of(by(BEN), logged.heat.id)
    with pytest.raises(NotFound):
        await services.confidence.note(by(ANN, team=RIVALS), logged.heat.id, "35wt")
    with pytest.raises(BadInput):
        await services.confidence.note(by(ANN), logged.heat.id, "x" * 101)
    assert await everything(database) == before
