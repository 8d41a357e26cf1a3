"""Lines of text cut into the pieces that are lap times, lap numbers or mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

_TOKEN = re.compile(
    r"""
      ,+                                          # what is left of commas beside a separator
    | (?P<glued>  lap \s* [0-9]{1,4} \s* : [0-5][0-9](?![0-9]) [^\s;|]* )
    | (?P<label>  lap \s* [0-9]{1,4} \s* : | [0-9]{1,4} \) )
    | (?P<dotted> [0-9]{1,4} \. (?=\s|\Z) )
    | (?P<chunk>  [^\s;|]+ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WHOLE_NUMBER = re.compile(r"[0-9]{1,4}")
_TAB_NEXT = re.compile(r"[^\S\t]*\t")


class Kind(Enum):
    """What a token can be, before its neighbours are looked at."""

    PIECE = auto()  # a lap time, or a mistake
    WHOLE = auto()  # "12": a lap time or a lap number
    TABBED = auto()  # "12" with a tab behind it
    DOTTED = auto()  # "12.": a lap number, or a lap time cut short
    LABEL = auto()  # "12)" and "Lap 12:": a lap number and nothing else
    GLUED = auto()  # "Lap 1:58.2": lap 1 in 58.2, or 1:58.2


_NUMBERS = frozenset({Kind.WHOLE, Kind.TABBED, Kind.DOTTED, Kind.LABEL})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a line as it was typed; ``number`` is its value where it can be a lap number."""

    kind: Kind
    text: str
    number: int = 0

    @property
    def may_be_number(self) -> bool:
        """Whether it can be a lap number."""
        return self.kind in _NUMBERS

    @property
    def is_mark(self) -> bool:
        """Whether it is written like a lap number, so that it cannot be a lap time."""
        return self.kind in (Kind.DOTTED, Kind.LABEL)

    def fits(self, ms: int) -> bool:
        """Whether it is believable as the number of a lap of ``ms``: under half its time."""
        return self.kind is Kind.LABEL or 2000 * self.number < ms


def tokens_of(line: str) -> list[Token]:
    """Cut one line at blanks, ``;``, ``|`` and those commas that separate."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(line):
        text = match[0].rstrip(",")
        match match.lastgroup:
            case "glued":
                tokens.append(Token(Kind.GLUED, text))
            case "label":
                tokens.append(Token(Kind.LABEL, text, _number_in(text)))
            case "dotted":
                tokens.append(Token(Kind.DOTTED, text, _number_in(text)))
            case "chunk":
                before_tab = _TAB_NEXT.match(line, match.end()) is not None
                tokens.extend(_times_in(text, before_tab=before_tab))
    return tokens


def _number_in(mark: str) -> int:
    found = _WHOLE_NUMBER.search(mark)
    return int(found[0]) if found else 0


def _times_in(chunk: str, *, before_tab: bool) -> Iterator[Token]:
    """Cut at commas where a dot shows that they are not decimal commas."""
    for text in chunk.split(",") if "." in chunk else [chunk]:
        if _WHOLE_NUMBER.fullmatch(text):
            tabbed = before_tab and text == chunk
            yield Token(Kind.TABBED if tabbed else Kind.WHOLE, text, int(text))
        elif text:
            yield Token(Kind.PIECE, text)
