"""The picture of a heat: everybody's laps over the race.

Across goes the race time at which a lap ended, up goes the pace: a faster lap is higher. The best
ranked racers have a line each, with name and ORP at its end; the rest are one grey band, the
middle half of their laps. Laps that do not count are hollow and in no line. A lap far off the
others sits at the edge with its time written beside it, so that a crash does not flatten the rest.
The shaded stripe is the median of the first ranked, 2 % to either side: who stays in it repeats a
lap well enough to win.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bot import colours
from bot.pictures import look
from bot.pictures.fonts import fitted, width_of
from bot.pictures.frame import MARK_WIDTH, Frame, Room, Trace, framed
from bot.pictures.placing import spread
from bot.render.phrases import NEEDS_LAPS, is_scored
from core.laps import Lap, median
from core.results.heat import HeatTable, RacerRun

MOST_LINES: Final = len(look.RACER_STYLES)
STRIPE_SHARE: Final = 0.02

_HEIGHT: Final = 310.0
_MARGIN: Final = 8.0
_PLOT_TOP: Final = 46.0
_PLOT_BOTTOM: Final = 270.0
_LABEL_PITCH: Final = 15.0
_MOST_LABEL: Final = 118.0
_BEFORE_NAME: Final = 7.0
_AFTER_NAME: Final = 8.0
_LEADER: Final = 16.0
_GAP: Final = 4.0
_MOST_MARKS: Final = 30
_LINE_WIDTHS: Final = {1: 2.2, 2: 1.4, 3: 1.4}
_OTHER_LINE_WIDTH: Final = 0.8
# From so many laps on, lines behind the best three step back.
_CROWD: Final = 300
_CROWD_ALPHA: Final = 0.5
_CLOCK_STEPS_MS: Final = tuple(
    1_000 * step for step in (10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400)
)
_LAP_STEPS_MS: Final = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000)
_MOST_CLOCK_STEPS: Final = 4
_MOST_LAP_STEPS: Final = 6
_BAND_POINTS: Final = 80
_REJECTED: Final = "rejected"
_BAND_ALPHA: Final = 0.25
_STRIPE_ALPHA: Final = 0.2

_Times = NDArray[np.float64]
_Band = tuple[_Times, _Times, _Times]


@dataclass(frozen=True, slots=True)
class _Label:
    """What stands beside the end of a line: a racer's name and ORP, or how many more there are."""

    trace: Trace | None
    name: str
    score: str

    @classmethod
    def of(cls, trace: Trace) -> _Label:
        run = trace.run
        if run.orp is None:
            score = NEEDS_LAPS
        else:
            score = f"{run.orp.orp_score:.1f}" if is_scored(run) else _REJECTED
        room = _MOST_LABEL - _BEFORE_NAME - _AFTER_NAME - width_of(score, look.NORMAL)
        return cls(trace, fitted(run.racer.name, look.NORMAL, room), score)

    @property
    def width(self) -> float:
        texts = width_of(self.name, look.NORMAL) + width_of(self.score, look.NORMAL)
        return _BEFORE_NAME + texts + _AFTER_NAME

    @property
    def colour(self) -> str:
        return self.trace.style.colour if self.trace else colours.QUIET_TEXT


def draw_heat(table: HeatTable) -> bytes:
    """Return the picture of a heat as a PNG.

    Raises:
        ValueError: Nobody has laps.
    """
    return look.png(heat_figure(table))


def heat_figure(table: HeatTable) -> Figure:
    """Return the picture of a heat, not yet drawn.

    Raises:
        ValueError: Nobody has laps.
    """
    runs = [run for run in table.runs if run.laps]
    if not runs:
        msg = "a heat without laps has no picture"
        raise ValueError(msg)
    traces = [Trace.of(run, style) for run, style in zip(runs, look.RACER_STYLES, strict=False)]
    rest = runs[len(traces) :]
    labels = [_Label.of(trace) for trace in traces]
    if rest:
        labels.append(_Label(None, f"and {len(rest)} more", ""))
    left = look.WIDTH - _MARGIN - max(label.width for label in labels)
    frame = framed(traces, Room(_MARGIN, _PLOT_TOP, left - _LEADER, _PLOT_BOTTOM))
    figure = look.new_figure(_HEIGHT)
    axes = look.add_axes(
        figure, frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top
    )
    axes.set(xlim=(0, frame.end_ms / 1000), ylim=(frame.slow_ms / 1000, frame.fast_ms / 1000))
    axes.set(xticks=[], yticks=[])
    _title(figure, table)
    _scales(figure, axes, frame)
    _stripe(axes, runs[0])
    band = _middle_half(rest, frame.end_ms)
    if band is not None:
        axes.fill_between(*band, color=colours.QUIET_TEXT, alpha=_BAND_ALPHA, linewidth=1.5)
    is_crowded = sum(len(trace.laps) for trace in traces) > _CROWD
    faint = _CROWD_ALPHA if is_crowded else 1.0
    for rank, trace in enumerate(traces, start=1):
        _line(axes, trace, rank, 1.0 if rank in _LINE_WIDTHS else faint)
    _off_laps(figure, frame)
    _labels(figure, frame, labels, left, band)
    _legend(figure, runs)
    return figure


