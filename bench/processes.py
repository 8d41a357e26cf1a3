"""What a bot costs as a process: its start, its memory, and how soon it goes on after a kill."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from itertools import count
from typing import Final

from sqlalchemy.engine import URL

from bench.asking import LAP, typed
from bench.databases import KINDS
from bench.findings import Findings
from bench.history import CHANNEL_NAME, RACER_NAMES
from bench.memory import own_memory_mib
from bench.one_lap import BARE_BOT, TEAMS, three_sides
from bench.rows import Budget, Row, Spread, against, differences, figure_text, spread
from bench.settings import Setup
from bench.sides import READY_WITHIN_S, Side, new_discord, process_at
from bench.trouble import Trouble
from localdiscord import LocalDiscord, Team

_START: Final = Budget(0.65, "s")
_MEMORY: Final = Budget(65, "MiB")
_GROWTH: Final = Budget(3, "MiB")
_KILLED: Final = Budget(2, "s")
_LAPS_A_RACER: Final = 10
_MAY_FAIL: Final = 0.02
_WITHIN_S: Final = 60.0
_TOO_LONG: Final = "takes too long for the quick bench"


async def measure_start(setup: Setup) -> AsyncIterator[Findings]:
    """Measure from the start of the process until it is connected and can be asked."""
    name = "start to ready"
    if not setup.effort.starts:
        yield Findings([Row(name, kind, _START, None, left_out=_TOO_LONG) for kind in KINDS])
        return
    async with (
        setup.databases.empty("SQLite") as sqlite,
        setup.databases.empty("PostgreSQL") as postgresql,
    ):
        urls: dict[str, URL | None] = {
            BARE_BOT: None,
            "SQLite": sqlite,
            "PostgreSQL": postgresql,
        }
        took: dict[str, list[float]] = {one: [] for one in urls}
        # One Discord for each: on later starts the commands are registered.
        discords = {one: new_discord()[0] for one in urls}
        for turn in range(-1, setup.effort.starts):
            for one in sorted(urls, reverse=turn % 2 == 1):
                seconds = await _start(discords[one], urls[one])
                if turn >= 0:
                    took[one].append(seconds)
    rows = []
    for kind in KINDS:
        pairs = list(zip(took[kind], took[BARE_BOT], strict=True))
        detail = against(took[kind], took[BARE_BOT], "s")
        rows.append(Row(name, kind, _START, differences(pairs), detail))
    yield Findings(rows)


async def _start(discord: LocalDiscord, url: URL | None) -> float:
    async with discord:
        began = time.perf_counter()
        async with process_at(discord, url) as bot:
            try:
                await discord.ready(READY_WITHIN_S)
            except TimeoutError:
                raise Trouble(f"a bot did not start: {bot.tail}") from None
            seconds = time.perf_counter() - began
        await discord.gone()
    return seconds


async def measure_killed(setup: Setup) -> AsyncIterator[Findings]:
    """Measure from when a new bot is ready until it posts what was due when the last was killed."""
    name, kind = "a post due when the bot is killed", "SQLite"
    if not setup.effort.kills:
        yield Findings([Row(name, kind, _KILLED, None, left_out=_TOO_LONG)])
        return
    took = [await _post_after_kill(setup) for _ in range(setup.effort.kills)]
    yield Findings([Row(name, kind, _KILLED, spread(took))])


async def _post_after_kill(setup: Setup) -> float:
    discord, (team,) = new_discord()
    channel = team.channel(CHANNEL_NAME)
    async with setup.databases.empty("SQLite") as url, discord:
        async with process_at(discord, url) as bot:
            await discord.ready(READY_WITHIN_S)
            await typed(team.owner, f"{LAP} heat:Q1", "58.234")
            hold = discord.mischief.hold("POST", f"/channels/{channel.id}/messages", when="before")
            await typed(team.owner, "/heat finish", "is finished")
            # It has claimed the post and drawn its picture.
            await hold.reached(_WITHIN_S)
            bot.kill()
            await bot.exited()
        hold.release()
        await discord.gone()
        discord.mischief.clear()
        async with process_at(discord, url):
            await discord.ready(READY_WITHIN_S)
            began = time.perf_counter()
            await channel.wait_for(lambda message: "Q1" in message.content, _WITHIN_S)
            return time.perf_counter() - began


async def measure_memory(setup: Setup) -> AsyncIterator[Findings]:
    """Measure what memory the bot has for itself after many commands, and after as many again."""
    commands = setup.effort.memory_commands
    first = "memory after 10,000 commands, beyond the bare bot"
    second = "memory, growth by 10,000 more commands"
    if not commands:
        yield Findings(
            [
                Row(name, kind, budget, None, left_out=_TOO_LONG)
                for name, budget in ((first, _MEMORY), (second, _GROWTH))
                for kind in KINDS
            ]
        )
        return
    async with three_sides(setup) as sides:
        after: list[dict[str, float]] = []
        for part in range(2):
            async with asyncio.TaskGroup() as loading:
                for asked in sides:
                    loading.create_task(_load(asked, commands, part))
            after.append({asked.name: _own_memory_mib(asked) for asked in sides})
    rows = []
    for kind in KINDS:
        mib, bare = after[0][kind], after[0][BARE_BOT]
        detail = f"{figure_text(mib)} MiB against {figure_text(bare)} MiB"
        rows.append(Row(first, kind, _MEMORY, _once(mib - bare), detail))
    for kind in KINDS:
        grown, bare = (after[1][one] - after[0][one] for one in (kind, BARE_BOT))
        detail = f"the bare bot by {figure_text(bare)} MiB"
        rows.append(Row(second, kind, _GROWTH, _once(grown), detail))
    yield Findings(rows)


def _once(figure: float) -> Spread:
    return Spread(figure, figure, figure)


async def _load(asked: Side, commands: int, part: int) -> None:
    """Have all teams type laps at once, ten a racer in a heat."""
    each = commands // TEAMS
    async with asyncio.TaskGroup() as racing:
        for team in asked.teams:
            racing.create_task(_drive(team, each, part, asked.lap_answer))


async def _drive(team: Team, commands: int, part: int, expected: str) -> None:
    racers = [team.member(name) for name in RACER_NAMES]
    places = ((heat, racer) for heat in count() for _ in range(_LAPS_A_RACER) for racer in racers)
    has_heats = expected != "ok"
    failed = 0
    for _, (heat, racer) in zip(range(commands), places, strict=False):
        try:
            await typed(racer, f"{LAP} heat:M{part}-{heat}" if has_heats else LAP, expected)
        except Trouble:
            # On a busy machine an answer may be too late; that is no matter of memory.
            failed += 1
            if failed > commands * _MAY_FAIL:
                raise


def _own_memory_mib(asked: Side) -> float:
    """Return what memory a process has for itself alone, in MiB.

    Raises:
        Trouble: The system does not tell.
    """
    if asked.bot.process_id is None:
        raise Trouble(f"{asked.name} is not running")
    return own_memory_mib(asked.bot.process_id)
