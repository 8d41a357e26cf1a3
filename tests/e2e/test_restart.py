"""A bot that is stopped and started again finds everything, and its buttons still work."""

from __future__ import annotations

import pytest

from localdiscord import LocalDiscord
from tests.e2e.conftest import StartBot

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

CHANNEL = "race-day"


async def test_everything_is_there_after_a_restart(
    discord: LocalDiscord, start_bot_as_people_do: StartBot
) -> None:
    start_bot = start_bot_as_people_do
    team = discord.guild()
    owner = team.owner
    channel = team.channel(CHANNEL)
    async with start_bot() as bot:
        await discord.ready()
        await owner.type(channel, "/session start name:Club Race track:Arena")
        answer = await owner.type(channel, "/lap times:20.1 20.2 heat:Q1")
        table = await owner.type(channel, "/heat show heat:Q1")
        assert await bot.stop() == 0, bot.tail
    registered = [r for r in discord.requests if r.method == "PUT" and "commands" in r.path]
    await discord.gone()
    async with start_bot() as bot:
        await discord.ready()
        shown = await owner.type(channel, "/heat show heat:Q1")
        assert "20.100" in shown.text
        assert "20.100" in (await owner.choose(table, owner.user.name)).text
        page = f"{table.selects[0].custom_id.replace('look', 'page')}:1"
        turned = await owner.press(table, custom_id=page)
        assert turned.updated
        assert "20.100" in turned.text
        undone = await owner.press(answer, "Undo")
        assert not undone.failed
        listed = await owner.type(channel, "/session list")
        assert "Club Race" in listed.text
        assert await bot.stop() == 0, bot.tail
    again = [r for r in discord.requests if r.method == "PUT" and "commands" in r.path]
    assert len(registered) == 1
    assert again == registered, "unchanged commands were registered again"


async def test_which_event_is_asked_once_and_answered_after_a_restart(
    discord: LocalDiscord, start_bot: StartBot
) -> None:
    team = discord.guild()
    owner, mate = team.owner, team.member("racer-2")
    channel = team.channel(CHANNEL)
    async with start_bot() as bot:
        await discord.ready()
        await owner.type(channel, "/session start name:Club Race")
        await owner.type(channel, "/session start name:Big Event")
        question = await mate.type(channel, "/lap times:20.1 20.2 note:35wt")
        assert "20.100" in question.text
        assert await bot.stop() == 0, bot.tail
    await discord.gone()
    async with start_bot() as bot:
        await discord.ready()
        stored = await mate.choose(question, "Club Race")
        assert "20.100" in stored.text
        assert "Club Race" in stored.text
        after = await mate.type(channel, "/lap times:20.3")
        assert [select.placeholder for select in after.selects] == ["Not this heat?"]
        assert "20.300" in after.text
        assert await bot.stop() == 0, bot.tail
