"""Scores of several heats below one another: a bar, how sure it is, and what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot import colours
from bot.pictures import look
from bot.pictures.fonts import fitted
from bot.pictures.look import Picture
from core.scoring.certainty import ScoreError

_LEFT: Final = 10.0
_RIGHT: Final = look.WIDTH - _LEFT
_HEAD: Final = 20.0
_HEAD_DOWN: Final = 10.0
_ROW: Final = 15.0
_NAME_ROOM: Final = 66.0
_BAR_LEFT: Final = 82.0
_BAR_WIDTH: Final = 80.0
_HALF_BAR: Final = 3.0
_SCORE_RIGHT: Final = 194.0
_BESIDE_RIGHT: Final = 230.0
_NOTE_LEFT: Final = 240.0


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One heat's score.

    Attributes:
        name: The heat.
        score: 0 to 100; None where there is none.
        why_none: What is said then.
        error: How sure it is; None where nobody knows.
        beside: What stands beside it, such as the change.
        note: What was changed on the car.
        colour: That of its bar where it is the one that is looked at; None for the others.
    """

    name: str
    score: float | None
    why_none: str
    error: ScoreError | None
    beside: str
    note: str | None
    colour: str | None = None


def rows_height(rows: Sequence[ScoreRow]) -> float:
    """Return how high the rows are together, in points."""
    return _HEAD + len(rows) * _ROW if rows else 0.0


def draw_rows(picture: Picture, rows: Sequence[ScoreRow], top: float, caption: str) -> None:
    """Draw rows below a caption, from ``top`` points on; nothing where there are none."""
    if rows:
        picture.write(_LEFT, top + _HEAD_DOWN, caption, colour=colours.QUIET_TEXT)
    for number, row in enumerate(rows):
        _draw_row(picture, row, top + _HEAD + _ROW * (number + 0.5))


def reach(score: float, error: ScoreError) -> tuple[float, float]:
    """Return the scores between which it probably is."""
    return max(0.0, score - error.points), min(100.0, score + error.points)


def _draw_row(picture: Picture, row: ScoreRow, y: float) -> None:
    colour = colours.QUIET_TEXT if row.colour is None else colours.TEXT
    picture.write(_LEFT, y, fitted(row.name, look.SMALL, _NAME_ROOM), colour=colour)
    if row.score is None:
        picture.write(_BAR_LEFT, y, row.why_none, colour=colours.QUIET_TEXT)
    else:
        picture.write(_SCORE_RIGHT, y, f"{row.score:.1f}", colour=colour, align="right")
        picture.write(_BESIDE_RIGHT, y, row.beside, colour=colour, align="right")
        _draw_bar(picture, row.score, row.error, y, row.colour or colours.QUIET_TEXT)
    if row.note:
        note = fitted(row.note, look.SMALL, _RIGHT - _NOTE_LEFT)
        picture.write(_NOTE_LEFT, y, note, colour=colour)


def _draw_bar(
    picture: Picture, score: float, error: ScoreError | None, y: float, colour: str
) -> None:
    for width, alpha in ((_BAR_WIDTH, 0.25), (_BAR_WIDTH * score / 100, 1.0)):
        picture.rect(_BAR_LEFT, y - _HALF_BAR, width, 2 * _HALF_BAR, colour, alpha=alpha)
    if error is not None:
        ends = (_BAR_LEFT + _BAR_WIDTH * end / 100 for end in reach(score, error))
        picture.line([(end, y) for end in ends], colours.WHITE)
