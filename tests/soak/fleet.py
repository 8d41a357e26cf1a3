"""Four processes with one token over one PostgreSQL, and what they say of themselves."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from bench.memory import children_of, own_memory_mib
from bench.trouble import Trouble
from localdiscord import LocalDiscord
from localdiscord.play.botprocess import BotProcess
from tests.soak.memory import Held
from tests.soak.watched_bot import BLOCKS, GAPS, LOG

SHARDS: Final = 4
COMMAND: Final = (sys.executable, "-m", "tests.soak.watched_bot", "run", "--until-stdin-ends")
IDLE: Final = (sys.executable, "-m", "tests.soak.idle")
READY_WITHIN_S: Final = 60
# This one is never killed: what it keeps in memory it has kept from the start.
WITNESS: Final = 0
_LOOK_EVERY_S: Final = 1.0
# What differs each time in what a library says.
_NUMBERS: Final = re.compile(r"http\S+|\d[\d.]*")


@dataclass
class Fleet:
    """The processes, a shard each.

    Attributes:
        held: What the one that is never killed held, each time somebody looked.
        killed: How many were killed.
        ended: How many ended by themselves.
    """

    discord: LocalDiscord
    url: URL
    folder: Path
    timing_site: str
    running: dict[int, BotProcess] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    killed: int = 0
    ended: int = 0
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self) -> None:
        """Start those that do not run."""
        async with self._starting:
            await self._start()

    async def _start(self) -> None:
        for shard in sorted(set(range(SHARDS)) - self.running.keys()):
            environment = self.discord.bot_environment() | {
                "DATABASE_URL": self.url.render_as_string(hide_password=False),
                "SHARD_COUNT": str(SHARDS),
                "SHARD_IDS": str(shard),
                "LIVERC_HOSTS": self.timing_site,
                "LOG_FORMAT": "json",
                LOG: str(self.folder / f"bot-{shard}.log"),
                GAPS: str(self.folder / f"gaps-{shard}.txt"),
                BLOCKS: str(self._blocks_of(shard)),
            }
            self.running[shard] = await BotProcess(environment, COMMAND).__aenter__()

    async def mend(self) -> None:
        """Start again whichever ends, as a service manager does, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            for shard, bot in list(self.running.items()):
                if not bot.is_running and self.running.get(shard) is bot:
                    self.ended += 1
                    del self.running[shard]
                    await self.start()

    async def watch_machine(self) -> BotProcess:
        """Start the process that does nothing, whose gaps are the machine's."""
        idle = BotProcess({GAPS: str(self.folder / "gaps-idle.txt")}, IDLE)
        return await idle.__aenter__()

    async def ready(self) -> None:
        """Wait until all are connected."""
        await self.discord.ready(READY_WITHIN_S)

    async def kill(self, shard: int) -> None:
        """Kill one, as a power cut does."""
        bot = self.running.pop(shard)
        bot.kill()
        await bot.exited()
        self.killed += 1

    async def stop(self) -> dict[int, int]:
        """Stop all; return their exit codes."""
        codes = {shard: await bot.stop() for shard, bot in self.running.items()}
        self.running.clear()
        return codes

    def look_at_memory(self) -> None:
        """Note what the witness holds."""
        process_id = self.running[WITNESS].process_id
        counted = self._blocks_of(WITNESS).read_text(encoding="ascii").split()
        if process_id is None or not counted:
            return
        # One of those beside it may end meanwhile.
        with suppress(Trouble):
            beside = sum(own_memory_mib(child) for child in children_of(process_id))
            self.held.append(Held(own_memory_mib(process_id), beside, int(counted[-1])))

    def _blocks_of(self, shard: int) -> Path:
        return self.folder / f"blocks-{shard}.txt"

    def gaps_ms(self, whose: str = "[0-9]") -> list[tuple[float, float]]:
        """Return how long loops were away in ms, and what of it was their own, worst first."""
        gaps = []
        for file in self.folder.glob(f"gaps-{whose}.txt"):
            for line in file.read_text(encoding="ascii").splitlines():
                # A process may have been killed while it wrote.
                with suppress(ValueError):
                    gap_ms, own_ms = map(float, line.split())
                    gaps.append((gap_ms, own_ms))
        return sorted(gaps, reverse=True)

    def errors(self) -> Counter[str]:
        """Return how often each kind of error stands in the logs, by the end of its traceback."""
        found: Counter[str] = Counter()
        for file in self.folder.glob("bot-*.log"):
            for line in file.read_text(encoding="utf-8").splitlines():
                with suppress(ValueError):
                    trace = json.loads(line).get("exception")
                    if trace:
                        found[trace.strip().splitlines()[-1][:120]] += 1
        return found

    def said(self) -> Counter[tuple[str, str]]:
        """Return how often each event stands in the logs, by level and event."""
        found: Counter[tuple[str, str]] = Counter()
        for file in self.folder.glob("bot-*.log"):
            for line in file.read_text(encoding="utf-8").splitlines():
                try:
                    told = json.loads(line)
                    found[told["level"], _NUMBERS.sub("…", told["event"])] += 1
                except (ValueError, KeyError, TypeError):
                    found["raw", line[:60]] += 1
        return found
