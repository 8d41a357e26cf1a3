"""The picture of two racers side by side: who is faster and why, both their laps, their figures.

Each racer has a colour and a mark, in the plot as in the table; in the table the mark stands beside
the better of two figures. The broken lines are the medians.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot import colours
from bot.pictures import look
from bot.pictures.fonts import fitted, readable, width_of
from bot.pictures.laps import (
    GAP,
    LEFT,
    NUMBERS_HEIGHT,
    PLOT_HEIGHT,
    RIGHT,
    Labels,
    LapScale,
    Mark,
    off_the_plot,
)
from bot.pictures.placing import spread
from bot.render.phrases import seconds
from core.laps import median
from core.laptimes import format_lap
from core.results.card import SideBySide
from core.results.heat import RacerRun
from core.scoring.comparison import Comparison
from core.scoring.mistakes import find_mistakes

_STYLES: Final = look.RACER_STYLES[:2]
_PLOT: Final = 64.0
_ROW: Final = 15.0
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
    return look.png(side_by_side_figure(result))


def side_by_side_figure(result: SideBySide) -> Figure:
    """Return the picture of two racers side by side."""
    runs = (result.first, result.second)
    scale = LapScale.of(*(run.laps for run in runs))
    above, below = _labels(runs, scale, fast=True), _labels(runs, scale, fast=False)
    plot_top = _PLOT + above.height
    plot_bottom = plot_top + PLOT_HEIGHT
    table_top = plot_bottom + below.height + NUMBERS_HEIGHT
    rows = _rows(result.comparison)
    figure = look.new_figure(table_top + _HEADING + len(rows) * _ROW + GAP)
    _draw_head(figure, result)
    axes = scale.axes(figure, plot_top)
    for run, style in zip(runs, _STYLES, strict=True):
        _draw_laps(axes, scale, run, style)
    _write_medians(figure, scale, runs, plot_top)
    above.write(figure, plot_top, -1)
    below.write(figure, plot_bottom, 1)
    scale.write_numbers(figure, plot_bottom + below.height)
    _draw_table(figure, runs, rows, table_top)
    return figure


def _draw_head(figure: Figure, result: SideBySide) -> None:
    comparison = result.comparison
    place = "whole session" if result.heat is None else result.heat.label
    where = f"{readable(place)} · {readable(result.session.name)}"
    inner = RIGHT - LEFT
    if comparison.is_level:
        look.write(figure, LEFT, 17, "Equally fast over a lap", points=look.LARGE)
    else:
        # A name and the figures are written apart, so that an Arabic name does not reorder them.
        rest = f"is {comparison.gap_words}"
        faster = result.second if comparison.second_is_faster else result.first
        room = inner - width_of(rest, look.LARGE) - GAP
        name = fitted(faster.racer.name, look.LARGE, room)
        colour = _STYLES[comparison.second_is_faster].colour
        look.write(figure, LEFT, 17, name, points=look.LARGE, colour=colour)
        x = LEFT + width_of(name, look.LARGE) + GAP
        look.write(figure, x, 17, rest, points=look.LARGE)
        look.write(figure, LEFT, 35, comparison.parts_words, points=look.NORMAL)
    look.write(figure, LEFT, 51, fitted(where, look.SMALL, inner), colour=colours.QUIET_TEXT)


# The laps


def _labels(runs: tuple[RacerRun, RacerRun], scale: LapScale, *, fast: bool) -> Labels:
    """Return the times of the laps that are off one edge, those furthest off first."""
    off = [
        (lap, style)
        for run, style in zip(runs, _STYLES, strict=True)
        for lap in run.laps
        if (lap.time_ms < scale.fast if fast else lap.time_ms > scale.slow)
    ]
    off.sort(key=lambda pair: pair[0].time_ms if fast else -pair[0].time_ms)
    labels = [off_the_plot(lap, style.colour) for lap, style in off]
    return Labels.of(labels, scale, rows=1 if fast else 2)


def _draw_laps(axes: Axes, scale: LapScale, run: RacerRun, style: look.RacerStyle) -> None:
    counting = [lap for lap in run.laps if lap.counts]
    axes.axhline(
        float(median(lap.time_ms for lap in counting)),
        color=style.colour,
        linewidth=1,
        linestyle=(0, (4, 3)),
    )
    axes.plot(
        [lap.number for lap in counting],
        [scale.held(lap.time_ms) for lap in counting],
        color=style.colour,
        linewidth=1,
        alpha=0.7,
    )
    mistakes = {mistake.number for mistake in find_mistakes(run.laps).laps}
    many = len(counting) > _MOST_DOTS
    shown = [lap for lap in counting if not many or lap.number in mistakes]
    scale.mark(axes, Mark(style.marker, 3.6, style.colour), shown)
    left_out = [lap for lap in run.laps if not lap.counts]
    scale.mark(axes, Mark(style.marker, 4.2, style.colour, hollow=True), left_out)


def _write_medians(
    figure: Figure, scale: LapScale, runs: tuple[RacerRun, RacerRun], top: float
) -> None:
    """Write both medians beside their lines, the heading above the upper one."""
    medians = sorted(
        (median(lap.time_ms for lap in run.laps if lap.counts), column)
        for column, run in enumerate(runs)
    )
    heading, *places = spread(
        [scale.y(float(medians[0][0]), top) - _MEDIAN_PITCH]
        + [scale.y(float(usual), top) for usual, _ in medians],
        _MEDIAN_PITCH,
        top,
        top + PLOT_HEIGHT,
    )
    look.write(figure, RIGHT, heading, "median", colour=colours.QUIET_TEXT, align="right")
    for (usual, column), y in zip(medians, places, strict=True):
        style, text = _STYLES[column], format_lap(round(usual))
        look.write(figure, RIGHT, y, text, points=look.NORMAL, colour=style.colour, align="right")
        left = RIGHT - width_of(text, look.NORMAL)
        Mark(style.marker, 4, style.colour).beside_text(figure, left - _MARK_ROOM / 2, y)


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
    figure: Figure, runs: tuple[RacerRun, RacerRun], rows: list[_Row], top: float
) -> None:
    y = top + _HEADING / 2
    for run, style, right in zip(runs, _STYLES, _COLUMNS, strict=True):
        name = fitted(run.racer.name, look.NORMAL, _COLUMN_ROOM - _MARK_ROOM)
        look.write(figure, right, y, name, points=look.NORMAL, colour=style.colour, align="right")
        left = right - width_of(name, look.NORMAL)
        Mark(style.marker, 5, style.colour).beside_text(figure, left - _MARK_ROOM / 2, y)
    for number, row in enumerate(rows):
        y = top + _HEADING + (number + 0.5) * _ROW
        look.write(figure, LEFT, y, row.label, colour=colours.QUIET_TEXT)
        for column, (text, right) in enumerate(zip(row.texts, _COLUMNS, strict=True)):
            look.write(figure, right, y, text, points=look.NORMAL, align="right")
            if column == row.better:
                left = right - width_of(text, look.NORMAL)
                style = _STYLES[column]
                Mark(style.marker, 4, style.colour).beside_text(figure, left - _MARK_ROOM / 2, y)
