"""One REST request as a route sees it, and what routes are."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from aiohttp import BodyPartReader, web

from localdiscord.rules import errors
from localdiscord.rules.checks import is_snowflake
from localdiscord.rules.errors import Problem
from localdiscord.rules.wire import Json, JsonObject
from localdiscord.world.files import Upload

UPLOADS_BYTES: Final = 10 * 1024 * 1024
"""How much the files of one message may weigh together, in a server without boosts."""

_FILE_FIELD: Final = re.compile(r"files\[(\d+)\]")


@dataclass
class Call:
    """A request: where it goes, what it brings."""

    request: web.Request
    body: Json = None
    uploads: dict[int, Upload] = field(default_factory=dict)
    """Files by the number they have in the form."""
    received_s: float = 0.0
    """When its head came, by the monotonic clock."""

    def id(self, name: str) -> int:
        """Return a snowflake from the path; one that cannot be is 0, which nothing has."""
        text = self.request.match_info[name]
        return int(text) if is_snowflake(text) else 0

    def text(self, name: str) -> str:
        """Return a part of the path."""
        return self.request.match_info[name]

    def number(self, name: str) -> int | None:
        """Return an integer from the query.

        Raises:
            DiscordError: it is none.
        """
        text = self.request.query.get(name)
        if text is None:
            return None
        if not is_snowflake(text):
            problem = Problem((name,), "NUMBER_TYPE_COERCE", f'Value "{text}" is not int.')
            raise errors.invalid_form([problem])
        return int(text)

    def flag(self, name: str) -> bool:
        """Return a yes or no from the query."""
        return self.request.query.get(name, "").lower() in {"1", "true"}

    @property
    def fields(self) -> JsonObject:
        """The body, which the route's check has found to be an object."""
        return self.body if isinstance(self.body, dict) else {}


Handler = Callable[[Call], Awaitable[web.Response]]
Check = Callable[[object], list[Problem]]


@dataclass(frozen=True)
class Route:
    """One address of the API, as the OpenAPI document writes it."""

    method: str
    template: str
    handler: Handler
    check: Check | None = None
    """Finds what is wrong with the body; a route without it takes none."""
    needs_token: bool = True


def answer(data: Json, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Return a JSON answer. With a charset in its type discord.py would take it for text."""
    return web.Response(
        body=json.dumps(data).encode(),
        status=status,
        content_type="application/json",
        headers=headers,
    )


def nothing() -> web.Response:
    """Return the answer to what has been done and needs no words."""
    return web.Response(status=204)


async def read(request: web.Request) -> Call:
    """Read a request's JSON or multipart body.

    Raises:
        DiscordError: it is neither.
    """
    try:
        if request.content_type == "multipart/form-data":
            return await _read_form(request)
        raw = await request.read()
        return Call(request, _parsed(raw) if raw else None)
    except ValueError as error:
        raise errors.invalid_json() from error


def _parsed(raw: str | bytes) -> Json:
    body: Json = json.loads(raw, parse_constant=_refused)
    return body


def _refused(constant: str) -> float:
    message = f"{constant} is Python's, not JSON's"
    raise ValueError(message)


async def _read_form(request: web.Request) -> Call:
    call = Call(request)
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        file_field = _FILE_FIELD.fullmatch(part.name or "")
        if part.name == "payload_json":
            call.body = _parsed(await part.text())
        elif file_field is not None:
            data = bytes(await part.read())
            call.uploads[int(file_field[1])] = Upload(part.filename or "file", data)
    if sum(len(upload.data) for upload in call.uploads.values()) > UPLOADS_BYTES:
        raise errors.too_large()
    return call
