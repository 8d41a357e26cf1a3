"""Servers: which of them the bot is in, as Discord lists them, and what is held of one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServersListed:
    """What Discord lists when a shard connects; a server that is just unavailable is listed too.

    Attributes:
        application_id: The bot's application.
        shard_id: The shard.
        shard_count: How many shards there are.
        server_ids: The servers the bot is in, of this shard.
    """

    application_id: int
    shard_id: int
    shard_count: int
    server_ids: frozenset[int]

    def covers(self, server_id: int) -> bool:
        """Tell whether a server would be listed here, as Discord shares them out."""
        return (server_id >> 22) % self.shard_count == self.shard_id


@dataclass(frozen=True, slots=True)
class ServersSeen:
    """What a list has told of the servers that are known.

    Attributes:
        known: How many the bot was in before, as far as it is known.
        missing: How many of them the list does not have.
        marked: Whether these were marked; not where several, and more than half, are missing at
            once.
    """

    known: int
    missing: int
    marked: bool


@dataclass(frozen=True, slots=True)
class ServerHeld:
    """What is held of a server."""

    racers: int
    sessions: int
    laps: int
