"""A running local Discord, a real discord.py bot in it, and a client without any manners."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from localdiscord import LocalDiscord, Member
from localdiscord.play.cast import PADDOCK
from localdiscord.world.interactions import Interaction
from localdiscord.world.signals import PATIENT_S
from tests.localdiscord.stub_bot import StubBot, redirect, running

COMMANDS = [
    {
        "name": "lap",
        "description": "Store laps",
        "options": [
            {"type": 3, "name": "times", "description": "Lap times", "required": True},
            {"type": 3, "name": "heat", "description": "Heat", "autocomplete": True},
        ],
    },
]


@dataclass
class Reply:
    """What the server answered."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> int:
        code: int = self.body["code"]
        return code


class Rest:
    """Sends requests as no library would."""

    def __init__(self, discord: LocalDiscord, session: aiohttp.ClientSession) -> None:
        self.discord = discord
        self._session = session

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = "",
        data: aiohttp.FormData | bytes | None = None,
    ) -> Reply:
        headers = {}
        if token is not None:
            headers["Authorization"] = f"Bot {token or self.discord.token}"
        async with self._session.request(
            method,
            self.discord.api_url + path,
            json=body,
            data=data,
            headers=headers,
        ) as response:
            is_json = response.headers.get("Content-Type") == "application/json"
            answer = await response.json() if is_json else await response.text()
            return Reply(response.status, answer, dict(response.headers))

    async def register(self) -> None:
        """Register the commands."""
        path = f"/applications/{self.discord.world.bot.id}/commands"
        reply = await self.call("PUT", path, COMMANDS)
        assert reply.status == 200

    async def answer(self, interaction: Interaction, body: object) -> Reply:
        """Give a first answer."""
        path = f"/interactions/{interaction.id}/{interaction.token}/callback?with_response=1"
        return await self.call("POST", path, body, token=None)

    async def webhook(
        self,
        method: str,
        interaction: Interaction,
        path: str = "",
        body: object = None,
    ) -> Reply:
        """Use an interaction's token."""
        application_id = self.discord.world.bot.id
        start = f"/webhooks/{application_id}/{interaction.token}"
        return await self.call(method, start + path, body, token=None)


@pytest.fixture
async def discord() -> AsyncIterator[LocalDiscord]:
    """A running local Discord."""
    async with LocalDiscord(PADDOCK) as running_discord:
        # How busy the machine is makes no test fail.
        running_discord.patience.answer_within_s = running_discord.settle_s = PATIENT_S
        yield running_discord


@pytest.fixture
async def rest(discord: LocalDiscord) -> AsyncIterator[Rest]:
    """A client for it, with the commands registered."""
    async with aiohttp.ClientSession() as session:
        client = Rest(discord, session)
        await client.register()
        yield client


@pytest.fixture
async def bot(discord: LocalDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StubBot]:
    """A real discord.py bot that is ready; whatever it sends must be right."""
    redirect(discord.api_url, discord.gateway_url, monkeypatch)
    async with running(StubBot(), discord.token) as stub:
        await discord.ready()
        yield stub
    discord.assert_clean()


@pytest.fixture
def racer(discord: LocalDiscord) -> Member:
    """Somebody who may do no more than everybody."""
    return discord.guild().member("racer-2")


async def begun(racer: Member, line: str = "/lap times:58.2") -> Interaction:
    """An interaction that is on its way; the test answers it by hand."""
    world = racer.team.discord.world
    known = set(world.interactions)
    asking = asyncio.ensure_future(racer.type("race-day", line))
    (token,) = await world.changed.wait_for(lambda: set(world.interactions) - known, PATIENT_S)
    # The person goes away: nobody waits for the answer.
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    return world.interactions[token]
