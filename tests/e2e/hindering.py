"""Who stands in the way of the bot's work, and how far it has come all the same."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing

import asyncpg
from sqlalchemy.engine import URL

from localdiscord import LocalDiscord
from localdiscord.client.people import Team

DEFERRED = 5


def deferred_by(discord: LocalDiscord, teams: Iterable[Team]) -> bool:
    """Tell whether the bot is still at work for each of the teams."""
    waiting = {
        interaction.channel.guild.id
        for interaction in discord.world.interactions.values()
        if interaction.callback == DEFERRED
    }
    return all(team.guild.id in waiting for team in teams)


@asynccontextmanager
async def nobody_can_write(url: URL) -> AsyncIterator[None]:
    """Hold up whoever stores something: on SQLite at the start, on PostgreSQL half way through."""
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE run_logs, summary_posts IN EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()
