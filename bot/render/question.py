"""What has to be said before a command is carried out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.limits import CONTENT_LIMIT
from bot.render.answer import Answer
from bot.render.phrases import bold, count, lap_times
from bot.render.text import join_fitting
from core.laps import Lap
from core.results.question import Question


def question(result: Question) -> Answer:
    """Ask; nothing is retyped."""
    text = bold(result.text)
    if not result.laps_ms:
        return Answer(text)
    laps = [Lap(number, time_ms) for number, time_ms in enumerate(result.laps_ms, start=1)]
    wait = "waits" if len(laps) == 1 else "wait"
    return Answer(f"{text} {count(len(laps), 'lap')} {wait} for your pick:\n{lap_times(laps)}")


def left_alone() -> Answer:
    """Show that nothing was done."""
    return Answer("Left as it is; nothing was changed.")


def together(answers: Sequence[Answer]) -> Answer:
    """Show in one message what a pick has settled, in the order it was typed."""
    if len(answers) == 1:
        return answers[0]
    return Answer(join_fitting([answer.content for answer in answers], CONTENT_LIMIT))
