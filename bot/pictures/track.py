"""The picture of a track: a racer's scores there, how the day moved, what changes did.

Below the scores stands how much faster or slower everybody was in each heat of the latest day than
in the first of those shown, with a line for how sure that is: up is faster. Then each change of a
car: a point where it was measured, a line for how sure that is, left of the middle where it was
faster.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot import colours
from bot.pictures import look
from bot.pictures.fonts import fitted, readable
from bot.pictures.look import Mark, Picture
from bot.pictures.scores import ScoreRow, draw_rows, rows_height
from bot.render.effect import verdict_word
from bot.render.phrases import NEEDS_LAPS, error_mark
from core.results.track import TrackDay, TrackKnown
from core.scoring.effects import Verdict
from core.scoring.pooling import Pooled

MOST_CHANGES: Final = 8

_LEFT: Final = 10.0
_RIGHT: Final = look.WIDTH - _LEFT
_HEAD: Final = 44.0
_GAP: Final = 8.0
_CAPTION: Final = 20.0
_CAPTION_DOWN: Final = 10.0
_DAY: Final = 80.0
_DAY_MIDDLE: Final = 36.0
_DAY_REACH: Final = 18.0
_DAY_LEFT: Final = 34.0
_DAY_NAMES_DOWN: Final = 72.0
# The first, which all are held against, and the last of a long event.
_MOST_HEATS: Final = 12
_ABOVE: Final = 10.0
_ROW: Final = 16.0
_SETTING_ROOM: Final = 110.0
_AXIS_LEFT: Final = 128.0
_AXIS_RIGHT: Final = 292.0
_WORD_LEFT: Final = 302.0
_AXIS: Final = 16.0
_LEAST_REACH_MS: Final = 100.0
_EDGE: Final = 4.0

_HEAT: Final = Mark("dot", 2.4, colours.LAP)
_SURE: Final = Mark("diamond", 2.8, colours.FASTEST)
_UNSURE: Final = Mark("dot", 2.4, colours.LAP, hollow=True)
_CALLED: Final = frozenset({Verdict.HELPED, Verdict.HURT})


def draw_track(known: TrackKnown) -> bytes:
    """Return the picture of a track as a PNG."""
    return look.png(track_picture(known))


def track_picture(known: TrackKnown) -> Picture:
    """Return the picture of a track, not yet drawn."""
    rows = _rows(known)
    changes = _changes(known)
    day = known.day
    day_top = _HEAD + rows_height(rows) + _GAP
    changes_top = day_top + (_CAPTION + _DAY + _GAP if day else 0)
    picture = Picture(
        changes_top + (_CAPTION + _AXIS + len(changes) * _ROW + _GAP if changes else 0)
    )
    room = _RIGHT - _LEFT
    picture.write(_LEFT, 17, fitted(known.track, look.LARGE, room), points=look.LARGE)
    who = fitted(known.racer.name, look.SMALL, room)
    picture.write(_LEFT, 34, who, colour=colours.QUIET_TEXT)
    draw_rows(picture, rows, _HEAD, "ORP here, the latest heats last · the line is its ±")
    if day is not None:
        _draw_day(picture, day, day_top)
    if changes:
        _draw_changes(picture, changes, changes_top)
    return picture


def _rows(known: TrackKnown) -> list[ScoreRow]:
    """Return the racer's heats, the latest last."""
    has_classes = len({run.heat.class_name for run in known.runs}) > 1
    return [
        ScoreRow(
            name=run.heat.label if has_classes else run.heat.name,
            score=run.score,
            why_none="rejected" if run.rejected else NEEDS_LAPS,
            error=run.error,
            beside=error_mark(run.error),
            note=run.note,
            colour=colours.SKY if run is known.runs[0] else None,
        )
        for run in reversed(known.runs)
    ]


