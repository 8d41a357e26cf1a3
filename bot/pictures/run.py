"""One racer's laps: the middle of the picture of an ORP card.

The line is the median; half of the laps lie in the band around it. What fade compares is marked,
the three fastest laps and the last five; a mistake hangs on a line with what it cost below. Laps
that do not count are hollow and in no line. Where the laps are of several heats a line stands
between two of them, and each heat's name above.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot import colours
from bot.pictures import look
from bot.pictures.costs import costs_at, write_costs
from bot.pictures.fonts import fitted, width_of
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
from bot.render.phrases import count, seconds
from core.laps import Lap, median, median_absolute_deviation
from core.laptimes import format_lap
from core.results.card import HeatLaps
from core.results.heat import RacerRun
from core.scoring.mistakes import find_mistakes
from core.scoring.orp import FASTEST_LAPS, LAST_LAPS, MIN_LAPS_FOR_FADE

_ROW: Final = 15.0
_MARK_ROOM: Final = 12.0
_MEDIAN_PITCH: Final = 13.0
_FROM_EDGE: Final = 11.0
_NAME_GAP: Final = 4.0
_MOST_DOTS: Final = 80
_BAND: Final = 0.16

_LAP: Final = Mark("dot", 1.5, colours.LAP)
_FASTEST: Final = Mark("diamond", 2.7, colours.FASTEST)
_LAST: Final = Mark("square", 4.2, colours.LAST, hollow=True)
_MISTAKE: Final = Mark("cross", 3.0, colours.MISTAKE)
_NOT_COUNTING: Final = Mark("dot", 2.4, colours.NOT_COUNTING, hollow=True)

# What is no mark is the band.
_Key = list[tuple[Mark | None, str]]


class RunPlot:
    """The laps of a run with their key; made before the picture, so that its height is known."""

    def __init__(self, run: RacerRun, heats: Sequence[HeatLaps] = ()) -> None:
        """Lay out a run.

        Args:
            run: The run.
            heats: Where the laps of a whole session come from, in their order.
        """
        self._run = run
        self._heats = heats if len(heats) > 1 else ()
        self._scale = LapScale.of(run.laps)
        self._counting = [lap for lap in run.laps if lap.counts]
        self._mistakes = find_mistakes(run.laps)
        has_fade = self._has_band = len(self._counting) >= MIN_LAPS_FOR_FADE
        in_order = sorted(self._counting, key=lambda lap: (lap.time_ms, lap.number))
        self._fastest = in_order[:FASTEST_LAPS] if has_fade else []
        self._last = self._counting[-LAST_LAPS:] if has_fade else []
        self._key = _in_rows(self._make_key())
        self._above, self._below = self._labels_above(), self._slow_labels()
        self._costs = costs_at(
            [(self._scale.x(lap.number), lap.lost_ms) for lap in self._mistakes.laps],
            PLOT_LEFT,
            RIGHT,
        )

    @property
    def height(self) -> float:
        """How high it is, in points."""
        return self._head_height + PLOT_HEIGHT + self._below_height + NUMBERS_HEIGHT

    @property
    def _below_height(self) -> float:
        return LABELS_HEIGHT * (bool(self._costs) + bool(self._below))

    @property
    def _head_height(self) -> float:
        rows = bool(self._above) + bool(self._heats)
        return len(self._key) * _ROW + GAP + LABELS_HEIGHT * rows

    def draw(self, picture: Picture, top: float) -> None:
        """Draw it into a picture, from ``top`` points on."""
        plot_top = top + self._head_height
        bottom = plot_top + PLOT_HEIGHT
        _draw_key(picture, self._key, top + _ROW / 2)
        self._scale.draw_times(picture, plot_top)
        self._draw_median(picture, plot_top)
        self._draw_laps(picture, plot_top)
        write_labels(picture, self._above, self._scale, plot_top - _FROM_EDGE)
        self._mark_heats(picture, plot_top)
        if self._costs:
            write_costs(picture, self._costs, bottom + _FROM_EDGE)
            bottom += LABELS_HEIGHT
        if self._below:
            write_labels(picture, self._below, self._scale, bottom + _FROM_EDGE)
            bottom += LABELS_HEIGHT
        self._scale.write_numbers(picture, bottom)

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

    def _labels_above(self) -> list[Label]:
        """Return the times of laps too quick for the plot, such as the run to the loop."""
        off = [lap for lap in self._run.laps if lap.time_ms < self._scale.fast]
        return [off_the_plot(lap) for lap in off]

    def _slow_labels(self) -> list[Label]:
        """Return the times of laps too slow for the plot that are no mistakes."""
        slow = [lap for lap in self._run.laps if lap.time_ms > self._scale.slow]
        return [off_the_plot(lap) for lap in slow if not lap.counts]

    def _draw_median(self, picture: Picture, top: float) -> None:
        """Draw the median and the band of half of the laps, and write both beside them."""
        times = [lap.time_ms for lap in self._counting]
        if not times:
            return
        usual, spread = median(times), median_absolute_deviation(times)
        middle = self._scale.y(float(usual), top)
        y = min(max(middle, top + 1.5 * _MEDIAN_PITCH), top + PLOT_HEIGHT - 1.5 * _MEDIAN_PITCH)
        x = PLOT_RIGHT + GAP
        picture.write(x, y - _MEDIAN_PITCH, "median", colour=colours.QUIET_TEXT)
        picture.write(x, y, format_lap(round(usual)), points=look.NORMAL)
        if self._has_band:
            upper = self._scale.y(float(usual - spread), top)
            height = self._scale.y(float(usual + spread), top) - upper
            width = PLOT_RIGHT - PLOT_LEFT
            picture.rect(PLOT_LEFT, upper, width, height, colours.TEXT, alpha=_BAND)
            half = f"±{format_lap(round(spread))}"
            picture.write(x, y + _MEDIAN_PITCH, half, colour=colours.QUIET_TEXT)
        picture.line([(PLOT_LEFT, middle), (PLOT_RIGHT, middle)], colours.TEXT)

    def _mark_heats(self, picture: Picture, top: float) -> None:
        """Draw a line where a heat ends, and write the heats' names above their laps."""
        y = top - LABELS_HEIGHT * bool(self._above) - _FROM_EDGE
        has_classes = len({part.heat.class_name for part in self._heats}) > 1
        number = self._scale.first
        for part in self._heats:
            left, right = (self._edge(at) for at in (number, number + part.laps))
            if number > self._scale.first:
                picture.line([(left, top), (left, top + PLOT_HEIGHT)], colours.QUIET_TEXT)
            name = part.heat.label if has_classes else part.heat.name
            shown = fitted(name, look.SMALL, right - left - _NAME_GAP)
            x = (left + right) / 2
            picture.write(x, y, shown, colour=colours.QUIET_TEXT, align="center")
            number += part.laps

    def _edge(self, number: int) -> float:
        """Return where a heat begins with this lap, held within the plot, in points."""
        at = (self._scale.x(number - 1) + self._scale.x(number)) / 2
        return min(max(at, PLOT_LEFT), PLOT_RIGHT)

    def _draw_laps(self, picture: Picture, top: float) -> None:
        scale, counting = self._scale, self._counting
        slow = {mistake.number for mistake in self._mistakes.laps}
        mistakes = [lap for lap in counting if lap.number in slow]
        for lap in mistakes:
            x, y = scale.point_of(lap, top)
            usual = float(median(lap.time_ms for lap in counting))
            picture.line([(x, scale.y(usual, top)), (x, y)], colours.MISTAKE)
        line = [scale.point_of(lap, top) for lap in counting]
        picture.line(line, colours.QUIET_TEXT, width=0.8, alpha=0.7)
        ordinary = [lap for lap in counting if lap.number not in slow]
        marks: list[tuple[Mark, Sequence[Lap]]] = [
            (_LAP, ordinary if len(counting) <= _MOST_DOTS else []),
            (_NOT_COUNTING, [lap for lap in self._run.laps if not lap.counts]),
            (_MISTAKE, mistakes),
            (_FASTEST, self._fastest),
            (_LAST, self._last),
        ]
        for mark, laps in marks:
            scale.mark(picture, mark, laps, top)


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


def _draw_key(picture: Picture, rows: Sequence[_Key], top: float) -> None:
    for number, key in enumerate(rows):
        x, y = LEFT, top + number * _ROW
        for mark, text in key:
            if mark is None:
                picture.swatch(x, y, colours.TEXT, _BAND)
            else:
                picture.mark(x + 4, y, mark)
            picture.write(x + _room(mark), y, text)
            x += _room(mark) + width_of(text, look.SMALL) + 2 * GAP


def _room(mark: Mark | None) -> float:
    return _MARK_ROOM if mark else look.SWATCH_WIDTH + 4
