"""The earlier system's files: its racers, its sessions and its laps, each told by its heading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.names import clean_text
from core.sources.csv_file import MOST_OF_A_HISTORY, LapRow, is_run_log, read_run_log
from core.sources.csv_table import (
    Cells,
    Fault,
    has_heading,
    optional_moment,
    optional_number,
    quoted,
    read_table,
    unguard_cell,
)
from core.sources.markup import decode
from core.sources.refusals import BadRows, SourceError

PROFILE_COLUMNS: Final = (
    *("id", "name", "created_at", "updated_at"),
    *("experience_level", "driving_style"),
)
SESSION_COLUMNS: Final = (
    *("id", "profile_id", "session_name", "track_name", "status"),
    *("created_at", "closed_at", "updated_at", "practice_rounds", "qualifying_rounds"),
)
_MOST_BYTES: Final = 500_000_000
_LONGEST_TEXT: Final = 255
_LONGEST_LEVEL: Final = 50
_MOST_ROUNDS: Final = 1_000


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One racer; ``line`` is where they stand in their file."""

    id: UUID
    name: str
    created_at: datetime | None
    updated_at: datetime | None
    experience_level: str | None
    driving_style: str | None
    line: int


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session; its laps are of the racer it names. ``line`` is where it stands in its file."""

    id: UUID
    profile_id: UUID | None
    session_name: str | None
    track_name: str | None
    status: str
    created_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime | None
    practice_rounds: int
    qualifying_rounds: int
    line: int


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """One file of the earlier system: rows of one of the three kinds."""

    name: str
    profiles: tuple[ProfileRow, ...] = ()
    sessions: tuple[SessionRow, ...] = ()
    laps: tuple[LapRow, ...] = ()


def read_history_file(name: str, data: bytes) -> HistoryFile:
    """Read a file; which of the three it is, its heading tells.

    Args:
        name: What the file is called, for the sentence of a refusal.
        data: What is in it.

    Raises:
        BadRows: It is none of the three, or rows cannot be read; the sentence names the file and
            the lines.
    """
    try:
        text = decode(data, most_bytes=_MOST_BYTES)
        if is_run_log(text):
            return HistoryFile(name, laps=read_run_log(text, is_history=True).rows)
        if has_heading(text, ("id", "session_name")):
            sessions = read_table(
                text,
                SESSION_COLUMNS,
                ("id", "profile_id", "session_name"),
                _session_row,
                most_rows=MOST_OF_A_HISTORY,
            )
            return HistoryFile(name, sessions=tuple(sessions))
        if has_heading(text, ("id", "name")):
            profiles = read_table(
                text, PROFILE_COLUMNS, ("id", "name"), _profile_row, most_rows=MOST_OF_A_HISTORY
            )
            return HistoryFile(name, profiles=tuple(profiles))
        raise BadRows(
            "it is none of the earlier system's files run_logs.csv, sessions.csv and "
            "racer_profiles.csv, whose first line names their columns."
        )
    except SourceError as error:
        raise BadRows(f"{name}: {error.sentence}") from None


def _profile_row(cells: Cells, line: int) -> ProfileRow:
    name = _text(cells, "name")
    if name is None:
        raise Fault("has no name")
    level = _text(cells, "experience_level")
    return ProfileRow(
        id=_id(cells, "id"),
        name=name,
        created_at=optional_moment(cells, "created_at"),
        updated_at=optional_moment(cells, "updated_at"),
        experience_level=level[:_LONGEST_LEVEL] if level else None,
        driving_style=_text(cells, "driving_style"),
        line=line,
    )


def _session_row(cells: Cells, line: int) -> SessionRow:
    return SessionRow(
        id=_id(cells, "id"),
        profile_id=_id(cells, "profile_id") if cells.get("profile_id", "").strip() else None,
        session_name=_text(cells, "session_name"),
        track_name=_text(cells, "track_name"),
        status=cells.get("status", "").strip() or "active",
        created_at=optional_moment(cells, "created_at"),
        closed_at=optional_moment(cells, "closed_at"),
        updated_at=optional_moment(cells, "updated_at"),
        practice_rounds=optional_number(cells, "practice_rounds", 0, _MOST_ROUNDS) or 0,
        qualifying_rounds=optional_number(cells, "qualifying_rounds", 0, _MOST_ROUNDS) or 0,
        line=line,
    )


def _id(cells: Cells, name: str) -> UUID:
    cell = cells.get(name, "").strip()
    try:
        return UUID(cell)
    except ValueError:
        raise Fault(f"has {quoted(cell)} for {name}") from None


def _text(cells: Cells, name: str) -> str | None:
    """A cell's text on one line; None where nothing is in it."""
    return clean_text(unguard_cell(cells.get(name, "")))[:_LONGEST_TEXT].strip() or None
