"""The form with a run's laps, what saving it did, and laps found in a message."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.caller import Person


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
