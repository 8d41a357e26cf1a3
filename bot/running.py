"""Running the bot: from settings to a connected client, and back down cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Final

import discord
import structlog
from sqlalchemy.engine import URL

from bot.client import OrpBot
from bot.discord.endpoints import use_api, use_gateway
from bot.discord.trouble import INTENTS_REFUSED, REFUSALS, TOKEN_REFUSED, passing, reason_of
from bot.health import answering, socket_of
from bot.liveness import Liveness
from bot.start_refused import StartRefused
from bot.systemd import telling
from core.bootstrap import build_services
from core.config import Settings
from core.database import Database
from core.fetching.elsewhere import Elsewhere
from core.fetching.hosts import Hosts
from core.measures import NOTHING
from core.outages import may_come_up
from core.site_turns import SiteTurns
from migrations.errors import MigrationError
from migrations.newest import NEWEST, is_newest

if TYPE_CHECKING:
    from bot.metrics import Metrics

# So many bytes of what standard input says are thrown away at a time.
_PIECE: Final = 4096

# A big file is copied and upgraded in minutes, also on a small computer.
_UPGRADED_WITHIN_S: Final = 3600.0

log = structlog.get_logger(__name__)


async def run(settings: Settings, *, until_stdin_ends: bool = False) -> None:
    """Bring the database up to date, connect, and serve until SIGTERM or Ctrl-C.

    A database or a Discord that is not there yet is waited for.

    Args:
        settings: What is set.
        until_stdin_ends: Stop also when whoever holds the other end of standard input has gone.

    Raises:
        StartRefused: There is no token, or Discord does not accept it.
        MigrationError: The database cannot be used as it is.
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
    token = settings.discord_token.get_secret_value()
    liveness = Liveness()
    metrics = _metrics(settings, liveness)
    async with (
        _asked_to_stop(until_stdin_ends=until_stdin_ends) as stop,
        answering(socket_of(settings), liveness),
        telling(liveness),
        metrics.serving() if metrics else contextlib.nullcontext(),
    ):
        try:
            await _unless(stop, _prepare(settings.database_url, liveness))
            await _with_database(settings, token, liveness, metrics, stop)
        except _Stopped:
            log.debug("stopped while starting")
    log.info("stopped")


def _metrics(settings: Settings, liveness: Liveness) -> Metrics | None:
    """Return what counts and shows the figures, where they are asked for."""
    if settings.metrics_port is None:
        return None
    try:
        # What they take is an extra: most hosts never look at figures.
        from bot.metrics import Metrics
    except ImportError:
        raise StartRefused(
            "METRICS_PORT needs what comes with orp-bot[metrics] (prometheus-client): "
            "install it, or leave METRICS_PORT empty."
        ) from None
    return Metrics(settings.metrics_port, liveness)


async def _with_database(
    settings: Settings,
    token: str,
    liveness: Liveness,
    metrics: Metrics | None,
    stop: asyncio.Event,
) -> None:
    measures = metrics or NOTHING
    database = Database(settings.database_url, measures=measures)
    # Also while Discord is waited for, no copy may take the file's place. Where this cannot be
    # written now, whoever comes to the outbox first tries again.
    with contextlib.suppress(sqlite3.OperationalError):
        database.arrive()
    liveness.has_database = database.answers
    hosts = Hosts(settings.liverc_hosts, settings.myrcm_hosts, settings.loopback_every_s)
    services = build_services(
        database,
        Elsewhere(hosts, turn=SiteTurns(database).turn, measures=measures),
        keep_copies_days=settings.backup_keep,
    )
    bot = OrpBot(settings, services, liveness, measures)
    if metrics:
        metrics.shows(bot, services.outbox)
    try:
        await _serve(bot, token, stop)
    finally:
        await database.dispose()


# Being asked to stop


class _Stopped(Exception):
    """Somebody asked for it before there was anything to finish."""


@contextlib.asynccontextmanager
async def _asked_to_stop(*, until_stdin_ends: bool) -> AsyncIterator[asyncio.Event]:
    """Give what is set when a signal, or the end of standard input, asks to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    # Windows has no signal handlers on its loop; Ctrl-C interrupts there.
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
    watching = asyncio.create_task(_stop_when_stdin_ends(stop)) if until_stdin_ends else None
    try:
        yield stop
    finally:
        if watching is not None:
            watching.cancel()


async def _stop_when_stdin_ends(stop: asyncio.Event) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.read(_PIECE):
        pass
    stop.set()


async def _unless(stop: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Do some work, given up where stopping is asked for.

    Raises:
        _Stopped: It was given up.
    """
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        log.info("stopping")
        working.cancel()
    try:
        await working
    except asyncio.CancelledError:
        raise _Stopped from None


# The database


async def _prepare(url: URL, liveness: Liveness) -> None:
    """Bring the database to the newest revision, as soon as it is there."""
    await liveness.patiently(
        "the database", partial(_bring_up_to_date, url, liveness), _why_not_there
    )


async def _bring_up_to_date(url: URL, liveness: Liveness) -> None:
    if await is_newest(url):
        log.info("database is ready", revision=NEWEST)
        return
    # Only now: at nearly every start there is no need to load what migrates.
    from migrations.runner import upgrade

    liveness.waits(_UPGRADED_WITHIN_S)
    report = await upgrade(url)
    log.info(
        "database is ready", revision=report.after, backup=report.backup and str(report.backup)
    )


def _why_not_there(error: Exception) -> str | None:
    """Return why a database cannot be used yet; None where waiting does not help."""
    cause = error.__cause__
    if isinstance(error, MigrationError) and isinstance(cause, Exception) and may_come_up(cause):
        return str(error)
    return None


# Discord


async def _serve(bot: OrpBot, token: str, stop: asyncio.Event) -> None:
    """Serve until the client ends or is asked to stop."""
    async with bot:
        serving = asyncio.create_task(_connect(bot, token))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not serving.done():
            log.info("stopping")
            await bot.close()
            serving.cancel()
        try:
            await serving
        except asyncio.CancelledError:
            log.debug("stopped while connecting")


async def _connect(bot: OrpBot, token: str) -> None:
    """Log in and stay connected.

    Raises:
        StartRefused: Discord will never let the bot in like this.
    """
    try:
        await bot.liveness.patiently("Discord", partial(_log_in, bot, token), passing)
        await bot.connect()
    except discord.LoginFailure:
        raise StartRefused(REFUSALS[TOKEN_REFUSED]) from None
    except discord.PrivilegedIntentsRequired:
        raise StartRefused(REFUSALS[INTENTS_REFUSED]) from None
    except discord.ConnectionClosed as error:
        if error.code not in REFUSALS:
            raise
        raise StartRefused(REFUSALS[error.code]) from None


async def _log_in(bot: OrpBot, token: str) -> None:
    try:
        await bot.login(token)
    except discord.LoginFailure:
        raise
    except discord.HTTPException as error:
        await _forget_session(bot)
        if passing(error) is None:
            raise StartRefused(
                f"Discord refuses the login ({reason_of(error)}): is DISCORD_API_URL right?"
            ) from None
        raise
    except Exception:
        await _forget_session(bot)
        raise


async def _forget_session(bot: OrpBot) -> None:
    """Let go of what discord.py has opened: each login opens its own."""
    await bot.http.close()
    bot.http.clear()
    bot.http.connector = discord.utils.MISSING
