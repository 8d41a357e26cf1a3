"""Standings: racers × heats of a session, by class, on pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import discord

from bot.render.answer import CARD_COLOUR, Answer, add_section
from bot.render.grid import TABLES_LIMIT, note_lines, standings_tables
from bot.render.pages import page_of
from bot.render.phrases import (
    bold,
)
from core.results.standings import ClassStandings, StandingRow, Standings


def standings(result: Standings, page: int = 1) -> Answer:
    """Show racers × heats by class, with ORP, change, best lap and notes.

    Args:
        result: The whole session.
        page: Which racers of a large team, from 1.
    """
    session = result.session
    state = "open" if session.is_open else "closed"
    own = " · you race here" if result.is_own and session.is_open else ""
    title = f"{bold(session.name)} · {state}{own}"
    if not result.has_laps:
        return Answer(f"{title}\nNo laps yet: type /lap with your times.")
    rows = [(of_class, row) for of_class in result.classes for row in of_class.rows]
    shown = page_of(rows, page)
    on_page = _with_rows(result, shown.lines)
    embed = discord.Embed(description=standings_tables(on_page, TABLES_LIMIT), colour=CARD_COLOUR)
    add_section(embed, "Notes", note_lines(on_page))
    embed.set_footer(text=shown.place() or None)
    return Answer(title, embed)


def _with_rows(result: Standings, rows: Sequence[tuple[ClassStandings, StandingRow]]) -> Standings:
    """Return standings with these rows only, and the heats they were driven in."""
    classes = []
    for of_class in result.classes:
        kept = [row for belongs_to, row in rows if belongs_to is of_class]
        driven = [at for at in range(len(of_class.heats)) if any(row.cells[at] for row in kept)]
        classes.append(
            ClassStandings(
                of_class.class_name,
                tuple(of_class.heats[at] for at in driven),
                tuple(replace(row, cells=tuple(row.cells[at] for at in driven)) for row in kept),
            )
        )
    return replace(result, classes=tuple(classes))
