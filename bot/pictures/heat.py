"""The picture of a heat: one strip a racer, in the order of the ranking.

On the left stand name and ORP, on the right the racer's laps over the heat's time, each at the
moment it ended and around the racer's own median: a faster lap is higher. The stripe is 2 % to
either side of that median, in all strips on the same scale. A mistake is a cross with the seconds
it cost below, a lap that does not count is hollow and in no line. A lap beyond the strip's edge
stands at the edge as a small arrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from bot import colours
from bot.pictures import look
from bot.pictures.costs import costs_at, write_costs
from bot.pictures.fonts import fitted, width_of
from bot.pictures.look import Mark, Picture
from bot.render.phrases import NEEDS_LAPS
from core.laps import Lap, median, race_total
from core.results.heat import HeatTable, RacerRun
from core.scoring.mistakes import find_mistakes

STRIPE_SHARE: Final = 0.02
# How far off the median a lap is still drawn where it belongs: beyond a mistake's 5 %.
REACH_SHARE: Final = 0.06

_MARGIN: Final = 8.0
_RIGHT: Final = look.WIDTH - _MARGIN
_HEAD: Final = 62.0
_CLOCK: Final = 18.0
_RANK_RIGHT: Final = 20.0
_NAME: Final = 25.0
_NAME_RIGHT: Final = 122.0
_PLOT_LEFT: Final = 130.0
_STRIP: Final = 36.0
_NAME_DOWN: Final = 10.0
_SCORE_DOWN: Final = 27.0
_COSTS: Final = 10.0
_COSTS_BELOW: Final = 10.0
_MIDDLE: Final = 18.0
_HALF_PLOT: Final = 13.5
_SCORE: Final = 13.0
_GAP: Final = 4.0
_MARK_ROOM: Final = 12.0
_STRIPE_ALPHA: Final = 0.32
_MOST_DOTS: Final = 60
# From so many strips on, the clock stands above them, too.
_MANY: Final = 12
_CLOCK_STEPS_MS: Final = tuple(
    1_000 * step for step in (10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400)
)
_MOST_CLOCK_STEPS: Final = 6
_REJECTED: Final = "rejected"

_LAP: Final = Mark("dot", 1.6, colours.LAP)
_BEST: Final = Mark("diamond", 2.7, colours.FASTEST)
_MISTAKE: Final = Mark("cross", 2.8, colours.MISTAKE)
_NOT_COUNTING: Final = Mark("dot", 2.2, colours.NOT_COUNTING, hollow=True)
_FASTER: Final = Mark("up", 2.2, colours.LAP)
_SLOWER: Final = Mark("down", 2.2, colours.LAP)


def draw_heat(table: HeatTable) -> bytes:
    """Return the picture of a heat as a PNG.

    Raises:
        ValueError: Nobody has laps.
    """
    return look.png(heat_picture(table))


def heat_picture(table: HeatTable) -> Picture:
    """Return the picture of a heat, not yet drawn.

    Raises:
        ValueError: Nobody has laps.
    """
    runs = [run for run in table.runs if run.laps]
    if not runs:
        msg = "a heat without laps has no picture"
        raise ValueError(msg)
    end_ms = max(race_total(run.laps).total_ms for run in runs)
    strips = [_Strip(run, end_ms) for run in runs]
    is_long = len(strips) > _MANY
    top = _HEAD + _CLOCK * is_long
    bottom = top + sum(strip.height for strip in strips)
    picture = Picture(bottom + _CLOCK + _GAP)
    _draw_head(picture, table, strips)
    _shade_every_other(picture, strips, top)
    _draw_clock(picture, end_ms, top, bottom, is_long=is_long)
    for rank, strip in enumerate(strips, start=1):
        strip.draw(picture, rank, top)
        top += strip.height
    return picture


class _Strip:
    """A racer's strip; made before the picture, so that its height is known."""

    def __init__(self, run: RacerRun, end_ms: int) -> None:
        self._run = run
        self._end_ms = end_ms
        counting = [lap for lap in run.laps if lap.counts]
        self._median_ms = float(median(lap.time_ms for lap in counting or run.laps))
        ends = accumulate(lap.time_ms for lap in run.laps)
        self._places = {
            lap.number: _across(end, end_ms) for end, lap in zip(ends, run.laps, strict=True)
        }
        self._lost = {mistake.number: mistake.lost_ms for mistake in find_mistakes(run.laps).laps}
        self._costs = costs_at(
            [(self._places[number], lost_ms) for number, lost_ms in self._lost.items()],
            _PLOT_LEFT,
            _RIGHT,
        )
        self._best = min(counting, key=lambda lap: lap.time_ms, default=None)
        self._has_dots = len(counting) <= _MOST_DOTS

    @property
    def height(self) -> float:
        """How high it is, in points."""
        return _STRIP + _COSTS * bool(self._costs)

    @property
    def has_mistakes(self) -> bool:
        """Whether one of the laps was a mistake."""
        return bool(self._lost)

    @property
    def has_hollow(self) -> bool:
        """Whether one of the laps does not count."""
        return any(not lap.counts for lap in self._run.laps)

    def draw(self, picture: Picture, rank: int, top: float) -> None:
        """Draw it into a picture, from ``top`` points on."""
        self._write_who(picture, rank, top)
        middle = top + _MIDDLE
        half_stripe = _HALF_PLOT * STRIPE_SHARE / REACH_SHARE
        width = _RIGHT - _PLOT_LEFT
        picture.rect(
            _PLOT_LEFT,
            middle - half_stripe,
            width,
            2 * half_stripe,
            colours.STRIPE,
            alpha=_STRIPE_ALPHA,
        )
        line = [self._place(lap, middle) for lap in self._run.laps if lap.counts]
        if len(line) > 1:
            picture.line(line, colours.QUIET_TEXT, width=0.9)
        for lap in self._run.laps:
            mark = self._mark(lap)
            if mark is not None:
                picture.mark(*self._place(lap, middle), mark)
        write_costs(picture, self._costs, middle + _HALF_PLOT + _COSTS_BELOW)

    def _write_who(self, picture: Picture, rank: int, top: float) -> None:
        run, y = self._run, top + _NAME_DOWN
        room = _NAME_RIGHT - _NAME
        name = fitted(run.racer.name, look.NORMAL, room)
        picture.write(_RANK_RIGHT, y, str(rank), colour=colours.QUIET_TEXT, align="right")
        picture.write(_NAME, y, name, points=look.NORMAL)
        y = top + _SCORE_DOWN
        orp = run.orp
        if orp is None or orp.strategy is None:
            why = NEEDS_LAPS if orp is None else _REJECTED
            picture.write(_NAME, y, why, colour=colours.QUIET_TEXT)
            return
        colour = colours.STRATEGY_COLOURS[orp.strategy]
        score = f"{orp.orp_score:.1f}"
        picture.write(_NAME, y, score, points=_SCORE, colour=colour, bold=True)
        total = race_total(run.laps).text(decimals=0)
        if width_of(total, look.SMALL) <= room - look.bold_width(score, _SCORE) - _GAP:
            picture.write(_NAME_RIGHT, y, total, colour=colours.QUIET_TEXT, align="right")

    def _place(self, lap: Lap, middle: float) -> look.Point:
        share = self._share_off(lap)
        held = min(max(share, -REACH_SHARE), REACH_SHARE)
        return self._places[lap.number], middle + _HALF_PLOT * held / REACH_SHARE

    def _share_off(self, lap: Lap) -> float:
        """Return how far off the median a lap is, as a share of it; below 0 is faster."""
        return (lap.time_ms - self._median_ms) / self._median_ms

    def _mark(self, lap: Lap) -> Mark | None:
        """Return how a lap is marked; None where there are too many to mark each."""
        if not lap.counts:
            return _NOT_COUNTING
        if lap.number in self._lost:
            return _MISTAKE
        if lap is self._best:
            return _BEST
        share = self._share_off(lap)
        if abs(share) > REACH_SHARE:
            return _FASTER if share < 0 else _SLOWER
        return _LAP if self._has_dots else None


