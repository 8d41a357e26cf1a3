"""Laps by number as a plot: its edges, its scales, the marks in it and the texts beside it.

Across go the laps by number, up goes the pace: a faster lap is higher, as in the heat's picture.
A lap far off the others sits at the edge with its time beside it, so that a crash does not flatten
the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot import colours
from bot.pictures import look
from bot.pictures.fonts import width_of
from bot.pictures.look import Mark, Picture, Point
from core.first_crossing import CROSSING_SHARE
from core.laps import Lap, median
from core.laptimes import format_lap
from core.scoring.mistakes import find_mistakes

LEFT: Final = 10.0
RIGHT: Final = look.WIDTH - LEFT
PLOT_LEFT: Final = 46.0
PLOT_RIGHT: Final = 316.0
PLOT_HEIGHT: Final = 140.0
GAP: Final = 6.0
NUMBERS_HEIGHT: Final = 22.0
# A row of labels beyond an edge, with the room of the marks on it.
LABELS_HEIGHT: Final = 17.0

_LEAST_WINDOW: Final = 0.02
_SLOW_ROOM: Final = 1.0
_FAST_ROOM: Final = 0.5
_EDGE: Final = 0.06
# The lowest lap time may stand at the very edge, beside the first number.
_NUMBERS_AT: Final = 13.0
_LAP_TICKS: Final = 6
_TIME_TICKS: Final = 5
_ROUND_TICKS_MS: Final = 100
_TICK_GAP: Final = 5.0


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

    def point_of(self, lap: Lap, top: float) -> Point:
        """Return where a lap is in a plot that begins at ``top``, in points."""
        return self.x(lap.number), self.y(lap.time_ms, top)

    def draw_times(self, picture: Picture, top: float) -> None:
        """Draw lines at round lap times that stand on the left."""
        step = round_step(self.slow - self.fast, _TIME_TICKS)
        write = look.lap_text if step >= _ROUND_TICKS_MS else format_lap
        for ms in range(-(-int(self.fast) // step) * step, int(self.slow) + 1, step):
            if self.fast <= ms <= self.slow:
                y = self.y(ms, top)
                picture.line([(PLOT_LEFT, y), (PLOT_RIGHT, y)], colours.GRID, width=0.6)
                x = PLOT_LEFT - _TICK_GAP
                picture.write(x, y, write(ms), colour=colours.QUIET_TEXT, align="right")

    def mark(self, picture: Picture, mark: Mark, laps: Iterable[Lap], top: float) -> None:
        """Draw a mark at each of the laps."""
        for lap in laps:
            picture.mark(*self.point_of(lap, top), mark)

    def write_numbers(self, picture: Picture, bottom: float) -> None:
        """Write the lap numbers under the plot and what stands below it."""
        y = bottom + _NUMBERS_AT
        step = round_step(self.last - self.first, _LAP_TICKS)
        picture.write(LEFT, y, "lap", colour=colours.QUIET_TEXT)
        for number in range(-(-self.first // step) * step, self.last + 1, step):
            x = self.x(number)
            picture.write(x, y, str(number), colour=colours.QUIET_TEXT, align="center")


def round_step(span: float, most: int) -> int:
    """Return the least of 1, 2, 5, 10, 20 and so on that fits into a span at most so often."""
    step = 1
    while step * most < span:
        step = {"1": 2, "2": 5, "5": 10}[str(step)[0]] * 10 ** (len(str(step)) - 1)
    return step


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


def write_labels(picture: Picture, labels: Sequence[Label], scale: LapScale, y: float) -> None:
    """Write labels in a row, each at its lap; those that one before it would cover are left out."""
    taken: list[tuple[float, float]] = []
    for label in labels:
        half = width_of(label.text, look.SMALL) / 2
        x = min(max(scale.x(label.number), PLOT_LEFT + half), RIGHT - half)
        left, right = x - half - GAP, x + half
        if all(right <= other_left or left >= other_right for other_left, other_right in taken):
            picture.write(x, y, label.text, colour=label.colour, align="center")
            taken.append((left, right))


def off_the_plot(lap: Lap, colour: str = colours.QUIET_TEXT) -> Label:
    """Return the time of a lap beyond an edge."""
    return Label(lap.number, look.lap_text(lap.time_ms), colour)
