"""Whether the bot is alive: connected, or waiting on purpose for what is not there yet.

What it needs may come up long after it: the network, Discord, the database. It waits for each for
as long as that takes, and says so in a line each time it looks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, TypeVar

import structlog

from core.pauses import Pauses

# How long a single attempt may take; what takes longer than a pause and an attempt hangs.
ATTEMPT_S: Final = 60.0

T = TypeVar("T")

log = structlog.get_logger(__name__)


async def _nowhere() -> bool:
    return False


class Liveness:
    """Knows what the bot is waiting for.

    Attributes:
        is_connected: Tells whether every shard of this process is connected to Discord.
        has_database: Tells whether the database answers.
    """

    def __init__(self) -> None:
        self.is_connected: Callable[[], bool] = lambda: False
        self.has_database: Callable[[], Awaitable[bool]] = _nowhere
        self._waits_for: str | None = None
        self._waits_until = monotonic() + ATTEMPT_S

    @property
    def is_well(self) -> bool:
        """Whether it is connected, or waiting on purpose; otherwise something hangs."""
        return self.is_connected() or monotonic() < self._waits_until

    @property
    def has_settled(self) -> bool:
        """Whether it has come as far as it can: connected, or waiting for what is not there."""
        return self.is_connected() or self._waits_for is not None

    @property
    def status(self) -> str:
        """What it does just now, in a few words."""
        if self.is_connected():
            return "connected"
        return f"waiting for {self._waits_for or 'Discord'}" if self.has_settled else "starting"

    def waits(self, seconds: float, what: str | None = None) -> None:
        """Note that something is tried again, or certainly done, after so many seconds.

        Args:
            seconds: After how many.
            what: What is waited for, where it is not there.
        """
        self._waits_for = what or self._waits_for
        self._waits_until = max(self._waits_until, monotonic() + seconds + ATTEMPT_S)

    async def patiently(
        self,
        what: str,
        attempt: Callable[[], Awaitable[T]],
        why: Callable[[Exception], str | None],
    ) -> T:
        """Return what an attempt gives, trying until one succeeds.

        Args:
            what: What is waited for, for the log: ``Discord``.
            attempt: What is tried.
            why: Gives the reason in a few words, for the log, where trouble passes by itself; None
                where it does not.

        Raises:
            Exception: Whatever an attempt raises that does not pass by itself.
        """
        pauses = Pauses()
        while True:
            try:
                return await attempt()
            except Exception as error:
                reason = why(error)
                if reason is None:
                    raise
            pause = pauses.next()
            log.warning(f"waiting for {what}", reason=reason, again_in_s=round(pause, 1))
            self.waits(pause, what)
            await asyncio.sleep(pause)
