"""The posts in the team channel: the summary after each heat, the wrap-up of a session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final

import discord

from bot.render.answer import CARD_COLOUR, Answer, add_section
from bot.render.grid import TABLES_LIMIT, note_lines, standings_tables
from bot.render.phrases import bold, change_mark, heading, is_scored, name_of
from bot.render.ranking import ranked_table
from bot.render.text import DESCRIPTION_LIMIT, plain
from core.caller import Person
from core.laptimes import format_lap
from core.results import ClassStandings, HeatTable, Standings

CONFIDENCE_QUESTION: Final = "How sure are you of the car? 1 not at all, 5 fully"

_BEST_LAPS: Final = 3
_SECTION_LIMIT: Final = 600


def heat_summary(table: HeatTable) -> Answer:
    """Show a heat in the team channel: one line for the lock screen, then a card.

    A heat without laps has no card, only the line that says so.
    """
    if not table.has_laps:
        return Answer(headline(table))
    ranked = ranked_table(table.runs, DESCRIPTION_LIMIT, hint="/heat show")
    embed = discord.Embed(description=ranked, colour=CARD_COLOUR)
    embed.set_footer(text=CONFIDENCE_QUESTION)
    return Answer(headline(table), embed)


def headline(table: HeatTable, sign: str = "🏁") -> str:
    """Return ``🏁 Q1 · Club Race: best ORP 92.4 NAME · fast lap 20.812 NAME``."""
    scores = [
        (run.orp.orp_score, run.racer)
        for run in table.runs
        if run.orp is not None and is_scored(run)
    ]
    laps = [(run.best_lap_ms, run.racer) for run in table.runs if run.best_lap_ms is not None]
    outcome = _outcome(scores, laps) if table.has_laps else "no laps"
    return f"{sign} {heading(table.heat, table.session)}: {outcome}"


def wrap_up(standings: Standings) -> Answer:
    """Show a closed session in the team channel: everybody's heats, best laps, gains and notes."""
    title = f"🏁 {plain(standings.session.name)} is over"
    if not standings.has_laps:
        return Answer(f"{title}: no laps")
    rows = [row for of_class in standings.classes for row in of_class.rows]
    scores = [(row.best_score, row.racer) for row in rows if row.best_score is not None]
    laps = [(row.best_lap_ms, row.racer) for row in rows if row.best_lap_ms is not None]
    embed = discord.Embed(description=standings_tables(standings, TABLES_LIMIT), colour=CARD_COLOUR)
    add_section(embed, "Best laps", _by_class(standings, _best_laps), _SECTION_LIMIT)
    add_section(embed, "Biggest gain", _by_class(standings, _biggest_gain), _SECTION_LIMIT)
    add_section(embed, "Notes", note_lines(standings))
    return Answer(f"{title}: {_outcome(scores, laps)}", embed)


def _outcome(scores: Sequence[tuple[float, Person]], laps: Sequence[tuple[int, Person]]) -> str:
    """Return the best score and the fast lap with their racers, as far as there are any."""
    parts = ["no ORP yet"]
    if scores:
        score, racer = max(scores, key=itemgetter(0))
        parts = [f"best ORP {score:.1f} {name_of(racer)}"]
    if laps:
        lap_ms, racer = min(laps, key=itemgetter(0))
        parts.append(f"fast lap {format_lap(lap_ms)} {name_of(racer)}")
    return " · ".join(parts)


def _by_class(standings: Standings, tell: Callable[[ClassStandings], str]) -> list[str]:
    """Return what is to be told of each class, with its name in front where it has one."""
    told = [(of_class.class_name, tell(of_class)) for of_class in standings.classes]
    return [f"{bold(name)} {text}" if name else text for name, text in told if text]


def _best_laps(standings: ClassStandings) -> str:
    laps = [(row.best_lap_ms, row.racer) for row in standings.rows if row.best_lap_ms is not None]
    fastest = sorted(laps, key=itemgetter(0))[:_BEST_LAPS]
    return " · ".join(f"{format_lap(lap_ms)} {name_of(racer)}" for lap_ms, racer in fastest)


def _biggest_gain(standings: ClassStandings) -> str:
    gains = [
        (cell.change, row.racer, heat, cell.note)
        for row in standings.rows
        for heat, cell in zip(standings.heats, row.cells, strict=True)
        if cell is not None and cell.change is not None and cell.change > 0
    ]
    if not gains:
        return ""
    change, racer, heat, note = max(gains, key=itemgetter(0))
    told = f"{name_of(racer)}: {plain(heat.name)} {change_mark(change)}"
    return f"{told} · {plain(note)}" if note else told
