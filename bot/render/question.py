"""The question which of several open sessions a waiting command is for."""

from __future__ import annotations

from bot.render.answer import Answer
from bot.render.phrases import count, lap_times
from core.laps import Lap
from core.results.question import WhichEvent


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
