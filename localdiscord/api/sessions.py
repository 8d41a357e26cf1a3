"""Gateway sessions: one per shard of a bot process; they outlive their connections."""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from aiohttp import web

from localdiscord.rules.wire import JsonObject

ZLIB: Final = "zlib-stream"
"""The compression of the whole stream that discord.py asks for."""

ZSTD: Final = "zstd-stream"
"""What discord.py asks for where it finds a library for it. There is none here, so the answer comes
uncompressed, which clients take as well."""

BACKLOG: Final = 2000
"""How many events a session keeps for a resume."""


class Op(IntEnum):
    """Gateway opcodes."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class Intents(IntEnum):
    """The intents that decide what a session is told."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED: Final = Intents.GUILD_MEMBERS | Intents.GUILD_PRESENCES | Intents.MESSAGE_CONTENT


class Connection:
    """One websocket; what is to be sent waits in a queue, so that whoever tells need not wait."""

    def __init__(
        self,
        request: web.Request,
        socket: web.WebSocketResponse,
        on_sending: Callable[[JsonObject], None],
    ) -> None:
        """Prepare it; ``on_sending`` is called with each payload when its bytes are about to go."""
        self._request = request
        self._socket = socket
        self._on_sending = on_sending
        self._queue: asyncio.Queue[JsonObject | int] = asyncio.Queue()
        compressed = request.query.get("compress") == ZLIB
        self.closing_with: int | None = None
        """The code it is being closed with, from this side."""
        self._compressor = zlib.compressobj() if compressed else None

    def send(self, op: Op, data: object = None, *, event: str | None = None, s: int = 0) -> None:
        """Send one payload, after those sent before."""
        payload: JsonObject = {"op": int(op), "d": data, "s": s or None, "t": event}
        self._queue.put_nowait(payload)

    def close(self, code: int) -> None:
        """Close properly, after everything sent before."""
        self.closing_with = code
        self._queue.put_nowait(code)

    def drop(self) -> None:
        """Cut the connection, as a lost network does."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        """Send what is queued, until closed or cut."""
        while True:
            item = await self._queue.get()
            if isinstance(item, int):
                await self._socket.close(code=item)
                return
            try:
                await self._write(item)
            except ConnectionError:
                return

    async def _write(self, payload: JsonObject) -> None:
        text = json.dumps(payload)
        if self._compressor is None:
            self._on_sending(payload)
            await self._socket.send_str(text)
            return
        packed = self._compressor.compress(text.encode())
        packed += self._compressor.flush(zlib.Z_SYNC_FLUSH)
        self._on_sending(payload)
        await self._socket.send_bytes(packed)


@dataclass(eq=False)
class Session:
    """What the gateway knows about one shard of one bot process."""

    id: str
    shard: int
    shards: int
    intents: int
    connection: Connection | None
    lost_s: float = 0.0
    """When the connection was lost, by the monotonic clock."""
    _sequence: int = 0
    _repeat_from: int | None = None
    _backlog: deque[tuple[int, str, object]] = field(default_factory=lambda: deque(maxlen=BACKLOG))

    def covers(self, guild_id: int) -> bool:
        """Tell whether the server is one of this shard's."""
        return (guild_id >> 22) % self.shards == self.shard

    def tell(self, event: str, data: object) -> None:
        """Send an event now, or keep it for when the session is resumed."""
        self._sequence += 1
        self._backlog.append((self._sequence, event, data))
        if self.connection is not None:
            self.connection.send(Op.DISPATCH, data, event=event, s=self._sequence)

    def can_resume(self, sequence: int) -> bool:
        """Tell whether everything after ``sequence`` is still kept."""
        if sequence > self._sequence:
            return False
        oldest = self._backlog[0][0] if self._backlog else self._sequence + 1
        return sequence >= oldest - 1

    def resume(self, connection: Connection, sequence: int) -> None:
        """Go on over another connection: send again what came after ``sequence``."""
        self.connection = connection
        first = min(sequence + 1, self._repeat_from or sequence + 1)
        self._repeat_from = None
        for number, event, data in self._backlog:
            if number >= first:
                connection.send(Op.DISPATCH, data, event=event, s=number)
        self.tell("RESUMED", {"_trace": []})

    def repeat_on_resume(self, event: str) -> None:
        """Make the next resume start with the last event of that name, received or not.

        Raises:
            LookupError: the session was never told of such an event.
        """
        numbers = [number for number, name, _ in self._backlog if name == event]
        if not numbers:
            message = f"This session was never told of {event}."
            raise LookupError(message)
        self._repeat_from = numbers[-1]

    def lose(self) -> None:
        """Take note that the connection is gone; the session may be resumed."""
        self.connection = None
        self.lost_s = time.monotonic()
