"""Follows events: has pages read when their turn is, and what was found taken in by each team.

The follower never gives up on trouble that passes: what could not be done is still there.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from bot.app import App
from bot.discord.errors import log_unexpected
from core.outages import StoreUnavailable
from core.results.looking import ClaimedPage

# Pages of so many hosts are read at once; of one host it is one.
MOST_IN_HAND: Final = 8
# A site may be asked four times a second; while nothing is due, a look a second will do.
LOOK_AGAIN_S: Final = 0.25
IDLE_S: Final = 1.0
# How soon a session that closed or a name that was given is noticed.
KEEP_UP_EVERY_S: Final = 5.0
# After trouble that is none of the database's.
REST_S: Final = 5.0


class Follower:
    """Looks at the pages of all teams."""

    def __init__(self, app: App) -> None:
        self._looking = app.services.looking
        self._away = app.away
        self._stopping = asyncio.Event()
        self._in_hand: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Follow until told to stop."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._repeat(partial(self._read_pages, group), IDLE_S))
            group.create_task(self._repeat(self._hand_out, IDLE_S))
            group.create_task(self._repeat(self._keep_up, KEEP_UP_EVERY_S))

    def stop(self) -> None:
        """Have ``run`` return as soon as the looks in hand are finished."""
        self._stopping.set()

    async def _read_pages(self, group: asyncio.TaskGroup) -> bool:
        """Begin to read what is due; tell whether there was anything."""
        has_begun = bool(self._in_hand)
        while len(self._in_hand) < MOST_IN_HAND and not self._stopping.is_set():
            page = await self._looking.claim()
            if page is None:
                break
            has_begun = True
            task = group.create_task(self._look(page))
            self._in_hand.add(task)
            task.add_done_callback(self._in_hand.discard)
        return has_begun

    async def _look(self, page: ClaimedPage) -> None:
        try:
            await self._looking.look(page)
        except Exception as error:
            # Nothing was noted: the claim runs out, and it is read again.
            log_unexpected(error)

    async def _hand_out(self) -> bool:
        """Have what was found taken in; tell whether there was anything."""
        has_begun = bool(self._in_hand)
        while not self._stopping.is_set() and await self._looking.hand_out():
            has_begun = True
        return has_begun

    async def _keep_up(self) -> bool:
        await self._looking.keep_up()
        return False

    async def _repeat(self, work: Callable[[], Awaitable[bool]], idle_s: float) -> None:
        """Do work until told to stop, sooner again where there was any; trouble only delays it."""
        while not self._stopping.is_set():
            try:
                wait = LOOK_AGAIN_S if await work() else idle_s
                self._away.is_over()
            except StoreUnavailable as error:
                # All that waits is still there when it is back.
                wait = self._away.rest_after(error)
            except Exception as error:
                log_unexpected(error)
                wait = REST_S
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)
