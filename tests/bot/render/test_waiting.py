"""The line that tells what waits: one line, harmless, within the limits."""

from __future__ import annotations

from uuid import UUID

import discord
import pytest

from bot.limits import CONTENT_LIMIT
from bot.render.answer import Answer
from bot.render.text import size
from bot.render.waiting import waiting_line
from core.results.waiting import Waiting, WaitsFor

ID = UUID(int=1)


@pytest.mark.parametrize("waits_for", WaitsFor)
def test_it_is_one_line_of_what_was_typed_made_harmless(waits_for: WaitsFor) -> None:
    waiting = Waiting(ID, waits_for, "58.1\n@everyone **x** " + "5" * 500, "Q1\n<@1>")
    first, *more = waiting_line(Answer("Hello"), waiting).content.split("\n")
    assert (first, len(more)) == ("Hello", 1)
    assert more[0].startswith("⏳ ")
    assert "@everyone" not in more[0]
    assert "<@1>" not in more[0]
    assert size(more[0]) < 120


def test_what_holds_no_laps_is_told_without() -> None:
    told = waiting_line(Answer(), Waiting(ID, WaitsFor.ANSWER))
    assert told.content == "⏳ A question waits for you."


def test_a_full_answer_stays_as_it_is() -> None:
    full = Answer("x" * CONTENT_LIMIT)
    assert waiting_line(full, Waiting(ID, WaitsFor.FIX, "58.1")) == full


def test_a_picture_stays_first() -> None:
    card = Answer(embed=discord.Embed(description="the card"), picture_first=True)
    told = waiting_line(card, Waiting(ID, WaitsFor.FIX, "58.1"))
    assert told.content == ""
    assert told.embed is not None
    assert told.embed.description == "the card\n⏳ Refused and kept: 58.1"
    assert card.embed is not None
    assert card.embed.description == "the card"
