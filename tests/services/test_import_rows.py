"""Run-log files brought in: as they are, for whom they may be, and nothing is posted."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.bootstrap import Services, build_services
from core.caller import Caller, Person
from core.commands import Answers, ImportLaps, LogLaps, SessionFields
from core.database import Database
from core.errors import BadInput, NotAllowed, RacerError
from core.fetching.elsewhere import Elsewhere
from core.models import Heat, RunLog, SummaryPost
from core.results.importing import Fate, RowsImported
from core.results.run_written import RunWritten
from core.sources.csv_file import COLUMNS
from core.sources.recognise import parse
from tests.databases import FakeClock, TestDatabases, database_at
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    by,
    count,
    everything,
    log,
    set_crew_role,
    start_session,
)
from tests.services.scripted import silence

EARLIER = (
    "session_id,heat_name,lap_number,lap_time,confidence_rating,created_at\n"
    "1,Q1,1,20.512,4,2025-05-01T10:00:00\n"
    "1,Q1,2,20.143,4,2025-05-01T10:00:20\n"
)


class Files(Elsewhere):
    """Reads files here and now."""

    async def file(self, data: bytes) -> object:
        return parse(data)


@pytest.fixture
async def services(database: Database) -> AsyncIterator[Services]:
    elsewhere = Files()
    yield build_services(database, elsewhere)
    await elsewhere.close()


async def bring_in(services: Services, who: Person | Caller, text: str) -> RowsImported:
    caller = by(who) if isinstance(who, Person) else who
    done = await services.importing.begin(caller, ImportLaps(), text.encode(), silence)
    assert isinstance(done, RowsImported), done
    return done


async def exported(services: Services, session: str | None = None) -> str:
    return (await services.session.export(by(ANN), session)).content


def laps_of(text: str) -> list[list[str]]:
    """Return the rows without what tells which session they are in."""
    return sorted([line.split(",")[1:] for line in text.splitlines()[1:]])


async def test_the_earlier_systems_rows_are_ones_own(
    services: Services, database: Database
) -> None:
    done = await bring_in(services, ANN, EARLIER)
    assert done.opened_session
    (run,) = done.runs
    assert (run.heat.name, run.racer, run.laps, run.fate) == ("Q1", ANN, 2, Fate.NEW)
    assert await count(database, SummaryPost) == 0
    assert await count(database, Heat, Heat.status == "finished", Heat.source == "csv") == 1
    table = await services.heat.show(by(ANN), "Q1")
    assert [lap.time_ms for lap in table.runs[0].laps] == [20_512, 20_143]
    assert table.runs[0].confidence == 4


async def test_brought_in_again_nothing_changes(services: Services, database: Database) -> None:
    await bring_in(services, ANN, EARLIER)
    before = await everything(database)
    done = await bring_in(services, ANN, EARLIER)
    assert [run.fate for run in done.runs] == [Fate.SAME]
    assert await everything(database) == before


async def test_a_run_from_the_grid_is_the_same_when_it_comes_again(
    services: Services, database: Database
) -> None:
    heading, *_ = EARLIER.splitlines()
    times = ("10.600", "14.100", "14.000", "14.200")
    text = "\n".join([heading, *(f"1,Q1,{at},{time},4," for at, time in enumerate(times, 1))])
    await bring_in(services, ANN, text)
    table = await services.heat.show(by(ANN), "Q1")
    assert [lap.counts for lap in table.runs[0].laps] == [False, True, True, True]
    before = await everything(database)
    done = await bring_in(services, ANN, text)
    assert [run.fate for run in done.runs] == [Fate.SAME]
    assert await everything(database) == before


async def test_a_lap_keeps_when_it_was_stored(services: Services, clock: FakeClock) -> None:
    await start_session(services)
    to_come = EARLIER.replace("2025-05-01T10:00:20", "2099-05-01T10:00:20")
    await bring_in(services, ANN, to_come)
    stored = [row[4] for row in laps_of(await exported(services))]
    # Never at a moment that is yet to come.
    assert stored[0] == "2025-05-01T10:00:00+00:00"
    assert stored[1].startswith(f"{clock.moment:%Y-%m-%d}")
    # The session's days count from when they came, not from when they were driven.
    info = await services.session.edit(by(ANN), None, SessionFields(days=2))
    assert info.closes_at is not None
    assert info.closes_at > clock.moment


async def test_other_laps_in_the_heat_stay(services: Services) -> None:
    await start_session(services)
    await log(services, ANN, "25.1 25.2", heat="Q1")
    done = await bring_in(services, ANN, EARLIER)
    assert [run.fate for run in done.runs] == [Fate.BESIDE]
    table = await services.heat.show(by(ANN), "Q1")
    assert [lap.time_ms for lap in table.runs[0].laps] == [25_100, 25_200]


async def test_rows_for_others_are_crews(services: Services, database: Database) -> None:
    await set_crew_role(services)
    await start_session(services)
    await log(services, ANN, "20.1 20.2 20.3", heat="Q1", class_name="Buggy")
    await log(services, BEN, "21.1 21.2 21.3", heat="Q1", class_name="Buggy")
    text = await exported(services)
    await start_session(services, name="Another")
    await services.session.race_here(
        by(ANN), (await services.session.show(by(ANN), "Another")).session.id
    )
    before = await everything(database)
    with pytest.raises(NotAllowed, match="other racers"):
        await bring_in(services, ANN, text)
    after = await everything(database)
    assert {name for name in after if after[name] != before[name]} <= {"interactions_seen"}
    done = await bring_in(services, by(ANN, crew=True), text)
    assert [(run.racer, run.fate) for run in done.runs] == [(ANN, Fate.NEW), (BEN, Fate.NEW)]
    assert laps_of(await exported(services, "Another")) == laps_of(text)


async def test_rows_of_somebody_unknown_say_what_is_missing(services: Services) -> None:
    await set_crew_role(services)
    text = "heat_name,lap_number,lap_time,racer\nQ1,1,20.1,Nobody Known\n"
    with pytest.raises(BadInput, match="racer_id"):
        await bring_in(services, by(ANN, crew=True), text)


async def test_rows_that_only_name_others_are_crews_too(services: Services) -> None:
    await set_crew_role(services)
    await start_session(services)
    await log(services, BEN, "21.1 21.2", heat="P1")
    text = "heat_name,lap_number,lap_time,racer\nQ1,1,20.1,Ben\n"
    with pytest.raises(NotAllowed):
        await bring_in(services, ANN, text)
    (run,) = (await bring_in(services, by(ANN, crew=True), text)).runs
    assert run.racer == BEN


async def test_of_bad_rows_nothing_is_stored(services: Services, database: Database) -> None:
    with pytest.raises(BadInput, match="line 3"):
        await bring_in(services, ANN, EARLIER.replace("20.143", "soon"))
    assert await count(database, RunLog) == 0


async def test_what_the_racer_decided_on_lap_one_stays(services: Services) -> None:
    await start_session(services)
    logged = await log(services, ANN, "10.6 14.1 14.0 14.2", heat="Q1")
    assert not logged.run.laps[0].counts
    await services.lap_entry.set_lap_counts(
        by(ANN), logged.heat.id, racer_id=ANN.user_id, lap_number=1, counts=True
    )
    text = await exported(services)
    await start_session(services, name="Another")
    other = (await services.session.show(by(ANN), "Another")).session.id
    await services.session.race_here(by(ANN), other)
    await bring_in(services, ANN, text)
    assert laps_of(await exported(services, str(other))) == laps_of(text)


NAMES = st.one_of(
    st.sampled_from(["=1+1", "'quoted'", "-x", "@a", "+1", 'a "b", c', "Ä;ö", "ＡＢ", "x\ty"]),
    st.text(min_size=1, max_size=12),
)
TIMES = st.lists(st.integers(1, 999_999), min_size=1, max_size=8)
RUNS = st.lists(
    st.tuples(
        st.sampled_from([ANN, BEN]),
        NAMES,
        NAMES | st.none(),
        TIMES,
        st.none() | st.integers(1, 5),
        NAMES | st.none(),
    ),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(runs=RUNS)
def test_what_was_exported_comes_back_bit_for_bit(
    test_databases: TestDatabases,
    runs: list[tuple[Person, str, str | None, list[int], int | None, str | None]],
) -> None:
    asyncio.run(_there_and_back(test_databases, runs))


async def _there_and_back(
    databases: TestDatabases,
    runs: list[tuple[Person, str, str | None, list[int], int | None, str | None]],
) -> None:
    async with databases.temporary("sqlite", migrated=True) as url:
        database = database_at(url, FakeClock())
        services = build_services(database, Files())
        await set_crew_role(services)
        first = await start_session(services)
        typed_laps = 0
        answers = Answers(session=str(first.id), is_new=True, for_all=False)
        for person, heat, class_name, times, confidence, note in runs:
            typed = "\n".join(f"{time_ms / 1000:.3f}" for time_ms in times)
            command = LogLaps(typed, heat, class_name or "", confidence, note, None, answers)
            try:
                logged = await services.lap_entry.log(by(person), command)
            except RacerError:
                # No name at all, or one that cannot be used.
                continue
            assert isinstance(logged, RunWritten), logged
            typed_laps += len(times)
        text = await exported(services, str(first.id))
        second = await start_session(services, CLEO, "Another")
        if text.count("\n") > 1:
            await services.session.race_here(by(CLEO, crew=True), second.id)
            await bring_in(services, by(CLEO, crew=True), text)
        rows = laps_of_csv(text)
        assert len(rows) == typed_laps
        assert sorted(laps_of_csv(await exported(services, str(second.id)))) == sorted(rows)
        await database.dispose()


def laps_of_csv(text: str) -> list[tuple[str, ...]]:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [tuple(row[name] for name in COLUMNS[1:]) for row in rows]
