"""Turns at timing sites for whoever asks for a page at once: those of all processes count."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from core.database import Database
from core.fetching.hosts import Address
from core.fetching.refusals import Busy
from core.race_day import slots

# For so long a turn is waited for; somebody is waiting for the answer.
WAIT_FOR_TURN: Final = timedelta(seconds=15)
ASK_AGAIN_S: Final = 0.25


class SiteTurns:
    """The turns of one bot, beside those of its looks and of other processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def turn(self, address: Address) -> AsyncIterator[None]:
        """Wait until a host may be asked, and hold it meanwhile.

        Raises:
            Busy: Too many others are asking it.
        """
        host, site = address.host, address.site
        for _ in range(round(WAIT_FOR_TURN.total_seconds() / ASK_AGAIN_S)):
            if await self._database.write(lambda unit: slots.take_slot(unit, host, site)):
                break
            await asyncio.sleep(ASK_AGAIN_S)
        else:
            raise Busy(f"{host} is being asked by many just now; try again in a minute.", None)
        asked_at = self._database.clock()
        try:
            yield
        finally:
            await self._database.write(lambda unit: slots.give_back(unit, host, site, asked_at))
