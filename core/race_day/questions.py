"""What a racer is asked where two answers are equally likely: one tap, and nothing is retyped.

Each answer says which fields of the command, or of its :class:`core.commands.Answers`, it sets;
with them the command is carried out again. Where nothing can be asked the question is an error that
says what to type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.errors import Conflict
from core.models import RaceSession
from core.race_day.driven import Driven
from core.race_day.rows import HeatRow
from core.results.question import Asks

NO_CLASS: Final = "No class"
NOT_YET: Final = "Not yet"
# Set by an answer that drops the command.
LEAVE: Final = "leave"


@dataclass(frozen=True, slots=True)
class Option:
    """An answer: how it reads, and the fields it sets."""

    label: str
    sets: dict[str, Any]


class Undecided(Conflict):
    """Something has to be said first.

    Attributes:
        asks: What it is about.
        text: The question.
        options: The answers.
    """

    def __init__(self, asks: Asks, text: str, options: Sequence[Option], otherwise: str) -> None:
        super().__init__(f"{text} {otherwise}")
        self.asks = asks
        self.text = text
        self.options = tuple(options)


class SeveralOpen(Undecided):
    """Several sessions are open and none of them is the racer's."""

    def __init__(self, sessions: Sequence[RaceSession]) -> None:
        names = " and ".join(f"“{session.ref.name}”" for session in sessions[:3])
        super().__init__(
            Asks.EVENT,
            "Which event? Several are open.",
            [Option(each.ref.name, {"session": str(each.id)}) for each in sessions],
            f"These: {names}. Pick yours with /session show session:… and press Race here.",
        )
        self.sessions = list(sessions)


def yours_was_closed(session: RaceSession, others: Sequence[RaceSession]) -> Undecided:
    """Ask what becomes of laps for a session that was closed before its time."""
    options = [Option(f"Reopen {session.ref.name}", {"session": str(session.id), "reopens": True})]
    options += [Option(each.ref.name, {"session": str(each.id)}) for each in others]
    options.append(Option("A new session", {"new_session": True}))
    return Undecided(
        Asks.CLOSED,
        f"{session.ref.name} was closed. Where does this go?",
        options,
        "Start a session with /session start, or pick one with /session show.",
    )


def which_class(names: Sequence[str]) -> Undecided:
    """Ask for the class of who has no laps yet; an empty name is no class."""
    return Undecided(
        Asks.CLASS,
        "Which class? Several are racing.",
        [Option(name or NO_CLASS, {"class_name": name}) for name in names],
        "Add class:… to say yours.",
    )


def class_for_whom(class_name: str) -> Undecided:
    """Ask whether the first class of a session is that of all its heats."""
    return Undecided(
        Asks.CLASS_FOR_WHOM,
        f"The heats here have no class yet. Are all of them {class_name}?",
        [Option("All of them", {"for_all": True}), Option("Only mine", {"for_all": False})],
        "Name the class with /heat rename class:…",
    )


def which_heat(heats: Sequence[Driven]) -> Undecided:
    """Ask for one of several heats."""
    return Undecided(
        Asks.HEAT,
        "Which heat?",
        [Option(each.heat.ref.label, {"heat": str(each.heat.id)}) for each in heats],
        "Add heat:… to say which.",
    )


def which_to_finish(class_name: str, others: Sequence[Driven]) -> Undecided:
    """Ask whether a heat of another class is meant, where none of one's own is open."""
    return Undecided(
        Asks.HEAT,
        f"{class_name}: no heat is open. Finish another one?",
        [
            *(Option(each.heat.ref.label, {"heat": str(each.heat.id)}) for each in others),
            Option(NOT_YET, {LEAVE: True}),
        ],
        "Add heat:… to say which.",
    )


def which_main(names: Sequence[str], field: str) -> Undecided:
    """Ask what comes after an A or B main; ``field`` is the command's that has the name."""
    return Undecided(
        Asks.MAIN,
        "Which main comes next?",
        [Option(name, {field: name, "is_new": True}) for name in names],
        "Add its name to say which.",
    )


def which_is_meant(typed: str, near: Sequence[tuple[str, dict[str, Any]]], what: str) -> Undecided:
    """Ask about a new name that nearly matches others.

    Args:
        typed: The new name.
        near: The others, each with what picking it sets.
        what: What is named: ``heat`` or ``class``.
    """
    options = [Option(label, sets) for label, sets in near]
    return Undecided(
        Asks.MEANT,
        f"There is no {what} {typed} yet. Which one is it?",
        [*options, Option(f"{typed}, a new {what}", {"is_new": True})],
        f"Type the {what} as it is written in the list.",
    )


def others_are_at_it(heat: HeatRow) -> Undecided:
    """Ask before a heat is finished that others have just logged in."""
    return Undecided(
        Asks.BUSY,
        f"Others logged laps in {heat.ref.label} less than 2 minutes ago. Finish it and go on?",
        [Option("Finish it and go on", {"is_sure": True}), Option(NOT_YET, {LEAVE: True})],
        "Wait until they are done.",
    )


def others_race_there(session: RaceSession) -> Undecided:
    """Ask before a session is closed that others have just logged in."""
    name = session.ref.name
    return Undecided(
        Asks.BUSY,
        f"Others logged laps in {name} less than 30 minutes ago. Close it for everybody?",
        [Option("Close it", {"is_sure": True}), Option(NOT_YET, {LEAVE: True})],
        "Wait until they are done.",
    )


def whose_laps_first(heats: Sequence[HeatRow]) -> Undecided:
    """Ask whose laps come first where two heats become one that somebody drove both of."""
    return Undecided(
        Asks.ORDER,
        "Two heats become one, and somebody has laps in both. Which laps come first?",
        [Option(f"Those of {each.ref.label}", {"comes_first": str(each.id)}) for each in heats],
        "Pick another name.",
    )
