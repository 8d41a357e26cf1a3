"""The HTTP server: finds the route, checks token and body, misbehaves when told to, keeps a log."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from localdiscord.api import calls
from localdiscord.api.calls import Call, Route
from localdiscord.api.gateway import Gateway
from localdiscord.api.mischief import Mischief, Rule, When, is_connected
from localdiscord.rules import errors
from localdiscord.rules.errors import DiscordError
from localdiscord.rules.schema import Schema
from localdiscord.rules.wire import Json
from localdiscord.world.world import World

API: Final = "/api/v10"
LOG_LENGTH: Final = 20_000


@dataclass
class Request:
    """One request as it was answered."""

    method: str
    route: str
    """The address as the OpenAPI document writes it; empty for one that is not known."""
    path: str
    body: Json = None
    status: int = 0
    """0 where the connection was dropped."""
    code: int = 0
    """Discord's error code; 0 for none."""
    received_s: float = 0.0
    """When it came, by the monotonic clock."""
    problems: list[str] = field(default_factory=list)
    """What was wrong with its body."""


@dataclass(frozen=True)
class Violation:
    """A body that breaks a limit or the OpenAPI document."""

    method: str
    route: str
    problem: str
    body: Json


class _ConnectionDroppedError(Exception):
    """The connection is to be cut instead of answering."""


class Server:
    """Serves the API, the gateway and the files."""

    def __init__(
        self,
        world: World,
        gateway: Gateway,
        routes: Iterable[Route],
        *,
        token: str,
        schema: Schema,
    ) -> None:
        self._world = world
        self._gateway = gateway
        self._token = token
        self.schema = schema
        self.mischief = Mischief()
        self.requests: deque[Request] = deque(maxlen=LOG_LENGTH)
        self.violations: list[Violation] = []
        self.unknown_routes: list[str] = []
        self.faults: list[str] = []
        self._runner: web.AppRunner | None = None
        self._app = web.Application(client_max_size=32 * 1024 * 1024)
        for route in routes:
            self._add(route)
        self._app.router.add_get("/gateway", gateway.handle)
        self._app.router.add_get("/attachments/{channel_id}/{attachment_id}/{filename}", self._file)
        self._app.router.add_route("*", "/{path:.*}", self._unknown)

    async def start(self, port: int) -> None:
        """Listen on loopback; port 0 takes a free one."""
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, taken = self._runner.addresses[0][:2]
        self._world.base_url = f"http://{host}:{taken}"
        self._gateway.url = f"ws://{host}:{taken}/gateway"

    async def stop(self) -> None:
        """Let go of everything held, hang up, stop listening."""
        self.mischief.clear()
        self._gateway.drop()
        if self._runner is not None:
            await self._runner.cleanup()

    def _add(self, route: Route) -> None:
        async def handle(request: web.Request) -> web.Response:
            return await self._handle(route, request)

        self._app.router.add_route(route.method, API + route.template, handle)

    async def _handle(self, route: Route, request: web.Request) -> web.Response:
        record = Request(route.method, route.template, request.path, received_s=time.monotonic())
        self.requests.append(record)
        rule = self.mischief.take(route.method, route.template, request.path.removeprefix(API))
        try:
            response = await self._misbehaving(rule, route, request, record)
        except DiscordError as error:
            record.code = error.code
            record.problems = [str(problem) for problem in error.problems]
            self.violations.extend(
                Violation(route.method, route.template, str(problem), record.body)
                for problem in error.problems
            )
            response = calls.answer(error.payload(), error.status, error.headers)
        except _ConnectionDroppedError:
            return _cut(request)
        except (asyncio.CancelledError, ConnectionError):
            # Who asked has gone.
            raise
        except Exception as error:
            self.faults.append(f"{route.method} {route.template}: {error!r}")
            raise
        record.status = response.status
        self._world.changed.notify()
        return response

    async def _misbehaving(
        self,
        rule: Rule | None,
        route: Route,
        request: web.Request,
        record: Request,
    ) -> web.Response:
        # The whole request is read first: what is held or refused has still arrived.
        call = await calls.read(request)
        record.body = call.body
        call.received_s = record.received_s
        if rule is None:
            return await self._act(route, call)
        if rule.when is When.BEFORE:
            await _apply(rule)
            if rule.hold is not None and not is_connected(request):
                raise _ConnectionDroppedError
        response = await self._act(route, call)
        if rule.when is When.AFTER:
            await _apply(rule)
        return response

    async def _act(self, route: Route, call: Call) -> web.Response:
        if route.needs_token and call.request.headers.get("Authorization") != f"Bot {self._token}":
            raise errors.unauthorized()
        if route.check is not None:
            problems = route.check(call.body)
            problems = problems or self.schema.problems(route.method, route.template, call.body)
            if problems:
                raise errors.invalid_form(problems)
        return await route.handler(call)

    async def _unknown(self, request: web.Request) -> web.Response:
        self.unknown_routes.append(f"{request.method} {request.path}")
        path = request.path.removeprefix(API)
        error = errors.unknown_route(self.schema.operation_at(request.method, path))
        self.requests.append(
            Request(
                request.method,
                "",
                request.path,
                status=error.status,
                received_s=time.monotonic(),
            ),
        )
        return calls.answer(error.payload(), error.status)

    async def _file(self, request: web.Request) -> web.Response:
        attachment_id = request.match_info["attachment_id"]
        attachment = None
        if attachment_id.isdecimal():
            attachment = self._world.attachments.get(int(attachment_id))
        if attachment is None or attachment.filename != request.match_info["filename"]:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=attachment.data, content_type=attachment.content_type)


async def _apply(rule: Rule) -> None:
    if rule.hold is not None:
        await rule.hold.wait()
    if rule.delay_s:
        await asyncio.sleep(rule.delay_s)
    if rule.drop:
        raise _ConnectionDroppedError
    if rule.error is not None:
        raise rule.error


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    # aiohttp wants a response, which nobody is left to read.
    return web.Response(status=500)
