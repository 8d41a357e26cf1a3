"""The earlier system's run-log file: as ``/session export`` writes it, and read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from core.caller import LARGEST_ID
from core.laptimes import MAX_LAP_MS, MIN_LAP_MS, format_seconds
from core.names import name_key
from core.sources.clock import clock_ms
from core.sources.csv_cells import MOST_ROWS
from core.sources.csv_table import (
    Cells,
    Fault,
    guard_cell,
    has_heading,
    moment_of,
    optional_moment,
    optional_number,
    quoted,
    read_table,
    unguard_cell,
    whole_number,
)
from core.sources.refusals import BadRows

COLUMNS: Final = (
    "session_id",
    "heat_name",
    "lap_number",
    "lap_time",
    "confidence_rating",
    "created_at",
    "class",
    "racer",
    "racer_id",
    "counts",
    "note",
)
REQUIRED_COLUMNS: Final = COLUMNS[:6]
MOST_OF_A_HISTORY: Final = 1_000_000
_TELLING: Final = ("heat_name", "lap_number", "lap_time")
_LONGEST_LAP_NUMBER: Final = 9_999
_YES: Final = {"": True, "1": True, "0": False, "true": True, "false": False} | {
    # As psql writes them.
    "t": True,
    "f": False,
}


@dataclass(frozen=True, slots=True)
class LapRow:
    """One lap of the file; ``lap_time_ms`` is written as seconds with 3 decimals.

    A file of the earlier system has neither class, racer, racer's id nor note; a spreadsheet may
    have emptied the session's id and the time of creation.
    """

    session_id: UUID | None
    heat_name: str
    lap_number: int
    lap_time_ms: int
    confidence_rating: int | None
    created_at: datetime | None
    class_name: str
    racer: str
    racer_id: int | None
    counts: bool
    note: str | None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class RunLog:
    """The file's laps, in its order."""

    rows: tuple[LapRow, ...]


def write_csv(rows: Iterable[LapRow]) -> str:
    """Return the file's text: a heading, then one line a lap."""
    return write_sheet(
        COLUMNS,
        (
            (
                row.session_id,
                row.heat_name,
                row.lap_number,
                format_seconds(row.lap_time_ms),
                row.confidence_rating,
                row.created_at,
                row.class_name,
                row.racer,
                row.racer_id,
                int(row.counts),
                row.note,
            )
            for row in rows
        ),
    )


def write_sheet(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return the text of a CSV file: a heading, then the rows.

    What is None is left empty, moments are written in ISO 8601, and no text is a formula.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return file.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return guard_cell(value) if isinstance(value, str) else value


def is_run_log(text: str) -> bool:
    """Whether a text is such a file, by its heading."""
    return has_heading(text, _TELLING)


def read_run_log(text: str, *, is_history: bool = False) -> RunLog:
    """Read the file back, also after a spreadsheet saved it with other delimiters and commas.

    All of it or nothing.

    Args:
        text: The file.
        is_history: Whether it is the earlier system's own, of many sessions: each row names its
            session, and a time of creation that cannot be read is a fault.

    Raises:
        BadRows: A column is missing or stands twice, or rows cannot be read: the sentence names
            the first three with their lines.
    """
    lines: dict[tuple[object, ...], int] = {}

    def row_of(cells: Cells, line: int) -> LapRow:
        lap = _lap_row(cells, line, is_history=is_history)
        before = line if is_history else lines.setdefault(_key(lap), line)
        if before != line:
            raise Fault(f"has lap {lap.lap_number} of line {before} again")
        return lap

    most_rows = MOST_OF_A_HISTORY if is_history else MOST_ROWS
    rows = read_table(text, COLUMNS, _TELLING, row_of, most_rows=most_rows)
    if not rows:
        raise BadRows("That file has a heading and no laps: export a session that has some.")
    return RunLog(tuple(rows))


def _key(lap: LapRow) -> tuple[object, ...]:
    """What no two laps share: heat, racer and number."""
    whose = lap.racer if lap.racer_id is None else lap.racer_id
    return name_key(lap.class_name), name_key(lap.heat_name), whose, lap.lap_number


def _lap_row(cells: Cells, line: int, *, is_history: bool) -> LapRow:
    heat_name = unguard_cell(cells.get("heat_name", ""))
    if not heat_name.strip():
        raise Fault("has no heat_name")
    session_id = _session_id(cells.get("session_id", ""))
    if is_history and session_id is None:
        raise Fault(f"has {quoted(cells.get('session_id', ''))} for session_id")
    created_at = moment_of(cells.get("created_at", ""))
    return LapRow(
        session_id,
        heat_name,
        whole_number(cells, "lap_number", 1, _LONGEST_LAP_NUMBER),
        _lap_time(cells.get("lap_time", "")),
        optional_number(cells, "confidence_rating", 1, 5),
        optional_moment(cells, "created_at") if is_history else created_at,
        unguard_cell(cells.get("class", "")),
        unguard_cell(cells.get("racer", "")),
        optional_number(cells, "racer_id", 0, LARGEST_ID),
        _counts(cells.get("counts", "")),
        unguard_cell(cells.get("note", "")) or None,
        line,
    )


def _session_id(cell: str) -> UUID | None:
    """The session's id; rows go into the sender's session, so that any other text is as good."""
    try:
        return UUID(cell.strip())
    except ValueError:
        return None


def _lap_time(cell: str) -> int:
    time_ms = clock_ms(cell)
    if time_ms is None or not MIN_LAP_MS <= time_ms <= MAX_LAP_MS:
        raise Fault(f"has {quoted(cell)} for lap_time")
    return time_ms


def _counts(cell: str) -> bool:
    counts = _YES.get(cell.strip().lower())
    if counts is None:
        raise Fault(f"has {quoted(cell)} for counts")
    return counts
