"""The picture of an ORP card: a racer's score, the laps behind it, and the scores before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot import colours
from bot.pictures import look
from bot.pictures.fonts import fitted, readable, width_of
from bot.pictures.look import Picture
from bot.pictures.run import RunPlot
from bot.render.phrases import (
    NEEDS_LAPS,
    change_mark,
    confidence_words,
    error_mark,
    rejected_words,
)
from core.results.card import HeatScore, OrpCard
from core.scoring.advice import Status, Strategy
from core.scoring.certainty import ScoreError
from core.scoring.orp import AVANT_GARDE_FROM, BALANCED_FROM, OrpResult

_MARGIN: Final = 10.0
_RIGHT: Final = look.WIDTH - _MARGIN
_INNER: Final = _RIGHT - _MARGIN
_HUGE: Final = 28.0
_GAUGE: Final = 64.0
_GAUGE_THICKNESS: Final = 10.0
_LAPS: Final = 107.0
_ROW: Final = 15.0
_GAP: Final = 6.0
_HISTORY_HEAD: Final = 20.0
_NAME_ROOM: Final = 66.0
_BAR_LEFT: Final = 82.0
_BAR_WIDTH: Final = 80.0
_SCORE_RIGHT: Final = 194.0
_CHANGE_RIGHT: Final = 230.0
_NOTE_LEFT: Final = 240.0
_HISTORY_CAPTION: Final = "last heats · the line on a score is its ±"


def draw_card(card: OrpCard) -> bytes:
    """Return the picture of an ORP card as a PNG."""
    return look.png(card_picture(card))


def card_picture(card: OrpCard) -> Picture:
    """Return the picture of an ORP card, also of a single lap or a rejected score."""
    plot = RunPlot(card.run, card.laps_by_heat)
    history = card.last_heats if len(card.last_heats) > 1 else ()
    history_top = _LAPS + plot.height
    rows = _HISTORY_HEAD + len(history) * _ROW if history else 0
    picture = Picture(history_top + rows + _GAP)
    _draw_head(picture, card)
    _draw_gauge(picture, card.run.orp, card.run.error)
    plot.draw(picture, _LAPS)
    if history:
        _draw_history(picture, card, history, history_top)
    return picture


# The score


def _draw_head(picture: Picture, card: OrpCard) -> None:
    run, orp = card.run, card.run.orp
    score, words, colour = _score(orp)
    sure = error_mark(run.error) if orp is not None and orp.strategy is not None else ""
    score_right = _RIGHT - (width_of(sure, look.LARGE) + _GAP if sure else 0)
    room = score_right - look.bold_width(score, _HUGE) - 2 * _GAP - _MARGIN
    place = "whole session" if card.heat is None else card.heat.label
    where = fitted(f"{readable(place)} · {readable(card.session.name)}", look.SMALL, room)
    picture.write(_MARGIN, 17, fitted(run.racer.name, look.LARGE, room), points=look.LARGE)
    picture.write(_MARGIN, 34, where, colour=colours.QUIET_TEXT)
    picture.write(score_right, 21, score, points=_HUGE, colour=colour, align="right", bold=True)
    picture.write(_RIGHT, 25, sure, points=look.LARGE, colour=colour, align="right")
    picture.write(_MARGIN, 52, words, points=look.NORMAL, colour=colour)
    if run.change is not None:
        moved = change_mark(run.change, has_moved=run.has_moved)
        change = f"{moved} since the heat before"
        picture.write(_RIGHT, 46, change, align="right")


def _score(orp: OrpResult | None) -> tuple[str, str, str]:
    """Return the score as it is written, what it means, and their colour."""
    if orp is None:
        return "–", f"ORP {NEEDS_LAPS}", colours.NO_SCORE
    if orp.strategy is None:
        return "–", rejected_words(orp.components.confidence), colours.NO_SCORE
    return f"{orp.orp_score:.1f}", orp.strategy.label, colours.STRATEGY_COLOURS[orp.strategy]


def _draw_gauge(picture: Picture, orp: OrpResult | None, error: ScoreError | None) -> None:
    """Draw the score between 0 and 100, the strategies' ranges behind it, and its sum.

    How sure the score is, is a line to either side of it.
    """
    bounds = [0.0, BALANCED_FROM / 10, AVANT_GARDE_FROM / 10, 100.0]
    ranges = [colours.STRATEGY_COLOURS[strategy] for strategy in reversed(Strategy)]
    for low, high, colour in zip(bounds, bounds[1:], ranges, strict=False):
        _bar(picture, _at(low), _at(high) - _at(low), colour, alpha=0.28)
    if orp is not None and orp.strategy is not None:
        colour = colours.STRATEGY_COLOURS[orp.strategy]
        _bar(picture, _at(0), _at(orp.orp_score) - _at(0), colour)
        _bar(picture, _at(orp.orp_score) - 1, 2, colours.WHITE, over=3)
        if error is not None:
            ends = (_at(end) for end in _reach(orp.orp_score, error))
            picture.line([(end, _GAUGE + _GAUGE_THICKNESS / 2) for end in ends], colours.WHITE)
    for bound in bounds:
        align: look.Align = "left" if bound == 0 else "right" if bound == 100 else "center"
        number = f"{bound:.0f}"
        picture.write(_at(bound), _GAUGE + 18, number, colour=colours.QUIET_TEXT, align=align)
    if orp is not None:
        parts = orp.components
        total = f"{parts.consistency_score:.2f} consistency − {parts.fade_penalty_shown:.2f} fade"
        outcome = f" = {orp.orp_score:.1f}" if orp.status is Status.VALID else ", not scored"
        picture.write(_MARGIN, _GAUGE + 35, total + outcome)
        sure = f"confidence {confidence_words(parts)}"
        picture.write(_RIGHT, _GAUGE + 35, sure, colour=colours.QUIET_TEXT, align="right")


def _reach(score: float, error: ScoreError) -> tuple[float, float]:
    """Return the scores between which it probably is."""
    return max(0.0, score - error.points), min(100.0, score + error.points)


def _at(score: float) -> float:
    return _MARGIN + _INNER * score / 100


def _bar(
    picture: Picture, left: float, width: float, colour: str, *, alpha: float = 1, over: float = 0
) -> None:
    height = _GAUGE_THICKNESS + 2 * over
    picture.rect(left, _GAUGE - over, width, height, colour, alpha=alpha)


# The scores before


def _draw_history(
    picture: Picture, card: OrpCard, history: Sequence[HeatScore], top: float
) -> None:
    picture.write(_MARGIN, top + 10, _HISTORY_CAPTION, colour=colours.QUIET_TEXT)
    has_classes = len({past.heat.class_name for past in history}) > 1
    for row, past in enumerate(history):
        y = top + _HISTORY_HEAD + _ROW * (row + 0.5)
        is_this = card.heat is not None and past.heat.id == card.heat.id
        name = past.heat.label if has_classes else past.heat.name
        colour = colours.TEXT if is_this else colours.QUIET_TEXT
        picture.write(_MARGIN, y, fitted(name, look.SMALL, _NAME_ROOM), colour=colour)
        _write_score(picture, past, y, colour)
        if past.score is not None:
            bar = _score(card.run.orp)[2] if is_this else colours.QUIET_TEXT
            _draw_score(picture, past.score, past.error, y, bar)
        if past.note:
            note = fitted(past.note, look.SMALL, _RIGHT - _NOTE_LEFT)
            picture.write(_NOTE_LEFT, y, note, colour=colour)


def _write_score(picture: Picture, past: HeatScore, y: float, colour: str) -> None:
    if past.score is None:
        why = "rejected" if past.rejected else NEEDS_LAPS
        picture.write(_BAR_LEFT, y, why, colour=colours.QUIET_TEXT)
        return
    picture.write(_SCORE_RIGHT, y, f"{past.score:.1f}", colour=colour, align="right")
    change = change_mark(past.change, has_moved=past.has_moved)
    picture.write(_CHANGE_RIGHT, y, change, colour=colour, align="right")


def _draw_score(
    picture: Picture, score: float, error: ScoreError | None, y: float, colour: str
) -> None:
    for width, alpha in ((_BAR_WIDTH, 0.25), (_BAR_WIDTH * score / 100, 1.0)):
        picture.rect(_BAR_LEFT, y - 3, width, 6, colour, alpha=alpha)
    if error is not None:
        ends = (_BAR_LEFT + _BAR_WIDTH * end / 100 for end in _reach(score, error))
        picture.line([(end, y) for end in ends], colours.WHITE)
