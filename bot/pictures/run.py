"""One racer's laps: the middle of the picture of an ORP card.

The line is the median; half of the laps lie in the band around it. What fade compares is marked,
the three fastest laps and the last five; a mistake hangs on a line with what it cost below. Laps
that do not count are hollow and in no line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot import colours
from bot.pictures import look
from bot.pictures.fonts import width_of
from bot.pictures.laps import (
    GAP,
    LEFT,
    NUMBERS_HEIGHT,
    PLOT_HEIGHT,
    PLOT_RIGHT,
    RIGHT,
    Label,
    Labels,
    LapScale,
    Mark,
    off_the_plot,
)
from bot.render.phrases import count, seconds
from core.laps import Lap, median, median_absolute_deviation
from core.laptimes import format_lap
from core.results.heat import RacerRun
from core.scoring.mistakes import find_mistakes
from core.scoring.orp import FASTEST_LAPS, LAST_LAPS, MIN_LAPS_FOR_FADE

_ROW: Final = 15.0
_MARK_ROOM: Final = 11.0
_MEDIAN_PITCH: Final = 12.0
_MOST_DOTS: Final = 80
_BAND: Final = 0.16

_LAP: Final = Mark("o", 2.4, colours.LAP)
_FASTEST: Final = Mark("D", 4.2, colours.FASTEST)
_LAST: Final = Mark("s", 7.5, colours.LAST, hollow=True)
_MISTAKE: Final = Mark("x", 5.5, colours.MISTAKE)
_NOT_COUNTING: Final = Mark("o", 4.5, colours.NOT_COUNTING, hollow=True)

# What is no mark is the band.
_Key = list[tuple[Mark | None, str]]


class RunPlot:
    """The laps of a run with their key; made before the picture, so that its height is known."""

    def __init__(self, run: RacerRun) -> None:
        self._run = run
        self._scale = LapScale.of(run.laps)
        self._counting = [lap for lap in run.laps if lap.counts]
        self._mistakes = find_mistakes(run.laps)
        has_fade = self._has_band = len(self._counting) >= MIN_LAPS_FOR_FADE
        in_order = sorted(self._counting, key=lambda lap: (lap.time_ms, lap.number))
        self._fastest = in_order[:FASTEST_LAPS] if has_fade else []
        self._last = self._counting[-LAST_LAPS:] if has_fade else []
        self._key = _in_rows(self._make_key())
        self._above, self._below = self._labels_above(), self._labels_below()

    @property
    def height(self) -> float:
        """How high it is, in points."""
        return (
            self._key_height
            + self._above.height
            + PLOT_HEIGHT
            + self._below.height
            + NUMBERS_HEIGHT
        )

    @property
    def _key_height(self) -> float:
        return len(self._key) * _ROW + GAP

    def draw(self, figure: Figure, top: float) -> None:
        """Draw it into a picture, from ``top`` points on."""
        plot_top = top + self._key_height + self._above.height
        plot_bottom = plot_top + PLOT_HEIGHT
        _draw_key(figure, self._key, top + _ROW / 2)
        axes = self._scale.axes(figure, plot_top)
        self._draw_median(figure, axes, plot_top)
        self._draw_laps(axes)
        self._above.write(figure, plot_top, -1)
        self._below.write(figure, plot_bottom, 1)
        self._scale.write_numbers(figure, plot_bottom + self._below.height)

    def _make_key(self) -> _Key:
        """Return the marks that occur, with their figures."""
        key: _Key = []
        metrics = self._run.orp.metrics if self._run.orp else None
        if metrics and metrics.top_3_avg is not None and metrics.last_5_avg is not None:
            fastest, last = round(metrics.top_3_avg * 1000), round(metrics.last_5_avg * 1000)
            fade = f"(fade {metrics.fade_pct:.2f} %)"
            key.append((_FASTEST, f"{FASTEST_LAPS} fastest {format_lap(fastest)}"))
            key.append((_LAST, f"last {len(self._last)} {format_lap(last)} {fade}"))
        if self._mistakes.count:
            lost = seconds(self._mistakes.lost_ms)
            key.append((_MISTAKE, f"{count(self._mistakes.count, 'mistake')} {lost} s"))
        if self._has_band:
            key.append((None, "half of the laps"))
        left_out = len(self._run.laps) - len(self._counting)
        if left_out:
            key.append((_NOT_COUNTING, f"{left_out} not counted"))
        return key

    def _labels_above(self) -> Labels:
        """Return the times of laps too quick for the plot, such as the run to the loop."""
        off = [lap for lap in self._run.laps if lap.time_ms < self._scale.fast]
        return Labels.of([off_the_plot(lap) for lap in off], self._scale, rows=1)

    def _labels_below(self) -> Labels:
        """Return what the mistakes cost, dearest first, and the times of laps too slow."""
        labels = []
        for mistake in sorted(self._mistakes.laps, key=lambda mistake: -mistake.lost_ms):
            cost = f"+{seconds(mistake.lost_ms)}"
            is_off = mistake.time_ms > self._scale.slow
            text = f"{look.lap_text(mistake.time_ms)} ({cost})" if is_off else cost
            labels.append(Label(mistake.number, text, colours.MISTAKE))
        off = [lap for lap in self._run.laps if lap.time_ms > self._scale.slow and not lap.counts]
        return Labels.of([*labels, *map(off_the_plot, off)], self._scale, rows=2)

    def _draw_median(self, figure: Figure, axes: Axes, top: float) -> None:
        """Draw the median and the band of half of the laps, and write both beside them."""
        times = [lap.time_ms for lap in self._counting]
        if not times:
            return
        usual, spread = median(times), median_absolute_deviation(times)
        axes.axhline(float(usual), color=colours.TEXT, linewidth=1)
        middle = self._scale.y(float(usual), top)
        y = min(max(middle, top + 1.5 * _MEDIAN_PITCH), top + PLOT_HEIGHT - 1.5 * _MEDIAN_PITCH)
        x = PLOT_RIGHT + GAP
        look.write(figure, x, y - _MEDIAN_PITCH, "median", colour=colours.QUIET_TEXT)
        look.write(figure, x, y, format_lap(round(usual)), points=look.NORMAL)
        if self._has_band:
            axes.axhspan(
                float(usual - spread),
                float(usual + spread),
                color=colours.TEXT,
                alpha=_BAND,
                linewidth=0,
            )
            half = f"±{format_lap(round(spread))}"
            look.write(figure, x, y + _MEDIAN_PITCH, half, colour=colours.QUIET_TEXT)

    def _draw_laps(self, axes: Axes) -> None:
        scale, counting = self._scale, self._counting
        if counting:
            usual = float(median(lap.time_ms for lap in counting))
            axes.vlines(
                [mistake.number for mistake in self._mistakes.laps],
                usual,
                [scale.held(mistake.time_ms) for mistake in self._mistakes.laps],
                color=colours.MISTAKE,
                linewidth=1,
            )
        axes.plot(
            [lap.number for lap in counting],
            [scale.held(lap.time_ms) for lap in counting],
            color=colours.QUIET_TEXT,
            linewidth=0.8,
            alpha=0.7,
        )
        slow = {mistake.number for mistake in self._mistakes.laps}
        ordinary = [lap for lap in counting if lap.number not in slow]
        marks: list[tuple[Mark, Sequence[Lap]]] = [
            (_LAP, ordinary if len(counting) <= _MOST_DOTS else []),
            (_NOT_COUNTING, [lap for lap in self._run.laps if not lap.counts]),
            (_MISTAKE, [lap for lap in counting if lap.number in slow]),
            (_FASTEST, self._fastest),
            (_LAST, self._last),
        ]
        for mark, laps in marks:
            scale.mark(axes, mark, laps)


def _in_rows(key: _Key) -> list[_Key]:
    """Return the key in as few rows as it fits into."""
    rows: list[_Key] = []
    left = 0.0
    for mark, text in key:
        width = _room(mark) + width_of(text, look.SMALL)
        if not rows or left + width > RIGHT - LEFT:
            rows.append([])
            left = 0.0
        rows[-1].append((mark, text))
        left += width + 2 * GAP
    return rows


def _draw_key(figure: Figure, rows: Sequence[_Key], top: float) -> None:
    for number, key in enumerate(rows):
        x, y = LEFT, top + number * _ROW
        for mark, text in key:
            if mark is None:
                look.swatch(figure, x, y, colours.TEXT, _BAND)
            else:
                mark.beside_text(figure, x + 4, y)
            look.write(figure, x + _room(mark), y, text)
            x += _room(mark) + width_of(text, look.SMALL) + 2 * GAP


def _room(mark: Mark | None) -> float:
    return _MARK_ROOM if mark else look.SWATCH_WIDTH + 4
