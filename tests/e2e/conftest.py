"""The real bot in its own process, a local Discord over real sockets, and a real database."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy.engine import URL

from localdiscord import LocalDiscord
from localdiscord.botprocess import BotProcess
from localdiscord.people import Racer, Team

StartBot = Callable[[], BotProcess]


@pytest.fixture
async def discord() -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord() as discord:
        if os.environ.get("CI"):
            assert discord.schema_checked, "Discord's OpenAPI document is missing"
        yield discord
        discord.assert_clean()


@pytest.fixture
def start_bot(discord: LocalDiscord, database_url: URL) -> StartBot:
    """Return what starts the bot on the test's database, as often as the test likes."""
    environment = discord.bot_environment() | {
        "DATABASE_URL": database_url.render_as_string(hide_password=False)
    }
    return lambda: BotProcess(environment)


@pytest.fixture
async def bot(discord: LocalDiscord, start_bot: StartBot) -> AsyncIterator[BotProcess]:
    async with start_bot() as process:
        await discord.ready()
        yield process
        assert await process.stop() == 0, process.tail


@pytest.fixture
def team(discord: LocalDiscord) -> Team:
    return discord.guild()


@pytest.fixture
def owner(team: Team) -> Racer:
    """Racer-1, who owns the server and so has Manage Server."""
    return team.member("racer-1")


@pytest.fixture
def mate(team: Team) -> Racer:
    return team.member("racer-2")
