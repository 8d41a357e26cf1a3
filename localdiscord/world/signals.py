"""Waiting for something to become true, without polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

PATIENT_S: Final = 120.0
"""How long to wait for what will come: a busy machine takes its time."""


class Signal:
    """Wakes whoever waits whenever anything changes.

    Like ``asyncio.Condition``, except that what changes the world need not be a coroutine.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def notify(self) -> None:
        """Let everybody who waits look again."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait_for(self, look: Callable[[], T | None], timeout_s: float | None) -> T:
        """Wait until ``look`` finds something, and return that.

        Raises:
            TimeoutError: it found nothing in ``timeout_s`` seconds.
        """
        async with asyncio.timeout(timeout_s):
            while not (found := look()):
                await self._event.wait()
        return found
