"""What the bot holds about a racer: the files they get, and what forgetting them takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of an export.

    Attributes:
        name: What it is called.
        content: Its text.
        rows: How many rows it has below its heading.
    """

    name: str
    content: str
    rows: int


@dataclass(frozen=True, slots=True)
class DataExport:
    """Everything the bot holds about a racer in a team.

    Attributes:
        files: In the order they are told of; none where nothing is held.
        laps: How many laps are among it.
    """

    files: tuple[DataFile, ...] = ()
    laps: int = 0
