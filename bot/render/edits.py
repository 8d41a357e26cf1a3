"""Answers about runs written anew, and about laps found in a message."""

from __future__ import annotations

from typing import Final

from bot.render.answer import Answer
from bot.render.laps import doubt
from bot.render.phrases import bold, count, figures, heat_name, lap_times, listed, name_of
from bot.render.text import code_block, in_code, plain, size
from core.laps import Lap
from core.laptimes import format_lap
from core.results.edits import LapsEdited, LapsFound

# What is handed back stands in the answer up to here, and beyond in a file.
_SHORT: Final = 1_000
_LEFT_OUT_NAMED: Final = 8
_LONGEST_PIECE: Final = 20


def laps_edited(edited: LapsEdited) -> Answer:
    """Show a run as the form has left it."""
    place = [heat_name(edited.heat), plain(edited.session.name)]
    if edited.for_other:
        place.insert(0, f"For {bold(edited.run.racer.name)}")
    return Answer("\n".join([" · ".join(place), *_what_it_did(edited), *_as_it_stands(edited)]))


def _what_it_did(edited: LapsEdited) -> list[str]:
    if edited.entry_id is None:
        return ["Nothing was changed."]
    lines = []
    now = len(edited.run.laps)
    if not edited.laps_before:
        lines.append(f"{count(now, 'lap')} stored.")
    elif not now:
        lines.append(f"All {count(edited.laps_before, 'lap')} deleted; **Undo** brings them back.")
    elif edited.moved_from or edited.was_of:
        origin = [heat_name(edited.moved_from)] if edited.moved_from else []
        origin += [bold(edited.was_of.name)] if edited.was_of else []
        lines.append(f"{count(now, 'lap')} moved here from {' and from '.join(origin)}.")
    elif now == edited.laps_before:
        lines.append(f"Saved: {count(now, 'lap')}.")
    else:
        lines.append(f"Saved: {count(now, 'lap')}, {edited.laps_before} before.")
    if edited.opened_session:
        lines.append(f"Opened the session {bold(edited.session.name)} and its first heat.")
    elif edited.opened_heat:
        lines.append(f"Opened the heat {heat_name(edited.heat)}.")
    return lines


def _as_it_stands(edited: LapsEdited) -> list[str]:
    run = edited.run
    lines = [lap_times(run.laps), figures(run)] if run.laps else []
    if not edited.heat_is_open:
        outcome = "its post follows" if edited.post_follows else "its post does not change"
        lines.append(f"This heat is finished; {outcome}.")
    if edited.first_crossing:
        lines.append(
            f"Lap 1 ({format_lap(run.laps[0].time_ms)}) looks like the run to the loop and does "
            "not count. Count it?"
        )
    doubtful = [lap for lap in run.laps if lap.number in edited.doubtful]
    if doubtful:
        lines.append(doubt(doubtful))
    if run.note:
        lines.append(f"Note: {plain(run.note)}")
    return lines


def repeats_removed(edited: LapsEdited) -> Answer:
    """Show a run without the laps that were in it twice."""
    gone = edited.laps_before - len(edited.run.laps)
    place = f"{heat_name(edited.heat)} · {plain(edited.session.name)}"
    removed = f"Removed {count(gone, 'lap')} that were there already; {len(edited.run.laps)} now."
    return Answer("\n".join([place, removed, *_as_it_stands(edited)]))


def typed_laps(laps: str) -> str | None:
    """Return what was typed, ready to be copied; None when it is too long for an answer."""
    shown = code_block("\n".join(in_code(line) for line in laps.splitlines()))
    return shown if size(shown) <= _SHORT else None


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
        return "Several events are open: **Store** asks which one."
    place = bold(found.heat_label)
    if found.session is None:
        return f"**Store** opens a session and puts them into its first heat, {place}."
    place += f" · {plain(found.session.name)}"
    if found.opens_heat:
        return f"**Store** opens {place} for them."
    there = f", behind {count(found.laps_there, 'lap')}" if found.laps_there else ""
    return f"**Store** puts them into {place}{there}."
