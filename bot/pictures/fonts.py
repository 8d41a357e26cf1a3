"""Fonts for names in every script, and texts brought to what those fonts can show.

All of them are Noto fonts from PyPI packages, so that a picture looks the same wherever the bot
runs. Each character is taken from the first family of ``FAMILIES`` that has it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Final

from wcwidth import iter_graphemes

from bot.pictures.letters import Letters
from core.names import clean_text

_MOST_SCRIPTS: Final = "manimgx_fonts"
_HAN_AND_HANGUL: Final = "manimgx_fonts_cjk"
_SCRIPTS: Final = (
    "Arabic",
    "Armenian",
    "Bengali",
    "Devanagari",
    "Ethiopic",
    "Georgian",
    "Gujarati",
    "Gurmukhi",
    "Hebrew",
    "Kannada",
    "Khmer",
    "Lao",
    "Malayalam",
    "Myanmar",
    "Oriya",
    "Sinhala",
    "Tamil",
    "Telugu",
    "Thai",
)
LATIN: Final = "Noto Sans"
# Each with its package and file. Latin comes first, so digits and letters never change face.
FAMILIES: Final = {
    LATIN: (_MOST_SCRIPTS, "NotoSans[wght].ttf"),
    **{
        f"Noto Sans {script}": (_MOST_SCRIPTS, f"NotoSans{script}[wght].ttf") for script in _SCRIPTS
    },
    "Noto Sans CJK JP": (_HAN_AND_HANGUL, "NotoSansCJK-VF.otf.ttc"),
    "Noto Emoji": (_MOST_SCRIPTS, "NotoEmoji[wght].ttf"),
    "Noto Sans Symbols": (_MOST_SCRIPTS, "NotoSansSymbols[wght].ttf"),
}

# Bold letters are wider by as much at most.
BOLD_SHARE: Final = 1.1

_ELLIPSIS: Final = "…"
_STAND_IN: Final = "·"
_NOTHING_VISIBLE: Final = "?"
_STAND_INS: Final = re.compile(f"{_STAND_IN}+")
# Letters of which nothing is seen, and signs that only choose between two looks of an emoji.
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200d\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]+"
)
# The drawing library fails where a flag follows other text: its two letters stand for it.
_FLAG_LETTERS: Final = {0x1F1E6 + number: chr(ord("A") + number) for number in range(26)}


def font_files() -> list[str]:
    """Return the files of all families."""
    return [str(_path(family)) for family in FAMILIES]


@lru_cache(maxsize=4_096)
def readable(text: str) -> str:
    """Return user text as the fonts can show it: on one line, never a box for a missing letter.

    A character that no font has is shown in its plain form (𝓜𝓪𝔁 as Max), else as ``·``; text of
    which nothing can be seen becomes ``?``.
    """
    cleaned = clean_text(_UNSEEN.sub("", text).translate(_FLAG_LETTERS))
    shown = "".join(map(_shown, iter_graphemes(cleaned)))
    return clean_text(_STAND_INS.sub(_STAND_IN, shown)) or _NOTHING_VISIBLE


@lru_cache(maxsize=4_096)
def by_family(text: str) -> tuple[tuple[str, str], ...]:
    """Return a readable text in pieces, each with the family it is to be drawn with.

    The drawing library looks for a letter's font by itself, but where letters join, as in Arabic,
    it finds one only for a text that needs no other.
    """
    pieces = [(_family(letter) or LATIN, letter) for letter in iter_graphemes(text)]
    return tuple(
        (family, "".join(letter for _, letter in letters))
        for family, letters in groupby(pieces, key=lambda piece: piece[0])
    )


@lru_cache(maxsize=4_096)
def width_of(text: str, points: float) -> float:
    """Return how wide a readable text is at most, in points: as if no letters joined."""
    return points * sum(
        _letters(family).width(character)
        for family, piece in by_family(text)
        for character in piece
        if _letters(family).has(character)
    )


def fitted(text: str, points: float, room: float) -> str:
    """Return user text readable and no wider than the room, with … where something is missing.

    Args:
        text: What somebody typed.
        points: The size it is drawn at.
        room: The most it may take, in points.
    """
    shown = readable(text)
    if width_of(shown, points) <= room:
        return shown
    room -= width_of(_ELLIPSIS, points)
    kept = ""
    for letter in iter_graphemes(shown):
        if width_of(kept + letter, points) > room:
            break
        kept += letter
    return kept.rstrip() + _ELLIPSIS


def _shown(letter: str) -> str:
    """Return what a reader takes for one letter, as a font has it."""
    if _family(letter):
        return letter
    plain = unicodedata.normalize("NFKC", letter)
    if all(map(_family, iter_graphemes(plain))):
        return plain
    # A font may have the letter, if not with these marks.
    return letter[0] if _family(letter[0]) else _STAND_IN


@lru_cache(maxsize=4_096)
def _family(letter: str) -> str | None:
    """Return the first family that has all of a letter, with its marks; None where none has."""
    for family in FAMILIES:
        if all(map(_letters(family).has, letter)):
            return family
    return None


@cache
def _letters(family: str) -> Letters:
    return Letters(_path(family))


def _path(family: str) -> Path:
    package, name = FAMILIES[family]
    return Path(str(files(package))) / name
