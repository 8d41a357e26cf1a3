"""Payloads that discord.py trips over: they are logged and skipped, and the process lives on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import discord
from discord.http import HTTPClient, Route

from bot.discord.errors import log_unexpected
from bot.discord.trouble import CONNECTION_LOST
from bot.render.errors import UNREADABLE

Parse = Callable[[Any], None]

# Without it there is no session: whoever runs the bot has to know.
_ESSENTIAL: Final = "READY"
_INTERACTION: Final = "INTERACTION_CREATE"
_AUTOCOMPLETE: Final = 4
_MESSAGE: Final = 4
_PRIVATE: Final = 64


class Skipping:
    """Keeps the gateway from ending with a payload that cannot be parsed.

    An interaction among them is answered with a sentence where it can be.
    """

    def __init__(self, http: HTTPClient) -> None:
        self._http = http
        self._answering: set[asyncio.Task[None]] = set()

    def protect(self, parsers: dict[str, Parse]) -> None:
        """Have a client's parsers skip what they trip over."""
        for event, parse in parsers.items():
            if event != _ESSENTIAL:
                parsers[event] = partial(self._parse, event, parse)

    def _parse(self, event: str, parse: Parse, data: object) -> None:
        try:
            parse(data)
        except Exception as error:
            log_unexpected(error, payload=event)
            if event == _INTERACTION and isinstance(data, dict):
                answering = asyncio.create_task(self._answer(data))
                self._answering.add(answering)
                answering.add_done_callback(self._answering.discard)

    async def _answer(self, data: dict[str, object]) -> None:
        number, token = str(data.get("id")), data.get("token")
        if data.get("type") == _AUTOCOMPLETE or not number.isdecimal() or not token:
            return
        path = "/interactions/{interaction_id}/{token}/callback"
        answer = {"type": _MESSAGE, "data": {"content": UNREADABLE, "flags": _PRIVATE}}
        try:
            await self._http.request(
                Route("POST", path, interaction_id=number, token=token), json=answer
            )
        except (discord.DiscordException, *CONNECTION_LOST) as error:
            log_unexpected(error)
