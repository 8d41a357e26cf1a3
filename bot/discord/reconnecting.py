"""How shards connect: with pauses that grow to a minute, each a line in the log.

By itself discord.py would try the first connection every five seconds, each time a call deeper, and
let later pauses grow to a quarter of an hour. It has no setting for either, so what its shards are
made with is replaced where it is kept.
"""

from __future__ import annotations

import asyncio
from functools import partial
from time import monotonic
from typing import Any, Final, Self, cast

import discord
from discord.gateway import DiscordWebSocket

from bot.discord.trouble import passing
from bot.liveness import ATTEMPT_S, Liveness
from core.pauses import LONGEST_S, Pauses

# Trouble that comes back after so long is new trouble.
_FORGOTTEN_AFTER_S: Final = 5 * LONGEST_S


class _Waits:
    """The pauses of one shard, in the place of discord.py's own."""

    def __init__(self, liveness: Liveness) -> None:
        self._liveness = liveness
        self._pauses = Pauses()
        self._asked_at = monotonic()

    def delay(self) -> float:
        """Return how long the shard waits before it connects again, in seconds."""
        if monotonic() - self._asked_at > _FORGOTTEN_AFTER_S:
            self._pauses.end()
        self._asked_at = monotonic()
        pause = self._pauses.next()
        self._liveness.waits(pause, "Discord")
        return pause


def connect_patiently(liveness: Liveness) -> None:
    """Have shards connect for the first time and again for as long as it takes.

    Args:
        liveness: What is told of each pause.
    """

    class Socket(DiscordWebSocket):
        """A connection whose first attempt succeeds in the end."""

        @classmethod
        async def from_client(cls, client: discord.Client, **more: object) -> Self:
            given = cast("dict[str, Any]", more)

            async def attempt() -> Self:
                async with asyncio.timeout(ATTEMPT_S):
                    return await super(Socket, cls).from_client(client, **given)

            # A shard that was connected before is tried again by discord.py, after a pause.
            if "gateway" not in more or "session" in more:
                return await attempt()
            return await liveness.patiently("the gateway", attempt, passing)

    vars(discord.shard).update(
        ExponentialBackoff=partial(_Waits, liveness), DiscordWebSocket=Socket
    )
