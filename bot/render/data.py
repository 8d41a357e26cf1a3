"""Answers about what the bot holds about a racer: handed over, and forgotten."""

from __future__ import annotations

from typing import Final

from bot.render.answer import Answer
from bot.render.phrases import bold, count, listed, problem_line
from core.results.data import DataExport, DataForgotten, DataHeld

_TELLS: Final = {
    "laps.csv": "your laps, one a row; /heat import takes the file back",
    "runs.csv": "your runs, one a heat: best lap, ORP, rating and note",
    "entries.csv": (
        "each time laps were typed, saved or imported: who typed for you, whom you typed for, "
        "and the laps of yours that it replaced"
    ),
    "profile.csv": "your profile",
    "other.csv": (
        "sessions and heats you opened or closed, events you follow, what result pages say of you, "
        "and what you typed that still waits for a tap"
    ),
}
_NOTHING: Final = "I hold nothing about you in this team."


def exported(export: DataExport) -> Answer:
    """Go with a racer's data."""
    if not export.files:
        return Answer(_NOTHING)
    return Answer(
        f"Everything I hold about you in this team, with {count(export.laps, 'lap')}. "
        "Open the file, then **README.txt** in it: it says what is where."
    )


def readme(export: DataExport) -> str:
    """Return the text that lies beside the files and tells what is in them."""
    lines = [
        "Everything ORP Bot holds about you in this team.",
        "",
        *(
            f"{file.name} ({count(file.rows, 'row')}): {_TELLS[file.name]}."
            for file in export.files
        ),
        "",
        "Any app for tables opens the .csv files. Times of day are in UTC, lap times in seconds.",
        "/data forget in the same server removes all of it.",
        "",
    ]
    return "\r\n".join(lines)


def ask_forget(held: DataHeld) -> Answer:
    """Ask before a racer is forgotten, naming what goes."""
    if held.is_nothing:
        return Answer(_NOTHING)
    whose = "you" if held.is_self or held.racer is None else bold(held.racer.name)
    lines = [f"Forget {whose} in this team? There is no way back."]
    if held.is_self:
        lines.append("`/data export` gives you everything as a file first.")
    lines.append(f"**Gone**: {listed(_going(held))}.")
    follows = _following(held)
    if follows:
        lines.append(f"**In the channels**: {listed(follows)}.")
    if held.racer is not None:
        they = "you" if held.is_self else "they"
        lines.append(
            f"**Staying**: what {they} typed for others, and sessions {they} opened, by nobody; on "
            "result pages the laps, as *a racer*, so that the others keep their places."
        )
    return Answer("\n".join(lines))


def _going(held: DataHeld) -> list[str]:
    counted = ((held.notes, "note"), (held.ratings, "rating"))
    beside = [count(number, noun) for number, noun in counted if number]
    laps = f"{count(held.laps, 'lap')} in {count(held.runs, 'heat')}"
    parts = [laps if held.laps else "", *beside, "the profile" if held.racer else ""]
    if held.waiting:
        parts.append("what waits for a tap")
    return [part for part in parts if part]


def _following(held: DataHeld) -> list[str]:
    posts, cards = sum(held.posts.values()), sum(held.cards.values())
    parts = []
    if posts:
        parts.append(f"{count(posts, 'post')} drawn again without that row")
    if held.heats_alone:
        alone = count(held.heats_alone, "heat")
        parts.append(f"{alone} of nobody else gone, with what was posted of it")
    if cards:
        parts.append(f"{count(cards, 'shared card')} deleted")
    return parts


def forgotten(result: DataForgotten) -> Answer:
    """Show that a racer is forgotten, and what posts cannot follow."""
    held = result.held
    whose = "You are" if held.is_self or held.racer is None else f"{bold(held.racer.name)} is"
    lines = [f"{whose} forgotten in this team: {listed(_going(held))}."]
    follows = _following(held)
    if follows:
        lines.append(f"In the channels: {listed(follows)}; that takes a moment.")
    lines += [problem_line(problem) for problem in result.problems]
    if result.problems:
        lines.append("That is tried again, by itself.")
    return Answer("\n".join(lines))
