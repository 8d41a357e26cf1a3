"""Misbehaviour on demand."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import discord as library
import pytest

from localdiscord import LocalDiscord, Member
from localdiscord.world.model import Channel
from localdiscord.world.signals import PATIENT_S
from tests.localdiscord.conftest import Rest
from tests.localdiscord.stub_bot import StubBot

MESSAGES = "/channels/{channel_id}/messages"
CALLBACK = "/interactions/*/callback"


@pytest.fixture
def channel(discord: LocalDiscord) -> Channel:
    return discord.guild().channel("race-day")


async def post(rest: Rest, channel: Channel) -> int:
    reply = await rest.call("POST", f"/channels/{channel.id}/messages", {"content": "x"})
    return reply.status


async def test_a_rate_limit(rest: Rest, channel: Channel, discord: LocalDiscord) -> None:
    discord.mischief.rate_limit("POST", MESSAGES, retry_after=0.5, times=2, everywhere=True)
    for _ in range(2):
        reply = await rest.call("POST", f"/channels/{channel.id}/messages", {"content": "x"})
        assert reply.status == 429
        assert reply.headers["Via"]
        assert (reply.body["retry_after"], reply.body["global"]) == (0.5, True)
    assert await post(rest, channel) == 200
    assert len(channel.messages) == 1


async def test_discord_py_waits_for_a_rate_limit(
    bot: StubBot,
    racer: Member,
    discord: LocalDiscord,
) -> None:
    rule = discord.mischief.rate_limit("POST", MESSAGES, retry_after=0.05)
    answer = await racer.type("race-day", "/post text:hello")
    assert answer.content == "True"
    assert rule.seen == 1
    statuses = [item.status for item in discord.requests if item.route == MESSAGES]
    assert statuses[:2] == [429, 200]


async def test_edits_of_old_posts_are_limited(
    rest: Rest,
    channel: Channel,
    discord: LocalDiscord,
) -> None:
    discord.mischief.rate_limit("PATCH", f"/channels/{channel.id}/messages/*", code=30046)
    assert await post(rest, channel) == 200
    path = f"/channels/{channel.id}/messages/{channel.messages[0].id}"
    reply = await rest.call("PATCH", path, {"content": "y"})
    assert (reply.status, reply.code) == (429, 30046)


async def test_server_errors_until_cleared(
    rest: Rest,
    channel: Channel,
    discord: LocalDiscord,
) -> None:
    rule = discord.mischief.fail("*", "*", status=502, times=None)
    assert [await post(rest, channel) for _ in range(3)] == [502, 502, 502]
    assert channel.messages == []
    rule.clear()
    assert await post(rest, channel) == 200


async def test_an_error_after_the_message_was_posted(
    rest: Rest,
    channel: Channel,
    discord: LocalDiscord,
) -> None:
    discord.mischief.fail("POST", MESSAGES, status=500, when="after")
    assert await post(rest, channel) == 500
    assert len(channel.messages) == 1


@pytest.mark.parametrize(("when", "posted"), [("before", 0), ("after", 1)])
async def test_a_dropped_connection(
    rest: Rest,
    channel: Channel,
    discord: LocalDiscord,
    when: str,
    posted: int,
) -> None:
    discord.mischief.drop("POST", MESSAGES, when=when)
    with pytest.raises(aiohttp.ClientError):
        await post(rest, channel)
    assert len(channel.messages) == posted
    assert discord.requests[-1].status == 0
    assert await post(rest, channel) == 200


async def test_a_slow_answer(rest: Rest, channel: Channel, discord: LocalDiscord) -> None:
    discord.mischief.slow("POST", MESSAGES, seconds=0.05, times=1)
    begin = time.monotonic()
    assert await post(rest, channel) == 200
    assert time.monotonic() - begin >= 0.05


@pytest.mark.parametrize(("when", "posted"), [("before", 0), ("after", 1)])
async def test_a_held_request(
    rest: Rest,
    channel: Channel,
    discord: LocalDiscord,
    when: str,
    posted: int,
) -> None:
    hold = discord.mischief.hold("POST", MESSAGES, when=when)
    posting = asyncio.create_task(post(rest, channel))
    await hold.reached()
    assert len(channel.messages) == posted
    assert not posting.done()
    hold.release()
    assert await posting == 200
    assert len(channel.messages) == 1


@pytest.mark.parametrize(("when", "posted"), [("before", 0), ("after", 1)])
async def test_a_sender_that_is_gone_by_then(
    rest: Rest,
    channel: Channel,
    discord: LocalDiscord,
    when: str,
    posted: int,
) -> None:
    hold = discord.mischief.hold("POST", MESSAGES, when=when)
    posting = asyncio.create_task(post(rest, channel))
    await hold.reached()
    posting.cancel()
    await asyncio.gather(posting, return_exceptions=True)
    hold.release()
    assert await post(rest, channel) == 200
    assert len(channel.messages) == posted + 1


async def test_nothing_is_held_in_vain(discord: LocalDiscord) -> None:
    hold = discord.mischief.hold("POST", MESSAGES)
    with pytest.raises(TimeoutError):
        await hold.reached(0.01)


async def test_a_rule_is_about_its_route_only(
    rest: Rest,
    channel: Channel,
    discord: LocalDiscord,
) -> None:
    discord.mischief.fail("POST", "/webhooks/*", times=None)
    discord.mischief.fail("GET", MESSAGES, times=None)
    other = discord.guild().channel("general")
    discord.mischief.fail("POST", f"/channels/{other.id}/messages", times=None)
    assert await post(rest, channel) == 200
    assert await post(rest, other) == 500
    discord.mischief.clear()
    assert await post(rest, other) == 200


async def test_an_interaction_delivered_twice(
    bot: StubBot,
    racer: Member,
    discord: LocalDiscord,
) -> None:
    discord.deliver_twice()
    answer = await racer.type("race-day", "/echo text:once")
    assert answer.content == "once"
    await discord.wait_for(lambda: any(item.code == 40060 for item in discord.requests))
    assert bot.seen.count(answer.interaction.id) == 2
    other = await racer.type("race-day", "/echo text:again")
    assert bot.seen.count(other.interaction.id) == 1


async def test_an_interaction_delivered_again_later(
    bot: StubBot,
    racer: Member,
    discord: LocalDiscord,
) -> None:
    answer = await racer.type("race-day", "/echo text:once")
    discord.deliver_again(answer)
    await discord.wait_for(lambda: any(item.code == 40060 for item in discord.requests))
    assert bot.seen.count(answer.interaction.id) == 2


async def test_a_channel_without_permission(
    bot: StubBot,
    channel: Channel,
    discord: LocalDiscord,
) -> None:
    seen = bot.get_channel(channel.id)
    assert isinstance(seen, library.TextChannel)
    discord.forbid(channel, "send_messages")
    await told(discord, bot, seen, send_messages=False)
    with pytest.raises(library.Forbidden) as error:
        await seen.send("x")
    assert error.value.code == 50013
    discord.allow(channel)
    await told(discord, bot, seen, send_messages=True)
    await seen.send("x")


async def told(
    discord: LocalDiscord,
    bot: StubBot,
    channel: library.TextChannel,
    *,
    send_messages: bool,
) -> None:
    """Wait until the bot has been told of the change."""
    async with asyncio.timeout(PATIENT_S):
        while channel.permissions_for(channel.guild.me).send_messages is not send_messages:
            await bot.wait_for("guild_channel_update")


async def test_channels_and_messages_are_deleted(
    bot: StubBot,
    racer: Member,
    channel: Channel,
    discord: LocalDiscord,
) -> None:
    await racer.type("race-day", "/echo text:hello public:true")
    (message,) = channel.messages
    discord.delete_message(message)
    assert message.deleted
    assert channel.messages == []
    deleted = asyncio.ensure_future(bot.wait_for("guild_channel_delete", timeout=PATIENT_S))
    discord.delete_channel(channel)
    assert (await deleted).id == channel.id
    assert bot.get_channel(channel.id) is None
