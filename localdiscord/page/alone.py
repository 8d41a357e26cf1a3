"""``python -m localdiscord serve``: the local Discord and its page alone, for any bot."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from localdiscord.client.driver import ANYBODY, Cast, LocalDiscord
from localdiscord.page.site import Page

SERVER: Final = "Home"

Tell = Callable[[str], None]


def _parser() -> argparse.ArgumentParser:
    people, channels = (", ".join(names) for names in (ANYBODY.members, ANYBODY.channels))
    parser = argparse.ArgumentParser(
        prog="python -m localdiscord serve",
        description="A Discord on this machine, in the browser, for a bot under test.",
    )
    parser.add_argument("--port", type=int, default=0, help="of the API; a free one if not given")
    parser.add_argument("--page-port", type=int, default=0, help="of the page, likewise")
    parser.add_argument("--token", help="what the bot logs in with; a new one if not given")
    parser.add_argument("--bot-name", default=ANYBODY.bot, help="what the bot is called")
    parser.add_argument(
        "--shards", type=int, default=1, help="how many shards a bot is told to use"
    )
    parser.add_argument(
        "--server", action="append", help=f"a server's name, again for more; {SERVER} if not given"
    )
    parser.add_argument(
        "--member",
        action="append",
        help=f"somebody in each, the owner first; {people}",
    )
    parser.add_argument(
        "--channel",
        action="append",
        help=f"a channel in each server; {channels}",
    )
    parser.add_argument(
        "--openapi", type=Path, help="Discord's API document, against which bodies are checked"
    )
    return parser


async def serve(arguments: Sequence[str], tell: Tell = print) -> int:
    """Serve until told to stop; gives the exit code."""
    asked = _parser().parse_args(arguments)
    people = tuple(asked.member or ANYBODY.members)
    channels = tuple(asked.channel or ANYBODY.channels)
    discord = LocalDiscord(
        Cast(asked.bot_name, people, channels),
        port=asked.port,
        token=asked.token,
        shards=asked.shards,
        openapi=asked.openapi,
        with_team=False,
    )
    for name in asked.server or (SERVER,):
        team = discord.add_guild(name)
        for person in people[1:]:
            team.add_member(person)
    try:
        async with discord, Page(discord, port=asked.page_port) as page:
            tell(_where(discord, page))
            await page.open_in_browser()
            await _told_to_stop()
    except OSError as error:
        # A port that is taken, most often.
        tell(str(error))
        return 1
    return 0


def _where(discord: LocalDiscord, page: Page) -> str:
    settings = "\n".join(f"{name}={value}" for name, value in discord.bot_environment().items())
    checked = "" if discord.schema_checked else "\nBodies are checked against the limits alone.\n"
    return f"""\
The page:
{page.address}

For the bot:
{settings}

With discord.py, before the client starts:
discord.http.Route.BASE = "{discord.api_url}"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL("{discord.gateway_url}")
{checked}
Ctrl-C ends it."""


async def _told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        await stop.wait()
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
