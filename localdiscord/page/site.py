"""The page's own small web server, on loopback only.

Whoever knows the key acts as anybody, so it stands behind the ``#`` of the address, which no
browser sends anywhere, and comes back in a header. Only the page's own files go without it. Other
pages of the same browser are kept out by Host and Origin, and what a bot posts by a strict policy.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import secrets
import sys
import webbrowser
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aiohttp import WSMsgType, web

from localdiscord.client.driver import LocalDiscord
from localdiscord.page.acts import Acts
from localdiscord.page.window import Window, anybody, somebody
from localdiscord.rules.wire import JsonObject

STATIC: Final = Path(__file__).parent / "static"
KEY_HEADER: Final = "X-Page-Key"
FIRST_WORD_WITHIN_S: Final = 10.0
LARGEST_REQUEST: Final = 40 * 1024 * 1024
WRONG_KEY: Final = 4001

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}

_SCREENS: Final = ("DISPLAY", "WAYLAND_DISPLAY")
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Page:
    """Serves the page of a local Discord; to be used as an async context manager."""

    def __init__(
        self,
        discord: LocalDiscord,
        *,
        port: int = 0,
        key: str | None = None,
        hint: str = "",
    ) -> None:
        """Prepare it.

        Args:
            discord: whose page it is; it must be running.
            port: where to listen; 0 takes a free one.
            key: what the page must know; a new one when not given.
            hint: what to try first; commands between backticks are typed when pressed.
        """
        self._discord = discord
        self._port = port
        self._key = key or secrets.token_urlsafe(12)
        self._hint = hint
        self._dismissed: set[int] = set()
        self._acts = Acts(discord, self._dismissed)
        self._sockets: set[web.WebSocketResponse] = set()
        self._hosts: frozenset[str] = frozenset()
        self._files = {
            path.name: (path.read_bytes(), _TYPES[path.suffix]) for path in STATIC.iterdir()
        }
        self._app = web.Application(client_max_size=LARGEST_REQUEST, middlewares=[self._guard])
        self._app.router.add_get("/", self._file)
        self._app.router.add_get("/live", self._live)
        self._app.router.add_get("/attachment/{attachment_id}", self._attachment)
        self._app.router.add_post("/do/{act}", self._do)
        self._app.router.add_get("/{name}", self._file)
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=1.0)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        # A client that starts has none of the private answers from before.
        private = (one.id for one in self._discord.world.messages.values() if one.ephemeral)
        self._dismissed.update(private)
        self._hosts = frozenset({f"127.0.0.1:{self._port}", f"localhost:{self._port}"})
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for socket in list(self._sockets):
            await socket.close(code=1001)
        await self._runner.cleanup()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://127.0.0.1:{self._port}/#{self._key}"

    async def open_in_browser(self) -> None:
        """Open it where there is a screen; a browser in a terminal would take that over."""
        if sys.platform == "darwin" or any(os.environ.get(name) for name in _SCREENS):
            await asyncio.to_thread(webbrowser.open, self.address)

    # Who may ask

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if request.host not in self._hosts:
            response: web.StreamResponse = web.Response(status=421, text="Not this host.")
        elif origin is not None and origin.removeprefix("http://") not in self._hosts:
            response = web.Response(status=403, text="Not from another page.")
        else:
            try:
                response = await handler(request)
            except web.HTTPException as error:
                response = web.Response(status=error.status, text=error.reason)
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    def _is_right(self, key: object) -> bool:
        return isinstance(key, str) and hmac.compare_digest(key.encode(), self._key.encode())

    def _require_key(self, request: web.Request) -> None:
        if not self._is_right(request.headers.get(KEY_HEADER)):
            raise web.HTTPUnauthorized

    # What is served

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info.get("name", "index.html")
        if name not in self._files:
            raise web.HTTPNotFound
        data, kind = self._files[name]
        return web.Response(body=data, content_type=kind, charset="utf-8")

    async def _attachment(self, request: web.Request) -> web.StreamResponse:
        self._require_key(request)
        number = request.match_info["attachment_id"]
        found = self._discord.world.attachments.get(int(number) if number.isdecimal() else 0)
        if found is None:
            raise web.HTTPNotFound
        # Only the page reads it, which makes of it what it knows to be harmless.
        return web.Response(body=found.data, content_type="application/octet-stream")

    async def _do(self, request: web.Request) -> web.StreamResponse:
        self._require_key(request)
        name = request.match_info["act"]
        try:
            asked = await request.json()
        except ValueError as error:
            raise web.HTTPBadRequest from error
        if not isinstance(asked, dict):
            raise web.HTTPBadRequest
        if name not in self._acts.table:
            raise web.HTTPNotFound
        return web.json_response(await self._acts.do(name, asked))

    async def _live(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=30.0)
        await socket.prepare(request)
        try:
            first = await asyncio.wait_for(socket.receive(), FIRST_WORD_WITHIN_S)
        except TimeoutError:
            await socket.close(code=WRONG_KEY)
            return socket
        words = _words(first.data) if first.type is WSMsgType.TEXT else {}
        if not self._is_right(words.get("key")):
            await socket.close(code=WRONG_KEY)
            return socket
        window = Window(self._discord, anybody(self._discord), self._dismissed, self._hint)
        self._look(window, words)
        self._sockets.add(socket)
        telling = asyncio.create_task(self._tell(window, socket))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._look(window, _words(message.data))
                    self._discord.world.changed.notify()
        finally:
            self._sockets.discard(socket)
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        return socket

    def _look(self, window: Window, words: JsonObject) -> None:
        viewer = somebody(self._discord, _number(words.get("server")), _number(words.get("me")))
        window.look_as(
            viewer or window.viewer,
            shows_traffic=bool(words.get("traffic")),
            length=_number(words.get("length")),
        )

    async def _tell(self, window: Window, socket: web.WebSocketResponse) -> None:
        while not socket.closed:
            await socket.send_json(await self._discord.world.changed.wait_for(window.news, None))


def _words(text: str) -> JsonObject:
    try:
        words = json.loads(text)
    except ValueError:
        return {}
    return words if isinstance(words, dict) else {}


def _number(value: object) -> int:
    return int(value) if isinstance(value, str) and value.isdecimal() else 0
