"""How long a request to Discord may take: one that is never answered holds up nobody else.

discord.py itself waits five minutes for each. A request that takes longer than here counts as lost
on the way: whether it arrived is unknown. discord.py has no setting for it, so what it sends with
is replaced where it is kept. When an answer is deferred is :mod:`bot.discord.replies`' business.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final, Protocol, cast

import aiohttp
import discord
from discord.http import HTTPClient, Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

REQUEST_S: Final = 10.0
UPLOAD_S: Final = 20.0
# The first answer to an interaction: Discord waits 3 seconds for it, and a lost one is sent again.
FIRST_ANSWER_S: Final = 1.0
FIRST_UPLOAD_S: Final = 2.5


class _AnswerRoute(Protocol):
    path: str


def limit_requests(http: HTTPClient) -> None:
    """Give every request of a client its limit."""
    send = http.request

    async def request(route: Route, **more: object) -> object:
        limit = UPLOAD_S if more.get("files") or more.get("form") else REQUEST_S
        given = cast("dict[str, Any]", more)
        return await send(route, timeout=aiohttp.ClientTimeout(total=limit), **given)

    # Plain assignment is refused by the type checker.
    object.__setattr__(http, "request", request)


def limit_answers() -> None:
    """Give everything that answers an interaction its limit.

    What Discord could not answer for (5xx) is told at once: discord.py would wait for so long
    between its attempts that the third would come too late.
    """
    adapter = async_context.get()

    async def request(
        route: _AnswerRoute, session: aiohttp.ClientSession, **more: object
    ) -> object:
        is_upload = bool(more.get("multipart"))
        if route.path.startswith("/interactions/"):
            limit = FIRST_UPLOAD_S if is_upload else FIRST_ANSWER_S
        else:
            limit = UPLOAD_S if is_upload else REQUEST_S
        in_time = cast("aiohttp.ClientSession", _Session(session, limit))
        given = cast("dict[str, Any]", more)
        return await AsyncWebhookAdapter.request(adapter, cast("Any", route), in_time, **given)

    object.__setattr__(adapter, "request", request)


class _Session:
    """Stands in for a session of aiohttp: one request, once, within its limit."""

    def __init__(self, session: aiohttp.ClientSession, limit_s: float) -> None:
        self._session = session
        self._limit = aiohttp.ClientTimeout(total=limit_s)

    @contextlib.asynccontextmanager
    async def request(
        self, method: str, url: str, **more: object
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        given = cast("dict[str, Any]", more)
        async with self._session.request(method, url, timeout=self._limit, **given) as response:
            if response.status >= 500:
                raise discord.DiscordServerError(response, await response.text())
            yield response
