"""The earlier system's run-log file: as ``/session export`` writes it, and read back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.laptimes import MAX_LAP_MS, MIN_LAP_MS, format_seconds
from core.names import name_key
from core.sources.clock import clock_ms
from core.sources.csv_cells import DELIMITERS, read_rows
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
# A spreadsheet takes a cell that begins so for a formula.
_DANGEROUS_STARTS: Final = ("'", "=", "+", "-", "@", "\t", "\r")
_TELLING: Final = frozenset({"heat_name", "lap_number", "lap_time"})
_LISTED_FAULTS: Final = 3
_LONGEST_LAP_NUMBER: Final = 9_999
_COUNT: Final = re.compile(r"[0-9]{1,19}", re.ASCII)
_LARGEST_ID: Final = 2**63 - 1
_YES: Final = {"": True, "1": True, "0": False, "true": True, "false": False}


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


@dataclass(frozen=True, slots=True)
class RunLog:
    """The file's laps, in its order."""

    rows: tuple[LapRow, ...]


def guard_cell(text: str) -> str:
    """Return a cell no spreadsheet takes for a formula: an apostrophe goes in front."""
    return f"'{text}" if text.startswith(_DANGEROUS_STARTS) else text


def unguard_cell(cell: str) -> str:
    """Take the apostrophe off again that stands before what a spreadsheet would take wrongly."""
    is_guarded = cell.startswith("'") and cell[1:].startswith(_DANGEROUS_STARTS)
    return cell[1:] if is_guarded else cell


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
    return _heading_mark(text.lstrip("\ufeff\r\n")) is not None


def read_run_log(text: str) -> RunLog:
    """Read the file back, also after a spreadsheet saved it with other delimiters and commas.

    All of it or nothing.

    Raises:
        BadRows: A column is missing or stands twice, or rows cannot be read: the sentence names
            the first three with their lines.
    """
    text = text.lstrip("\ufeff\r\n")
    sheet = read_rows(text, _heading_mark(text) or ",")
    names = _names(sheet.rows[0].cells) if sheet.rows else []
    for name in _TELLING:
        if names.count(name) != 1:
            raise BadRows(f"The file needs the column {name}, once: {', '.join(COLUMNS)}.")
    rows: list[LapRow] = []
    faults: list[str] = []
    lines: dict[tuple[object, ...], int] = {}
    for row in sheet.rows[1:]:
        if row.is_blank:
            continue
        try:
            if len(row.cells) > len(names):
                raise _Fault("has more cells than the heading")
            lap = _lap_row(dict(zip(names, row.cells, strict=False)))
            if (before := lines.setdefault(_key(lap), row.line)) != row.line:
                raise _Fault(f"has lap {lap.lap_number} of line {before} again")
            rows.append(lap)
        except _Fault as fault:
            faults.append(f"line {row.line} {fault}")
    if faults:
        more = f", and {len(faults) - _LISTED_FAULTS} more" if len(faults) > _LISTED_FAULTS else ""
        raise BadRows(
            f"Nothing was stored: {'; '.join(faults[:_LISTED_FAULTS])}{more}. "
            "Mend them and send the file again."
        )
    if not rows:
        raise BadRows("That file has a heading and no laps: export a session that has some.")
    return RunLog(tuple(rows))


def _key(lap: LapRow) -> tuple[object, ...]:
    """What no two laps share: heat, racer and number."""
    whose = lap.racer if lap.racer_id is None else lap.racer_id
    return name_key(lap.class_name), name_key(lap.heat_name), whose, lap.lap_number


class _Fault(Exception):
    """What is wrong with a row."""


def _heading_mark(text: str) -> str | None:
    """What separates the cells of the heading; None where it is not this file's."""
    heading = re.split(r"[\r\n]", text, maxsplit=1)[0]
    marks = (mark for mark in DELIMITERS if _TELLING.issubset(_names(heading.split(mark))))
    return next(marks, None)


def _names(cells: Iterable[str]) -> list[str]:
    return [cell.strip().strip('"').lower() for cell in cells]


def _lap_row(cells: Mapping[str, str]) -> LapRow:
    heat_name = unguard_cell(cells.get("heat_name", ""))
    if not heat_name.strip():
        raise _Fault("has no heat_name")
    return LapRow(
        _session_id(cells.get("session_id", "")),
        heat_name,
        _number(cells, "lap_number", 1, _LONGEST_LAP_NUMBER),
        _lap_time(cells.get("lap_time", "")),
        _optional(cells, "confidence_rating", 1, 5),
        _created_at(cells.get("created_at", "")),
        unguard_cell(cells.get("class", "")),
        unguard_cell(cells.get("racer", "")),
        _optional(cells, "racer_id", 0, _LARGEST_ID),
        _counts(cells.get("counts", "")),
        unguard_cell(cells.get("note", "")) or None,
    )


def _session_id(cell: str) -> UUID | None:
    """The session's id; rows go into the sender's session, so that any other text is as good."""
    try:
        return UUID(cell.strip())
    except ValueError:
        return None


def _number(cells: Mapping[str, str], name: str, smallest: int, largest: int) -> int:
    cell = cells.get(name, "").strip()
    # A spreadsheet makes 3.0 of a 3.
    whole = cell.removesuffix(".0").removesuffix(",0")
    if not _COUNT.fullmatch(whole) or not smallest <= int(whole) <= largest:
        raise _Fault(f"has {_quoted(cell)} for {name}")
    return int(whole)


def _optional(cells: Mapping[str, str], name: str, smallest: int, largest: int) -> int | None:
    return _number(cells, name, smallest, largest) if cells.get(name, "").strip() else None


def _lap_time(cell: str) -> int:
    time_ms = clock_ms(cell)
    if time_ms is None or not MIN_LAP_MS <= time_ms <= MAX_LAP_MS:
        raise _Fault(f"has {_quoted(cell)} for lap_time")
    return time_ms


def _created_at(cell: str) -> datetime | None:
    if not cell.strip():
        return None
    try:
        return datetime.fromisoformat(cell.strip())
    except ValueError:
        return None


def _counts(cell: str) -> bool:
    counts = _YES.get(cell.strip().lower())
    if counts is None:
        raise _Fault(f"has {_quoted(cell)} for counts")
    return counts


def _quoted(cell: str) -> str:
    text = "".join(letter if letter.isprintable() else " " for letter in cell)[:20].strip()
    return f"“{text}”" if text else "nothing"
