"""The publisher's places: who is slow leaves room for everybody else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import discord
import pytest
from sqlalchemy import select

from bot import publisher
from bot.app import App, Cooldown, WorkInHand
from bot.publisher import Publisher
from bot.studio import Studio
from core.bootstrap import Services
from core.database import Database
from core.models import SummaryPost
from tests.databases import FakeClock, scalars
from tests.e2e.aftermath import until
from tests.services.racing import ANN, LAPS, by, log


class SilentDiscord:
    """Stands in for the client: channels that never answer, those that lose, and those that work.

    Attributes:
        asked: How many messages each channel was sent.
        silent: The channels that never answer.
    """

    def __init__(self) -> None:
        self.user = None
        self.asked: Counter[int] = Counter()
        self.silent: set[int] = set()
        self.losing: set[int] = set()
        self.changed = asyncio.Event()

    def get_channel(self, channel_id: int) -> None:
        """Nothing is known here, so everything is tried."""

    async def fetch_channel(self, channel_id: int) -> None:
        """Nor can anything be looked up."""

    def get_partial_messageable(self, channel_id: int) -> Any:
        return Silent(self, channel_id)

    async def wait_for(self, asked: set[int]) -> None:
        async with asyncio.timeout(60):
            while not asked <= self.asked.keys():
                self.changed.clear()
                await self.changed.wait()


class Silent:
    """A channel."""

    def __init__(self, client: SilentDiscord, channel_id: int) -> None:
        self._client = client
        self.id = channel_id

    async def send(self, **_: object) -> Any:
        self._client.asked[self.id] += 1
        self._client.changed.set()
        if self.id in self._client.silent:
            await asyncio.Event().wait()
        if self.id in self._client.losing:
            raise TimeoutError
        return type("Message", (), {"id": self.id, "channel": self})

    async def history(self, **_: object) -> AsyncIterator[discord.Message]:
        self._client.asked[self.id] += 1
        self._client.changed.set()
        if self.id in self._client.silent:
            await asyncio.Event().wait()
        nothing: tuple[discord.Message, ...] = ()
        for message in nothing:
            yield message


@asynccontextmanager
async def publishing(services: Services, client: SilentDiscord) -> AsyncIterator[None]:
    app = App(services, Studio(), cast("Cooldown", None), WorkInHand())
    running = asyncio.create_task(Publisher(app, cast("discord.Client", client)).run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])
        await app.studio.close()


async def order(services: Services, *teams: int) -> None:
    for team in teams:
        await log(services, by(ANN, team=team, channel=team), LAPS)
        await services.heat.finish(by(ANN, team=team, channel=team))


async def test_teams_in_trouble_leave_half_of_the_places_to_others(
    database: Database, services: Services, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "MOST_IN_HAND", 4)
    monkeypatch.setattr(publisher, "MOST_IN_TROUBLE", 2)
    monkeypatch.setattr(publisher, "may_attach_in", lambda _: False)
    client = SilentDiscord()
    slow = {1, 2, 3, 4, 5, 6}
    client.losing |= slow
    async with publishing(services, client):
        await order(services, *slow)
        await client.wait_for(slow)
        tried = select(SummaryPost.id).where(
            SummaryPost.attempts == 1, SummaryPost.claimed_until.is_(None)
        )

        async def all_were_tried() -> bool:
            return len(await scalars(database, tried)) == len(slow)

        await until(all_were_tried)
        client.asked.clear()
        client.silent |= slow
        clock.advance(minutes=10)
        services.outbox.wake()
        await order(services, 7, 8)
        await client.wait_for({7, 8})
        assert len(client.asked.keys() & slow) == 2
