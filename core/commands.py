"""What can be asked for: plain values as they were typed, checked where they are carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.caller import Person


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody has said to the questions that a command has raised.

    Attributes:
        session: The id of the session they picked.
        reopens: That session was closed, and opens again.
        new_session: A new session was wanted instead of the one that was closed.
        is_new: What was typed is a new name, though it nearly matches another.
        for_all: Whether the class is that of all heats there; None while nobody has said.
        is_sure: It is to be done although others are still at it.
        comes_first: The id of the heat whose laps come first where two become one.
    """

    session: str | None = None
    reopens: bool = False
    new_session: bool = False
    is_new: bool = False
    for_all: bool | None = None
    is_sure: bool = False
    comes_first: str | None = None


NOT_ASKED: Final = Answers()


@dataclass(frozen=True, slots=True)
class LogLaps:
    """What ``/lap`` was given; an empty class is *No class*.

    ``left_out`` are the places of laps that do not count, from 0: said in a form that corrects it.
    """

    times: str
    heat: str | None = None
    class_name: str | None = None
    confidence: int | None = None
    note: str | None = None
    racer: Person | None = None
    answers: Answers = NOT_ASKED
    left_out: tuple[int, ...] = ()


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
class FixedLaps:
    """What the form came back with that had handed back what was refused.

    A field that the form had no room for is None: that option stays as it was typed.

    Attributes:
        laps: One a line, ``x`` in front of one that does not count.
        heat: The heat they belong to, by name; empty for where laps go.
        class_name: Their class; empty for the racer's.
        confidence: 1 to 5 as it was typed; empty for none.
        note: What was changed on the car; empty for nothing.
        racer: Whose laps they are.
    """

    laps: str
    heat: str | None = None
    class_name: str | None = None
    confidence: str | None = None
    note: str | None = None
    racer: Person | None = None


@dataclass(frozen=True, slots=True)
class ImportLaps:
    """What ``/heat import`` was given beside a file."""

    url: str | None = None
    heat: str | None = None
    class_name: str | None = None
    answers: Answers = NOT_ASKED


@dataclass(frozen=True, slots=True)
class StartHeat:
    """What ``/heat start`` was given."""

    name: str | None = None
    class_name: str | None = None
    answers: Answers = NOT_ASKED


@dataclass(frozen=True, slots=True)
class FinishHeat:
    """What ``/heat finish`` was given."""

    heat: str | None = None
    answers: Answers = NOT_ASKED


@dataclass(frozen=True, slots=True)
class RenameHeat:
    """What ``/heat rename`` was given; None leaves a name as it is."""

    heat: str
    name: str | None = None
    class_name: str | None = None
    session: str | None = None
    answers: Answers = NOT_ASKED


@dataclass(frozen=True, slots=True)
class CloseSession:
    """What ``/session close`` was given."""

    session: str | None = None
    answers: Answers = NOT_ASKED


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
