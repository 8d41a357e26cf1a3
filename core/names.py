"""Names people give to heats, classes, sessions and tracks: cleaned for showing, keyed for finding.

Two names are the same when they differ only in case or blanks. The comparison key is made here, in
Python, because databases fold letters such as ``Ä`` differently from one another.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

from core.errors import BadInput

HEAT_NAME_LENGTH: Final = 40
CLASS_NAME_LENGTH: Final = 30
SESSION_NAME_LENGTH: Final = 80
TRACK_NAME_LENGTH: Final = 80
RACER_NAME_LENGTH: Final = 80
NOTE_LENGTH: Final = 100

_BLANKS: Final = re.compile(r"\s+")
# Joins emoji into families and flags; every other invisible format character can hide or reorder
# text and is dropped.
_ZERO_WIDTH_JOINER: Final = "\u200d"
_DROPPED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
# A real name carries a few accents on a letter; a tower of them breaks the lines around it.
_MARKS_IN_A_ROW: Final = 3


class HeatKind(StrEnum):
    """What a heat is driven for; read from its name."""

    PRACTICE = "practice"
    QUALIFYING = "qualifying"
    MAIN = "main"


def clean_text(text: str) -> str:
    """Return the text on one line, without invisible characters, blanks collapsed."""
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category in _DROPPED_CATEGORIES and character != _ZERO_WIDTH_JOINER:
            kept.append(" " if character.isspace() else "")
            continue
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(character)
    return _BLANKS.sub(" ", "".join(kept)).strip(" " + _ZERO_WIDTH_JOINER)


def clean_name(text: str, *, what: str, longest: int) -> str:
    """Return a name fit for storing and showing.

    Args:
        text: What the person typed.
        what: What it names, for the sentence ("heat name").
        longest: The most characters allowed.

    Raises:
        BadInput: Nothing visible is left, or it is too long.
    """
    name = clean_text(text)
    if not name:
        raise BadInput(f"A {what} needs at least one letter or digit.")
    # Folded, a letter such as ﬃ becomes three, and the key has to fit its column too.
    if len(name) > longest or len(name_key(name)) > 2 * longest:
        raise BadInput(f"That {what} is too long: {longest} characters at most.")
    return name


def name_key(name: str) -> str:
    """Return the key by which a name is found: case and blanks make no difference."""
    folded = unicodedata.normalize("NFD", name).casefold()
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", folded)).strip()


def clean_heat_name(text: str) -> str:
    """Return a heat's name; ``all`` is refused, it means the whole session.

    Raises:
        BadInput: Empty, too long, or ``all``.
    """
    name = clean_name(text, what="heat name", longest=HEAT_NAME_LENGTH)
    if name_key(name) == "all":
        raise BadInput("“all” means the whole session and cannot name a heat.")
    return name


def clean_class_name(text: str) -> str:
    """Return a class's name (Buggy, 2WD Mod …).

    Raises:
        BadInput: Empty or too long.
    """
    return clean_name(text, what="class name", longest=CLASS_NAME_LENGTH)


def clean_note(text: str) -> str:
    """Return a note on what was changed on the car.

    Raises:
        BadInput: Empty or over 100 characters.
    """
    return clean_name(text, what="note", longest=NOTE_LENGTH)


def heat_kind(name: str) -> HeatKind:
    """Tell what a heat is driven for from its name.

    ``Q…`` or the word "heat" is qualifying; "…main" (a number may follow) or "final" is a main;
    anything else is practice.
    """
    key = name_key(name)
    if key.startswith("q") or re.search(r"\bheats?\d*\b", key):
        return HeatKind.QUALIFYING
    if re.search(r"main\s*\d*$", key) or "final" in key:
        return HeatKind.MAIN
    return HeatKind.PRACTICE


def next_heat_name(driven: list[str], *, practice_rounds: int, qualifying_rounds: int) -> str:
    """Return the name of the heat that counts on from those of one class, oldest first.

    P2 follows P1 and Q3 follows Q2. Where the session states its rounds, Q1 follows the last
    practice and Main the last qualifier; a session that states qualifiers and no practice begins
    with Q1.
    """
    taken = {name_key(name) for name in driven}
    if not driven:
        return "Q1" if qualifying_rounds and not practice_rounds else "P1"
    last = driven[-1]
    kind = heat_kind(last)
    number = _trailing_number(last)
    if kind is HeatKind.PRACTICE:
        if practice_rounds and number is not None and number >= practice_rounds:
            return _first_free("Q", taken)
        return _first_free(_stem(last, otherwise="P"), taken, after=number or 0)
    if kind is HeatKind.QUALIFYING:
        if qualifying_rounds and number is not None and number >= qualifying_rounds:
            return _main_name(taken)
        return _first_free(_stem(last, otherwise="Q"), taken, after=number or 0)
    return _main_name(taken)


def _trailing_number(name: str) -> int | None:
    found = re.search(r"[0-9]{1,4}$", name)
    return int(found.group()) if found else None


def _stem(name: str, *, otherwise: str) -> str:
    """Return what stands before a name's number; a fresh stem if it has none or no room for one."""
    found = re.fullmatch(r"(.*?)[0-9]{1,4}", name)
    return found.group(1) if found and len(name) < HEAT_NAME_LENGTH else otherwise


def _first_free(stem: str, taken: set[str], *, after: int = 0) -> str:
    number = after + 1
    while name_key(f"{stem}{number}") in taken:
        number += 1
    return f"{stem}{number}"


def _main_name(taken: set[str]) -> str:
    return "Main" if "main" not in taken else _first_free("Main ", taken, after=1)
