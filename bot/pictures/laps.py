"""Laps by number as a plot: its edges, its scales, the marks in it and the texts beside it.

Across go the laps by number, up goes the pace: a faster lap is higher, as in the heat's picture.
A lap far off the others sits at the edge with its time beside it, so that a crash does not flatten
the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from bot import colours
from bot.pictures import look
from bot.pictures.fonts import font, width_of
from bot.pictures.placing import Spot, into_rows
from core.laps import Lap, median
from core.laptimes import format_lap
from core.oddities import CROSSING_SHARE
from core.scoring.mistakes import find_mistakes

LEFT: Final = 10.0
RIGHT: Final = look.WIDTH - LEFT
PLOT_LEFT: Final = 40.0
PLOT_RIGHT: Final = 320.0
PLOT_HEIGHT: Final = 140.0
GAP: Final = 6.0
NUMBERS_HEIGHT: Final = 21.0

_LEAST_WINDOW: Final = 0.02
_SLOW_ROOM: Final = 1.0
_FAST_ROOM: Final = 0.5
_EDGE: Final = 0.06
# The lowest lap time may stand at the very edge, beside the first number.
_NUMBERS_AT: Final = 13.0
_LAP_TICKS: Final = 6
_TIME_TICKS: Final = 5
_ROUND_TICKS_MS: Final = 100
_EDGE_ROOM: Final = 5.0
_LABEL_ROW: Final = 12.0
_MOST_LABELS: Final = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """How a kind of lap is marked; a hollow one has no face."""

    marker: str
    size: float
    colour: str
    hollow: bool = False

    def at(self, x: Sequence[float], y: Sequence[float]) -> Line2D:
        """Return the mark at these places."""
        return Line2D(
            x,
            y,
            linestyle="none",
            marker=self.marker,
            markersize=self.size,
            markerfacecolor="none" if self.hollow else self.colour,
            markeredgecolor=self.colour,
            markeredgewidth=1.2,
            clip_on=False,
        )

    def beside_text(self, figure: Figure, x: float, y: float) -> None:
        """Draw it once, in front of a text."""
        line = self.at([x], [y])
        line.set_transform(look.from_top_left(figure))
        figure.add_artist(line)


@dataclass(frozen=True, slots=True)
class LapScale:
    """Which laps and times a plot spans.

    Attributes:
        first, last: The lap numbers at its ends.
        fast, slow: The times at its upper and lower edge, in milliseconds.
    """

    first: int
    last: int
    fast: float
    slow: float

    @classmethod
    def of(cls, *runs: Sequence[Lap]) -> LapScale:
        """Return the scale that shows all ordinary laps of some runs, and others near them."""
        laps = [lap for run in runs for lap in run]
        ordinary = [lap.time_ms for run in runs for lap in _ordinary(run)]
        shown = ordinary or [lap.time_ms for lap in laps]
        fast, slow = min(shown), max(shown)
        width = max(slow - fast, _LEAST_WINDOW * slow)
        near = [
            lap.time_ms
            for lap in laps
            if fast - _FAST_ROOM * width <= lap.time_ms <= slow + _SLOW_ROOM * width
        ]
        fast, slow = min(near), max(near)
        lack = max(0.0, width - (slow - fast)) / 2
        edge = _EDGE * (slow - fast + 2 * lack)
        numbers = [lap.number for lap in laps]
        return cls(min(numbers), max(numbers), fast - lack - edge, slow + lack + edge)

    @property
    def span(self) -> tuple[float, float]:
        """The left and right edge, a little outside the laps."""
        outside = max(0.5, 0.02 * (self.last - self.first))
        return self.first - outside, self.last + outside

    def x(self, number: int) -> float:
        """Return where a lap is in the picture, in points."""
        low, high = self.span
        return PLOT_LEFT + (PLOT_RIGHT - PLOT_LEFT) * (number - low) / (high - low)

    def y(self, time_ms: float, top: float) -> float:
        """Return where a time is in the picture, in points."""
        return top + PLOT_HEIGHT * (self.held(time_ms) - self.fast) / (self.slow - self.fast)

    def held(self, time_ms: float) -> float:
        """Return a time, held within the edges."""
        return min(max(time_ms, self.fast), self.slow)

    def axes(self, figure: Figure, top: float) -> Axes:
        """Return the plot, with lines at round lap times that stand on the left."""
        axes = look.add_axes(figure, PLOT_LEFT, top, PLOT_RIGHT - PLOT_LEFT, PLOT_HEIGHT)
        axes.set_xlim(*self.span)
        axes.set_ylim(self.slow, self.fast)
        ticks = MaxNLocator(_TIME_TICKS, steps=[1, 2, 5, 10]).tick_values(self.fast, self.slow)
        write = look.lap_text if ticks[1] - ticks[0] >= _ROUND_TICKS_MS else format_lap
        times = [round(tick) for tick in ticks if self.fast <= tick <= self.slow]
        axes.set_yticks(times, [write(ms) for ms in times])
        axes.set_xticks([])
        axes.grid(axis="y", color=colours.GRID, linewidth=0.6)
        for label in axes.get_yticklabels():
            label.set_fontproperties(font(look.SMALL))
        return axes

    def mark(self, axes: Axes, mark: Mark, laps: Iterable[Lap]) -> None:
        """Draw a mark at each of the laps."""
        shown = list(laps)
        axes.add_line(
            mark.at([lap.number for lap in shown], [self.held(lap.time_ms) for lap in shown])
        )

    def write_numbers(self, figure: Figure, bottom: float) -> None:
        """Write the lap numbers under the plot and what stands below it."""
        y = bottom + _NUMBERS_AT
        numbers = MaxNLocator(_LAP_TICKS, integer=True).tick_values(self.first, self.last)
        look.write(figure, LEFT, y, "lap", colour=colours.QUIET_TEXT)
        # A single lap would be counted twice.
        for number in sorted(set(map(round, numbers))):
            if self.first <= number <= self.last:
                x = self.x(number)
                look.write(figure, x, y, str(number), colour=colours.QUIET_TEXT, align="center")


def _ordinary(laps: Sequence[Lap]) -> list[Lap]:
    """Return the laps that count and are neither a mistake nor too quick for a whole lap."""
    counting = [lap for lap in laps if lap.counts]
    if not counting:
        return []
    least = CROSSING_SHARE * median(lap.time_ms for lap in counting)
    mistakes = {mistake.number for mistake in find_mistakes(laps).laps}
    return [lap for lap in counting if lap.number not in mistakes and lap.time_ms >= least]


# Beside the edges


@dataclass(frozen=True, slots=True)
class Label:
    """A text about one lap, to be written beside an edge."""

    number: int
    text: str
    colour: str


@dataclass(frozen=True, slots=True)
class Labels:
    """Texts beside an edge, each with its place."""

    placed: tuple[tuple[Label, Spot], ...]

    @classmethod
    def of(cls, labels: Sequence[Label], scale: LapScale, *, rows: int) -> Labels:
        """Return as many of the labels as there is room for, the first ones first."""
        for most in range(min(len(labels), _MOST_LABELS), 0, -1):
            shown = sorted(labels[:most], key=lambda label: label.number)
            spots = into_rows(
                [scale.x(label.number) for label in shown],
                [width_of(label.text, look.SMALL) for label in shown],
                low=PLOT_LEFT,
                high=RIGHT,
                gap=GAP,
                rows=rows,
            )
            if spots is not None:
                return cls(tuple(zip(shown, spots, strict=True)))
        return cls(())

    @property
    def height(self) -> float:
        """How much room they take beyond the edge, with that of the marks on it."""
        if not self.placed:
            return 0
        return _EDGE_ROOM + _LABEL_ROW * max(spot.row + 1 for _, spot in self.placed)

    def write(self, figure: Figure, edge: float, away: int) -> None:
        """Write them beside an edge of the plot: ``away`` is -1 upwards and 1 downwards."""
        for label, spot in self.placed:
            y = edge + away * (_EDGE_ROOM + _LABEL_ROW * (spot.row + 0.5))
            look.write(figure, spot.x, y, label.text, colour=label.colour, align="center")


def off_the_plot(lap: Lap, colour: str = colours.QUIET_TEXT) -> Label:
    """Return the time of a lap beyond an edge."""
    return Label(lap.number, look.lap_text(lap.time_ms), colour)