def _title(figure: Figure, table: HeatTable) -> None:
    room = look.WIDTH - 2 * _MARGIN
    title = f"{table.heat.label} · {table.session.name}"
    look.write(figure, _MARGIN, 16, fitted(title, look.LARGE, room), points=look.LARGE)
    caption = "Lap times over race time · up is faster"
    look.write(figure, _MARGIN, 34, caption, colour=colours.QUIET_TEXT)
    look.write(figure, look.WIDTH - _MARGIN, 34, "ORP", colour=colours.QUIET_TEXT, align="right")


def _scales(figure: Figure, axes: Axes, frame: Frame) -> None:
    """Draw the lap times at the left and the race time below, with lines to follow."""
    axes.axhline(frame.slow_ms / 1000, color=colours.GRID, linewidth=1)
    for lap_ms in _steps(frame.fast_ms, frame.slow_ms, _LAP_STEPS_MS, _MOST_LAP_STEPS):
        axes.axhline(lap_ms / 1000, color=colours.GRID, linewidth=0.5)
        x, y = frame.left - _GAP, frame.y(lap_ms)
        if y <= _PLOT_BOTTOM - look.SMALL:
            text = look.lap_text(lap_ms)
            look.write(figure, x, y, text, colour=colours.QUIET_TEXT, align="right")
    for clock_ms in _steps(0, frame.end_ms, _CLOCK_STEPS_MS, _MOST_CLOCK_STEPS):
        axes.axvline(clock_ms / 1000, color=colours.GRID, linewidth=0.5)
        text = f"{clock_ms // 60_000}:{clock_ms // 1000 % 60:02}"
        x, y = frame.x(clock_ms), _PLOT_BOTTOM + 8
        look.write(figure, x, y, text, colour=colours.QUIET_TEXT, align="center")


