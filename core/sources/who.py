"""Who is who: the names on a page and the names that people have given of themselves."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from typing import Final, Generic, TypeVar

from rapidfuzz import fuzz

from core.sources.race import Driver

_PROPOSED_FROM: Final = 90.0
_NO_OTHER_WITHIN: Final = 5.0
# Names of more words are compared in alphabetical order only: their orders are too many.
_MOST_WORDS: Final = 5
# Letters that are another one with a stroke, which Unicode does not take apart.
_STROKES: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
)
_NO_WORD: Final = re.compile(r"[\W_]+")
_NOBODYS_WORDS: Final = frozenset({"unknown", "driver"})

Key = TypeVar("Key")


class Certainty(StrEnum):
    """How sure it is who a driver is."""

    CERTAIN = "certain"
    PROPOSED = "proposed"  # one clear best: asked for a yes, never taken silently
    ASK = "ask"  # several are possible
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Known(Generic[Key]):
    """Somebody of the team: a key of the caller's, the driver name given, the ids once seen."""

    key: Key
    name: str | None
    source_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Guess(Generic[Key]):
    """Who one driver of a page is.

    Attributes:
        keys: One for certain and proposed, all that are possible for ask, else empty.
        score: 0 to 100, how alike the names are; 100 where they are the same or the id says it.
    """

    certainty: Certainty
    keys: tuple[Key, ...] = ()
    score: float = 0.0


def fold_name(name: str) -> str:
    """A name in small letters, without accents and punctuation, its words in alphabetical order."""
    return " ".join(sorted(_words(name)))


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, whatever case, accents, blanks, punctuation and word order.

    ``Mc Donald, José`` is ``jose mcdonald``.
    """
    return not _joined(one).isdisjoint(_joined(other))


def names_nobody(name: str) -> bool:
    """Whether a name is no person's: a transponder's number, or *Unknown Driver*."""
    words = _words(name)
    letters = [word for word in words if not word.isdecimal()]
    return not letters or ("unknown" in letters and _NOBODYS_WORDS.issuperset(letters))


def who_is_who(drivers: Sequence[Driver], known: Sequence[Known[Key]]) -> tuple[Guess[Key], ...]:
    """Find the team's people on a page.

    An id seen before decides. Else the same name does, unless it stands twice on the page or on two
    profiles. Else the one clear best is proposed: 90 or more, and no other within 5, whether on the
    page or among the profiles.

    Returns:
        One guess for each driver, in order.
    """
    by_id = [
        [person.key for person in known if driver.source_id in person.source_ids]
        if driver.source_id
        else []
        for driver in drivers
    ]
    settled = {keys[0] for keys in by_id if len(keys) == 1}
    free = [person for person in known if person.name and person.key not in settled]
    folded = Counter(fold_name(driver.name) for driver in drivers)
    nobody: Guess[Key] = Guess(Certainty.NOBODY)
    guesses: list[Guess[Key]] = []
    unnamed: list[int] = []
    for at, driver in enumerate(drivers):
        if by_id[at]:
            certainty = Certainty.CERTAIN if len(by_id[at]) == 1 else Certainty.ASK
            guesses.append(Guess(certainty, tuple(by_id[at]), 100.0))
            continue
        guesses.append(nobody)
        if names_nobody(driver.name):
            continue
        same = tuple(person.key for person in free if same_name(person.name or "", driver.name))
        if same:
            is_one = len(same) == 1 and folded[fold_name(driver.name)] == 1
            is_one = is_one and _is_only(driver, drivers)
            guesses[at] = Guess(Certainty.CERTAIN if is_one else Certainty.ASK, same, 100.0)
        else:
            unnamed.append(at)
    found = {key for guess in guesses for key in guess.keys}
    left = [person for person in free if person.key not in found]
    for at, guess in _proposals([drivers[at].name for at in unnamed], left).items():
        guesses[unnamed[at]] = guess
    return tuple(guesses)


def _is_only(driver: Driver, drivers: Sequence[Driver]) -> bool:
    return sum(same_name(driver.name, other.name) for other in drivers) == 1


def _proposals(names: Sequence[str], left: Sequence[Known[Key]]) -> dict[int, Guess[Key]]:
    scores = [[_likeness(name, person.name or "") for person in left] for name in names]
    proposals: dict[int, Guess[Key]] = {}
    for at, row in enumerate(scores):
        best = max(row, default=0.0)
        if best < _PROPOSED_FROM:
            continue
        place = row.index(best)
        others = [score for column, score in enumerate(row) if column != place]
        others += [line[place] for other, line in enumerate(scores) if other != at]
        if all(best - score > _NO_OTHER_WITHIN for score in others):
            proposals[at] = Guess(Certainty.PROPOSED, (left[place].key,), best)
    return proposals


def _likeness(one: str, other: str) -> float:
    return fuzz.ratio(fold_name(one), fold_name(other))


def _words(name: str) -> list[str]:
    folded = name.casefold().translate(_STROKES)
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", folded)
        if not unicodedata.combining(letter) and letter not in "'’`´"
    )
    return _NO_WORD.sub(" ", plain).split()


def _joined(name: str) -> frozenset[str]:
    """A name without blanks, its words in every order; empty for a name without letters."""
    words = _words(name)
    if len(words) > _MOST_WORDS:
        return frozenset({"".join(sorted(words))})
    return frozenset("".join(order) for order in permutations(words)) - {""}
