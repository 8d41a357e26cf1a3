"""The preview of lap times that were found in a message."""

from __future__ import annotations

from typing import Final

from bot.render.answer import Answer
from bot.render.phrases import bold, count, lap_times, listed, name_of
from bot.render.text import plain
from core.laps import Lap
from core.results.menu import LapsFound

_LEFT_OUT_NAMED: Final = 8
_LONGEST_PIECE: Final = 20


def laps_found(found: LapsFound) -> Answer:
    """Show what was understood of a message and where it would go."""
    laps = [Lap(number, time_ms) for number, time_ms in enumerate(found.times_ms, start=1)]
    whose = f" of {name_of(found.racer)}" if found.for_other else ""
    lines = [
        f"**{count(len(laps), 'lap')}**{whose}, as I read them:",
        lap_times(laps),
        _goes(found),
    ]
    if found.repeats:
        lines.append(f"{found.repeats} of them repeat laps that are there already: a slip?")
    if found.left_out:
        named = [plain(piece[:_LONGEST_PIECE]) for piece in found.left_out[:_LEFT_OUT_NAMED]]
        more = len(found.left_out) - len(named)
        lines.append(f"Left out: {listed([*named, *([f'{more} more'] if more else [])])}.")
    return Answer("\n".join(lines))


def _goes(found: LapsFound) -> str:
    if found.heat_label is None:
        return "**Store** first asks where they go."
    heat = bold(found.heat_label)
    if found.session is None:
        return f"**Store** opens a session and puts them into its first heat, {heat}."
    heat += f" · {plain(found.session.name)}"
    if found.opens_heat:
        return f"**Store** opens {heat} for them."
    there = f", behind {count(found.laps_there, 'lap')}" if found.laps_there else ""
    return f"**Store** puts them into {heat}{there}."
