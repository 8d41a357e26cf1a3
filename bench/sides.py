"""The sides of a comparison: real bots in processes of their own, each at a Discord of its own."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy.engine import URL

from bench.history import RACER_NAMES, TEAM_NAME
from bench.trouble import Trouble
from localdiscord import LocalDiscord, Member, Team
from localdiscord.play.botprocess import BOT, BotProcess
from localdiscord.play.cast import PADDOCK

BARE: Final = (sys.executable, "-m", "bench.bare_bot")
READY_WITHIN_S: Final = 60.0


@dataclass(frozen=True)
class Side:
    """A bot that can be asked.

    Attributes:
        name: What it is called in notes.
        discord: Where it is.
        bot: Its process.
        teams: The teams it serves, of twenty racers each.
        lap_answer: What its answer to ``/lap`` has in it when all is well.
    """

    name: str
    discord: LocalDiscord
    bot: BotProcess
    teams: tuple[Team, ...]
    lap_answer: str

    def racer(self, number: int) -> Member:
        """Return one of the first team's racers, counted round."""
        return self.teams[0].member(RACER_NAMES[number % len(RACER_NAMES)])


def new_discord(teams: int = 1) -> tuple[LocalDiscord, tuple[Team, ...]]:
    """Return a Discord that checks no schema, with teams of twenty racers each."""
    discord = LocalDiscord(PADDOCK, check_schema=False)
    made = [discord.guild(TEAM_NAME)]
    made += [discord.add_guild(f"{TEAM_NAME} {number}") for number in range(2, teams + 1)]
    for team in made:
        for name in RACER_NAMES:
            team.add_member(name)
    return discord, tuple(made)


def process_at(discord: LocalDiscord, url: URL | None) -> BotProcess:
    """Return the bot at a Discord and a database, or without one the bare bot."""
    environment = discord.bot_environment()
    if url is None:
        return BotProcess(environment, BARE)
    address = url.render_as_string(hide_password=False)
    return BotProcess(environment | {"DATABASE_URL": address}, BOT)


@asynccontextmanager
async def side(name: str, url: URL | None, *, teams: int = 1) -> AsyncIterator[Side]:
    """Start a bot, or without a database the bare bot; it is ready."""
    discord, made = new_discord(teams)
    async with discord, process_at(discord, url) as bot:
        try:
            await discord.ready(READY_WITHIN_S)
        except TimeoutError:
            raise Trouble(f"{name} did not start: {bot.tail}") from None
        yield Side(name, discord, bot, made, "ok" if url is None else "58.234")
        discord.assert_clean()
