"""What can be asked for: plain values as they were typed, checked where they are carried out."""

from __future__ import annotations

from dataclasses import dataclass

from core.caller import Person


@dataclass(frozen=True, slots=True)
class LogLaps:
    """What ``/lap`` was given."""

    times: str
    heat: str | None = None
    class_name: str | None = None
    confidence: int | None = None
    note: str | None = None
    racer: Person | None = None


@dataclass(frozen=True, slots=True)
class EditLaps:
    """What the form came back with.

    Attributes:
        heat_id: The heat it was opened for; None for one that saving opens.
        racer_id: The Discord user id of whose laps it was opened for.
        version: What the laps stood at when it was opened.
        laps: One a line, ``x`` in front of one that does not count.
        heat: The heat they belong to, by name.
        note: What was changed on the car; empty for nothing.
        racer: Whose laps they are; None for those it was opened for.
    """

    heat_id: str | None
    racer_id: int
    version: str
    laps: str
    heat: str
    note: str
    racer: Person | None = None


@dataclass(frozen=True, slots=True)
class StartHeat:
    """What ``/heat start`` was given."""

    name: str | None = None
    class_name: str | None = None


@dataclass(frozen=True, slots=True)
class SessionFields:
    """What ``/session start`` and ``edit`` can set; None leaves a field alone."""

    name: str | None = None
    days: int | None = None
    track: str | None = None
    practice_rounds: int | None = None
    qualifying_rounds: int | None = None
    time_zone: str | None = None
    heat_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class ProfileFields:
    """What ``/profile`` can set; None leaves a field alone."""

    experience: str | None = None
    driving_style: str | None = None
    driver_name: str | None = None
