"""The picture of an ORP card: a racer's score, the laps behind it, and the scores before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot import colours
from bot.pictures import look
from bot.pictures.fonts import fitted, readable, width_of
from bot.pictures.look import Picture
from bot.pictures.run import RunPlot
from bot.pictures.scores import ScoreRow, draw_rows, reach, rows_height
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
_GAP: Final = 6.0


def draw_card(card: OrpCard) -> bytes:
    """Return the picture of an ORP card as a PNG."""
    return look.png(card_picture(card))


def card_picture(card: OrpCard) -> Picture:
    """Return the picture of an ORP card, also of a single lap or a rejected score."""
    plot = RunPlot(card.run, card.laps_by_heat)
    history = card.last_heats if len(card.last_heats) > 1 else ()
    history_top = _LAPS + plot.height
    rows = _history_rows(card, history)
    picture = Picture(history_top + rows_height(rows) + _GAP)
    _draw_head(picture, card)
    _draw_gauge(picture, card.run.orp, card.run.error)
    plot.draw(picture, _LAPS)
    draw_rows(picture, rows, history_top, "last heats · the line on a score is its ±")
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
            ends = (_at(end) for end in reach(orp.orp_score, error))
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


def _at(score: float) -> float:
    return _MARGIN + _INNER * score / 100


def _bar(
    picture: Picture, left: float, width: float, colour: str, *, alpha: float = 1, over: float = 0
) -> None:
    height = _GAUGE_THICKNESS + 2 * over
    picture.rect(left, _GAUGE - over, width, height, colour, alpha=alpha)


# The scores before


def _history_rows(card: OrpCard, history: Sequence[HeatScore]) -> list[ScoreRow]:
    has_classes = len({past.heat.class_name for past in history}) > 1
    return [
        ScoreRow(
            name=past.heat.label if has_classes else past.heat.name,
            score=past.score,
            why_none="rejected" if past.rejected else NEEDS_LAPS,
            error=past.error,
            beside=change_mark(past.change, has_moved=past.has_moved),
            note=past.note,
            colour=_score(card.run.orp)[2] if card.heat and past.heat.id == card.heat.id else None,
        )
        for past in history
    ]
