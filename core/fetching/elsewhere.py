"""Laps from elsewhere, as services ask for them: a page fetched and read, or a file read."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final

from core.fetching.hosts import Address, Hosts
from core.fetching.pages import NotModified, Pages
from core.fetching.reader import Reader
from core.fetching.refusals import NotAPage
from core.fetching.turns import BETWEEN_REQUESTS_TO_A_HOST
from core.measures import NOTHING, Measures
from core.sources.addresses import Address as Known
from core.sources.addresses import read_address
from core.sources.refusals import BadLink

Turn = Callable[[Address], contextlib.AbstractAsyncContextManager[None]]

_BETWEEN_S: Final = BETWEEN_REQUESTS_TO_A_HOST.total_seconds()


class Elsewhere:
    """Fetches pages one after another, a second apart for a host, and has them read.

    Nothing runs before the first page; :meth:`close` ends what was started for it.

    Args:
        hosts: Whose pages may be fetched; None for those of the sites themselves.
        between_s: How many seconds lie between two requests to a host.
        turn: What waits for a host's turn and holds it, where those of other processes count too.
        measures: What counts the pages and files.

    Attributes:
        hosts: Whose pages may be fetched.
        fetcher: What fetches.
        reader: What reads.
        turn: What a page is fetched within.
    """

    def __init__(
        self,
        hosts: Hosts | None = None,
        *,
        between_s: float = _BETWEEN_S,
        turn: Turn | None = None,
        measures: Measures = NOTHING,
    ) -> None:
        self.hosts = hosts or Hosts()
        self.fetcher = Pages(self.hosts, measures=measures)
        self.reader = Reader(measures=measures)
        self.turn: Turn = turn or self._own_turn
        self._between_s = between_s
        self._turns: dict[str, float] = {}

    def known(self, link: str) -> Known:
        """Return what a pasted link leads to, and the one way to write it.

        Raises:
            BadLink: It is none of these sites' links, or leads to a page without laps.
        """
        return read_address(
            link,
            liverc_hosts=tuple(map(str, self.hosts.liverc)),
            myrcm_hosts=tuple(map(str, self.hosts.myrcm)),
        )

    async def page(self, address: str) -> object:
        """Return what stands on a page.

        Args:
            address: As it was typed or found on a page.

        Raises:
            RacerError: It may not be fetched, did not come, or gives no laps.
        """
        # A link to what is not known may still lead to laps: its content says.
        with contextlib.suppress(BadLink):
            address = self.known(address).url
        checked = self.hosts.check(address)
        async with self.turn(checked):
            page = await self.fetcher.fetch(checked.text)
        if isinstance(page, NotModified):
            raise NotAPage(f"What {checked.host} has at that address is no page with results.")
        return await self.reader.read(page.data, address=page.address)

    async def file(self, data: bytes) -> object:
        """Return what stands in a file.

        Raises:
            RacerError: It gives no laps.
        """
        return await self.reader.read(data)

    async def close(self) -> None:
        """Close connections and end the process that reads."""
        await self.fetcher.close()
        await self.reader.close()

    @contextlib.asynccontextmanager
    async def _own_turn(self, address: Address) -> AsyncIterator[None]:
        now = asyncio.get_running_loop().time()
        turn = max(now, self._turns.get(address.host, now))
        self._turns[address.host] = turn + self._between_s
        await asyncio.sleep(turn - now)
        yield
