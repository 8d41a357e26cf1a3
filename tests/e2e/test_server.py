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


async def test_a_server_that_came_back_while_the_bot_was_away_is_not_forgotten(
    discord: LocalDiscord, start_bot: StartBot, migrated_url: URL
) -> None:
    back, away, racing = (discord.add_guild(name) for name in ("Back", "Away", "Racing"))
    async with aftermath_in(migrated_url) as after:

        async def stand() -> set[int]:
            return set(await scalars(after.database, select(TeamRow.id)))

        async def chores_are_done() -> bool:
            return not any(info.is_open for info in await after.sessions(racing))

        async def is_away_forgotten() -> bool:
            return away.guild.id not in await stand()

        async with start_bot() as bot:
            await discord.ready()
            for team in (back, away, racing):
                await type_laps(team)
            for team in (back, away):
                discord.world.remove_bot(team.guild)
            await gone_are(after, [back, away])
            assert await bot.stop() == 0, bot.tail
        await discord.gone()
        await after.time_passes(minutes=31 * 24 * 60)
        discord.world.invite_bot(back.guild)
        hold = discord.mischief.hold("GET", "/gateway/bot", when="before")
        async with start_bot() as bot:
            # Nobody has told yet which servers there are.
            await hold.reached()
            await until(chores_are_done)
            assert await stand() == {team.guild.id for team in (back, away, racing)}
            hold.release()
            await until(is_away_forgotten)
            await gone_are(after, [])
            assert await stand() == {back.guild.id, racing.guild.id}
            assert len(await after.laps(back)) == 2
            assert await bot.stop() == 0, bot.tail
