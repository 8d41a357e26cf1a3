"""The line below an answer that tells what waits for its reader."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.limits import CONTENT_LIMIT
from bot.render.answer import Answer
from bot.render.phrases import bold
from bot.render.text import plain, shorten, size
from core.results.waiting import Waiting, WaitsFor

_LONGEST_TYPED: Final = 40


def waiting_line(answer: Answer, waiting: Waiting) -> Answer:
    """Return an answer with the line below it, as far as there is room."""
    line = f"⏳ {_told(waiting)}"
    if answer.embed is not None and answer.picture_first:
        # Text of its own would stand above the picture.
        embed = answer.embed.copy()
        embed.description = "\n".join(filter(None, (embed.description, line)))
        return replace(answer, embed=embed)
    whole = "\n".join(filter(None, (answer.content, line)))
    return answer if size(whole) > CONTENT_LIMIT else replace(answer, content=whole)


def _told(waiting: Waiting) -> str:
    typed = plain(shorten(waiting.typed, _LONGEST_TYPED))
    match waiting.waits_for:
        case WaitsFor.ANSWER:
            return f"Waits for your answer: {typed}" if typed else "A question waits for you."
        case WaitsFor.STORE:
            return f"Found in a message, not stored: {typed}"
        case WaitsFor.FIX:
            return f"Refused and kept: {typed}"
        case WaitsFor.PUT_BACK:
            return f"Taken back in {bold(waiting.heat)} and kept: {typed}"
