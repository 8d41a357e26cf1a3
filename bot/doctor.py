"""Looking at what the bot needs to start, without starting it."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import discord
from sqlalchemy.engine import URL

from bot.discord.endpoints import use_api
from bot.discord.permissions import problems_in
from bot.discord.trouble import CONNECTION_LOST, passing, reason_of
from bot.machine import (
    ENOUGH_DISK_MB,
    ENOUGH_MEMORY_MB,
    MOST_OFF_S,
    clock_is_off_s,
    free_disk_mb,
    free_memory_mb,
    nearest_folder,
)
from core.config import Settings
from core.database import Database
from core.outages import may_come_up
from core.services.outbox import OutboxService
from migrations import runner
from migrations.newest import NEWEST

# Each team takes three questions to Discord.
_MOST_TEAMS: Final = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        ok: Whether the bot would start.
        text: What was found.
        is_note: Whether somebody should look into it, although the bot would start.
    """

    ok: bool
    text: str
    is_note: bool = False


def _good(text: str) -> Finding:
    return Finding(ok=True, text=text)


def _note(text: str) -> Finding:
    return Finding(ok=True, text=text, is_note=True)


def _problem(text: str) -> Finding:
    return Finding(ok=False, text=text)


async def examine(settings: Settings) -> list[Finding]:
    """Look at database, machine, token, and the channels the teams have set."""
    findings = [await _database(settings), *_machine(settings)]
    if settings.metrics_port and importlib.util.find_spec("prometheus_client") is None:
        findings.append(_problem("METRICS_PORT needs what comes with orp-bot[metrics]"))
    return findings + [finding async for finding in _discord(settings)]


# The database and the machine


async def _database(settings: Settings) -> Finding:
    url = settings.database_url
    if url.get_backend_name() == "sqlite":
        found = _file(Path(str(url.database)))
        if found is not None:
            return found
    try:
        revision = await runner.current(url)
    except runner.MigrationError as error:
        if isinstance(error.__cause__, Exception) and may_come_up(error.__cause__):
            return _note(f"{error} The bot waits for it.")
        return _problem(str(error))
    if revision == NEWEST:
        return _good(f"{_named(url)} is at revision {revision}, the newest")
    state = f"at revision {revision}" if revision else "empty"
    return _good(f"{_named(url)} is {state}; the bot brings it to {NEWEST} when it starts")


def _named(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return f"database {url.database}"
    hosts = ", ".join(url.normalized_query.get("host", ()))
    return f"database {url.database} on {url.host or hosts or 'this machine'}"


def _file(file: Path) -> Finding | None:
    """Return what there is to say of a file that cannot be asked; None where it can."""
    if not os.access(file if file.exists() else nearest_folder(file), os.W_OK):
        return _problem(f"database {file} may not be written by this user")
    return None if file.exists() else _good(f"database {file} is made at the first start")


def _machine(settings: Settings) -> list[Finding]:
    findings = []
    url = settings.database_url
    if url.get_backend_name() == "sqlite":
        free = free_disk_mb(Path(str(url.database)))
        text = f"{free} MB of disk are free where the database lies"
        enough = free >= ENOUGH_DISK_MB
        findings.append(
            _good(text) if enough else _note(f"only {text}; with none nothing can be stored")
        )
    memory = free_memory_mb()
    if memory is not None:
        text = f"{memory} MB of memory are free"
        enough = memory >= ENOUGH_MEMORY_MB
        findings.append(
            _good(text) if enough else _note(f"only {text}; the bot takes {ENOUGH_MEMORY_MB}")
        )
    return findings


# Discord


async def _discord(settings: Settings) -> AsyncIterator[Finding]:
    if settings.discord_token is None:
        yield _problem("DISCORD_TOKEN is not set")
        return
    if settings.discord_api_url:
        use_api(settings.discord_api_url)
    # It never speaks: that libraries for voice are missing is no fault.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    client = discord.Client(intents=discord.Intents(guilds=True))
    try:
        await client.login(settings.discord_token.get_secret_value())
        yield _good(f"token belongs to {client.user}")
        yield await _clock()
        async for finding in _channels(settings, client):
            yield finding
    except discord.LoginFailure:
        yield _problem("DISCORD_TOKEN is not accepted by Discord")
    except (discord.HTTPException, *CONNECTION_LOST) as error:
        if passing(error) is None:
            yield _problem(f"Discord refuses the login: {reason_of(error)}")
        else:
            yield _note(f"Discord cannot be reached: {reason_of(error)}; the bot waits for it")
    finally:
        await client.close()


async def _clock() -> Finding:
    off_s = await clock_is_off_s(f"{discord.http.Route.BASE}/gateway")
    if off_s is None:
        return _note("Discord did not tell the time; look whether the clock is right")
    if abs(off_s) <= MOST_OFF_S:
        return _good("the clock is right")
    which = "ahead" if off_s > 0 else "behind"
    return _note(f"the clock is {abs(off_s):.0f} s {which}: sessions begin and close by it")


async def _channels(settings: Settings, client: discord.Client) -> AsyncIterator[Finding]:
    """Look at what the bot may do in the channels that teams have set."""
    channels = await _channels_set(settings)
    for team_id, channel_id in channels[:_MOST_TEAMS]:
        where, problems = await problems_in(client, team_id, channel_id)
        for problem in problems:
            yield _note(f"{where}: {problem}")
        if not problems:
            yield _good(f"{where}: summaries can be posted")
    if len(channels) > _MOST_TEAMS:
        yield _good(f"{len(channels) - _MOST_TEAMS} more teams' channels were not looked at")


async def _channels_set(settings: Settings) -> list[tuple[int, int]]:
    try:
        if await runner.current(settings.database_url) != NEWEST:
            return []
    except runner.MigrationError:
        return []
    database = Database(settings.database_url)
    try:
        return await OutboxService(database).channels()
    finally:
        await database.dispose()
