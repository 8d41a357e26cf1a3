"""User text made harmless, columns that line up on a phone, and texts cut to Discord's limits.

Every name, note and sentence that holds user text goes through ``plain`` (outside code blocks) or
``in_code`` (inside them). Width is counted in cells, two for CJK and emoji; length in UTF-16 units,
as Discord's limits are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from wcwidth import iter_graphemes, wcswidth

from core.names import clean_text

_ELLIPSIS: Final = "…"
_BROKEN_BY: Final = "\u200b"
_LEFT_TO_RIGHT: Final = "\u200e"
_RIGHT_TO_LEFT_LETTERS: Final = frozenset({"R", "AL", "AN"})
_ZERO_WIDTH_JOINER: Final = "\u200d"
# Letters and symbols of which nothing is seen; with them a name could be empty or shift a column.
_BLANK_LETTERS: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]+")
_NOTHING_VISIBLE: Final = "?"

# What starts a mention, a timestamp or an own emoji; a ping is looked for in the raw text, so a
# backslash would not stop it. Then what makes a link, with a scheme or as a bare invitation.
_LIVE: Final = re.compile(r"[@<]|:(?=//)|\.(?=[A-Za-z]+/)")
_MARKDOWN: Final = re.compile(r"[\\*_~|`]|(?<=\])\(")
_MARKDOWN_AT_START: Final = re.compile(r"^(?:#{1,3}|-#|>{1,3}|[-+])(?=\s|$)")
_LIST_NUMBER: Final = re.compile(r"^(\d+)([.)])(?=\s|$)")


def plain(text: str) -> str:
    """Return user text for outside a code block: on one line, it looks as it was typed.

    It cannot ping, link, format, reorder or hide anything.
    """
    safe = _MARKDOWN.sub(r"\\\g<0>", _visible(text))
    safe = _MARKDOWN_AT_START.sub(r"\\\g<0>", safe)
    safe = _LIST_NUMBER.sub(r"\1\\\2", safe)
    return _held_left_to_right(_defused(safe))


def in_code(text: str, width: int | None = None) -> str:
    """Return user text for inside a code block, on one line.

    Args:
        text: What somebody typed.
        width: Cut to this many cells and filled up with blanks; None leaves the length alone.
    """
    safe = _visible(text).replace("`", "\N{MODIFIER LETTER GRAVE ACCENT}")
    if width is None:
        return _held_left_to_right(_defused(safe))
    safe = cut(safe, width)
    blanks = " " * (width - cells(safe))
    return _held_left_to_right(_defused(safe)) + blanks


def code_block(lines: str) -> str:
    """Return lines as a code block; user text in them went through ``in_code``."""
    return f"```\n{lines}\n```"


def cells(text: str) -> int:
    """Return how many columns of a phone's fixed-width font the text takes."""
    return max(0, wcswidth(text))


def cut(text: str, width: int) -> str:
    """Return the text in at most that many cells, with … where something is missing."""
    if cells(text) <= width:
        return text
    kept = ""
    for character in iter_graphemes(text):
        if cells(kept + character) >= width:
            break
        kept += character
    return kept.rstrip() + _ELLIPSIS


def size(text: str) -> int:
    """Return the text's length as Discord's limits count it, in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def shorten(text: str, limit: int) -> str:
    """Return the text in at most ``limit`` UTF-16 units, with … where something is missing."""
    if size(text) <= limit:
        return text
    kept: list[str] = []
    room = limit - size(_ELLIPSIS)
    for character in iter_graphemes(text):
        room -= size(character)
        if room < 0:
            break
        kept.append(character)
    # A backslash left alone at the end would escape whatever follows.
    return "".join(kept).rstrip().rstrip("\\") + _ELLIPSIS


def join_fitting(
    parts: Sequence[str],
    limit: int,
    *,
    separator: str = "\n",
    more: str = "and {} more",
) -> str:
    """Return the parts joined, as many as fit; what is left out is counted at the end.

    Args:
        parts: In order of importance.
        limit: The most UTF-16 units for everything.
        separator: What goes between two parts.
        more: The last part when some are left out; ``{}`` takes their number.
    """
    whole = separator.join(parts)
    if size(whole) <= limit:
        return whole
    room = limit - size(separator + more.format(len(parts)))
    kept = how_many_fit(parts, room, separator=separator)
    return separator.join([*parts[:kept], more.format(len(parts) - kept)])


def how_many_fit(parts: Sequence[str], limit: int, *, separator: str = "\n") -> int:
    """Return how many of the parts fit, from the first on; the limit is in UTF-16 units."""
    room = limit + size(separator)
    for kept, part in enumerate(parts):
        room -= size(part) + size(separator)
        if room < 0:
            return kept
    return len(parts)


def _visible(text: str) -> str:
    """Return the text on one line without anything invisible; emoji families stay together."""
    cleaned = clean_text(_BLANK_LETTERS.sub("", text))
    if _ZERO_WIDTH_JOINER in cleaned:
        cleaned = "".join(
            character if cells(character) == 2 else character.replace(_ZERO_WIDTH_JOINER, "")
            for character in iter_graphemes(cleaned)
        )
    if not cells(cleaned):
        return _NOTHING_VISIBLE if text else ""
    return cleaned


def _defused(text: str) -> str:
    return _LIVE.sub(rf"\g<0>{_BROKEN_BY}", text)


def _held_left_to_right(text: str) -> str:
    """Keep the numbers beside a Hebrew or Arabic name where they are."""
    if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT_LETTERS for letter in text):
        return f"{_LEFT_TO_RIGHT}{text}{_LEFT_TO_RIGHT}"
    return text
