"""The answer to every way in which a run gets written: typed, saved, taken back, decided, rated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    rating,
    with_welcome,
)
from bot.render.text import plain
from core.laps import Lap
from core.laptimes import format_lap
from core.results.heat import RacerRun
from core.results.run_written import LapsSince, NewBest, RunWritten, Way
from core.scoring.advice import Status
from core.scoring.orp import CONFIDENCE_NEEDED

_DOUBTS_NAMED: Final = 5


def run_written(result: RunWritten) -> Answer:
    """Show what was written and how the run stands now."""
    lines = [line for line in _SAID[result.way](result) if line]
    if result.put_back:
        lines.insert(1, "Put back as before the Undo.")
    return Answer(with_welcome(lines, welcome=result.welcome))


def laps_since(result: LapsSince) -> Answer:
    """Show that nothing was put back, and that the form has both."""
    heat, before = heat_name(result.heat), count(result.taken, "lap")
    if not result.since:
        return Answer(f"{heat} has changed since the Undo. The form has the {before} of before.")
    since = count(result.since, "lap")
    return Answer(
        f"{since} came into {heat} since the Undo. The form has the {before} of before too."
    )


def _place(result: RunWritten) -> list[str]:
    """Return whose run it is where that is not the reader, its heat and its session."""
    place = [heat_name(result.heat), plain(result.session.name)]
    if result.for_other:
        place.insert(0, f"For {bold(result.run.racer.name)}")
    return place


# Laps that were logged


def _logged(result: RunWritten) -> list[str]:
    place = [*_place(result), lap_range(result.new_laps)]
    return [
        " · ".join(part for part in place if part),
        lap_times(result.new_laps),
        figures(result.run),
        f"Moved here from {heat_name(result.moved_from)}." if result.moved_from else "",
        *_where_lines(result),
        *_lap_lines(result),
        f"Note: {plain(result.note)}" if result.note else "",
    ]


def _where_lines(result: RunWritten) -> list[str]:
    """Say what the racer may not expect about the place the laps went to."""
    return _opened_lines(result) or _finished_lines(result)


def _opened_lines(result: RunWritten) -> list[str]:
    if result.reopened_session:
        return [f"{bold(result.session.name)} is open again."]
    if result.opened_session:
        return [f"Opened the session {bold(result.session.name)} and its first heat."]
    return [f"Opened the heat {heat_name(result.heat)}."] if result.opened_heat else []


def _finished_lines(result: RunWritten) -> list[str]:
    if result.heat_is_open:
        return []
    finished = "This heat is finished"
    if result.finished_by:
        finished = f"{plain(result.finished_by)} had finished this heat"
    outcome = "its post follows" if result.post_follows else "its post does not change"
    return [f"{finished}; {outcome}."]


def _lap_lines(result: RunWritten) -> list[str]:
    """Point at laps that are worth a second look, and at the one to be proud of."""
    lines = []
    if result.new_best is not None:
        lines.append(_best_line(result.new_best, for_other=result.for_other))
    lines += _odd_lines(result)
    if result.repeated:
        repeated = [lap for lap in result.new_laps if lap.number in result.repeated]
        lines.append(
            f"{_numbers(repeated)} repeat laps that were there already: a slip? "
            "**Remove repeats** takes only these away."
        )
    return lines


def _odd_lines(result: RunWritten) -> list[str]:
    """Point at the run to the loop and at probable typos."""
    lines = []
    laps = result.run.laps
    if result.first_crossing and laps:
        lines.append(
            f"Lap 1 ({format_lap(laps[0].time_ms)}) looks like the run to the loop and does "
            "not count. Count it?"
        )
    doubtful = [lap for lap in laps if lap.number in result.doubtful]
    if doubtful:
        lines.append(_doubt(doubtful))
    return lines


def _best_line(best: NewBest, *, for_other: bool) -> str:
    """Return ``⭐ Your best at Arena: 20.812 (was 21.034)``."""
    whose = "Their" if for_other else "Your"
    place = f"at {plain(best.track)}" if best.track else "of the session"
    return f"⭐ {whose} best {place}: {format_lap(best.lap_ms)} (was {format_lap(best.was_ms)})"


def _doubt(laps: Sequence[Lap]) -> str:
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


# A run that was written again


def _saved(result: RunWritten) -> list[str]:
    did = _what_saving_did(result) if result.entry_id is not None else ["Nothing was changed."]
    return [" · ".join(_place(result)), *did, *_as_it_stands(result)]


def _what_saving_did(result: RunWritten) -> list[str]:
    lines = []
    now = len(result.run.laps)
    if not result.laps_before:
        lines.append(f"{count(now, 'lap')} stored.")
    elif not now:
        lines.append(f"All {count(result.laps_before, 'lap')} deleted; **Undo** brings them back.")
    elif result.moved_from or result.was_of:
        origin = [heat_name(result.moved_from)] if result.moved_from else []
        origin += [bold(result.was_of.name)] if result.was_of else []
        lines.append(f"{count(now, 'lap')} moved here from {' and from '.join(origin)}.")
    elif now == result.laps_before:
        lines.append(f"Saved: {count(now, 'lap')}.")
    else:
        lines.append(f"Saved: {count(now, 'lap')}, {result.laps_before} before.")
    return [*lines, *_opened_lines(result)]


def _as_it_stands(result: RunWritten) -> list[str]:
    run = result.run
    lines = [lap_times(run.laps), figures(run)] if run.laps else []
    lines += [*_finished_lines(result), *_odd_lines(result)]
    if run.note:
        lines.append(f"Note: {plain(run.note)}")
    return lines


def _repeats_removed(result: RunWritten) -> list[str]:
    gone = result.laps_before - len(result.run.laps)
    removed = f"Removed {count(gone, 'lap')} that were there already; {len(result.run.laps)} now."
    place = f"{heat_name(result.heat)} · {plain(result.session.name)}"
    return [place, removed, *_as_it_stands(result)]


# What was taken back, decided or rated


def _taken_back(result: RunWritten) -> list[str]:
    heat = heat_name(result.heat)
    lines = [f"Taken back: {count(result.laps_removed, 'lap')} in {heat}."]
    if result.laps_restored:
        stand = "stands" if result.laps_restored == 1 else "stand"
        restored = count(result.laps_restored, "lap")
        lines = [f"Taken back: {restored} in {heat} {stand} again as before."]
    if result.taken:
        lines.append(
            f"Gone: {lap_times(result.taken)}" if result.laps_restored else lap_times(result.taken)
        )
    if result.laps_restored:
        if result.heat_removed:
            lines.append("The heat they had been moved to was opened for them, and is gone.")
        lines.append(_standing(result.run))
    elif result.session_removed:
        lines.append("The heat and its session were opened for it, and are gone too.")
    elif result.heat_removed:
        lines.append("The heat was opened for it, and is gone too.")
    else:
        lines.append(_standing(result.run))
    return lines


def _standing(run: RacerRun) -> str:
    """Return what a racer has in a heat now."""
    if not run.laps:
        return f"{name_of(run.racer)} has no laps in it now."
    return f"{count(len(run.laps), 'lap')} now. {figures(run)}"


def _decided(result: RunWritten) -> list[str]:
    if result.lap is None:
        return []
    decision = "counts" if result.lap.counts else "does not count"
    time = format_lap(result.lap.time_ms)
    return [
        f"{heat_name(result.heat)} · lap {result.lap.number} ({time}) {decision} now.",
        figures(result.run),
    ]


def _rated(result: RunWritten) -> list[str]:
    sure = rating(result.run.confidence)
    lines = [f"{heat_name(result.heat)} · sure of the car: {sure}"]
    lines.append(figures(result.run))
    orp = result.run.orp
    if orp is not None and orp.status is Status.REJECTED:
        lines.append(f"Press {CONFIDENCE_NEEDED} or more to be scored again.")
    return lines


def _noted(result: RunWritten) -> list[str]:
    note = result.run.note
    said = f"note: {plain(note)}" if note else "no note any more"
    return [f"{heat_name(result.heat)} · {said}"]


_SAID: Final[dict[Way, Callable[[RunWritten], list[str]]]] = {
    Way.LOGGED: _logged,
    Way.SAVED: _saved,
    Way.REPEATS_REMOVED: _repeats_removed,
    Way.TAKEN_BACK: _taken_back,
    Way.DECIDED: _decided,
    Way.RATED: _rated,
    Way.NOTED: _noted,
}