def _changes(known: TrackKnown) -> list[Pooled]:
    """Return the surest changes over all classes."""
    found = [pooled for of_class in known.changes for pooled in of_class.changes]
    return sorted(found, key=lambda pooled: pooled.chance_of_luck)[:MOST_CHANGES]


def _caption(picture: Picture, text: str, top: float) -> None:
    shown = fitted(text, look.SMALL, _RIGHT - _LEFT)
    picture.write(_LEFT, top + _CAPTION_DOWN, shown, colour=colours.QUIET_TEXT)


def _draw_day(picture: Picture, day: TrackDay, top: float) -> None:
    heats = [*day.heats[:1], *day.heats[1:][1 - _MOST_HEATS :]]
    first = readable(heats[0].heat.label)
    _caption(picture, f"everybody against {first}, seconds a lap · up is faster", top)
    middle = top + _CAPTION + _DAY_MIDDLE
    picture.line([(_LEFT, middle), (_RIGHT, middle)], colours.GRID)
    reach = max([_LEAST_REACH_MS, *(abs(heat.change_ms) + heat.error_ms for heat in heats)])
    step = (_RIGHT - 2 * _DAY_LEFT) / (len(heats) - 1)
    places = [
        (_DAY_LEFT + at * step, middle + _DAY_REACH * heat.change_ms / reach)
        for at, heat in enumerate(heats)
    ]
    picture.line(places, colours.QUIET_TEXT)
    for heat, (x, y) in zip(heats, places, strict=True):
        sure = _DAY_REACH * heat.error_ms / reach
        picture.line([(x, y - sure), (x, y + sure)], colours.QUIET_TEXT)
        picture.mark(x, y, _HEAT)
        picture.write(x, y - sure - _ABOVE, _signed(heat.change_ms), align="center")
        name = fitted(heat.heat.name, look.SMALL, max(step - _EDGE, 20.0))
        colour = colours.QUIET_TEXT
        picture.write(x, top + _CAPTION + _DAY_NAMES_DOWN, name, colour=colour, align="center")


def _signed(change_ms: float) -> str:
    return f"{change_ms / 1000:+.2f}".replace("-", "−") if change_ms else "0"


def _draw_changes(picture: Picture, changes: Sequence[Pooled], top: float) -> None:
    if all(each.has_field for each in changes):
        against = "after what everybody gained"
    else:
        against = (
            "some with too few others" if any(each.fields for each in changes) else "too few others"
        )
    _caption(picture, f"changes of the car, {against} · left is faster", top)
    reach = max(_LEAST_REACH_MS, *(abs(each.effect_ms) + each.error_ms for each in changes))
    middle, half = (_AXIS_LEFT + _AXIS_RIGHT) / 2, (_AXIS_RIGHT - _AXIS_LEFT) / 2
    bottom = top + _CAPTION + len(changes) * _ROW
    picture.line([(middle, top + _CAPTION), (middle, bottom)], colours.GRID)
    for number, pooled in enumerate(changes):
        y = top + _CAPTION + _ROW * (number + 0.5)
        picture.write(_LEFT, y, fitted(pooled.setting, look.SMALL, _SETTING_ROOM))
        ends = (pooled.effect_ms - pooled.error_ms, pooled.effect_ms + pooled.error_ms)
        picture.line([(middle + half * end / reach, y) for end in ends], colours.QUIET_TEXT)
        mark = _SURE if pooled.verdict in _CALLED else _UNSURE
        picture.mark(middle + half * pooled.effect_ms / reach, y, mark)
        picture.write(_WORD_LEFT, y, verdict_word(pooled.verdict))
    for x, sign in ((_AXIS_LEFT, "−"), (_AXIS_RIGHT, "+")):
        text = f"{sign}{reach / 1000:.2f} s"
        picture.write(x, bottom + _AXIS / 2, text, colour=colours.QUIET_TEXT, align="center")
    picture.write(middle, bottom + _AXIS / 2, "0", colour=colours.QUIET_TEXT, align="center")
