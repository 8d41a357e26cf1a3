"""A server that removes the bot is marked, whether the bot is there to be told or not."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import URL

from core.models import Team as TeamRow
from localdiscord import LocalDiscord
from localdiscord.client.people import Team
from tests.databases import scalars
from tests.e2e.aftermath import Aftermath, aftermath_in, until
from tests.e2e.conftest import StartBot
from tests.e2e.driving import type_laps

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True),
]


async def gone_are(after: Aftermath, teams: Iterable[Team]) -> None:
    """Wait until these servers are marked, and no other is."""
    wanted = {team.guild.id for team in teams}

    async def are_marked() -> bool:
        gone = select(TeamRow.id).where(TeamRow.removed_at.is_not(None))
        return set(await scalars(after.database, gone)) == wanted

    await until(are_marked)


async def test_a_server_that_removes_the_bot_is_marked(
    discord: LocalDiscord, start_bot: StartBot, migrated_url: URL
) -> None:
    first, second, third = (discord.add_guild(name) for name in ("First", "Second", "Third"))
    async with aftermath_in(migrated_url) as after:
        async with start_bot() as bot:
            await discord.ready()
            for team in (first, second, third):
                await type_laps(team)
            discord.world.remove_bot(first.guild)
            await gone_are(after, [first])
            discord.world.invite_bot(first.guild)
            await gone_are(after, [])
            assert await bot.stop() == 0, bot.tail
        await discord.gone()
        await after.change(update(TeamRow).values(application_id=discord.world.bot.id))
        discord.world.remove_bot(second.guild)
        async with start_bot() as bot:
            await discord.ready()
            await gone_are(after, [second])
            assert "servers have removed the bot" in bot.tail
            discord.world.invite_bot(second.guild)
            await gone_are(after, [])
            assert await bot.stop() == 0, bot.tail
