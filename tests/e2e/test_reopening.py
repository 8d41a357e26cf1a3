"""Reopen: under what finished a heat or closed a session, and under their tables."""

from __future__ import annotations

import pytest

from localdiscord import LocalDiscord
from localdiscord.client.answers import Answer
from localdiscord.client.people import Member, Team
from tests.e2e.conftest import StartBot
from tests.e2e.driving import close, shows

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANNEL = "race-day"


def labels(answer: Answer) -> list[str]:
    return [button.label for button in answer.buttons]


async def test_a_heat_that_was_started_over_goes_on(owner: Member, mate: Member) -> None:
    await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    started = await owner.type(CHANNEL, "/heat start")
    assert "**Q1** was still open and is finished now" in started.content
    assert labels(started) == ["Reopen"]
    assert "Only who finished Q1" in (await mate.press(started, "Reopen", raw=True)).content
    reopened = await owner.press(started, "Reopen")
    assert "**Q1** is open again" in reopened.content
    assert "**Q2** was empty and is gone" in reopened.content
    assert "**Q1**" in (await owner.type(CHANNEL, "/lap times:20.3")).content
    again = await owner.press(started, "Reopen")
    assert "open already" in again.content


async def test_a_finished_heat_goes_on_and_its_post_follows(
    team: Team, owner: Member, mate: Member
) -> None:
    channel = team.channel(CHANNEL)
    logged = await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    await mate.type(CHANNEL, "/lap times:21.1 21.2 heat:Q1")
    finished = await owner.press(logged, "Finish heat")
    assert labels(finished) == ["Reopen"]
    post = await channel.wait_for(shows("Q1"))
    # Everybody who has logged there has it in the table.
    shown = await mate.type(CHANNEL, "/heat show heat:Q1")
    assert labels(shown) == ["Reopen"]
    assert "its post follows" in (await mate.press(shown, "Reopen")).content
    await owner.type(CHANNEL, "/lap times:19.3")
    await channel.wait_for(lambda message: message is post and "19.300" in message.text)
    await owner.type(CHANNEL, "/heat finish")
    assert labels(await mate.type(CHANNEL, "/heat show heat:Q1")) == ["Reopen"]
    stranger = team.add_member("racer-3")
    assert labels(await stranger.type(CHANNEL, "/heat show heat:Q1")) == []
    assert channel.messages == [post]


async def test_a_closed_session_goes_on_with_one_wrap_up(
    team: Team, owner: Member, mate: Member
) -> None:
    channel = team.channel(CHANNEL)
    await owner.type(CHANNEL, "/session start name:Club Race")
    await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    await mate.type(CHANNEL, "/lap times:21.1 21.2 heat:Q1")
    asked = await owner.type(CHANNEL, "/session close")
    assert "Others logged laps in Club Race" in asked.content
    assert "Left as it is" in (await owner.choose(asked, "Not yet")).content
    closed = await close(owner)
    assert labels(closed) == ["Reopen"]
    wrap_up = await channel.wait_for(shows("is over"))
    shown = await mate.type(CHANNEL, "/session show")
    assert labels(shown) == ["Reopen"]
    reopened = await mate.press(shown, "Reopen")
    assert "**Club Race** is open again" in reopened.content
    assert "Open again with it: **Q1**" in reopened.content
    await mate.type(CHANNEL, "/lap times:18.7")
    await close(owner)
    await channel.wait_for(lambda message: message is wrap_up and "18.700" in message.text)
    assert len(channel.messages) == 2


async def test_it_works_after_a_restart(discord: LocalDiscord, start_bot: StartBot) -> None:
    owner = discord.guild().owner
    async with start_bot() as bot:
        await discord.ready()
        await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
        closed = await close(owner)
        assert await bot.stop() == 0, bot.tail
    await discord.gone()
    async with start_bot() as bot:
        await discord.ready()
        assert "is open again" in (await owner.press(closed, "Reopen")).content
        assert "lap 3" in (await owner.type(CHANNEL, "/lap times:20.3")).content
        assert await bot.stop() == 0, bot.tail
