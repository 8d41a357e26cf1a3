"""The posts in the team channel: the summary after each heat, the wrap-up of a session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from operator import itemgetter
from typing import Final

import discord

from bot.limits import DESCRIPTION_LIMIT, FIELD_LIMIT, MESSAGE_LIMIT
from bot.render.answer import CARD_COLOUR, Answer, add_section, embed_size
from bot.render.grid import class_names, note_lines, standings_tables
from bot.render.phrases import bold, change_mark, heading, name_of, seconds
from bot.render.ranking import ranked_table
from bot.render.text import how_many_fit, join_fitting, plain, size
from core.caller import Person
from core.laptimes import format_lap
from core.results.heat import HeatTable
from core.results.standings import ClassStandings, Standings
from core.scoring.orp import FULL_CONFIDENCE, LEAST_CONFIDENCE

CONFIDENCE_QUESTION: Final = (
    f"How sure are you of the car? {LEAST_CONFIDENCE} not at all, {FULL_CONFIDENCE} fully"
)

_BEST_LAPS: Final = 3
_NOTES: Final = "Notes"
# Together they leave the tables of a large team half of a message's characters.
_SECTION_LIMIT: Final = 400
_LONG_SECTION_LIMIT: Final = 700


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
    ranked = [run for run in table.runs if run.is_ranked]
    scores = [(run.orp.orp_score, run.racer) for run in ranked if run.orp is not None]
    laps = [(run.best_lap_ms, run.racer) for run in ranked if run.best_lap_ms is not None]
    outcome = _outcome(scores, laps) if table.has_laps else "no laps"
    return f"{sign} {heading(table.heat, table.session, is_here=table.is_here)}: {outcome}"


def wrap_up(standings: Standings) -> Answer:
    """Show a closed session in the team channel: everybody's heats, and what was special."""
    title = f"🏁 {plain(standings.session.name)} is over"
    if not standings.has_laps:
        return Answer(f"{title}: no laps")
    rows = [row for of_class in standings.classes for row in of_class.rows]
    scores = [(row.best_score, row.racer) for row in rows if row.best_score is not None]
    laps = [
        (row.best_ranked_lap_ms, row.racer) for row in rows if row.best_ranked_lap_ms is not None
    ]
    embed = discord.Embed(colour=CARD_COLOUR)
    track = f" at {plain(standings.session.track)}" if standings.session.track else ""
    for name, tell, limit in (
        ("Best laps", _best_laps, _SECTION_LIMIT),
        (f"⭐ Personal bests{track}", _personal_bests, _LONG_SECTION_LIMIT),
        ("Biggest gain", _biggest_gain, _SECTION_LIMIT),
        ("Seconds lost to mistakes", _lost_times, _LONG_SECTION_LIMIT),
    ):
        add_section(embed, name, _by_class(standings, tell, limit), limit)
    notes = note_lines(standings)
    for_notes = min(_LONG_SECTION_LIMIT, size(_NOTES + "\n".join(notes)))
    room = min(DESCRIPTION_LIMIT, MESSAGE_LIMIT - embed_size(embed) - for_notes)
    embed.description = standings_tables(standings, room)
    _add_notes(embed, notes)
    return Answer(f"{title}: {_outcome(scores, laps)}", embed)


def _add_notes(embed: discord.Embed, lines: Sequence[str]) -> None:
    """Add what was changed on the cars, in as many sections as the tables have left room for."""
    left = list(lines)
    for number in count(1):
        name = _NOTES if number == 1 else f"{_NOTES} {number}"
        room = MESSAGE_LIMIT - embed_size(embed) - size(name)
        fitting = how_many_fit(left, FIELD_LIMIT)
        if fitting == len(left) or room < FIELD_LIMIT + _SECTION_LIMIT:
            add_section(embed, name, left, min(FIELD_LIMIT, room))
            return
        add_section(embed, name, left[:fitting])
        left = left[fitting:]


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


def _by_class(
    standings: Standings, tell: Callable[[ClassStandings], Sequence[str]], limit: int
) -> list[str]:
    """Return what is to be told of each class, with its name in front where it has one.

    Every class gets its share of the room; what one leaves over goes to those behind it.
    """
    names = class_names(standings)
    told = [
        (names[of_class.class_name], parts)
        for of_class in standings.classes
        if (parts := tell(of_class))
    ]
    lines = []
    for left, (class_name, parts) in zip(range(len(told), 0, -1), told, strict=True):
        title = f"{bold(class_name)} " if class_name else ""
        room = limit // left - size(title) - 1
        line = title + join_fitting(parts, room, separator=" · ")
        limit -= size(line) + 1
        lines.append(line)
    return lines


def _best_laps(standings: ClassStandings) -> list[str]:
    laps = [(row.best_lap_ms, row.racer) for row in standings.rows if row.best_lap_ms is not None]
    fastest = sorted(laps, key=itemgetter(0))[:_BEST_LAPS]
    return [f"{format_lap(lap_ms)} {name_of(racer)}" for lap_ms, racer in fastest]


def _personal_bests(standings: ClassStandings) -> list[str]:
    """Return who has beaten their best at the track, those first who beat it by most."""
    bests = [
        (row.best_lap_ms, row.best_before_ms, row.racer)
        for row in standings.rows
        if row.is_personal_best and row.best_lap_ms and row.best_before_ms
    ]
    bests.sort(key=lambda best: best[0] - best[1])
    return [
        f"{name_of(racer)} {format_lap(lap_ms)} (was {format_lap(was_ms)})"
        for lap_ms, was_ms, racer in bests
    ]


def _lost_times(standings: ClassStandings) -> list[str]:
    """Return who lost how much to mistakes, over all heats, the most first."""
    rows = sorted((row for row in standings.rows if row.lost_ms), key=lambda row: -row.lost_ms)
    return [f"{name_of(row.racer)} {seconds(row.lost_ms)}" for row in rows]


def _biggest_gain(standings: ClassStandings) -> list[str]:
    """Return the biggest gain: of those that are more than luck, where there are any."""
    gains = [
        (cell.has_moved, cell.change, row.racer, heat, cell.note)
        for row in standings.rows
        for heat, cell in zip(standings.heats, row.cells, strict=True)
        if cell is not None and cell.is_ranked and cell.change is not None and cell.change > 0
    ]
    if not gains:
        return []
    has_moved, change, racer, heat, note = max(gains, key=itemgetter(0, 1))
    told = f"{name_of(racer)}: {plain(heat.name)} {change_mark(change, has_moved=has_moved)}"
    return [told, plain(note)] if note else [told]
