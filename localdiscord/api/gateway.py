"""The gateway: websockets over which bots are told what happens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Iterator
from typing import Final

from aiohttp import WSMsgType, web

from localdiscord.api.sessions import PRIVILEGED, ZLIB, ZSTD, Connection, Intents, Op, Session
from localdiscord.rules.wire import JsonObject
from localdiscord.world.model import Message
from localdiscord.world.world import Event, World

CLEAN_CLOSES: Final = frozenset({1000, 1001})
"""With these a bot says that it will not resume."""

CLOSE_WITHIN_S: Final = 1.0
"""How long a bot has to answer a close."""

UNKNOWN_OPCODE: Final = 4001
DECODE_ERROR: Final = 4002
NOT_AUTHENTICATED: Final = 4003
AUTHENTICATION_FAILED: Final = 4004
ALREADY_AUTHENTICATED: Final = 4005
INVALID_SHARD: Final = 4010
INVALID_INTENTS: Final = 4013
DISALLOWED_INTENTS: Final = 4014

_SEND_ONLY_NOTED: Final = frozenset({Op.PRESENCE, Op.VOICE_STATE})


class Gateway:
    """All sessions, and what makes them misbehave."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token
        self._sessions: dict[str, Session] = {}
        self.url = ""
        """Where bots connect; known once the server listens."""
        self.heartbeat_interval_s = 41.25
        self.heartbeat_ack_after_s = 0.05
        """No network is quicker. What comes before its own sending has returned, discord.py takes
        for the answer to the heartbeat before, and warns of being a whole interval behind."""
        self.resume_window_s = 120.0
        """How long a session without a connection is kept."""
        self.resumes = 0
        """How often a session was resumed."""
        world.publish = self.publish

    # What the driver asks and does

    @property
    def sessions(self) -> list[Session]:
        """The sessions with a connection, by shard."""
        connected = [item for item in self._sessions.values() if item.connection is not None]
        return sorted(connected, key=lambda session: session.shard)

    def complete(self) -> bool:
        """Tell whether every shard of a bot has a connection."""
        shards = [(session.shards, session.shard) for session in self.sessions]
        return any(all((count, shard) in shards for shard in range(count)) for count, _ in shards)

    def drop(self, shard: int | None = None) -> None:
        """Cut connections, as a lost network does; the sessions can be resumed."""
        for connection in self._connections(shard):
            connection.drop()

    def reconnect(self, shard: int | None = None) -> None:
        """Tell bots to connect again and resume."""
        for connection in self._connections(shard):
            connection.send(Op.RECONNECT)

    def invalidate(self, shard: int | None = None, *, resumable: bool = False) -> None:
        """Tell bots that their session is invalid."""
        for session in self._of_shard(shard):
            if not resumable:
                self._sessions.pop(session.id, None)
            if session.connection is not None:
                session.connection.send(Op.INVALID_SESSION, resumable)

    def close(self, code: int, shard: int | None = None) -> None:
        """Close connections with a code."""
        for connection in self._connections(shard):
            connection.close(code)

    def repeat_on_resume(self, shard: int | None = None) -> None:
        """Make the next resume bring the last interaction once more."""
        for session in self._of_shard(shard):
            session.repeat_on_resume("INTERACTION_CREATE")

    # What the server does

    def publish(self, event: Event) -> None:
        """Tell all sessions whose shard and intents cover an event."""
        guild = self._world.guilds[event.guild_id]
        if not guild.bot_present and event.name != "GUILD_DELETE":
            return
        self._forget_lost()
        for session in self._sessions.values():
            if session.covers(event.guild_id):
                self._tell(session, event)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one websocket."""
        if request.query.get("compress") not in (None, ZLIB, ZSTD):
            raise web.HTTPBadRequest(text="No such compression.")
        socket = web.WebSocketResponse(timeout=CLOSE_WITHIN_S)
        await socket.prepare(request)
        connection = Connection(request, socket, self._note_sending)
        writer = asyncio.create_task(connection.write())
        connection.send(Op.HELLO, {"heartbeat_interval": round(self.heartbeat_interval_s * 1000)})
        try:
            await self._serve(connection, socket)
        finally:
            if connection.closing_with is None:
                writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
            self._lost(connection, connection.closing_with or socket.close_code)
        return socket

    async def _serve(self, connection: Connection, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                connection.close(DECODE_ERROR)
                continue
            try:
                payload = json.loads(message.data)
                operation = Op(payload["op"])
            except (ValueError, KeyError, TypeError):
                connection.close(UNKNOWN_OPCODE)
                continue
            code = self._receive(connection, operation, payload.get("d"))
            if code is not None:
                connection.close(code)

    def _receive(self, connection: Connection, operation: Op, data: object) -> int | None:
        """Act on one payload; gives the code to close with when it was wrong."""
        session = self._session_of(connection)
        if operation is Op.HEARTBEAT:
            soon = asyncio.get_running_loop().call_later
            soon(self.heartbeat_ack_after_s, connection.send, Op.HEARTBEAT_ACK)
            return None
        if not isinstance(data, dict):
            return DECODE_ERROR
        if operation in (Op.IDENTIFY, Op.RESUME):
            if session is not None:
                return ALREADY_AUTHENTICATED
            if data.get("token") != self._token:
                return AUTHENTICATION_FAILED
            if operation is Op.RESUME:
                self._resume(connection, data)
                return None
            return self._identify(connection, data)
        if session is None:
            return NOT_AUTHENTICATED
        if operation is Op.REQUEST_MEMBERS:
            self._send_members(session, data)
            return None
        return None if operation in _SEND_ONLY_NOTED else UNKNOWN_OPCODE

    def _identify(self, connection: Connection, data: JsonObject) -> int | None:
        shard, shards = data.get("shard") or (0, 1)
        if not 0 <= shard < shards:
            return INVALID_SHARD
        intents = data.get("intents")
        if not isinstance(intents, int) or intents < 0:
            return INVALID_INTENTS
        if intents & PRIVILEGED:
            return DISALLOWED_INTENTS
        session = Session(secrets.token_hex(16), shard, shards, intents, connection)
        guilds = [
            guild
            for guild in self._world.guilds.values()
            if guild.bot_present and session.covers(guild.id)
        ]
        session.tell(
            "READY",
            {
                "v": 10,
                "user": self._world.bot.payload(),
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": self.url,
                "shard": [shard, shards],
                "application": {"id": str(self._world.bot.id), "flags": 0},
                "private_channels": [],
                "relationships": [],
                "_trace": [],
            },
        )
        for guild in guilds:
            data = guild.gateway_payload(self._world.bot_in(guild))
            self._tell(session, Event("GUILD_CREATE", guild.id, data))
        self._sessions[session.id] = session
        self._world.changed.notify()
        return None

    def _resume(self, connection: Connection, data: JsonObject) -> None:
        self._forget_lost()
        session = self._sessions.get(str(data.get("session_id")))
        sequence = data.get("seq")
        if session is None or not isinstance(sequence, int) or not session.can_resume(sequence):
            connection.send(Op.INVALID_SESSION, data=False)
            return
        self.resumes += 1
        session.resume(connection, sequence)
        self._world.changed.notify()

    def _tell(self, session: Session, event: Event) -> None:
        if event.message_of is not None:
            if session.intents & Intents.GUILD_MESSAGES:
                session.tell(event.name, self._readable(event.message_of, event.data))
        elif event.name == "MESSAGE_DELETE":
            if session.intents & Intents.GUILD_MESSAGES:
                session.tell(event.name, event.data)
        elif event.name == "INTERACTION_CREATE" or session.intents & Intents.GUILDS:
            session.tell(event.name, event.data)

    def _readable(self, message: Message, data: JsonObject) -> JsonObject:
        if self._world.readable(message):
            return data
        return {**data, **message.payload(hide_content=True)}

    def _send_members(self, session: Session, data: JsonObject) -> None:
        guild = self._world.guilds.get(int(data["guild_id"]))
        if guild is None:
            return
        wanted = {int(item) for item in data.get("user_ids") or []}
        prefix = (data.get("query") or "").casefold()
        found = [
            member
            for member in guild.members.values()
            if member.user.id in wanted
            or (prefix and member.display_name.casefold().startswith(prefix))
        ]
        chunk: JsonObject = {
            "guild_id": str(guild.id),
            "members": [member.payload() for member in found],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [str(item) for item in wanted - {one.user.id for one in found}],
        }
        if data.get("nonce"):
            chunk["nonce"] = data["nonce"]
        session.tell("GUILD_MEMBERS_CHUNK", chunk)

    def _note_sending(self, payload: JsonObject) -> None:
        """Note on an interaction when a bot is first told of it."""
        if payload["t"] != "INTERACTION_CREATE":
            return
        interaction = self._world.interactions.get(payload["d"]["token"])
        if interaction is not None and interaction.told_s is None:
            interaction.told_s = time.monotonic()

    def _lost(self, connection: Connection, code: int | None) -> None:
        session = self._session_of(connection)
        if session is None:
            return
        if code in CLEAN_CLOSES:
            del self._sessions[session.id]
        else:
            session.lose()
        self._world.changed.notify()

    def _forget_lost(self) -> None:
        moment = time.monotonic()
        for session in list(self._sessions.values()):
            if session.connection is None and moment - session.lost_s > self.resume_window_s:
                del self._sessions[session.id]

    def _session_of(self, connection: Connection) -> Session | None:
        for session in self._sessions.values():
            if session.connection is connection:
                return session
        return None

    def _of_shard(self, shard: int | None) -> list[Session]:
        return [item for item in self._sessions.values() if shard in (None, item.shard)]

    def _connections(self, shard: int | None) -> Iterator[Connection]:
        for session in self._of_shard(shard):
            if session.connection is not None:
                yield session.connection
