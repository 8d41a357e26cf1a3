"""Running the bot: from settings to a connected client, and back down cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from typing import Final

import discord
import structlog
from sqlalchemy.engine import URL

from bot.client import OrpBot
from bot.discord.endpoints import use_api, use_gateway
from core.bootstrap import build_services
from core.config import Settings
from core.database import Database
from core.fetching.elsewhere import Elsewhere
from core.fetching.hosts import Hosts
from core.site_turns import SiteTurns
from migrations.newest import NEWEST, is_newest

# So many bytes of what standard input says are thrown away at a time.
_PIECE: Final = 4096

log = structlog.get_logger(__name__)


class StartRefused(Exception):
    """The bot cannot start; the text says why in a sentence."""


async def run(settings: Settings, *, until_stdin_ends: bool = False) -> None:
    """Bring the database up to date, connect, and serve until SIGTERM or Ctrl-C.

    Args:
        settings: What is set.
        until_stdin_ends: Stop also when whoever holds the other end of standard input has gone.

    Raises:
        StartRefused: There is no token, or Discord does not accept it.
        DatabaseTooNew: The database is newer than this program.
    """
    if settings.discord_token is None:
        raise StartRefused(
            "DISCORD_TOKEN is not set: put the bot's token in .env, "
            "or try everything without one with make run."
        )
    if settings.discord_api_url:
        use_api(settings.discord_api_url)
    if settings.discord_gateway_url:
        use_gateway(settings.discord_gateway_url)
    if await is_newest(settings.database_url):
        log.info("database is ready", revision=NEWEST)
    else:
        await _upgrade(settings.database_url)
    database = Database(settings.database_url)
    hosts = Hosts(settings.liverc_hosts, settings.myrcm_hosts, settings.loopback_every_s)
    services = build_services(
        database,
        Elsewhere(hosts, turn=SiteTurns(database).turn),
        keep_copies_days=settings.backup_keep,
    )
    bot = OrpBot(settings, services)
    try:
        token = settings.discord_token.get_secret_value()
        await _serve(bot, token, until_stdin_ends=until_stdin_ends)
    finally:
        await database.dispose()
        log.info("stopped")


async def _upgrade(url: URL) -> None:
    # Only now: at nearly every start there is no need to load what migrates.
    from migrations.runner import upgrade

    report = await upgrade(url)
    log.info(
        "database is ready", revision=report.after, backup=report.backup and str(report.backup)
    )


async def _stop_when_stdin_ends(stop: asyncio.Event) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.read(_PIECE):
        pass
    stop.set()


async def _serve(bot: OrpBot, token: str, *, until_stdin_ends: bool) -> None:
    """Serve until the client ends or a signal asks it to."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Windows has no signal handlers on its loop; Ctrl-C interrupts there.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    async with bot:
        serving = asyncio.create_task(bot.start(token))
        stopping = asyncio.create_task(stop.wait())
        watching = asyncio.create_task(_stop_when_stdin_ends(stop)) if until_stdin_ends else None
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if watching is not None:
            watching.cancel()
        if not serving.done():
            log.info("stopping")
            await bot.close()
            serving.cancel()
        try:
            await serving
        except asyncio.CancelledError:
            log.debug("stopped while connecting")
        except discord.LoginFailure:
            raise StartRefused("DISCORD_TOKEN is not accepted by Discord.") from None
        except discord.PrivilegedIntentsRequired:
            raise StartRefused("Discord asks for intents this bot does not need.") from None
