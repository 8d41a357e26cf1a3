"""Fonts for names in every script, and texts brought to what those fonts can show.

All of them are Noto fonts from PyPI packages, so that a picture looks the same wherever the bot
runs. Matplotlib takes each character from the first family of ``FAMILIES`` that has it.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from wcwidth import iter_graphemes

from core.names import clean_text

# A point is three pixels, as on a phone's screen.
DPI: Final = 216
POINTS_PER_INCH: Final = 72

_FONT_PACKAGES: Final = ("manimgx_fonts", "noto_cjk_sans_otc")
# Latin comes first, so digits and letters never change face. The symbols of DejaVu, which comes
# with matplotlib, are last.
_SCRIPTS: Final = (
    "Noto Sans",
    "Noto Sans Arabic",
    "Noto Sans Armenian",
    "Noto Sans Bengali",
    "Noto Sans Devanagari",
    "Noto Sans Ethiopic",
    "Noto Sans Georgian",
    "Noto Sans Gujarati",
    "Noto Sans Gurmukhi",
    "Noto Sans Hebrew",
    "Noto Sans Kannada",
    "Noto Sans Khmer",
    "Noto Sans Lao",
    "Noto Sans Malayalam",
    "Noto Sans Myanmar",
    "Noto Sans Oriya",
    "Noto Sans Sinhala",
    "Noto Sans Tamil",
    "Noto Sans Telugu",
    "Noto Sans Thai",
)
FAMILIES: Final = (
    *_SCRIPTS,
    "Noto Sans CJK JP",
    "Noto Sans CJK KR",
    "Noto Sans CJK SC",
    "Noto Sans CJK TC",
    "Noto Emoji",
    "Noto Sans Symbols",
    "DejaVu Sans",
)

_ELLIPSIS: Final = "…"
_STAND_IN: Final = "·"
_NOTHING_VISIBLE: Final = "?"
_ANY_SIZE: Final = 10.0
_STAND_INS: Final = re.compile(f"{_STAND_IN}+")
# Letters of which nothing is seen, and signs that only choose between two looks of an emoji.
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200d\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]+"
)


@cache
def register() -> None:
    """Make the families known to matplotlib; done once in a process."""
    for package in _FONT_PACKAGES:
        for path in sorted(Path(str(files(package))).glob("*.tt[fc]")):
            font_manager.fontManager.addfont(path)


@lru_cache(maxsize=32)
def font(points: float) -> FontProperties:
    """Return the font of every text at a size in points, for ``fontproperties=``."""
    register()
    return FontProperties(family=list(FAMILIES), size=points)


@lru_cache(maxsize=4_096)
def readable(text: str) -> str:
    """Return user text as the fonts can show it: on one line, never a box for a missing letter.

    A character that no font has is shown in its plain form (𝓜𝓪𝔁 as Max), else as ``·``; text of
    which nothing can be seen becomes ``?``.
    """
    cleaned = clean_text(_UNSEEN.sub("", text))
    shown = "".join(map(_shown, cleaned))
    if not _is_drawn(shown):
        # Some letters a font has, but not together with the marks around them.
        shown = "".join(letter if _is_drawn(letter) else _STAND_IN for letter in _letters(shown))
    shown = clean_text(_STAND_INS.sub(_STAND_IN, shown))
    return shown if shown and _is_drawn(shown) else _NOTHING_VISIBLE


@lru_cache(maxsize=4_096)
def width_of(text: str, points: float) -> float:
    """Return how wide a text is when drawn, in points."""
    probe = _probe()
    probe.set_fontproperties(font(points))
    probe.set_text(text)
    return float(probe.get_window_extent().width) * POINTS_PER_INCH / DPI


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
    characters = _letters(shown)
    kept = _longest(
        len(characters),
        lambda count: width_of("".join(characters[:count]).rstrip() + _ELLIPSIS, points) <= room,
    )
    return "".join(characters[:kept]).rstrip() + _ELLIPSIS


def _longest(count: int, fits: Callable[[int], bool]) -> int:
    """Return the highest number below ``count`` that fits; 0 where none does."""
    low, high = 0, count - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _shown(character: str) -> str:
    if _is_covered(character):
        return character
    plain = unicodedata.normalize("NFKC", character)
    if plain != character and all(map(_is_covered, plain)):
        return plain
    is_mark = unicodedata.category(character).startswith("M")
    return "" if is_mark else _STAND_IN


def _letters(text: str) -> list[str]:
    """Return what a reader takes for one letter each: with its accents, an emoji whole."""
    return list(iter_graphemes(text))


def _is_drawn(text: str) -> bool:
    """Whether nothing of the text would be a box."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        try:
            width_of(text, _ANY_SIZE)
        except UserWarning:
            return False
    return True


def _is_covered(character: str) -> bool:
    return ord(character) in _covered()


@cache
def _covered() -> frozenset[int]:
    """Return every character that one of the families has."""
    register()
    paths = [font_manager.findfont(family) for family in FAMILIES]
    return frozenset(code for path in paths for code in font_manager.get_font(path).get_charmap())


@cache
def _probe() -> Text:
    """Return a text to measure with."""
    figure = Figure(dpi=DPI)
    FigureCanvasAgg(figure)
    return figure.text(0, 0, "", parse_math=False)
