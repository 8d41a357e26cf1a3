"""Two racers side by side: one sentence, and a table of two columns that fits a phone."""

from __future__ import annotations

from typing import Final

import discord

from bot.limits import TITLE_LIMIT
from bot.render.answer import CARD_COLOUR, Answer
from bot.render.phrases import error_mark, gap_words, name_of, parts_words, seconds, with_welcome
from bot.render.text import cells, code_block, in_code, plain, shorten
from core.laptimes import format_lap
from core.results.card import SideBySide
from core.results.heat import RacerRun
from core.scoring.comparison import Comparison, Side

_NOTHING: Final = "–"
_LABELS: Final = (
    "",
    "ORP",
    "Best lap",
    "Average",
    "Top 5",
    "Consistency",
    "Fade",
    "Mistakes",
    "Lost",
)
_LABEL: Final = 11
_LONG_SHARE: Final = 100_000
# A label and two columns of this, with a blank in front of each, make 35 cells.
_COLUMN: Final = 11


def side_by_side(result: SideBySide) -> Answer:
    """Show two racers' laps of a heat or of the whole session next to each other."""
    first, second = result.first.racer, result.second.racer
    place = "whole session" if result.heat is None else plain(result.heat.label)
    where = [place] if result.is_here else [place, plain(result.session.name)]
    names = [in_code(racer.name, _COLUMN).rstrip() for racer in (first, second)]
    figures = [
        [_score(result.first), *_figures(result.comparison.first)],
        [_score(result.second), *_figures(result.comparison.second)],
    ]
    table = "\n".join(
        f"{label:<{_LABEL}} {_right(one)} {_right(other)}"
        for label, one, other in zip(
            _LABELS, [names[0], *figures[0]], [names[1], *figures[1]], strict=True
        )
    )
    sentence = comparison_words(result.comparison, name_of(first), name_of(second))
    return Answer(
        with_welcome([], welcome=result.welcome),
        discord.Embed(
            title=shorten(
                " · ".join([f"{name_of(first)} and {name_of(second)}", *where]),
                TITLE_LIMIT,
            ),
            description=f"{sentence}.\n{code_block(table)}",
            colour=CARD_COLOUR,
        ),
    )


def comparison_words(comparison: Comparison, first: str, second: str) -> str:
    """Return ``NAME is 0.31 s a lap faster: 0.12 pace, 0.19 mistakes``.

    Args:
        comparison: Who is faster, and where.
        first: The first one's name, made harmless.
        second: The other's.
    """
    if comparison.is_level:
        return f"{first} and {second} are equally fast over a lap"
    faster = second if comparison.second_is_faster else first
    return f"{faster} is {gap_words(comparison)}: {parts_words(comparison)}"


def _score(run: RacerRun) -> str:
    if run.orp is None:
        return _NOTHING
    score = run.orp.valid_score
    return "rejected" if score is None else f"{score:.1f} {error_mark(run.error)}"


def _figures(side: Side) -> list[str]:
    """Return the figures of one racer in the order of their labels."""
    lost = f"{seconds(side.mistakes.lost_ms)} s" if side.mistakes.count else _NOTHING
    return [
        format_lap(side.best_ms),
        format_lap(side.average_ms),
        _NOTHING if side.best_5_ms is None else format_lap(side.best_5_ms),
        _percent(side.consistency_pct),
        _percent(side.fade_pct),
        str(side.mistakes.count),
        lost,
    ]


def _right(text: str) -> str:
    return " " * (_COLUMN - cells(text)) + text


def _percent(share: float | None) -> str:
    if share is None:
        return _NOTHING
    return f"{share:.2f} %" if share < _LONG_SHARE else f"{share:.0f} %"
