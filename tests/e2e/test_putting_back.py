"""Undo shows what it took, and Put back brings it back where it was."""

from __future__ import annotations

import pytest

from localdiscord import LocalDiscord
from localdiscord.client.answers import Answer
from localdiscord.client.people import Member
from tests.e2e.conftest import StartBot

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANNEL = "race-day"


def labels(answer: Answer) -> list[str]:
    return [button.label for button in answer.buttons]


async def test_undo_shows_what_it_took_and_put_back_brings_it_back(owner: Member) -> None:
    typed = "/lap times:58.1 58.2 heat:Q1 class:Buggy confidence:4 note:35wt"
    logged = await owner.type(CHANNEL, typed)
    undone = await owner.press(logged, "Undo")
    assert undone.updated
    assert "58.100  58.200" in undone.content
    assert "opened for it, and are gone too" in undone.content
    assert labels(undone) == ["Put back"]
    back = await owner.press(undone, "Put back")
    for words in ("**Buggy Q1**", "laps 1–2", "Put back", "confidence 4/5", "Note: 35wt"):
        assert words in back.content
    assert "58.200" in (await owner.type(CHANNEL, "/heat show")).text
    again = await owner.press(undone, custom_id="put-back:" + "0" * 32, raw=True)
    assert "stored already" in again.content
    assert labels(await owner.press(back, "Undo")) == ["Put back"]


async def test_with_laps_since_the_form_has_both(owner: Member) -> None:
    await owner.type(CHANNEL, "/lap times:58.1 heat:Q1")
    undone = await owner.press(await owner.type(CHANNEL, "/lap times:58.2"), "Undo")
    assert labels(undone) == ["Put back", "Edit laps"]
    await owner.type(CHANNEL, "/lap times:58.3")
    both = await owner.press(undone, "Put back")
    assert "1 lap came into **Q1** since the Undo" in both.content
    form = (await owner.press(both, "Both in the form")).modal
    assert form is not None
    assert form.field("laps").value == "58.100\n58.200\n58.300"
    assert "Saved: 3 laps, 2 before" in (await owner.submit(form)).content


async def test_it_is_put_back_after_a_restart(discord: LocalDiscord, start_bot: StartBot) -> None:
    owner = discord.guild().owner
    async with start_bot() as bot:
        await discord.ready()
        undone = await owner.press(await owner.type(CHANNEL, "/lap times:58.1 58.2"), "Undo")
        assert await bot.stop() == 0, bot.tail
    await discord.gone()
    async with start_bot() as bot:
        await discord.ready()
        assert "laps 1–2" in (await owner.press(undone, "Put back")).content
        assert await bot.stop() == 0, bot.tail
