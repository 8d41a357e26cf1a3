"""What waits for a racer's tap is told by their next answers, with its button."""

from __future__ import annotations

import pytest

from localdiscord import LocalDiscord
from localdiscord.client.answers import Answer
from localdiscord.client.people import Member
from tests.e2e.conftest import StartBot

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANNEL = "race-day"
on_one = pytest.mark.parametrize("stage", ["sqlite"], indirect=True)


def last_button(answer: Answer) -> str:
    return answer.buttons[-1].label


async def test_what_was_refused_is_told_with_its_button(owner: Member, mate: Member) -> None:
    await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    await owner.type(CHANNEL, "/lap times:20.3 2O.4 `x` @everyone")
    for command in ("/orp", "/heat show", "/heat list", "/session show", "/session list"):
        answer = await owner.type(CHANNEL, command)
        assert "⏳ Refused and kept: 20.3 2O.4" in answer.text, command
        assert last_button(answer) == "Fix it", command
        assert answer.message is not None
        assert not answer.message.pings.mentioned
    assert "⏳" not in (await mate.type(CHANNEL, "/heat show")).content
    logged = await owner.type(CHANNEL, "/lap times:20.5")
    assert [button.label for button in logged.buttons][-2:] == ["Undo", "Fix it"]
    form = (await owner.press(logged, "Fix it")).modal
    assert form is not None
    assert "laps 4–5" in (await owner.submit(form, {"laps": "20.3 20.4"})).content
    assert "⏳" not in (await owner.type(CHANNEL, "/lap times:20.6")).content


@on_one
async def test_what_was_taken_back_is_put_back_from_the_next_answer(owner: Member) -> None:
    await owner.type(CHANNEL, "/lap times:20.1 heat:Q1")
    await owner.press(await owner.type(CHANNEL, "/lap times:20.2 20.3"), "Undo")
    shown = await owner.type(CHANNEL, "/heat show")
    assert "⏳ Taken back in **Q1** and kept: 20.200 20.300" in shown.content
    assert "laps 2–3" in (await owner.press(shown, "Put back")).content


@on_one
async def test_a_preview_that_was_left_is_stored_from_the_next_answer(owner: Member) -> None:
    await owner.message_menu(owner.say(CHANNEL, "Q1: 20.9 21.4"), "Log laps")
    listed = await owner.type(CHANNEL, "/session list")
    assert "⏳ Found in a message, not stored: 20.900 21.400" in listed.content
    assert "laps 1–2" in (await owner.press(listed, "Store")).content


async def test_laps_that_wait_are_told_after_a_restart(
    discord: LocalDiscord, start_bot: StartBot
) -> None:
    team = discord.guild()
    owner, mate = team.owner, team.member("racer-2")
    async with start_bot() as bot:
        await discord.ready()
        await owner.type(CHANNEL, "/session start name:Club Race")
        await owner.type(CHANNEL, "/session start name:Big Event")
        await mate.type(CHANNEL, "/lap times:20.1 20.2 note:35wt")
        assert await bot.stop() == 0, bot.tail
    await discord.gone()
    async with start_bot() as bot:
        await discord.ready()
        shown = await mate.type(CHANNEL, "/session show")
        assert "⏳ Waits for your answer: 20.1 20.2" in shown.content
        asked = await mate.press(shown, "Answer")
        assert "Which event?" in asked.content
        stored = await mate.choose(asked, "Club Race")
        assert "Note: 35wt" in stored.content
        assert "⏳" not in (await mate.type(CHANNEL, "/session show")).content
        assert await bot.stop() == 0, bot.tail