def _across(end_ms: int, last_ms: int) -> float:
    """Return where a moment of the heat is, in points; the last one keeps room for its mark."""
    left, right = _PLOT_LEFT, _RIGHT - _BEST.size * 1.3
    return left + (right - left) * end_ms / last_ms


def _draw_head(picture: Picture, table: HeatTable, strips: Sequence[_Strip]) -> None:
    title = f"{table.heat.label} · {table.session.name}"
    picture.write(_MARGIN, 17, fitted(title, look.LARGE, _RIGHT - _MARGIN), points=look.LARGE)
    caption = "Laps over the heat, by ORP · up is faster"
    picture.write(_MARGIN, 34, caption, colour=colours.QUIET_TEXT)
    key: list[tuple[Mark | None, str]] = [(None, "own median ±2 %"), (_BEST, "best lap")]
    if any(strip.has_mistakes for strip in strips):
        key.append((_MISTAKE, "mistake, +s lost"))
    if any(strip.has_hollow for strip in strips):
        key.append((_NOT_COUNTING, "not counted"))
    x, y = _MARGIN, 51.0
    for mark, text in key:
        if mark is None:
            picture.swatch(x, y, colours.STRIPE, _STRIPE_ALPHA + 0.2)
            x += look.SWATCH_WIDTH + _GAP
        else:
            picture.mark(x + _GAP, y, mark)
            x += _MARK_ROOM
        picture.write(x, y, text, colour=colours.QUIET_TEXT)
        x += width_of(text, look.SMALL) + 2 * _GAP


def _shade_every_other(picture: Picture, strips: Sequence[_Strip], top: float) -> None:
    for number, strip in enumerate(strips):
        if number % 2 == 0:
            picture.rect(0, top, look.WIDTH, strip.height, colours.PANEL)
        top += strip.height


def _draw_clock(picture: Picture, end_ms: int, top: float, bottom: float, *, is_long: bool) -> None:
    """Draw the heat's time below the strips, and above them where they are many."""
    most = _MOST_CLOCK_STEPS
    step = next((step for step in _CLOCK_STEPS_MS if end_ms / step <= most), end_ms // most)
    for clock_ms in range(0, end_ms + 1, step):
        x = _across(clock_ms, end_ms)
        text = f"{clock_ms // 60_000}:{clock_ms // 1000 % 60:02}"
        picture.line([(x, top), (x, bottom)], colours.GRID, width=0.6)
        if x + width_of(text, look.SMALL) / 2 > look.WIDTH:
            continue
        for y in (bottom + 10, *([top - 8] if is_long else [])):
            picture.write(x, y, text, colour=colours.QUIET_TEXT, align="center")
