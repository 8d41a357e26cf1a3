"""Which servers the bot is in, as Discord lists them to a shard that connects.

discord.py keeps what it knew before beside what is listed now: only the payload tells what is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from bot.discord.errors import log_unexpected
from bot.discord.parsing import Parse
from core.results.server import ServersListed

Note = Callable[[ServersListed], Awaitable[None]]

_READY: Final = "READY"


class Lists:
    """Has what Discord lists noted, each time a shard connects anew."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._noting: set[asyncio.Task[None]] = set()

    def watch(self, parsers: dict[str, Parse]) -> None:
        """Look at what a client's own parser is given first."""
        parse = parsers[_READY]

        def parse_and_note(data: dict[str, Any]) -> None:
            parse(data)
            noting = asyncio.create_task(self._read_and_note(data))
            self._noting.add(noting)
            noting.add_done_callback(self._noting.discard)

        parsers[_READY] = parse_and_note

    async def _read_and_note(self, data: dict[str, Any]) -> None:
        try:
            shard_id, shard_count = data.get("shard", (0, 1))
            listed = ServersListed(
                application_id=int(data["application"]["id"]),
                shard_id=int(shard_id),
                shard_count=int(shard_count),
                server_ids=frozenset(int(guild["id"]) for guild in data["guilds"]),
            )
            await self._note(listed)
        except Exception as error:
            # Whatever is listed the next time tells the same.
            log_unexpected(error)