def _steps(low_ms: float, high_ms: float, steps_ms: Sequence[int], most: int) -> range:
    """Return round times between two, as few as asked."""
    span = high_ms - low_ms
    step = next((step for step in steps_ms if span / step <= most), int(span / most))
    return range(int(-(-low_ms // step) * step), int(high_ms) + 1, step)


def _stripe(axes: Axes, first: RacerRun) -> None:
    """Shade the median of the first ranked."""
    if is_scored(first):
        usual = _median_ms(first) / 1000
        axes.axhspan(
            usual * (1 - STRIPE_SHARE),
            usual * (1 + STRIPE_SHARE),
            color=look.RACER_STYLES[0].colour,
            alpha=_STRIPE_ALPHA,
            linewidth=0,
        )


def _median_ms(run: RacerRun) -> float:
    return float(median(lap.time_ms for lap in run.laps if lap.counts))


def _middle_half(runs: Sequence[RacerRun], end_ms: float) -> _Band | None:
    """Return the band that the middle half of the runs is in: race time, lower and upper edge."""
    driven = [
        part for run in runs if (part := Trace.of(run, look.RACER_STYLES[0]).part(counts=True))
    ]
    if not driven:
        return None
    clock = np.linspace(0, end_ms, _BAND_POINTS)
    paces = np.array([_pace(part, clock) for part in driven])
    driving = ~np.isnan(paces).all(axis=0)
    lower, upper = np.nanpercentile(paces[:, driving], (25, 75), axis=0)
    return clock[driving] / 1000, lower / 1000, upper / 1000


def _pace(laps: Sequence[tuple[int, Lap]], clock: _Times) -> _Times:
    """Return the lap time at each moment, between two laps on the way; nothing outside the run."""
    ends = np.array([end_ms for end_ms, _ in laps], dtype=np.float64)
    times = np.array([lap.time_ms for _, lap in laps], dtype=np.float64)
    return np.interp(clock, ends, times, left=np.nan, right=np.nan)


def _line(axes: Axes, trace: Trace, rank: int, alpha: float) -> None:
    """Draw a racer's laps: a line with marks through those that count, the others hollow."""
    style = trace.style
    for counts in (True, False):
        part = trace.part(counts=counts)
        axes.plot(
            [end_ms / 1000 for end_ms, _ in part],
            [lap.time_ms / 1000 for _, lap in part],
            color=style.colour,
            linestyle=style.dashes if counts else "",
            linewidth=_LINE_WIDTHS.get(rank, _OTHER_LINE_WIDTH),
            alpha=alpha,
            marker=style.marker,
            markersize=look.MARK_SIZE,
            markeredgewidth=look.MARK_EDGE,
            markerfacecolor=style.colour if counts else colours.BACKGROUND,
            markevery=-(-len(part) // _MOST_MARKS) if counts and part else None,
            zorder=5 - rank / 100,
        )


def _off_laps(figure: Figure, frame: Frame) -> None:
    """Draw each lap beyond the edge: its mark on the edge, and again with its time."""
    for off in frame.off:
        hollow = not off.lap.counts
        x, y = frame.x(off.end_ms), frame.y(off.lap.time_ms)
        look.mark(figure, x, y, off.style, hollow=hollow)
        look.mark(figure, off.left + MARK_WIDTH / 2, off.y, off.style, hollow=hollow)
        left = off.left + MARK_WIDTH
        look.write(figure, left, off.y, off.text, colour=off.style.colour)


def _labels(
    figure: Figure, frame: Frame, labels: Sequence[_Label], left: float, band: _Band | None
) -> None:
    """Write each label near the height at which its line ends, none over another."""
    ends = [
        (_line_end(frame, label.trace) if label.trace else _band_end(frame, band), label)
        for label in labels
    ]
    ends.sort(key=lambda end: end[0][1])
    places = spread([y for (_, y), _ in ends], _LABEL_PITCH, _PLOT_TOP + 6, _PLOT_BOTTOM - 6)
    for ((x, y), label), place in zip(ends, places, strict=True):
        look.stroke(figure, [x, left - 5], [y, place], label.colour)
        if label.trace:
            look.mark(figure, left, place, label.trace.style)
        else:
            look.swatch(figure, left - look.SWATCH_WIDTH / 2, place, label.colour, _BAND_ALPHA)
        name = left + _BEFORE_NAME
        look.write(figure, name, place, label.name, points=look.NORMAL, colour=label.colour)
        right = look.WIDTH - _MARGIN
        look.write(figure, right, place, label.score, points=look.NORMAL, align="right")


def _line_end(frame: Frame, trace: Trace) -> tuple[float, float]:
    end_ms, lap = (trace.part(counts=True) or trace.laps)[-1]
    return frame.x(end_ms), frame.y(lap.time_ms)


def _band_end(frame: Frame, band: _Band | None) -> tuple[float, float]:
    """Return where the others' band ends; without one the lower right corner."""
    if band is None:
        return frame.right, frame.bottom
    clock, lower, upper = band
    return frame.x(clock[-1] * 1000), frame.y((lower[-1] + upper[-1]) * 500)


def _legend(figure: Figure, runs: Sequence[RacerRun]) -> None:
    """Say what stripe and hollow marks mean, as far as they occur."""
    notes = []
    if any(not lap.counts for run in runs[:MOST_LINES] for lap in run.laps):
        notes.append("hollow: does not count")
    if any(run.orp is not None and not is_scored(run) for run in runs[:MOST_LINES]):
        notes.append(f"{_REJECTED}: not sure of the car")
    y = _HEIGHT - 12
    text = " · ".join(notes)
    right = look.WIDTH - _MARGIN
    look.write(figure, right, y, text, colour=colours.QUIET_TEXT, align="right")
    if is_scored(runs[0]):
        _stripe_key(figure, y, runs[0], right - width_of(text, look.SMALL) - 2 * _GAP)


def _stripe_key(figure: Figure, y: float, first: RacerRun, right: float) -> None:
    """Say whose median the stripe is, between the left margin and ``right``."""
    look.swatch(figure, _MARGIN, y, look.RACER_STYLES[0].colour, _STRIPE_ALPHA)
    stated = f"median {look.lap_text(round(_median_ms(first)))} ± {STRIPE_SHARE:.0%}"
    left = _MARGIN + look.SWATCH_WIDTH + _GAP
    room = right - left - _GAP - width_of(stated, look.SMALL)
    name = fitted(first.racer.name, look.SMALL, room)
    look.write(figure, left, y, name, colour=colours.QUIET_TEXT)
    left += width_of(name, look.SMALL) + _GAP
    look.write(figure, left, y, stated, colour=colours.QUIET_TEXT)
