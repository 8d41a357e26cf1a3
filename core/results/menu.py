"""Lap times that were found in a message."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.caller import Person
from core.results.refs import SessionRef


@dataclass(frozen=True, slots=True)
class LapsFound:
    """What was understood of somebody's message, waiting to be confirmed.

    Attributes:
        draft_id: What confirming stores.
        racer: Who wrote it and whose laps they are.
        for_other: Whether that is not the one who asked.
        times_ms: The lap times in the order written.
        left_out: Pieces with digits that were taken for something else.
        heat_label: The heat they would go to; several events are open when there is none.
        session: Its session; None where one would be opened.
        opens_heat: Whether the heat would be opened for them.
        laps_there: How many laps the racer has in that heat already.
        repeats: How many of the laps repeat ones already there, three or more in a row.
    """

    draft_id: UUID
    racer: Person
    for_other: bool
    times_ms: tuple[int, ...]
    left_out: tuple[str, ...]
    heat_label: str | None
    session: SessionRef | None
    opens_heat: bool
    laps_there: int
    repeats: int
