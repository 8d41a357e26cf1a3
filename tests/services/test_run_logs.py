"""The seven calls of the run log service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from core.bootstrap import Services
from core.commands import ProfileFields
from core.database import Database
from core.errors import BadInput, Conflict, NotFound, RacerError
from core.models import RunLog
from core.results.run_logs import SessionSummary, StoredLap
from core.scoring.advice import ExperienceLevel, Status
from core.scoring.orp import calculate_orp
from core.services.run_logs import RunLogsService, Seconds, milliseconds
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    RIVALS,
    TEAM,
    by,
    count,
    everything,
    log,
    publish,
    start_heat,
    start_session,
    statements,
)


@pytest.fixture
def run_logs(database: Database) -> RunLogsService:
    return RunLogsService(database, TEAM)


async def test_add_lap_returns_the_stored_lap(services: Services, run_logs: RunLogsService) -> None:
    session = await start_session(services)
    lap = await run_logs.add_lap(
        session.id, heat_name="Q1", racer=ANN.user_id, lap_time=58.234, confidence_rating=4
    )
    assert lap == StoredLap(session.id, "Q1", 1, 58_234, 4, counts=True)
    assert lap.lap_time == 58.234
    assert type(lap.lap_time) is float


async def test_add_lap_counts_on_without_a_number(
    services: Services, run_logs: RunLogsService
) -> None:
    session = await start_session(services)
    numbers = [
        (
            await run_logs.add_lap(
                str(session.id), heat_name=name, racer=racer, lap_time=20, lap_number=number
            )
        ).lap_number
        for name, racer, number in [
            ("Q1", 1, None),
            ("q1 ", 1, 5),
            ("Q1", 1, None),
            ("Q2", 1, None),
            ("Q1", 2, None),
            ("Q1", 1, 2),
            ("Q1", 1, None),
        ]
    ]
    assert numbers == [1, 5, 6, 1, 1, 2, 7]


async def test_an_unknown_racer_gets_their_name_once_they_type(
    services: Services, run_logs: RunLogsService
) -> None:
    session = await start_session(services, BEN)
    await run_logs.add_lap(session.id, heat_name="P1", racer=ANN.user_id, lap_time=20)
    table = await services.heat.show(by(BEN))
    assert [run.racer.name for run in table.runs] == [f"Racer {ANN.user_id}"]
    await log(services, ANN, "20.1", heat="P1")
    table = await services.heat.show(by(BEN))
    assert [run.racer for run in table.runs] == [ANN]


@pytest.mark.parametrize(
    "lap_time",
    [
        0,
        -1,
        0.0004,
        999.9996,
        1000,
        float("nan"),
        float("inf"),
        Decimal("-0.001"),
        "1e999999",
        "snan",
        "58,2",
        "",
        True,
    ],
)
def test_a_lap_time_out_of_range_is_refused(lap_time: Seconds) -> None:
    with pytest.raises(BadInput, match=r"0\.001 and 999\.999"):
        milliseconds(lap_time)


@pytest.mark.parametrize(
    ("lap_time", "whole_ms"),
    [
        (0.001, 1),
        (999.999, 999_999),
        ("58.2345", 58_235),
        (Decimal("58.2344"), 58_234),
        (62, 62_000),
        (1.005, 1_005),
        ("0.0005", 1),
    ],
)
def test_lap_times_become_whole_milliseconds(lap_time: Seconds, whole_ms: int) -> None:
    assert milliseconds(lap_time) == whole_ms


async def test_add_lap_refuses_and_stores_nothing(
    database: Database, services: Services, run_logs: RunLogsService
) -> None:
    session = await start_session(services)
    await run_logs.add_lap(session.id, heat_name="Q1", racer=1, lap_time=20)
    before = await everything(database)
    good: dict[str, Any] = {"heat_name": "Q1", "racer": 1, "lap_time": 20}
    wrong: list[tuple[type[RacerError], dict[str, Any]]] = [
        (BadInput, {"lap_time": 0}),
        (BadInput, {"confidence_rating": 0}),
        (BadInput, {"confidence_rating": 6}),
        (BadInput, {"lap_number": 0}),
        (BadInput, {"lap_number": -3}),
        (BadInput, {"lap_number": 2_001}),
        (Conflict, {"lap_number": 1}),
        (BadInput, {"heat_name": "all"}),
        (BadInput, {"heat_name": " \u200b "}),
    ]
    for error, options in wrong:
        with pytest.raises(error):
            await run_logs.add_lap(session.id, **good | options)
    assert await everything(database) == before


async def test_only_the_teams_own_sessions_are_known(
    database: Database, services: Services, run_logs: RunLogsService
) -> None:
    theirs = await start_session(services, by(BEN, team=RIVALS))
    await RunLogsService(database, RIVALS).add_lap(theirs.id, heat_name="Q1", racer=1, lap_time=20)
    before = await everything(database)
    calls: list[tuple[Callable[..., Awaitable[object]], dict[str, Any]]] = [
        (run_logs.add_lap, {"heat_name": "Q1", "racer": 1, "lap_time": 20}),
        (run_logs.add_laps_batch, {"heat_name": "Q1", "racer": 1, "lap_times": [20]}),
        (run_logs.get_session_laps, {"racer": 1}),
        (run_logs.get_laps_by_heat, {"heat_name": "Q1", "racer": 1}),
        (run_logs.calculate_orp_from_session, {"racer": 1}),
        (run_logs.get_session_summary, {}),
        (run_logs.delete_session_laps, {}),
    ]
    for call, arguments in calls:
        for session_id in (theirs.id, str(theirs.id), uuid4(), "Club Race", ""):
            with pytest.raises(NotFound):
                await call(session_id, **arguments)
    assert await everything(database) == before


async def test_a_batch_is_stored_whole(services: Services, run_logs: RunLogsService) -> None:
    session = await start_session(services)
    await run_logs.add_lap(session.id, heat_name="Q1", racer=1, lap_time=19)
    stored = await run_logs.add_laps_batch(
        session.id, heat_name="Q1", racer=1, lap_times=[20.1, "20.2", 20], confidence_rating=5
    )
    assert stored == 3
    laps = await run_logs.get_laps_by_heat(session.id, heat_name="q1", racer=1)
    assert [(lap.lap_number, lap.lap_time, lap.confidence_rating) for lap in laps] == [
        (1, 19.0, None),
        (2, 20.1, 5),
        (3, 20.2, 5),
        (4, 20.0, 5),
    ]


async def test_a_batch_with_a_bad_lap_stores_nothing(
    database: Database, services: Services, run_logs: RunLogsService
) -> None:
    session = await start_session(services)
    before = await everything(database)
    with pytest.raises(BadInput, match="Lap 2 of 3"):
        await run_logs.add_laps_batch(
            session.id, heat_name="Q1", racer=1, lap_times=[20.1, -20.2, 20]
        )
    with pytest.raises(BadInput):
        await run_logs.add_laps_batch(
            session.id, heat_name="Q1", racer=1, lap_times=[20.1], confidence_rating=6
        )
    with pytest.raises(BadInput, match="2000"):
        await run_logs.add_laps_batch(session.id, heat_name="Q1", racer=1, lap_times=[20.1] * 2_001)
    assert await everything(database) == before


async def test_an_empty_batch_opens_no_heat(
    database: Database, services: Services, run_logs: RunLogsService
) -> None:
    session = await start_session(services)
    before = await everything(database)
    assert await run_logs.add_laps_batch(session.id, heat_name="Q1", racer=1, lap_times=[]) == 0
    assert await everything(database) == before


async def test_laps_across_heats_come_in_the_order_driven(
    services: Services, run_logs: RunLogsService
) -> None:
    session = await start_session(services)
    for heat_name, lap_time, number in [
        ("Z first", 3.0, 2),
        ("A second", 4.0, None),
        ("Z first", 1.5, 1),
        ("A second", 5.25, None),
    ]:
        await run_logs.add_lap(
            session.id, heat_name=heat_name, racer=1, lap_time=lap_time, lap_number=number
        )
    await run_logs.add_lap(session.id, heat_name="Z first", racer=2, lap_time=9)
    assert await run_logs.get_session_laps(session.id, racer=1) == [1.5, 3.0, 4.0, 5.25]
    assert await run_logs.get_session_laps(session.id, racer=3) == []


async def test_laps_by_heat_tell_which_count(services: Services, run_logs: RunLogsService) -> None:
    session = await start_session(services)
    logged = await log(services, ANN, "10.6 14.1 14.0 14.2", confidence=2)
    laps = await run_logs.get_laps_by_heat(session.id, heat_name="P1", racer=ANN.user_id)
    assert [(lap.lap_number, lap.counts) for lap in laps] == [
        (1, False),
        (2, True),
        (3, True),
        (4, True),
    ]
    assert {lap.confidence_rating for lap in laps} == {2}
    assert {lap.heat_name for lap in laps} == {logged.heat.name}
    assert await run_logs.get_laps_by_heat(session.id, heat_name="P2", racer=ANN.user_id) == []
    assert await run_logs.get_laps_by_heat(session.id, heat_name="P1", racer=BEN.user_id) == []


async def test_summary_is_worked_out_in_sql(
    database: Database, services: Services, run_logs: RunLogsService
) -> None:
    session = await start_session(services)
    assert await run_logs.get_session_summary(session.id) is None
    await log(services, ANN, "10.6 14.1 14.0 14.2")
    await log(services, BEN, "15.0 15.001", heat="P2")
    assert await run_logs.get_session_summary(session.id, racer=ANN.user_id) == SessionSummary(
        total_laps=3, best_lap=14.0, worst_lap=14.2, average_lap=14.1, consistency=0.2
    )
    with statements(database) as seen:
        both = await run_logs.get_session_summary(session.id)
    assert both == SessionSummary(
        total_laps=5, best_lap=14.0, worst_lap=15.001, average_lap=14.46, consistency=1.001
    )
    assert len(seen) == 2
    assert "min(" in seen[-1]
    assert await run_logs.get_session_summary(session.id, racer=999) is None


async def test_orp_of_a_heat_and_of_the_session(
    services: Services, run_logs: RunLogsService
) -> None:
    session = await start_session(services, practice_rounds=3)
    await log(services, ANN, "20.1 20.3 20.2", heat="Q1", confidence=4)
    await log(services, ANN, "21.1 20.9", heat="Q2")
    heat = await run_logs.calculate_orp_from_session(session.id, racer=ANN.user_id, heat_name="q1")
    assert heat == calculate_orp([20_100, 20_300, 20_200], confidence=4, practice_rounds=3)
    unrated = await run_logs.calculate_orp_from_session(
        session.id, racer=ANN.user_id, heat_name="Q2"
    )
    assert unrated == calculate_orp([21_100, 20_900], practice_rounds=3)
    whole = await run_logs.calculate_orp_from_session(session.id, racer=ANN.user_id)
    assert whole == calculate_orp(
        [20_100, 20_300, 20_200, 21_100, 20_900], confidence=4, practice_rounds=3
    )


async def test_a_whole_session_takes_the_confidence_of_its_latest_rated_heat(
    services: Services, run_logs: RunLogsService
) -> None:
    session = await start_session(services)
    for heat_name, confidence in [("Q1", 5), ("Q2", 2), ("Q3", None)]:
        await log(services, ANN, "20.1 20.2", heat=heat_name, confidence=confidence)
    await log(services, ANN, "20.1", heat="Q1", confidence=4)
    result = await run_logs.calculate_orp_from_session(session.id, racer=ANN.user_id)
    assert result is not None
    assert (result.status, result.components.confidence) == (Status.REJECTED, 2)


async def test_level_and_confidence_can_be_given(
    services: Services, run_logs: RunLogsService
) -> None:
    session = await start_session(services)
    await log(services, ANN, "20.1 20.2", heat="Q1", confidence=5)
    await services.profile.update(by(ANN), ProfileFields(experience="Pro"))
    stored = await run_logs.calculate_orp_from_session(session.id, racer=ANN.user_id)
    assert stored is not None
    assert (stored.experience_level, stored.components.confidence) == (ExperienceLevel.PRO, 5)
    given = await run_logs.calculate_orp_from_session(
        session.id, racer=ANN.user_id, experience_level="Sportsman", driver_confidence=1
    )
    assert given is not None
    assert given.experience_level is ExperienceLevel.SPORTSMAN
    assert (given.status, given.orp_score) == (Status.REJECTED, 0.0)


async def test_no_orp_below_two_laps_that_count(
    services: Services, run_logs: RunLogsService
) -> None:
    session = await start_session(services)
    logged = await log(services, ANN, "20.1 20.2")
    await services.lap_entry.set_lap_counts(
        by(ANN), logged.heat.id, racer_id=ANN.user_id, lap_number=2, counts=False
    )
    for racer in (ANN.user_id, BEN.user_id):
        assert await run_logs.calculate_orp_from_session(session.id, racer=racer) is None
    assert (
        await run_logs.calculate_orp_from_session(session.id, racer=ANN.user_id, heat_name="Q9")
        is None
    )


async def test_a_wrong_level_or_confidence_is_refused(
    services: Services, run_logs: RunLogsService
) -> None:
    session = await start_session(services)
    await log(services, ANN)
    wrong: list[dict[str, Any]] = [
        {"experience_level": "Novice"},
        {"driver_confidence": 0},
        {"driver_confidence": 6},
    ]
    for options in wrong:
        for racer in (ANN.user_id, BEN.user_id):
            with pytest.raises(BadInput):
                await run_logs.calculate_orp_from_session(session.id, racer=racer, **options)


async def test_delete_session_laps_tells_how_many(
    database: Database, services: Services, run_logs: RunLogsService, clock: FakeClock
) -> None:
    session = await start_session(services)
    await start_heat(services, ANN, "Q1")
    await log(services, ANN, "20.1 20.2 20.3", heat="Q1", confidence=4)
    await log(services, BEN, "20.1 20.2", heat="Q1")
    await services.heat.finish(by(ANN), "Q1")
    await publish(services)
    other = await start_session(services, BEN, "Other")
    await services.session.race_here(by(BEN), other.id)
    await log(services, BEN, "20.1")
    assert await run_logs.delete_session_laps(session.id) == 5
    assert await run_logs.delete_session_laps(session.id) == 0
    assert await run_logs.get_session_summary(session.id) is None
    assert await count(database, RunLog) == 1
    clock.advance(seconds=3)
    shown = await publish(services)
    assert shown.content is not None
    assert not shown.content.has_laps


async def test_a_hundred_laps_at_once_are_numbered_without_gap_or_twin(
    services: Services, run_logs: RunLogsService
) -> None:
    session = await start_session(services)
    laps = await asyncio.gather(
        *(
            run_logs.add_lap(session.id, heat_name="Q1", racer=number % 4, lap_time=20)
            for number in range(100)
        )
    )
    numbers = sorted((number % 4, lap.lap_number) for number, lap in enumerate(laps))
    assert numbers == [(racer, number) for racer in range(4) for number in range(1, 26)]
    for racer in range(4):
        stored = await run_logs.get_laps_by_heat(session.id, heat_name="Q1", racer=racer)
        assert [lap.lap_number for lap in stored] == list(range(1, 26))
