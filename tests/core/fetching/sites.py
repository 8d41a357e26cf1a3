"""Timing sites on this machine, as bad as a test wants them, and what looks them up."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from core.fetching.hosts import LIVERC_HOSTS, Hosts, parse_hosts
from core.fetching.pages import READ_WITHIN_S, Pages

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Site:
    """A site on loopback.

    Attributes:
        base: Its address, without a slash behind.
        pages: What reads it.
        asked: What it was asked for.
    """

    base: str
    pages: Pages
    asked: list[web.Request]


@asynccontextmanager
async def site_with(answer: Answer, *, within_s: float = READ_WITHIN_S) -> AsyncIterator[Site]:
    """Run a site that answers everything in one way."""
    asked: list[web.Request] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        return await answer(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    # What a test leaves unread must not hold up its end.
    async with TestServer(app, host="127.0.0.1", shutdown_timeout=0.1) as server:
        exact = f"127.0.0.1:{server.port}"
        pages = Pages(hosts_with(exact), within_s=within_s)
        try:
            yield Site(f"http://{exact}", pages, asked)
        finally:
            await pages.close()


def hosts_with(exact: str) -> Hosts:
    return Hosts(liverc=parse_hosts(f"{LIVERC_HOSTS},{exact}"))


@asynccontextmanager
async def raw_site(sent: bytes) -> AsyncIterator[Site]:
    """Run a site that sends the same bytes whatever it is asked, and hangs up."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(sent)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    exact = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    pages = Pages(hosts_with(exact))
    try:
        yield Site(f"http://{exact}", pages, [])
    finally:
        await pages.close()
        server.close()
        await server.wait_closed()


@dataclass
class Names(AbstractResolver):
    """Looks hosts up in what a test gives it: one list of addresses for each time it is asked."""

    answers: list[list[str]]
    asked: list[str] = field(default_factory=list)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self.answers.pop(0)
        ]

    async def close(self) -> None:
        """Nothing is open."""
