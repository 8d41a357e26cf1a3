"""Every request of the bot, with what Discord's API document says about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Final, TypeAlias

from localdiscord.api.server import Request
from localdiscord.client.driver import LocalDiscord
from localdiscord.rules.wire import JsonObject

REQUESTS_SHOWN: Final = 200
BODY_SHOWN: Final = 4_000
"""So many characters of a body are shown."""

Part: TypeAlias = "tuple[str, object, Callable[[], JsonObject]]"


def parts(discord: LocalDiscord) -> Iterator[Part]:
    """Return the newest requests, oldest first."""
    requests = discord.requests
    for item in islice(requests, max(0, len(requests) - REQUESTS_SHOWN), None):
        # No two requests come at the same moment.
        yield f"request/{item.received_s:.9f}", item.status, partial(_shown, discord, item)


def _shown(discord: LocalDiscord, item: Request) -> JsonObject:
    body = "" if item.body is None else json.dumps(item.body, indent=1, ensure_ascii=False)
    operation = discord.operation(item.method, item.route)
    return {
        "order": item.received_s,
        "method": item.method,
        "route": item.route or item.path,
        "path": item.path,
        "status": item.status,
        "code": item.code,
        "body": body if len(body) <= BODY_SHOWN else f"{body[:BODY_SHOWN]} …",
        "operation": operation,
        "problems": item.problems,
        "says": _says(discord, item, operation),
    }


def _says_of_unknown(discord: LocalDiscord, item: Request) -> str:
    operation = discord.operation_at(item.method, item.path)
    if operation is None:
        return "There is no such address here."
    return f"Discord has {operation}; the local Discord does not."


def _says(discord: LocalDiscord, item: Request, operation: str | None) -> str:
    if not item.route:
        return _says_of_unknown(discord, item)
    if item.problems:
        return "The body breaks a rule."
    if not discord.schema_checked:
        return "Discord's API document is not at hand: only the limits were checked."
    if operation is None:
        return "Discord's API document does not have it."
    return f"As Discord's API document has it: {operation}"
