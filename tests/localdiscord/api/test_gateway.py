"""The gateway: by hand, and with real discord.py."""

from __future__ import annotations

import asyncio
import contextlib
import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from localdiscord import LocalDiscord, Member
from localdiscord.api.sessions import BACKLOG
from localdiscord.world.signals import PATIENT_S
from tests.localdiscord.stub_bot import StubBot, redirect, running

GUILDS = 1
GUILD_MESSAGES = 1 << 9


class Socket:
    """A gateway connection by hand."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.sequence = 0

    async def receive(self) -> dict[str, Any]:
        payload: dict[str, Any] = await self.socket.receive_json(timeout=PATIENT_S)
        self.sequence = payload["s"] or self.sequence
        return payload

    async def send(self, op: int, data: object = None) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def events(self, count: int) -> list[str]:
        return [(await self.receive())["t"] for _ in range(count)]

    async def close_code(self) -> int | None:
        message = await self.socket.receive(timeout=PATIENT_S)
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        return self.socket.close_code


class Dialer:
    """Connects, and identifies."""

    def __init__(self, discord: LocalDiscord, session: aiohttp.ClientSession) -> None:
        self.discord = discord
        self.session = session

    async def connect(self, query: str = "?v=10&encoding=json") -> Socket:
        return Socket(await self.session.ws_connect(self.discord.gateway_url + query))

    async def hello(self) -> Socket:
        socket = await self.connect()
        assert (await socket.receive())["op"] == 10
        return socket

    async def identify(
        self,
        *,
        shard: tuple[int, int] = (0, 1),
        intents: int = GUILDS,
    ) -> tuple[Socket, dict[str, Any]]:
        socket = await self.hello()
        await socket.send(2, self.identity(shard=shard, intents=intents))
        ready = await socket.receive()
        assert ready["t"] == "READY"
        for _ in ready["d"]["guilds"]:
            assert (await socket.receive())["t"] == "GUILD_CREATE"
        return socket, ready["d"]

    def identity(self, **changes: object) -> dict[str, object]:
        identity = {"token": self.discord.token, "intents": GUILDS, "properties": {}}
        return {**identity, **changes}

    async def resume(self, session_id: str, sequence: int) -> Socket:
        socket = await self.hello()
        data = {"token": self.discord.token, "session_id": session_id, "seq": sequence}
        await socket.send(6, data)
        return socket


@pytest.fixture
async def dialer(discord: LocalDiscord) -> AsyncIterator[Dialer]:
    async with aiohttp.ClientSession() as session:
        yield Dialer(discord, session)


async def test_hello_heartbeat_identify(dialer: Dialer, discord: LocalDiscord) -> None:
    socket = await dialer.connect()
    hello = await socket.receive()
    assert (hello["op"], hello["d"]["heartbeat_interval"]) == (10, 41250)
    await socket.send(1)
    assert (await socket.receive())["op"] == 11
    await socket.send(2, dialer.identity())
    ready = await socket.receive()
    assert ready["d"]["user"]["id"] == str(discord.world.bot.id)
    assert ready["d"]["resume_gateway_url"] == discord.gateway_url
    guild = (await socket.receive())["d"]
    assert guild["name"] == "Team"
    assert [channel["name"] for channel in guild["channels"]] == ["race-day", "general"]
    # Without the members intent a bot is told of itself alone.
    assert [member["user"]["username"] for member in guild["members"]] == ["ORP Bot"]
    await discord.ready(commands=False)


async def test_a_heartbeat_is_not_answered_at_once(dialer: Dialer, discord: LocalDiscord) -> None:
    # discord.py would take it for the answer to the heartbeat before, and warn.
    assert discord.gateway.heartbeat_ack_after_s > 0
    discord.gateway.heartbeat_ack_after_s = 1.0
    socket = await dialer.hello()
    await socket.send(1)
    await socket.send(2, dialer.identity())
    assert (await socket.receive())["t"] == "READY"
    assert (await socket.receive())["t"] == "GUILD_CREATE"
    assert (await socket.receive())["op"] == 11


async def test_compressed(dialer: Dialer) -> None:
    socket = await dialer.connect("?v=10&encoding=json&compress=zlib-stream")
    inflate = zlib.decompressobj()
    packed = await socket.socket.receive_bytes(timeout=PATIENT_S)
    assert packed.endswith(b"\x00\x00\xff\xff")
    assert json.loads(inflate.decompress(packed))["op"] == 10
    await socket.send(1)
    packed = await socket.socket.receive_bytes(timeout=PATIENT_S)
    assert json.loads(inflate.decompress(packed))["op"] == 11


async def test_the_other_compression_is_left_out(dialer: Dialer) -> None:
    socket = await dialer.connect("?v=10&encoding=json&compress=zstd-stream")
    assert (await socket.receive())["op"] == 10


async def test_a_compression_nobody_knows(dialer: Dialer) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await dialer.connect("?v=10&encoding=json&compress=lzma")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"shard": [1, 1]}, 4010),
        ({"intents": -1}, 4013),
        ({"intents": GUILDS | 1 << 15}, 4014),
        ({"intents": GUILDS | 1 << 1}, 4014),
    ],
)
async def test_a_wrong_identity(dialer: Dialer, changes: dict[str, object], code: int) -> None:
    socket = await dialer.hello()
    await socket.send(2, dialer.identity(**changes))
    assert await socket.close_code() == code


async def test_what_a_bot_may_not_send(dialer: Dialer) -> None:
    socket = await dialer.hello()
    await socket.send(8, {"guild_id": "1"})
    assert await socket.close_code() == 4003
    socket, _ = await dialer.identify()
    await socket.send(2, dialer.identity())
    assert await socket.close_code() == 4005
    socket = await dialer.hello()
    await socket.send(77)
    assert await socket.close_code() == 4001


async def test_servers_are_split_between_shards(dialer: Dialer, discord: LocalDiscord) -> None:
    ids = [(number << 22) + 1 for number in (10, 11)]
    for snowflake in ids:
        discord.add_guild(f"Team {snowflake}", guild_id=snowflake)
    told = []
    for shard in (0, 1):
        _, ready = await dialer.identify(shard=(shard, 2))
        told.append({int(guild["id"]) for guild in ready["guilds"]})
        assert discord.gateway.complete() is (shard == 1)
    assert ids[0] in told[0]
    assert ids[1] in told[1]
    assert len(told[0] | told[1]) == len(told[0]) + len(told[1]) == 3


async def test_what_happens_is_told_to_its_shard(dialer: Dialer, discord: LocalDiscord) -> None:
    team = discord.guild()
    own = (team.guild.id >> 22) % 2
    socket, _ = await dialer.identify(shard=(own, 2))
    other, _ = await dialer.identify(shard=(1 - own, 2))
    role = team.add_role("Crew")
    discord.world.update_role(team.guild, role)
    discord.world.delete_role(team.guild, role)
    channel = team.add_channel("pits")
    discord.forbid(channel, "send_messages")
    discord.delete_channel(channel)
    discord.world.update_guild(team.guild)
    discord.world.remove_bot(team.guild)
    discord.world.invite_bot(team.guild)
    assert await socket.events(9) == [
        "GUILD_ROLE_CREATE",
        "GUILD_ROLE_UPDATE",
        "GUILD_ROLE_DELETE",
        "CHANNEL_CREATE",
        "CHANNEL_UPDATE",
        "CHANNEL_DELETE",
        "GUILD_UPDATE",
        "GUILD_DELETE",
        "GUILD_CREATE",
    ]
    await other.send(1)
    assert (await other.receive())["op"] == 11


async def test_messages_take_their_intent_and_hide_what_others_write(
    dialer: Dialer,
    discord: LocalDiscord,
) -> None:
    deaf, _ = await dialer.identify()
    socket, _ = await dialer.identify(intents=GUILDS | GUILD_MESSAGES)
    message = discord.guild().owner.say("race-day", "58.2")
    discord.delete_message(message)
    created = await socket.receive()
    assert (created["t"], created["d"]["content"]) == ("MESSAGE_CREATE", "")
    assert (await socket.receive())["t"] == "MESSAGE_DELETE"
    await deaf.send(1)
    assert (await deaf.receive())["op"] == 11


async def test_members_are_looked_up(dialer: Dialer, discord: LocalDiscord) -> None:
    team = discord.guild()
    socket, _ = await dialer.identify()
    ids = [str(team.owner.id), "1"]
    await socket.send(8, {"guild_id": str(team.guild.id), "user_ids": ids, "nonce": "n"})
    chunk = (await socket.receive())["d"]
    assert [member["user"]["id"] for member in chunk["members"]] == ids[:1]
    assert (chunk["not_found"], chunk["nonce"]) == (["1"], "n")


async def test_a_lost_connection_is_resumed(dialer: Dialer, discord: LocalDiscord) -> None:
    team = discord.guild()
    socket, ready = await dialer.identify()
    discord.gateway.drop()
    await discord.gone()
    assert await socket.close_code() == 1006
    team.add_role("Crew")
    again = await dialer.resume(ready["session_id"], socket.sequence)
    assert await again.events(2) == ["GUILD_ROLE_CREATE", "RESUMED"]
    assert discord.gateway.resumes == 1
    team.add_role("Drivers")
    assert (await again.receive())["s"] == again.sequence


@pytest.mark.parametrize("code", [1000, 1001])
async def test_who_says_goodbye_does_not_resume(
    dialer: Dialer,
    discord: LocalDiscord,
    code: int,
) -> None:
    socket, ready = await dialer.identify()
    await socket.socket.close(code=code)
    await discord.gone()
    again = await dialer.resume(ready["session_id"], socket.sequence)
    refused = await again.receive()
    assert (refused["op"], refused["d"]) == (9, False)


async def test_what_cannot_be_resumed(dialer: Dialer, discord: LocalDiscord) -> None:
    socket, ready = await dialer.identify()
    sequence = socket.sequence
    await socket.socket.close(code=4000)
    await discord.gone()
    for session_id, seen in (("unknown", sequence), (ready["session_id"], sequence + 100)):
        again = await dialer.resume(session_id, seen)
        assert (await again.receive())["op"] == 9
    for _ in range(BACKLOG + 1):
        discord.world.update_guild(discord.guild().guild)
    again = await dialer.resume(ready["session_id"], sequence)
    assert (await again.receive())["op"] == 9
    discord.gateway.resume_window_s = 0
    again = await dialer.resume(ready["session_id"], sequence + BACKLOG)
    assert (await again.receive())["op"] == 9


async def test_an_interaction_meanwhile_comes_with_the_resume(
    bot: StubBot,
    racer: Member,
    discord: LocalDiscord,
) -> None:
    (session,) = discord.gateway.sessions
    connection = session.connection
    # Lost without the bot noticing: what is told now is kept.
    session.lose()
    asking = asyncio.create_task(racer.type("race-day", "/echo text:hello"))
    await discord.wait_for(lambda: discord.world.interactions)
    assert bot.seen == []
    assert connection is not None
    connection.drop()
    assert (await asking).content == "hello"
    assert discord.gateway.resumes == 1


async def test_a_resume_that_repeats_an_interaction(
    bot: StubBot,
    racer: Member,
    discord: LocalDiscord,
) -> None:
    answer = await racer.type("race-day", "/echo text:hello")
    discord.gateway.repeat_on_resume()
    discord.gateway.drop()
    await discord.wait_for(lambda: any(item.code == 40060 for item in discord.requests))
    assert bot.seen.count(answer.interaction.id) == 2


@pytest.mark.usefixtures("bot")
async def test_told_to_reconnect(racer: Member, discord: LocalDiscord) -> None:
    discord.gateway.reconnect()
    await discord.wait_for(lambda: discord.gateway.resumes == 1)
    assert (await racer.type("race-day", "/echo text:hello")).content == "hello"


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("resumable", [True, False])
async def test_an_invalid_session(racer: Member, discord: LocalDiscord, *, resumable: bool) -> None:
    (before,) = discord.gateway.sessions
    connection = before.connection
    discord.gateway.invalidate(resumable=resumable)
    await discord.wait_for(
        lambda: any(item.connection is not connection for item in discord.gateway.sessions),
    )
    (after,) = discord.gateway.sessions
    assert (after is before) is resumable
    assert (await racer.type("race-day", "/echo text:hello")).content == "hello"


@pytest.mark.usefixtures("bot")
async def test_closed_with_a_code(racer: Member, discord: LocalDiscord) -> None:
    discord.gateway.close(4000)
    await discord.wait_for(lambda: discord.gateway.resumes == 1)
    assert (await racer.type("race-day", "/echo text:hello")).content == "hello"


async def test_a_bot_on_several_shards(
    discord: LocalDiscord,
    racer: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    redirect(discord.api_url, discord.gateway_url, monkeypatch)
    async with running(StubBot(shards=([0, 1, 2], 3)), discord.token) as bot:
        await discord.ready()
        assert [session.shard for session in discord.gateway.sessions] == [0, 1, 2]
        assert (await racer.type("race-day", "/echo text:hello")).content == "hello"
        assert len(bot.seen) == 1
    await discord.gone()


async def test_the_shards_of_a_bot_in_several_processes(
    discord: LocalDiscord,
    racer: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    redirect(discord.api_url, discord.gateway_url, monkeypatch)
    async with contextlib.AsyncExitStack() as stack:
        bots = []
        for shard in (0, 1):
            bot = StubBot(shards=([shard], 2))
            bots.append(await stack.enter_async_context(running(bot, discord.token)))
            await discord.wait_for(lambda: len(discord.gateway.sessions) == len(bots))
            assert discord.gateway.complete() is (shard == 1)
        await discord.ready()
        assert (await racer.type("race-day", "/echo text:hello")).content == "hello"
        own = (racer.team.guild.id >> 22) % 2
        assert [len(bot.seen) for bot in bots] == [1 - own, own]


async def test_a_bot_with_a_wrong_token(
    discord: LocalDiscord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    redirect(discord.api_url, discord.gateway_url, monkeypatch)
    async with StubBot() as bot:
        with pytest.raises(Exception, match="Improper token"):
            await bot.login("wrong")
