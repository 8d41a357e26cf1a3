"""The picture of how cost grows with what is stored, drawn to be read on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import Final

from bench.findings import Curve
from bench.rows import figure_text
from bot import colours
from bot.pictures.look import NORMAL, WIDTH, Mark, Picture, Point, png

_PANEL_HEIGHT: Final = 145.0
_HEAD_HEIGHT: Final = 80.0
_FOOT_HEIGHT: Final = 24.0
_LEFT: Final = 34.0
_RIGHT: Final = WIDTH - 24.0
_MARGIN: Final = 10.0
_GAP: Final = 42.0
_KEY_COLUMN: Final = 180.0
_KEY_ROW: Final = 16.0
# Laps go from edge to edge with some air, on a logarithmic scale.
_AIR: Final = 16.0
# Each command has a mark of its own: nothing is told by colour alone.
_MARKS: Final = (
    Mark("dot", 3, colours.ORANGE),
    Mark("square", 2.8, colours.SKY),
    Mark("up", 3, colours.GREEN),
    Mark("diamond", 2.8, colours.PINK),
)
_LEAST_TOP: Final = 1.6
_ROOM_ABOVE: Final = 1.2
_FINE_STEP: Final = 0.5
_MOST_STEPS: Final = 6


def draw_growth(curves: Sequence[Curve]) -> bytes:
    """Return a PNG with a panel for each database and each kind of history."""
    panels: dict[tuple[str, str], list[Curve]] = {}
    for curve in curves:
        panels.setdefault((curve.whose, curve.database), []).append(curve)
    height = _HEAD_HEIGHT + len(panels) * (_PANEL_HEIGHT + _GAP) - _GAP + _FOOT_HEIGHT
    picture = Picture(height)
    title = f"Times the cost with {curves[0].laps[0]:,} laps stored"
    picture.write(_MARGIN, 18, title, points=NORMAL, bold=True)
    first = next(iter(panels.values()))
    for number, (curve, mark) in enumerate(zip(first, _MARKS, strict=True)):
        x = _MARGIN + _KEY_COLUMN * (number % 2)
        y = 36 + _KEY_ROW * (number // 2)
        picture.mark(x + 4, y, mark)
        picture.write(x + 12, y, curve.command)
    most = max(_LEAST_TOP, _ROOM_ABOVE * max(max(curve.times) for curve in curves))
    for place, ((whose, database), lines) in enumerate(panels.items()):
        top = _HEAD_HEIGHT + place * (_PANEL_HEIGHT + _GAP)
        picture.write(_LEFT, top - 9, f"{database}, laps of {whose}", points=NORMAL)
        _draw_panel(picture, lines, most, top)
    return png(picture)


def _draw_panel(picture: Picture, curves: Sequence[Curve], most: float, top: float) -> None:
    bottom = top + _PANEL_HEIGHT
    laps = curves[0].laps
    span = log10(laps[-1] / laps[0]) or 1.0

    def place(stored: int, times: float) -> Point:
        share = log10(stored / laps[0]) / span
        left, right = _LEFT + _AIR, _RIGHT - _AIR
        return left + (right - left) * share, bottom - _PANEL_HEIGHT * times / most

    picture.rect(_LEFT, top, _RIGHT - _LEFT, _PANEL_HEIGHT, colours.PANEL)
    step = _FINE_STEP
    while most / step > _MOST_STEPS:
        step *= 2
    for number in range(int(most / step) + 1):
        _, y = place(laps[0], number * step)
        picture.line([(_LEFT, y), (_RIGHT, y)], colours.GRID, width=0.6)
        text = f"{number * step:g}"
        picture.write(_LEFT - 4, y, text, colour=colours.QUIET_TEXT, align="right")
    for stored in laps:
        x, _ = place(stored, 0)
        picture.line([(x, top), (x, bottom)], colours.GRID, width=0.6)
        picture.write(x, bottom + 11, f"{stored:,}", colour=colours.QUIET_TEXT, align="center")
    # What must not grow stays on this line.
    _, one = place(laps[0], 1)
    picture.line([(_LEFT, one), (_RIGHT, one)], colours.QUIET_TEXT, width=0.8, dashes="1 2")
    for curve, mark in zip(curves, _MARKS, strict=True):
        points = [place(*point) for point in zip(curve.laps, curve.times, strict=True)]
        picture.line(points, mark.colour, width=1.5)
        for x, y in points:
            picture.mark(x, y, mark)
    highest = max(curves, key=lambda curve: curve.times[-1])
    x, y = place(highest.laps[-1], highest.times[-1])
    text = f"{highest.command} {figure_text(highest.times[-1])} ×"
    picture.write(x + 4, y - 11, text, align="right")
