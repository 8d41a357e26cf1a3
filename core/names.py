"""Names people give to heats, classes, sessions and tracks: cleaned for showing, keyed for finding.

Two names are the same when they differ only in case, blanks, hyphens, and dots that are not between
digits. The comparison key is made here, in Python, because databases fold letters such as ``Ä``
differently from one another.
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
# Who is on no profile any more.
A_RACER: Final = "a racer"

_BLANKS: Final = re.compile(r"\s+")
# What makes no difference between names: ``A-Main`` is ``A main``, and ``13.5`` stays.
_NO_DIFFERENCE: Final = re.compile(r"[\s\-\u2010-\u2015]+|(?<![0-9])\.|\.(?![0-9])")
# Joins emoji into families and flags; every other invisible format character can hide or reorder
# text and is dropped.
_ZERO_WIDTH_JOINER: Final = "\u200d"
_DROPPED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
MAINS: Final = ("A main", "B main", "C main", "Main")
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
        BadInput: Nothing is left to tell it from others, or it is too long.
    """
    name = _clean_line(text, what, longest)
    if not name_key(name):
        raise BadInput(f"A {what} needs at least one letter or digit.")
    return name


def _clean_line(text: str, what: str, longest: int) -> str:
    line = clean_text(text)
    if not line:
        raise BadInput(f"A {what} needs at least one letter or digit.")
    # Folded, a letter such as ﬃ becomes three, and the key has to fit its column too.
    if len(line) > longest or len(_folded(line)) > 2 * longest:
        raise BadInput(f"That {what} is too long: {longest} characters at most.")
    return line


def name_key(name: str) -> str:
    """Return the key by which a name is found.

    Case, blanks, hyphens, and dots that are not between digits make no difference.
    """
    return unicodedata.normalize("NFC", _NO_DIFFERENCE.sub("", _decomposed(name)))


def _folded(name: str) -> str:
    """Return a name that can still be read, as it is for whoever does not look at case."""
    return unicodedata.normalize("NFC", _decomposed(name))


def _decomposed(name: str) -> str:
    return unicodedata.normalize("NFD", name).casefold()


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
    return _clean_line(text, "note", NOTE_LENGTH)


def heat_kind(name: str) -> HeatKind:
    """Tell what a heat is driven for from its name.

    ``Q…`` or the word "heat" is qualifying; "…main" (a number may follow) or "final" is a main;
    anything else is practice.
    """
    words = _folded(name)
    if words.startswith("q") or re.search(r"\bheats?\d*\b", words):
        return HeatKind.QUALIFYING
    if re.search(r"main[\s.-]*\d*$", words) or "final" in words:
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


# A day at the end of a name is no number to count on from.
_DATE: Final = re.compile(r"[0-9]{1,4}([-./])[0-9]{1,2}\1[0-9]{1,4}$")


def _trailing_number(name: str) -> int | None:
    found = None if _DATE.search(name) else re.search(r"[0-9]{1,4}$", name)
    return int(found.group()) if found else None


def _stem(name: str, *, otherwise: str) -> str:
    """Return what stands before a name's number; a fresh stem if it has none or no room for one."""
    found = re.fullmatch(r"(.*?)[0-9]{1,4}", name)
    if found is None or _DATE.search(name) or len(name) >= HEAT_NAME_LENGTH:
        return otherwise
    return found.group(1)


def _first_free(stem: str, taken: set[str], *, after: int = 0) -> str:
    number = after + 1
    while name_key(f"{stem}{number}") in taken:
        number += 1
    return f"{stem}{number}"


def _main_name(taken: set[str]) -> str:
    return "Main" if "main" not in taken else _first_free("Main ", taken, after=1)


def names_after_main(last: str) -> tuple[str, ...]:
    """Return what may come after an A or a B main; nothing after any other heat."""
    return MAINS if re.fullmatch(r"[ab]main[0-9]*", name_key(last)) else ()


# Slips of the thumb

# A letter that stands alone says which heat it is, also where it is written together: ``Amain``.
_WORDS: Final = re.compile(r"[^\W\d_](?=main|final)|[^\W\d_]+|[0-9]+(?:\.[0-9]+)?")
_SHORTEST_SLIP: Final = 4


def is_near(one: str, other: str) -> bool:
    """Tell whether two names differ by one slip in one word of 4 letters or more.

    A slip is a letter too many, too few, another one, or two swapped. Digits and single letters
    must agree: ``Q1`` is not near ``Q2``, nor an A main a B main.
    """
    ones, others = _WORDS.findall(_folded(one)), _WORDS.findall(_folded(other))
    if len(ones) != len(others):
        return False
    different = [pair for pair in zip(ones, others, strict=True) if pair[0] != pair[1]]
    return len(different) == 1 and _is_slip(*different[0])


def _is_slip(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if len(long) < _SHORTEST_SLIP or not long.isalpha() or not short.isalpha():
        return False
    at = (at for at, letters in enumerate(zip(short, long, strict=False)) if len({*letters}) > 1)
    same = next(at, len(short))
    if len(short) < len(long):
        return len(short) > 1 and short[same:] == long[same + 1 :]
    is_swapped = short[same : same + 2] == long[same : same + 2][::-1]
    return short[same + 1 :] == long[same + 1 :] or (
        is_swapped and short[same + 2 :] == long[same + 2 :]
    )
