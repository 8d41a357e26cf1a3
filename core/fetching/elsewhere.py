"""Laps from elsewhere, as services ask for them: a page fetched and read, or a file read."""

from __future__ import annotations

import asyncio
from typing import Final

from core.fetching.hosts import Hosts
from core.fetching.pages import NotModified, Pages
from core.fetching.reader import Reader
from core.fetching.refusals import NotAPage
from core.fetching.turns import BETWEEN_REQUESTS_TO_A_HOST

_BETWEEN_S: Final = BETWEEN_REQUESTS_TO_A_HOST.total_seconds()


class Elsewhere:
    """Fetches pages one after another, a second apart for a host, and has them read.

    Nothing runs before the first page; :meth:`close` ends what was started for it.

    Args:
        hosts: Whose pages may be fetched; None for those of the sites themselves.
        between_s: How many seconds lie between two requests to a host.
    """

    def __init__(self, hosts: Hosts | None = None, *, between_s: float = _BETWEEN_S) -> None:
        self.hosts = hosts or Hosts()
        self._pages = Pages(self.hosts)
        self._reader = Reader()
        self._between_s = between_s
        self._turns: dict[str, float] = {}

    async def page(self, address: str) -> object:
        """Return what stands on a page.

        Args:
            address: As it was typed or found on a page.

        Raises:
            RacerError: It may not be fetched, did not come, or gives no laps.
        """
        checked = self.hosts.check(address)
        await self._wait_for_turn(checked.host)
        page = await self._pages.fetch(checked.text)
        if isinstance(page, NotModified):
            raise NotAPage(f"What {checked.host} has at that address is no page with results.")
        return await self._reader.read(page.data, address=page.address)

    async def file(self, data: bytes) -> object:
        """Return what stands in a file.

        Raises:
            RacerError: It gives no laps.
        """
        return await self._reader.read(data)

    async def close(self) -> None:
        """Close connections and end the process that reads."""
        await self._pages.close()
        await self._reader.close()

    async def _wait_for_turn(self, host: str) -> None:
        now = asyncio.get_running_loop().time()
        turn = max(now, self._turns.get(host, now))
        self._turns[host] = turn + self._between_s
        await asyncio.sleep(turn - now)
