"""Reading a page of a timing site: the sites that are set and no others, within limits."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    ThreadedResolver,
)
from aiohttp.abc import AbstractResolver
from yarl import URL

from core.about import VERSION
from core.errors import RacerError
from core.fetching.hosts import Address, Hosts
from core.fetching.refusals import (
    AddressRefused,
    Busy,
    Forbidden,
    NotAPage,
    NotReachable,
    NotThere,
    TooLarge,
    TooSlow,
)
from core.fetching.resolving import CheckedResolver
from core.measures import NOTHING, Measures

READ_WITHIN_S: Final = 10.0
# After decompression; the longest known result pages have a tenth of it.
MOST_BYTES: Final = 5_000_000
MOST_REDIRECTS: Final = 3

_HEADERS: Final = {"Accept": "text/html, text/csv;q=0.9, text/plain;q=0.8"}
_PAGES: Final = frozenset(
    {"text/html", "application/xhtml+xml", "text/plain", "text/csv", "application/csv"}
)
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_NOT_MODIFIED: Final = 304
_LONGEST_WAIT_S: Final = 24 * 60 * 60
# What says which version of a page this is has a few letters; more is not kept.
_LONGEST_MARK: Final = 200


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it came.

    Attributes:
        address: Where it was in the end.
        data: Its content, decompressed, 5 MB at most.
        etag: For asking again whether it has changed.
        last_modified: Likewise.
    """

    address: str
    data: bytes
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The page is the one that was read before.

    Attributes:
        address: Where it was in the end.
    """

    address: str


def user_agent(home: str | None) -> str:
    """Return what the bot calls itself; one of the sites refuses a library's own word.

    Args:
        home: Where to find out more about it, a link; None while that is not known.
    """
    whose = "Discord bot of RC racing teams"
    return f"ORP-Bot/{VERSION} ({whose}; +{home})" if home else f"ORP-Bot/{VERSION} ({whose})"


class Pages:
    """Reads pages. Needs a running loop from the first page on, and :meth:`close` at the end.

    Args:
        hosts: Whose pages may be read.
        resolver: What looks hosts up; their addresses are checked all the same.
        within_s: How long a page may take, redirects included.
        measures: What counts the pages that do not come.

    Attributes:
        home: Where a site finds out more about who asks, a link; None while that is not known.
    """

    def __init__(
        self,
        hosts: Hosts,
        *,
        resolver: AbstractResolver | None = None,
        within_s: float = READ_WITHIN_S,
        measures: Measures = NOTHING,
    ) -> None:
        self._measures = measures
        self._hosts = hosts
        self._resolver = resolver
        self._within_s = within_s
        self.home: str | None = None
        self._session: ClientSession | None = None

    async def fetch(
        self, address: str, *, etag: str | None = None, last_modified: str | None = None
    ) -> Page | NotModified:
        """Return a page, or that it has not changed.

        Args:
            address: As it was typed or found on a page.
            etag: What the page said when it was read before.
            last_modified: Likewise.

        Raises:
            AddressRefused: It is none that may be read, or leads on to one.
            NotThere: The site has no such page.
            Forbidden: The site does not show it.
            Busy: The site cannot be asked just now.
            TooLarge: It has more than 5 MB.
            TooSlow: It did not come in time.
            NotReachable: There is no connection to the site.
            NotAPage: What came is none.
        """
        try:
            came = await self._fetch(address, etag, last_modified)
        except RacerError as error:
            self._measures.source(type(error).__name__)
            raise
        if isinstance(came, NotModified):
            self._measures.source("NotModified")
        return came

    async def _fetch(
        self, address: str, etag: str | None, last_modified: str | None
    ) -> Page | NotModified:
        checked = self._hosts.check(address)
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        asked = {name: value for name, value in conditions.items() if value}
        asked["User-Agent"] = user_agent(self.home)
        try:
            async with asyncio.timeout(self._within_s):
                return await self._follow(checked, asked, is_known=any(conditions.values()))
        except TimeoutError:
            raise TooSlow(
                f"{checked.host} takes too long to answer; try again in a few minutes."
            ) from None
        except (ClientError, OSError) as error:
            raise NotReachable(
                f"{checked.host} cannot be reached just now; try again in a few minutes."
            ) from error

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _connected(self) -> ClientSession:
        if self._session is None:
            resolver = CheckedResolver(self._hosts, self._resolver or ThreadedResolver())
            self._session = ClientSession(
                # Remembered names would outlive their check by a later one of another answer.
                connector=TCPConnector(resolver=resolver, use_dns_cache=False),
                headers=_HEADERS,
                cookie_jar=DummyCookieJar(),
                timeout=ClientTimeout(total=None),
                trust_env=False,
            )
        return self._session

    async def _follow(
        self, address: Address, headers: dict[str, str], *, is_known: bool
    ) -> Page | NotModified:
        first = address
        for _ in range(MOST_REDIRECTS + 1):
            async with self._connected().get(
                URL(address.text, encoded=True), headers=headers, allow_redirects=False
            ) as response:
                if response.status in _MOVED and "Location" in response.headers:
                    address = self._next(first, response)
                else:
                    return await _read(address, response, is_known=is_known)
        raise _led_away(first)

    def _next(self, first: Address, response: ClientResponse) -> Address:
        """Return where a page has moved to."""
        try:
            moved = self._hosts.check(str(response.url.join(URL(response.headers["Location"]))))
        except (AddressRefused, ValueError):
            raise _led_away(first) from None
        if moved.site != first.site:
            raise _led_away(first)
        return moved


def _led_away(first: Address) -> AddressRefused:
    return AddressRefused(
        f"That address of {first.host} leads on to one that is not read; "
        "open it in a browser and give the one it ends at."
    )


async def _read(
    address: Address, response: ClientResponse, *, is_known: bool
) -> Page | NotModified:
    status, host = response.status, address.host
    if status == _NOT_MODIFIED and is_known:
        return NotModified(address.text)
    if status in {404, 410}:
        raise NotThere(f"{host} has no such page; look whether the address is complete.")
    if status in {401, 403}:
        raise Forbidden(f"{host} does not let the bot read that page.")
    if status == 429 or status >= 500:
        wait_s = retry_after_s(response.headers.get("Retry-After"), datetime.now(UTC))
        raise Busy(f"{host} is busy or in trouble; try again in a few minutes.", wait_s)
    if status != 200 or response.content_type not in _PAGES:
        raise NotAPage(f"What {host} has at that address is no page with results.")
    if (response.content_length or 0) > MOST_BYTES:
        raise _too_large(host)
    data = bytearray()
    async for piece in response.content.iter_any():
        data += piece
        if len(data) > MOST_BYTES:
            raise _too_large(host)
    return Page(
        address.text,
        bytes(data),
        _mark(response.headers.get("ETag")),
        _mark(response.headers.get("Last-Modified")),
    )


def _too_large(host: str) -> TooLarge:
    return TooLarge(f"That page of {host} is too large for one with results.")


def _mark(header: str | None) -> str | None:
    return header if header and len(header) <= _LONGEST_MARK else None


def retry_after_s(header: str | None, now: datetime) -> int | None:
    """Return after how many seconds a site wants to be asked again, a day at most.

    Args:
        header: Its ``Retry-After``: seconds, or a date.
        now: When it was read, with zone.
    """
    if header is None:
        return None
    header = header.strip()
    if header.isascii() and header.isdigit():
        return min(int(header[:9]), _LONGEST_WAIT_S)
    try:
        then = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return min(max(round((then - now).total_seconds()), 0), _LONGEST_WAIT_S)
