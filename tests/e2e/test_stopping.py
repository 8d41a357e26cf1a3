"""Asked to stop, the bot finishes what it has in hand and takes nothing more."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from sqlalchemy.engine import URL

from localdiscord import LocalDiscord
from localdiscord.play.botprocess import BotProcess
from tests.e2e.aftermath import aftermath_in, until
from tests.e2e.conftest import StartBot
from tests.e2e.driving import CHANNEL, race, type_laps
from tests.e2e.hindering import deferred_by, nobody_can_write

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

CALLBACK = "/interactions/*/callback"


async def is_stopping(bot: BotProcess) -> bool:
    return "stopping" in bot.tail


async def test_what_is_in_hand_when_the_bot_stops_is_stored_and_answered(
    discord: LocalDiscord, start_bot: StartBot, migrated_url: URL
) -> None:
    storing, answering, late = teams = [
        discord.add_guild(f"In hand {number}") for number in range(3)
    ]
    async with aftermath_in(migrated_url) as after, start_bot() as bot:
        await discord.ready()
        for team in teams:
            await type_laps(team)
        more = await type_laps(answering, "20.4")
        answer = discord.mischief.hold("POST", CALLBACK)
        undoing = asyncio.create_task(answering.owner.press(more, "Undo"))
        await answer.reached()
        async with nobody_can_write(migrated_url):
            logging = asyncio.create_task(type_laps(storing, "20.3"))
            await discord.wait_for(lambda: deferred_by(discord, [storing]))
            stopping = asyncio.create_task(bot.stop())
            await until(partial(is_stopping, bot))
            # It is still there, if only to say that it takes nothing more.
            refused = await late.owner.type(CHANNEL, "/lap times:20.3")
            assert "restarting" in refused.text
            answer.release()
            assert not (await undoing).failed
            assert not logging.done()
            assert not stopping.done()
        assert "20.300" in (await logging).text
        assert await stopping == 0, bot.tail
        assert "unexpected error" not in bot.tail
        assert await after.laps(storing) == [20100, 20200, 20300]
        assert await after.laps(answering) == [20100, 20200]
        assert await after.laps(late) == [20100, 20200]


async def test_a_post_on_its_way_when_the_bot_stops_is_noted(
    discord: LocalDiscord, start_bot: StartBot, migrated_url: URL
) -> None:
    team = discord.add_guild("On its way")
    channel = team.channel(CHANNEL)
    async with aftermath_in(migrated_url) as after, start_bot() as bot:
        await discord.ready()
        post = discord.mischief.hold("POST", f"/channels/{channel.id}/messages")
        await race(team)
        await post.reached()
        stopping = asyncio.create_task(bot.stop())
        await until(partial(is_stopping, bot))
        post.release()
        assert await stopping == 0, bot.tail
        assert "unexpected error" not in bot.tail
        assert [row.state for row in await after.posts(team)] == ["posted"]
        await after.check_posted_once(team, channel)
