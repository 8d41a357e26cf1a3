"""The picture of two racers side by side: who is faster and why, both their laps, their figures.

Each racer has a colour and a mark, in the plot as in the table; in the table the mark stands beside
the better of two figures. The broken lines are the medians.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from bot import colours
from bot.pictures import look
from bot.pictures.fonts import fitted, readable, width_of
from bot.pictures.laps import (
    GAP,
    LABELS_HEIGHT,
    LEFT,
    NUMBERS_HEIGHT,
    PLOT_HEIGHT,
    PLOT_LEFT,
    PLOT_RIGHT,
    RIGHT,
    Label,
    LapScale,
    off_the_plot,
    write_labels,
)
from bot.pictures.look import Mark, Picture
from bot.render.phrases import gap_words, parts_words, seconds
from core.laps import median
from core.laptimes import format_lap
from core.results.card import SideBySide
from core.results.heat import RacerRun
from core.scoring.comparison import Comparison
from core.scoring.mistakes import find_mistakes

_FROM_EDGE: Final = 11.0
_PLOT: Final = 64.0
_ROW: Final = 16.0
_HEADING: Final = 18.0
_COLUMNS: Final = (242.0, RIGHT)
_COLUMN_ROOM: Final = 118.0
_MARK_ROOM: Final = 12.0
_MEDIAN_PITCH: Final = 13.0
_MOST_DOTS: Final = 80
_NOTHING: Final = "–"

Number = TypeVar("Number", int, float)


def draw_side_by_side(result: SideBySide) -> bytes:
    """Return the picture of two racers side by side as a PNG."""
    return look.png(side_by_side_picture(result))


def side_by_side_picture(result: SideBySide) -> Picture:
    """Return the picture of two racers side by side."""
    runs = (result.first, result.second)
    scale = LapScale.of(*(run.laps for run in runs))
    above, below = _labels(runs, scale, fast=True), _labels(runs, scale, fast=False)
    plot_top = _PLOT + LABELS_HEIGHT * bool(above)
    plot_bottom = plot_top + PLOT_HEIGHT
    numbers_top = plot_bottom + LABELS_HEIGHT * bool(below)
    table_top = numbers_top + NUMBERS_HEIGHT
    rows = _rows(result.comparison)
    picture = Picture(table_top + _HEADING + len(rows) * _ROW + GAP)
    _draw_head(picture, result)
    scale.draw_times(picture, plot_top)
    for run, mark in zip(runs, look.RACER_MARKS, strict=True):
        _draw_laps(picture, scale, run, mark, plot_top)
    _write_medians(picture, scale, runs, plot_top)
    write_labels(picture, above, scale, plot_top - _FROM_EDGE)
    write_labels(picture, below, scale, plot_bottom + _FROM_EDGE)
    scale.write_numbers(picture, numbers_top)
    _draw_table(picture, runs, rows, table_top)
    return picture


def _draw_head(picture: Picture, result: SideBySide) -> None:
    comparison = result.comparison
    scope = "whole session" if result.heat is None else result.heat.label
    where = f"{readable(scope)} · {readable(result.session.name)}"
    inner = RIGHT - LEFT
    if comparison.is_level:
        picture.write(LEFT, 17, "Equally fast over a lap", points=look.LARGE)
    else:
        # A name and the figures are written apart, so that an Arabic name does not reorder them.
        rest = f"is {gap_words(comparison)}"
        faster = result.second if comparison.second_is_faster else result.first
        room = inner - width_of(rest, look.LARGE) - GAP
        name = fitted(faster.racer.name, look.LARGE, room)
        colour = look.RACER_MARKS[comparison.second_is_faster].colour
        picture.write(LEFT, 17, name, points=look.LARGE, colour=colour)
        x = LEFT + width_of(name, look.LARGE) + GAP
        picture.write(x, 17, rest, points=look.LARGE)
        picture.write(LEFT, 35, parts_words(comparison), points=look.NORMAL)
    picture.write(LEFT, 51, fitted(where, look.SMALL, inner), colour=colours.QUIET_TEXT)


# The laps


def _labels(runs: tuple[RacerRun, RacerRun], scale: LapScale, *, fast: bool) -> list[Label]:
    """Return the times of the laps that are off one edge, those furthest off first."""
    off = [
        (lap, style)
        for run, style in zip(runs, look.RACER_MARKS, strict=True)
        for lap in run.laps
        if (lap.time_ms < scale.fast if fast else lap.time_ms > scale.slow)
    ]
    off.sort(key=lambda pair: pair[0].time_ms if fast else -pair[0].time_ms)
    return [off_the_plot(lap, style.colour) for lap, style in off]


def _draw_laps(picture: Picture, scale: LapScale, run: RacerRun, mark: Mark, top: float) -> None:
    counting = [lap for lap in run.laps if lap.counts]
    y = scale.y(float(median(lap.time_ms for lap in counting)), top)
    picture.line([(PLOT_LEFT, y), (PLOT_RIGHT, y)], mark.colour, dashes="4 3")
    line = [scale.point_of(lap, top) for lap in counting]
    picture.line(line, mark.colour, alpha=0.7)
    mistakes = {mistake.number for mistake in find_mistakes(run.laps).laps}
    many = len(counting) > _MOST_DOTS
    shown = [lap for lap in counting if not many or lap.number in mistakes]
    scale.mark(picture, mark, shown, top)
    left_out = [lap for lap in run.laps if not lap.counts]
    scale.mark(picture, replace(mark, hollow=True), left_out, top)


def _write_medians(
    picture: Picture, scale: LapScale, runs: tuple[RacerRun, RacerRun], top: float
) -> None:
    """Write both medians beside their lines, the heading above the upper one."""
    medians = sorted(
        (median(lap.time_ms for lap in run.laps if lap.counts), column)
        for column, run in enumerate(runs)
    )
    upper, lower = (scale.y(float(usual), top) for usual, _ in medians)
    lack = max(0.0, _MEDIAN_PITCH - (lower - upper)) / 2
    upper = min(max(upper - lack, top + _MEDIAN_PITCH), top + PLOT_HEIGHT - _MEDIAN_PITCH)
    lower = max(lower + lack, upper + _MEDIAN_PITCH)
    heading = upper - _MEDIAN_PITCH
    picture.write(RIGHT, heading, "median", colour=colours.QUIET_TEXT, align="right")
    for (usual, column), y in zip(medians, (upper, lower), strict=True):
        mark, text = look.RACER_MARKS[column], format_lap(round(usual))
        picture.write(RIGHT, y, text, points=look.NORMAL, colour=mark.colour, align="right")
        _mark_before(picture, RIGHT, y, text, mark)


def _mark_before(picture: Picture, right: float, y: float, text: str, mark: Mark) -> None:
    """Draw a mark in front of a text that ends at ``right``."""
    picture.mark(right - width_of(text, look.NORMAL) - _MARK_ROOM / 2, y, mark)


# The table


@dataclass(frozen=True, slots=True)
class _Row:
    """A figure of both; ``better`` is the column of the better one, None where neither is."""

    label: str
    texts: tuple[str, ...]
    better: int | None


def _rows(comparison: Comparison) -> list[_Row]:
    one, other = comparison.first, comparison.second
    return [
        _row("best lap", one.best_ms, other.best_ms, format_lap),
        _row("average", one.average_ms, other.average_ms, format_lap),
        _row("top 5", one.best_5_ms, other.best_5_ms, format_lap),
        _row("consistency", one.consistency_pct, other.consistency_pct, _percent, more=True),
        _row("fade", one.fade_pct, other.fade_pct, _percent),
        _row("mistakes", one.mistakes.count, other.mistakes.count, str),
        _row("lost to mistakes", one.mistakes.lost_ms, other.mistakes.lost_ms, _in_seconds),
    ]


def _row(
    label: str,
    one: Number | None,
    other: Number | None,
    write: Callable[[Number], str],
    *,
    more: bool = False,
) -> _Row:
    """Return a row of two figures, of which less is better, or more."""
    texts = tuple(_NOTHING if value is None else write(value) for value in (one, other))
    better = None
    if one is not None and other is not None and one != other:
        better = int((other > one) if more else (other < one))
    return _Row(label, texts, better)


def _percent(share: float) -> str:
    return f"{share:.2f} %"


def _in_seconds(ms: int) -> str:
    return f"{seconds(ms)} s"


def _draw_table(
    picture: Picture, runs: tuple[RacerRun, RacerRun], rows: list[_Row], top: float
) -> None:
    y = top + _HEADING / 2
    for run, mark, right in zip(runs, look.RACER_MARKS, _COLUMNS, strict=True):
        name = fitted(run.racer.name, look.NORMAL, _COLUMN_ROOM - _MARK_ROOM)
        picture.write(right, y, name, points=look.NORMAL, colour=mark.colour, align="right")
        _mark_before(picture, right, y, name, mark)
    for number, row in enumerate(rows):
        y = top + _HEADING + (number + 0.5) * _ROW
        picture.write(LEFT, y, row.label, colour=colours.QUIET_TEXT)
        for column, (text, right) in enumerate(zip(row.texts, _COLUMNS, strict=True)):
            picture.write(right, y, text, points=look.NORMAL, align="right")
            if column == row.better:
                _mark_before(picture, right, y, text, look.RACER_MARKS[column])
