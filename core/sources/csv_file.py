"""The earlier system's run-log file, as ``/session export`` writes it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.laptimes import format_seconds

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
# A spreadsheet takes a cell that begins so for a formula.
_DANGEROUS_STARTS: Final = ("'", "=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class LapRow:
    """One lap of the file; ``lap_time_ms`` is written as seconds with 3 decimals."""

    session_id: UUID
    heat_name: str
    lap_number: int
    lap_time_ms: int
    confidence_rating: int | None
    created_at: datetime
    class_name: str
    racer: str
    racer_id: int
    counts: bool
    note: str | None


def guard_cell(text: str) -> str:
    """Return a cell no spreadsheet takes for a formula: an apostrophe goes in front."""
    return f"'{text}" if text.startswith(_DANGEROUS_STARTS) else text


def write_csv(rows: Iterable[LapRow]) -> str:
    """Return the file's text: a heading, then one line a lap."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            (
                row.session_id,
                guard_cell(row.heat_name),
                row.lap_number,
                format_seconds(row.lap_time_ms),
                row.confidence_rating or "",
                row.created_at.isoformat(),
                guard_cell(row.class_name),
                guard_cell(row.racer),
                row.racer_id,
                int(row.counts),
                guard_cell(row.note or ""),
            )
        )
    return file.getvalue()
