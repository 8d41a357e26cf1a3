"""The run-log file, written and read back."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.sources.csv_file import (
    COLUMNS,
    LapRow,
    RunLog,
    read_run_log,
    write_csv,
)
from core.sources.csv_table import guard_cell, unguard_cell
from core.sources.recognise import parse
from core.sources.refusals import BadRows

SESSION = UUID("11111111-2222-4333-8444-555555555555")
AT = datetime(2026, 6, 6, 12, 0, 1, 250, UTC)
HEADING = ",".join(COLUMNS)

# What people and spreadsheets put into names: quotes, delimiters, lines, formulas, apostrophes.
_strange = st.text(st.sampled_from("'=+-@\t\r\n,;\"|ä€ aZ0\u200b\ufeff\0"), max_size=8)
_texts = _strange | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_rows = st.builds(
    LapRow,
    session_id=st.none() | st.uuids(),
    heat_name=_texts.filter(lambda text: bool(text.strip())),
    lap_number=st.integers(1, 9_999),
    lap_time_ms=st.integers(1, 999_999),
    confidence_rating=st.none() | st.integers(1, 5),
    created_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    class_name=_texts,
    racer=_texts,
    racer_id=st.none() | st.integers(0, 2**63 - 1),
    counts=st.booleans(),
    note=st.none() | _texts.filter(bool),
)
_files = st.lists(_rows, min_size=1, max_size=8, unique_by=lambda row: row.lap_number)


@settings(deadline=None)
@given(rows=_files)
@example(rows=[LapRow(None, "<table>", 1, 1, None, None, "<!doctype html>", "<p", None, True, "'")])
def test_what_is_written_is_read_back_the_same(rows: list[LapRow]) -> None:
    text = write_csv(rows)
    assert read_run_log(text) == RunLog(tuple(rows))
    assert parse(text.encode()) == RunLog(tuple(rows))
    assert parse(text.encode("utf-8-sig")) == RunLog(tuple(rows))


@settings(deadline=None)
@given(rows=_files, delimiter=st.sampled_from([";", "\t", "|"]))
def test_what_a_spreadsheet_saves_again_is_read_the_same(
    rows: list[LapRow], delimiter: str
) -> None:
    table = list(csv.reader(io.StringIO(write_csv(rows), newline="")))
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(table[0])
    for cells in table[1:]:
        cells[3] = cells[3].replace(".", ",")
        writer.writerow(cells)
    assert read_run_log(file.getvalue()) == RunLog(tuple(rows))


@settings(deadline=None)
@given(text=_texts)
def test_a_guarded_cell_comes_back(text: str) -> None:
    assert unguard_cell(guard_cell(text)) == text


def test_an_apostrophe_that_guards_nothing_stays() -> None:
    assert unguard_cell("'Ndrangheta") == "'Ndrangheta"
    assert unguard_cell("''Ndrangheta") == "'Ndrangheta"
    assert unguard_cell("'=1+1") == "=1+1"


def test_the_earlier_systems_columns_are_enough() -> None:
    (row,) = read_run_log(
        "session_id,heat_name,lap_number,lap_time,confidence_rating,created_at\n"
        f"{SESSION},Q1,3,58.2,4,2026-06-06 12:00:01.000250+00:00\n"
    ).rows
    assert row == LapRow(SESSION, "Q1", 3, 58200, 4, AT, "", "", None, True, None)


def test_columns_in_any_order_and_empty_lines() -> None:
    text = "Lap_Time;HEAT_NAME;lap_number\r\n\r\n58,25;Q1;1.0\r\n;;\r\n58,5;Q1;2\r\n"
    rows = read_run_log(text).rows
    assert [(row.heat_name, row.lap_number, row.lap_time_ms) for row in rows] == [
        ("Q1", 1, 58250),
        ("Q1", 2, 58500),
    ]


def test_a_spreadsheets_word_for_its_delimiter_is_no_heading() -> None:
    text = f"\r\nsep=;\r\n{HEADING}\r\n".replace(",", ";") + ";Q1;1;58,25;4;;Buggy;Ann;7;0;soft\r\n"
    run_log = parse(text.encode())
    assert isinstance(run_log, RunLog)
    (row,) = run_log.rows
    assert (row.racer_id, row.confidence_rating, row.counts, row.note) == (7, 4, False, "soft")
    assert row.line == 4


def test_utf_16_is_told_without_a_mark_in_front() -> None:
    text = f"{HEADING}\n,Q1,1,58.25,,,,Äß,,,\n"
    for charset in ("utf-16-le", "utf-16-be"):
        assert parse(text.encode(charset)) == parse(text.encode())


def line(**changed: str) -> str:
    cells = dict.fromkeys(COLUMNS, "") | {
        "heat_name": "Q1",
        "lap_number": "1",
        "lap_time": "58.2",
        "racer": "Ann",
    }
    return ",".join((cells | changed)[name] for name in COLUMNS)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"lap_time": "0"}, "line 3 has “0” for lap_time"),
        ({"lap_time": "1000"}, "line 3 has “1000” for lap_time"),
        ({"lap_time": "NaN"}, "line 3 has “NaN” for lap_time"),
        ({"lap_time": "-5"}, "line 3 has “-5” for lap_time"),
        ({"lap_time": ""}, "line 3 has nothing for lap_time"),
        ({"lap_number": "0"}, "line 3 has “0” for lap_number"),
        ({"lap_number": "2.5"}, "line 3 has “2.5” for lap_number"),
        ({"confidence_rating": "6"}, "line 3 has “6” for confidence_rating"),
        ({"racer_id": "x"}, "line 3 has “x” for racer_id"),
        ({"racer_id": str(2**63)}, "line 3 has “9223372036854775808” for racer_id"),
        ({"counts": "maybe"}, "line 3 has “maybe” for counts"),
        ({"heat_name": " "}, "line 3 has no heat_name"),
        ({"note": "a,b"}, "line 3 has more cells than the heading"),
        ({"lap_number": "2"}, "line 3 has lap 2 of line 2 again"),
    ],
)
def test_a_bad_row_is_named_with_its_line(changed: dict[str, str], fault: str) -> None:
    text = "\n".join([HEADING, line(lap_number="2"), line(**changed), line(lap_number="7")])
    with pytest.raises(BadRows) as refused:
        read_run_log(text)
    assert refused.value.sentence == (
        f"Nothing was stored: {fault}. Mend them and send the file again."
    )


def test_the_first_three_bad_rows_are_named() -> None:
    text = "\n".join([HEADING, *(line(lap_time="x") for _ in range(8))])
    with pytest.raises(BadRows, match=r"line 2 .*line 3 .*line 4 [^;]*, and 5 more\."):
        read_run_log(text)


def test_lines_are_those_of_the_file_also_behind_a_note_of_two_lines() -> None:
    text = "\n".join([HEADING, line(note='"one\ntwo"'), line(lap_time="x")])
    with pytest.raises(BadRows, match="line 4 has"):
        read_run_log(text)


@pytest.mark.parametrize(
    "heading", ["heat_name,lap_number", "heat_name,lap_number,lap_time,lap_time", ""]
)
def test_a_missing_column_is_named(heading: str) -> None:
    with pytest.raises(BadRows, match=r"needs the column \w+, once"):
        read_run_log(f"{heading}\nQ1,1,58.2\n")


def test_a_heading_alone_has_no_laps() -> None:
    with pytest.raises(BadRows, match="a heading and no laps"):
        parse(HEADING.encode())


def test_two_racers_and_two_classes_may_have_the_same_lap() -> None:
    lines = [line(), line(racer="Ben"), line(**{"class": "Buggy"}), line(racer_id="7")]
    assert len(read_run_log("\n".join([HEADING, *lines])).rows) == 4
