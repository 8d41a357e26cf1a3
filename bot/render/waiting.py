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
    whole = "\n".join(filter(None, (answer.content, f"⏳ {_told(waiting)}")))
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
