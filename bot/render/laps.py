"""Answers about laps: stored, taken back, counted, or waiting for a session to be picked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.render.answer import Answer
from bot.render.phrases import (
    bold,
    count,
    figures,
    heat_name,
    lap_range,
    lap_times,
    listed,
    name_of,
    with_welcome,
)
from bot.render.text import plain
from core.laps import Lap
from core.laptimes import format_lap
from core.results.heats import RacerRun
from core.results.laps import ConfidenceRated, LapCounted, LapsLogged, NewBest, Undone, WhichEvent
from core.scoring.advice import Status
from core.scoring.orp import CONFIDENCE_NEEDED, FULL_CONFIDENCE

_DOUBTS_NAMED: Final = 5


def laps_logged(logged: LapsLogged) -> Answer:
    """Show what ``/lap`` stored, where, and how the run stands now."""
    place = [heat_name(logged.heat), plain(logged.session.name), lap_range(logged.new_laps)]
    if logged.for_other:
        place.insert(0, f"For {bold(logged.run.racer.name)}")
    lines = [
        " · ".join(part for part in place if part),
        lap_times(logged.new_laps),
        figures(logged.run),
        *_where_lines(logged),
        *_lap_lines(logged),
    ]
    if logged.note:
        lines.append(f"Note: {plain(logged.note)}")
    return Answer(with_welcome([line for line in lines if line], welcome=logged.welcome))


def _where_lines(logged: LapsLogged) -> list[str]:
    """Say what the racer may not expect about the place the laps went to."""
    if logged.opened_session:
        return [f"Opened the session {bold(logged.session.name)} and its first heat."]
    if logged.opened_heat:
        return [f"Opened the heat {heat_name(logged.heat)}."]
    if logged.heat_is_open:
        return []
    finished = "This heat is finished"
    if logged.finished_by:
        finished = f"{plain(logged.finished_by)} had finished this heat"
    outcome = "its post follows" if logged.post_follows else "its post does not change"
    return [f"{finished}; {outcome}."]


def _lap_lines(logged: LapsLogged) -> list[str]:
    """Point at laps that are worth a second look, and at the one to be proud of."""
    lines = []
    run, new_laps = logged.run, logged.new_laps
    if logged.new_best is not None:
        lines.append(_best_line(logged.new_best, for_other=logged.for_other))
    if logged.first_crossing and run.laps:
        lines.append(
            f"Lap 1 ({format_lap(run.laps[0].time_ms)}) looks like the run to the loop and does "
            "not count. Count it?"
        )
    doubtful = [lap for lap in new_laps if lap.number in logged.doubtful]
    if doubtful:
        lines.append(doubt(doubtful))
    if logged.repeated:
        repeated = [lap for lap in new_laps if lap.number in logged.repeated]
        lines.append(
            f"{_numbers(repeated)} repeat laps that were there already: a slip? "
            "**Remove repeats** takes only these away."
        )
    return lines


def _best_line(best: NewBest, *, for_other: bool) -> str:
    """Return ``⭐ Your best at Arena: 20.812 (was 21.034)``."""
    whose = "Their" if for_other else "Your"
    place = f"at {plain(best.track)}" if best.track else "of the session"
    return f"⭐ {whose} best {place}: {format_lap(best.lap_ms)} (was {format_lap(best.was_ms)})"


def doubt(laps: Sequence[Lap]) -> str:
    """Return ``Lap 3 is 5.810: a typo?``."""
    if len(laps) == 1:
        return f"Lap {laps[0].number} is {format_lap(laps[0].time_ms)}: a typo?"
    named = [f"{lap.number} ({format_lap(lap.time_ms)})" for lap in laps[:_DOUBTS_NAMED]]
    left_out = len(laps) - len(named)
    return f"Laps {listed([*named, *([f'{left_out} more'] if left_out else [])])}: typos?"


def _numbers(laps: Sequence[Lap]) -> str:
    """Return ``Laps 4–9`` for laps in a row, else how many they are."""
    numbers = [lap.number for lap in laps]
    if numbers and numbers[-1] - numbers[0] == len(numbers) - 1:
        return lap_range(laps).capitalize()
    return f"{len(numbers)} of these laps"


def undone(result: Undone) -> Answer:
    """Show what was taken back and what stands now."""
    heat = heat_name(result.heat)
    lines = [f"Taken back: {count(result.laps_removed, 'lap')} in {heat}."]
    if result.laps_restored:
        stand = "stands" if result.laps_restored == 1 else "stand"
        restored = count(result.laps_restored, "lap")
        lines = [f"Taken back: {restored} in {heat} {stand} again as before."]
        if result.heat_removed:
            lines.append("The heat they had been moved to was opened for them, and is gone.")
        lines.append(_standing(result.run))
    elif result.session_removed:
        lines.append("The heat and its session were opened for it, and are gone too.")
    elif result.heat_removed:
        lines.append("The heat was opened for it, and is gone too.")
    else:
        lines.append(_standing(result.run))
    return Answer("\n".join(lines))


def _standing(run: RacerRun) -> str:
    """Return what a racer has in a heat now."""
    if not run.laps:
        return f"{name_of(run.racer)} has no laps in it now."
    return f"{count(len(run.laps), 'lap')} now. {figures(run)}"


def lap_counted(result: LapCounted) -> Answer:
    """Show the racer's decision on a lap and how the run stands now."""
    lap = result.lap
    decision = "counts" if lap.counts else "does not count"
    return Answer(
        f"{heat_name(result.heat)} · lap {lap.number} ({format_lap(lap.time_ms)}) {decision} now.\n"
        f"{figures(result.run)}"
    )


def confidence_rated(result: ConfidenceRated) -> Answer:
    """Show the racer's confidence and the score behind its gate."""
    lines = [
        f"{heat_name(result.heat)} · sure of the car: {result.run.confidence}/{FULL_CONFIDENCE}"
    ]
    lines.append(figures(result.run))
    orp = result.run.orp
    if orp is not None and orp.status is Status.REJECTED:
        lines.append(f"Press {CONFIDENCE_NEEDED} or more to be scored again.")
    return Answer("\n".join(lines))


def which_event(result: WhichEvent) -> Answer:
    """Ask which of several open sessions a waiting command is for; nothing is retyped."""
    if not result.laps_ms:
        return Answer("**Which event?** Several are open; the heat starts in the one you pick.")
    laps = [Lap(number, time_ms) for number, time_ms in enumerate(result.laps_ms, start=1)]
    wait = "waits" if len(laps) == 1 else "wait"
    return Answer(
        f"**Which event?** Several are open; {count(len(laps), 'lap')} {wait} for your pick:\n"
        f"{lap_times(laps)}"
    )
