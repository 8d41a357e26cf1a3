"""Laps from elsewhere: what is asked, what came in, what stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.limits import CONTENT_LIMIT
from bot.render.answer import Answer
from bot.render.phrases import bold, count, heat_name, listed, name_of
from bot.render.text import join_fitting, plain
from core.laptimes import format_lap
from core.results.importing import (
    Fate,
    Imported,
    ImportQuestion,
    OnlyShown,
    Progress,
    RaceRead,
    RowsImported,
    TakenIn,
    TakenRun,
)

_MOST_LAPS_TOLD: Final = 5
_MOST_TITLES: Final = 15
_NOTHING_NEW: Final = "Nothing has changed: everything stands as the page has it."


def progress(doing: Progress) -> Answer:
    """Show what an import is doing."""
    if doing.of == 1:
        return Answer("Reading the page …")
    return Answer(f"Race {doing.done + 1} of {doing.of} …")


def question(asked: ImportQuestion) -> Answer:
    """Ask what has to be said before laps are stored."""
    lines = [bold(asked.text), *(plain(line) for line in asked.lines)]
    return Answer(join_fitting(lines, CONTENT_LIMIT))


def only_shown(result: OnlyShown) -> Answer:
    """Show a saved page's races; nothing is fetched from there."""
    what = "practice sessions" if result.page == "practice day" else "races"
    lines = [
        f"That is a saved {result.page} page, without laps: give its link, or one of its {what}.",
        *(f"· {plain(title)}" for title in result.titles[:_MOST_TITLES]),
    ]
    left = len(result.titles) - _MOST_TITLES
    if left > 0:
        lines.append(f"and {left} more")
    return Answer(join_fitting(lines, CONTENT_LIMIT))


def imported(result: Imported) -> Answer:
    """Show what came in and, beside it, what stays and why."""
    lines: list[str] = []
    if result.opened_session and result.session is not None:
        lines.append(f"Opened the session {bold(result.session.name)}.")
    stored = [race for race in result.races if race.taken.has_stored]
    others = [race for race in result.races if not race.taken.has_stored]
    for race in stored:
        lines += _race_lines(race)
    told = [line for race in others for line in _race_lines(race)]
    if not stored and others and all(_is_the_same(race.taken) for race in others):
        told = [_NOTHING_NEW]
    lines += told
    if not result.races:
        lines.append("Nobody of the team drove in these races, as far as I know.")
    lines += [f"⚠️ {plain(line)}" for line in result.unread]
    lines += _stranger_lines(result)
    return Answer(join_fitting(lines, CONTENT_LIMIT))


def _is_the_same(taken: TakenIn) -> bool:
    return bool(taken.runs) and all(run.fate is Fate.SAME for run in taken.runs)


def _race_lines(race: RaceRead) -> list[str]:
    taken = race.taken
    if taken.deleted is not None:
        return [f"{bold(taken.deleted)} was deleted on purpose: it is not brought in again."]
    if taken.heat is None:
        drivers = count(taken.drivers, "driver")
        nobody = f"{bold(race.title)}: nobody of the team is known among its {drivers}."
        return [f"{nobody} Set your name there with `/profile driver_name:…`."]
    new = [run for run in taken.runs if run.fate is Fate.NEW]
    lines = [f"{heat_name(taken.heat)}: {_new_words(new)}"] if new else []
    if taken.is_new and lines:
        lines[0] += f" of {taken.drivers} on the page. Its summary follows."
    heat = heat_name(taken.heat)
    lines += [_run_line(heat, run) for run in taken.runs if run.fate is not Fate.NEW]
    if taken.beside is not None:
        lines.append(
            f"The laps typed in {heat_name(taken.beside)} match nothing on the page: "
            "they stand beside it."
        )
    lines += [f"⚠️ {plain(line)}" for line in race.differences]
    lines += [f"Left out, no lap: {plain(line)}" for line in race.left_out]
    return lines


def _new_words(runs: Sequence[TakenRun]) -> str:
    return listed([f"{name_of(run.racer)} {count(len(run.page), 'lap')}" for run in runs])


def _run_line(heat: str, run: TakenRun) -> str:
    name, changed = name_of(run.racer), difference(run)
    match run.fate:
        case Fate.TYPED:
            where = f" in {heat_name(run.typed_in)}" if run.typed_in is not None else ""
            return (
                f"{heat}: the page's {count(len(run.page), 'lap')} take the place of those "
                f"{name} had typed{where}; Undo brings them back."
            )
        case Fate.CORRECTED:
            return f"{heat}: {name} corrected: {changed}."
        case Fate.KEPT if not run.before:
            return f"{heat}: {name}'s laps were taken out by hand: they stay out."
        case Fate.KEPT:
            return f"{heat}: {name}'s laps were changed by hand and stay. The page has {changed}."
        case Fate.BESIDE:
            return f"{heat}: {name} has other laps typed there: they stay. The page has {changed}."
        case Fate.OTHERS:
            where = f" in {heat_name(run.typed_in)}" if run.typed_in is not None else ""
            return f"{heat}: {name} has typed these laps{where}: only crew can replace them."
        case _:
            return f"{heat}: {name}'s laps stand as the page has them."


def difference(run: TakenRun) -> str:
    """Return how the page's laps differ from those before: ``lap 3 20.377 → 20.277``."""
    parts = []
    for number, (one, other) in enumerate(zip(run.before, run.page, strict=False), start=1):
        if one.time_ms != other.time_ms:
            parts.append(f"lap {number} {format_lap(one.time_ms)} → {format_lap(other.time_ms)}")
        elif one.counts != other.counts:
            parts.append(f"lap {number} {'counts' if other.counts else 'does not count'}")
    if len(parts) > _MOST_LAPS_TOLD:
        parts = [*parts[:_MOST_LAPS_TOLD], f"{len(parts) - _MOST_LAPS_TOLD} more"]
    if len(run.before) != len(run.page):
        parts.append(f"{len(run.before)} → {count(len(run.page), 'lap')}")
    return ", ".join(parts) or "the same"


def _stranger_lines(result: Imported) -> list[str]:
    if not result.strangers or not result.is_crew:
        return []
    return ["Is one of the others a team-mate? Say who, and their laps come in too."]


def which_team_mate(driver: str) -> Answer:
    """Ask which team-mate a driver of a page is."""
    return Answer(f"Which team-mate is {bold(driver)}?")


def rows_imported(result: RowsImported) -> Answer:
    """Show what became of a file's rows."""
    lines: list[str] = []
    if result.opened_session:
        lines.append(f"Opened the session {bold(result.session.name)}.")
    new = [run for run in result.runs if run.fate is Fate.NEW]
    kept = [run for run in result.runs if run.fate is Fate.BESIDE]
    if new:
        laps, heats = sum(run.laps for run in new), len({run.heat.id for run in new})
        lines.append(
            f"{count(laps, 'lap')} in {count(heats, 'heat')} of {bold(result.session.name)}; "
            "nothing is posted."
        )
    elif not kept:
        lines.append("Nothing has changed: all of these laps are there already.")
    lines += [
        f"{heat_name(run.heat)}: {name_of(run.racer)} has other laps there: they stay."
        for run in kept
    ]
    return Answer(join_fitting(lines, CONTENT_LIMIT))
