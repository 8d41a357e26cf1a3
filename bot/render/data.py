"""Answers about what the bot holds about a racer: handed over, and forgotten."""

from __future__ import annotations

from typing import Final

from bot.render.answer import Answer
from bot.render.phrases import count
from core.results.data import DataExport

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
