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
        "sessions and heats you opened or closed, events you follow, cards of you that were shared "
        "(channel/message), what result pages say of you, and what still waits for a tap"
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
        "Any app for tables opens the .csv files. Moments are in UTC, times of laps in seconds.",
        "/data forget in the same server removes all of it.",
        "",
    ]
    return "\r\n".join(lines)


def ask_forget(held: DataHeld) -> Answer:
    """Ask before a racer is forgotten, naming what goes, what follows and what stays."""
    if held.is_nothing:
        return Answer(_NOTHING)
    you, your, own = ("you", "your", "yours") if held.is_self else ("they", "their", "theirs")
    lines = [f"Forget {_whom(held)} in this team? There is no way back."]
    if held.is_self:
        lines.append("`/data export` gives you everything as a file first.")
    lines.append(f"**Gone**: {listed(_going(held, your))}.")
    posts, cards = sum(held.posts.values()), sum(held.cards.values())
    if held.heats_alone:
        lines[-1] += (
            f" {count(held.heats_alone, 'heat')} of {own} alone, with what was posted of it."
        )
    if posts:
        them = "you" if held.is_self else "them"
        lines.append(f"**Drawn again without {them}**: {count(posts, 'post')}.")
    if cards:
        lines.append(f"**Deleted**: {count(cards, 'shared card')}.")
    if held.racer is not None:
        lines.append(
            f"**Staying, without {your} name**: what {you} typed for others, sessions {you} "
            f"opened, and {your} laps on result pages, so that the others keep their places."
        )
    return Answer("\n".join(lines))


def _whom(held: DataHeld) -> str:
    return "you" if held.is_self or held.racer is None else bold(held.racer.name)


def _going(held: DataHeld, your: str) -> list[str]:
    counted = ((held.notes, "note"), (held.ratings, "rating"))
    parts = [f"{count(held.laps, 'lap')} in {count(held.runs, 'heat')}" if held.laps else ""]
    parts += [count(number, noun) for number, noun in counted if number]
    parts.append(f"{your} profile" if held.racer is not None else "")
    parts.append(f"what waits for {your} tap" if held.waiting else "")
    return [part for part in parts if part]


def forgotten(result: DataForgotten) -> Answer:
    """Show that a racer is forgotten, and which posts cannot follow."""
    held = result.held
    is_you = _whom(held) == "you"
    whose = "You are" if is_you else f"{_whom(held)} is"
    lines = [f"{whose} forgotten in this team: {listed(_going(held, 'the'))}."]
    shown = ((sum(held.posts.values()), "post"), (sum(held.cards.values()), "shared card"))
    following = [count(number, noun) for number, noun in shown if number]
    if following:
        lines.append(f"{listed(following)} will follow in a moment.")
    lines += [problem_line(problem) for problem in result.problems]
    if result.problems:
        lines.append("I try that again by myself, as soon as I may.")
    return Answer("\n".join(lines))
