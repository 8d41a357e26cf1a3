"""Looking at what the bot needs to start, without starting it."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.discord.endpoints import use_api
from bot.discord.trouble import Trouble, trouble_of
from core.config import Settings
from migrations import runner


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    ok: bool
    text: str


async def examine(settings: Settings) -> list[Finding]:
    """Look at the database and the token."""
    return [await _database(settings), await _token(settings)]


async def _database(settings: Settings) -> Finding:
    try:
        revision = await runner.current(settings.database_url)
    except runner.MigrationError as error:
        return Finding(ok=False, text=str(error))
    state = f"at revision {revision}" if revision else "empty; the bot makes its tables at start"
    return Finding(ok=True, text=f"database {settings.database_url!r} is {state}")


async def _token(settings: Settings) -> Finding:
    if settings.discord_token is None:
        return Finding(ok=False, text="DISCORD_TOKEN is not set")
    if settings.discord_api_url:
        use_api(settings.discord_api_url)
    client = discord.Client(intents=discord.Intents.none())
    try:
        await client.login(settings.discord_token.get_secret_value())
    except discord.LoginFailure:
        return Finding(ok=False, text="DISCORD_TOKEN is not accepted by Discord")
    except (discord.HTTPException, OSError) as error:
        if trouble_of(error) is not Trouble.PASSING:
            raise
        return Finding(ok=False, text="Discord cannot be reached just now")
    finally:
        await client.close()
    return Finding(ok=True, text=f"token belongs to {client.user}")
