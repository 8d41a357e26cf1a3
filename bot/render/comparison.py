"""Two racers side by side."""

from __future__ import annotations

import discord

from bot.render.answer import CARD_COLOUR, Answer
from bot.render.phrases import name_of, seconds
from bot.render.ranking import WIDTH
from bot.render.text import code_block, in_code, plain
from core.analysis import Comparison, Side, compare
from core.laptimes import format_lap
from core.results import OrpCard

_LABEL_WIDTH = 12
_SIDE_WIDTH = (WIDTH - _LABEL_WIDTH) // 2


def side_by_side(card: OrpCard, other: OrpCard) -> Answer:
    """Put a team-mate's run beside a racer's own.

    Args:
        card: The racer who asked.
        other: The team-mate, in the same heat or over the same session.
    """
    place = "whole session" if card.heat is None else plain(card.heat.label)
    title = f"{place} · {plain(card.session.name)}"
    compared = compare(
        name_of(card.run.racer), card.run.laps, name_of(other.run.racer), other.run.laps
    )
    if compared is None:
        return Answer(f"{title}: both need a lap that counts to be put side by side.")
    names = (card.run.racer.name, other.run.racer.name)
    return Answer(
        embed=discord.Embed(
            title=title,
            description=f"{compared.sentence}.\n{_table(names, compared)}",
            colour=CARD_COLOUR,
        )
    )


def _table(names: tuple[str, str], compared: Comparison) -> str:
    heads = [in_code(name, _SIDE_WIDTH - 1) for name in names]
    lines = [f"{'':{_LABEL_WIDTH}} {heads[0]} {heads[1]}".rstrip()]
    for (label, first), (_, second) in zip(
        _figures(compared.first), _figures(compared.second), strict=True
    ):
        lines.append(f"{label:{_LABEL_WIDTH}} {first:{_SIDE_WIDTH}}{second}")
    return code_block("\n".join(lines))


def _figures(side: Side) -> list[tuple[str, str]]:
    mistakes = side.mistakes
    lost = f"{mistakes.count}, {seconds(mistakes.lost_ms)} s" if mistakes.count else "none"
    return [
        ("best", format_lap(side.best_ms)),
        ("average", format_lap(side.average_ms)),
        ("top 5", "–" if side.best_5_ms is None else format_lap(side.best_5_ms)),
        ("consistency", _percent(side.consistency_pct)),
        ("fade", _percent(side.fade_pct)),
        ("mistakes", lost),
    ]


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} %"
