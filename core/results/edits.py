"""The form with a run's laps, what saving it did, and laps found in a message."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.caller import Person
from core.results.refs import SessionRef


@dataclass(frozen=True, slots=True)
class LapForm:
    """What the form is filled with.

    Attributes:
        heat_id: The heat the laps are in; None for one that saving opens.
        racer: Whose laps they are.
        version: What the laps stood at when the form was opened.
        laps: One a line, ``x`` in front of one that does not count.
        heat: The heat by name, its class in front.
        note: What was changed on the car; empty for nothing.
        is_crew: Whether the laps may be given to somebody else.
        to_racer: Who was picked to get them, in a form that is opened again.
    """

    heat_id: UUID | None
    racer: Person
    version: str
    laps: str
    heat: str
    note: str
    is_crew: bool
    to_racer: Person


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
