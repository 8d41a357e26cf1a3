"""The exported CSV file."""

from __future__ import annotations

import csv
import io

import pytest

from core.bootstrap import Services
from core.caller import Person
from core.database import Database
from core.errors import NotFound
from core.sources.csv_file import COLUMNS
from core.sources.csv_table import guard_cell
from tests.databases import FakeClock
from tests.services.racing import ANN, BEN, by, close_session, log, start_session, statements


async def exported(services: Services, session: str | None = None) -> list[dict[str, str]]:
    export = await services.session.export(by(ANN), session)
    rows = list(csv.DictReader(io.StringIO(export.content, newline="")))
    assert len(rows) == export.laps
    return rows


async def test_the_file_has_the_earlier_systems_columns(
    services: Services, clock: FakeClock
) -> None:
    session = await start_session(services, name="Club Race, Süd/West")
    clock.advance(seconds=1)
    logged = await log(
        services, ANN, "10.6 14.1 14 14.2", "Q1", "Buggy", confidence=4, note="35wt, rear"
    )
    export = await services.session.export(by(BEN))
    assert (export.filename, export.laps) == ("Club-Race-Süd-West-laps.csv", 4)
    lines = export.content.splitlines()
    assert lines[0] == (
        "session_id,heat_name,lap_number,lap_time,confidence_rating,created_at,"
        "class,racer,racer_id,counts,note"
    )
    first, second, *_ = await exported(services)
    created = first.pop("created_at")
    assert created.startswith("2026-06-06T12:00:01")
    assert created.endswith("+00:00")
    assert first == {
        "session_id": str(session.id),
        "heat_name": "Q1",
        "lap_number": "1",
        "lap_time": "10.600",
        "confidence_rating": "4",
        "class": "Buggy",
        "racer": "Ann",
        "racer_id": str(ANN.user_id),
        "counts": "0",
        "note": "35wt, rear",
    }
    assert (second["lap_time"], second["counts"]) == ("14.100", "1")
    assert logged.first_crossing


async def test_what_is_not_there_is_empty(services: Services) -> None:
    await log(services, ANN, "1:02.345")
    (row,) = await exported(services)
    assert (row["lap_time"], row["confidence_rating"], row["class"], row["note"]) == (
        "62.345",
        "",
        "",
        "",
    )


async def test_laps_come_by_heat_racer_and_number(services: Services) -> None:
    await start_session(services)
    twins = (Person(7, "Zoe"), Person(8, "Zoe"), Person(9, "adam"))
    for heat in ("Z first", "A second"):
        for person in (*twins, *twins):
            await log(services, person, "20.1 20.2", heat=heat)
    keys = [
        (row["heat_name"], row["racer_id"], int(row["lap_number"]))
        for row in await exported(services)
    ]
    assert keys == [
        (heat, racer_id, number)
        for heat in ("Z first", "A second")
        # By name whatever its case, and two of one name one after the other.
        for racer_id in ("9", "7", "8")
        for number in (1, 2, 3, 4)
    ]


async def test_no_cell_is_a_formula(services: Services) -> None:
    await start_session(services)
    await log(services, Person(1, "=cmd|'/c calc'!A1"), "20.1", "+Q1", "-Buggy", note="@SUM(A1)")
    (row,) = await exported(services)
    assert row["racer"] == "'=cmd|'/c calc'!A1"
    assert (row["heat_name"], row["class"], row["note"]) == ("'+Q1", "'-Buggy", "'@SUM(A1)")


@pytest.mark.parametrize(
    ("cell", "guarded"),
    [
        ("", ""),
        ("35wt", "35wt"),
        ("'35wt", "''35wt"),
        ("=1", "'=1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("1=1", "1=1"),
    ],
)
def test_guarded_cells(cell: str, guarded: str) -> None:
    assert guard_cell(cell) == guarded


async def test_closed_sessions_can_be_exported_by_name(services: Services) -> None:
    await start_session(services, name="First")
    await log(services, ANN, "20.1")
    await close_session(services, ANN)
    await start_session(services, name="Second")
    assert await exported(services) == []
    assert len(await exported(services, "first")) == 1
    with pytest.raises(NotFound):
        await services.session.export(by(ANN), "Third")


async def test_the_export_asks_once_for_all_laps(database: Database, services: Services) -> None:
    for heat in range(5):
        await log(services, ANN, "20.1 " * 30, heat=f"Q{heat}")
    with statements(database) as seen:
        export = await services.session.export(by(ANN))
    assert (export.laps, len(COLUMNS)) == (150, 11)
    assert len(seen) <= 4
