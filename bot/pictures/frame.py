"""Which part of a heat its picture spans, and which laps lie beyond the edge.

A crash of a minute among laps of twenty seconds would flatten all the rest, so the plot spans the
usual laps; a lap beyond it is told by its time in a row above or below the plot.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import ceil
from typing import Final

import numpy as np

from bot.pictures.fonts import width_of
from bot.pictures.look import SMALL, RacerStyle, lap_text
from bot.pictures.placing import Spot, into_rows
from core.laps import Lap
from core.results.heat import RacerRun

ROW: Final = 12.0
MARK_WIDTH: Final = 8.0

_MOST_ROWS: Final = 3
# First crossings all lie in the upper left corner: one row of them reads best. A crash is to stay
# near the moment it happened.
_ASIDE_ABOVE: Final = 250.0
_ASIDE_BELOW: Final = 30.0
_GAP: Final = 5.0
# Laps this many times the middle half's spread beyond it are no longer usual.
_FENCE: Final = 2.0
_LEAST_SPREAD: Final = 0.02
_AIR: Final = 0.04
_LEAST_REACH: Final = 0.03
_AFTER_LAST_LAP: Final = 1.02
_EDGE_ROOM: Final = 3.0
# Every digit is as wide as any other.
_ANY_DIGIT: Final = re.compile("[0-9]")


_TimedLap = tuple[int, Lap, RacerStyle]


@dataclass(frozen=True, slots=True)
class Trace:
    """A racer's laps, each with the race time in ms at which it ended, and how they are drawn."""

    run: RacerRun
    laps: tuple[tuple[int, Lap], ...]
    style: RacerStyle

    @classmethod
    def of(cls, run: RacerRun, style: RacerStyle) -> Trace:
        """Return a run's laps on the clock, which runs through all of them."""
        ends = accumulate(lap.time_ms for lap in run.laps)
        return cls(run, tuple(zip(ends, run.laps, strict=True)), style)

    def part(self, *, counts: bool) -> list[tuple[int, Lap]]:
        """Return the laps that count, or those that do not."""
        return [(end_ms, lap) for end_ms, lap in self.laps if lap.counts is counts]


@dataclass(frozen=True, slots=True)
class Room:
    """The part of the picture the plot may take, in points from the upper left."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class OffLap:
    """A lap beyond the edge.

    Attributes:
        end_ms: The race time at which it ended.
        lap: The lap.
        style: How its racer is drawn.
        text: Its time.
        left: Where mark and time beside the plot begin, in points.
        y: Their height in points.
    """

    end_ms: int
    lap: Lap
    style: RacerStyle
    text: str
    left: float
    y: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot: where it lies in points, which times it spans in ms, what lies beyond.

    A faster lap is higher, so the fast edge is the upper one.
    """

    left: float
    top: float
    right: float
    bottom: float
    end_ms: float
    fast_ms: float
    slow_ms: float
    off: tuple[OffLap, ...] = ()

    def x(self, end_ms: float) -> float:
        """Return where a race time is, in points."""
        return self.left + (self.right - self.left) * end_ms / self.end_ms

    def y(self, lap_ms: float) -> float:
        """Return where a lap time is, in points; beyond the edge the edge itself."""
        share = (lap_ms - self.fast_ms) / (self.slow_ms - self.fast_ms)
        return self.top + (self.bottom - self.top) * min(max(share, 0.0), 1.0)


def framed(traces: Sequence[Trace], room: Room) -> Frame:
    """Return the plot: it spans the usual laps, and so many more that the times of the rest fit.

    Args:
        traces: The racers drawn with a line each.
        room: Where the plot goes, with the rows of times beside it and the scale left of it.
    """
    laps = sorted(
        ((end_ms, lap, trace.style) for trace in traces for end_ms, lap in trace.laps),
        key=lambda timed: timed[0],
    )
    fast_ms, slow_ms = _usual([lap for _, lap, _ in laps])
    while True:
        scale = max(width_of(lap_text(edge), SMALL) for edge in (fast_ms, slow_ms))
        plot = Frame(
            left=room.left + scale + _GAP,
            top=room.top,
            right=room.right,
            bottom=room.bottom,
            end_ms=laps[-1][0] * _AFTER_LAST_LAP,
            fast_ms=fast_ms,
            slow_ms=slow_ms,
        )
        above = [timed for timed in laps if timed[1].time_ms < fast_ms]
        below = [timed for timed in laps if timed[1].time_ms > slow_ms]
        spots_above, spots_below = (
            _spots(plot, above, _ASIDE_ABOVE),
            _spots(plot, below, _ASIDE_BELOW),
        )
        if spots_above is None:
            fast_ms = max(lap.time_ms for _, lap, _ in above)
        elif spots_below is None:
            slow_ms = min(lap.time_ms for _, lap, _ in below)
        else:
            return _with_rows(plot, above, spots_above, below, spots_below)


def _usual(laps: Sequence[Lap]) -> tuple[int, int]:
    """Return the fastest and the slowest lap time to be seen, in ms, with some air around."""
    times = np.array([lap.time_ms for lap in laps])
    counting = np.array([lap.time_ms for lap in laps if lap.counts] or times)
    lower, middle, upper = np.percentile(counting, (25, 50, 75))
    reach = _FENCE * max(upper - lower, _LEAST_SPREAD * middle)
    usual = times[(times >= lower - reach) & (times <= upper + reach)]
    air = _AIR * (usual.max() - usual.min())
    fast_ms = min(usual.min() - air, (1 - _LEAST_REACH) * middle)
    slow_ms = max(usual.max() + air, (1 + _LEAST_REACH) * middle)
    return int(fast_ms), ceil(slow_ms)


def _spots(plot: Frame, laps: Sequence[_TimedLap], aside: float) -> list[Spot] | None:
    """Return where the laps' times go; None where there are too many."""
    return into_rows(
        [plot.x(end_ms) for end_ms, _, _ in laps],
        [_width(lap) for _, lap, _ in laps],
        low=plot.left,
        high=plot.right,
        gap=_GAP,
        rows=_MOST_ROWS,
        aside=aside,
    )


def _width(lap: Lap) -> float:
    return MARK_WIDTH + width_of(_ANY_DIGIT.sub("0", lap_text(lap.time_ms)), SMALL)


def _with_rows(
    plot: Frame,
    above: Sequence[_TimedLap],
    spots_above: Sequence[Spot],
    below: Sequence[_TimedLap],
    spots_below: Sequence[Spot],
) -> Frame:
    """Return the plot made smaller by the rows of times above and below it."""
    top = plot.top + _height(spots_above)
    bottom = plot.bottom - _height(spots_below)
    placed = [
        *(
            (timed, spot, top - _distance(spot))
            for timed, spot in zip(above, spots_above, strict=True)
        ),
        *(
            (timed, spot, bottom + _distance(spot))
            for timed, spot in zip(below, spots_below, strict=True)
        ),
    ]
    off = tuple(
        OffLap(end_ms, lap, style, lap_text(lap.time_ms), spot.x - _width(lap) / 2, y)
        for (end_ms, lap, style), spot, y in placed
    )
    return replace(plot, top=top, bottom=bottom, off=off)


def _height(spots: Sequence[Spot]) -> float:
    return max((_distance(spot) + ROW / 2 for spot in spots), default=0.0)


def _distance(spot: Spot) -> float:
    """Return how far from the edge the middle of a row is."""
    return _EDGE_ROOM + ROW * (spot.row + 0.5)
