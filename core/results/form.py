"""The form with all laps of a run, as it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from core.caller import Person

# What a form stands at that was opened for no heat.
NO_HEAT_YET: Final = "none"


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
        draft_id: What was refused and is corrected; None for a run as it stands.
        class_name: The class that was typed beside it; None where none was.
        confidence: The confidence that was typed beside it, whatever it is; None where none was.
    """

    heat_id: UUID | None
    racer: Person
    version: str
    laps: str
    heat: str
    note: str
    is_crew: bool
    to_racer: Person
    draft_id: UUID | None = None
    class_name: str | None = None
    confidence: int | None = None
