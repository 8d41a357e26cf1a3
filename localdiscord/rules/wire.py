"""Small things every part of the wire format shares: JSON types, times, message flags."""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
Json: TypeAlias = "JsonObject | list[Any] | str | int | float | bool | None"


class Flags(enum.IntFlag):
    """The message flags that change what a message does."""

    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SILENT = 1 << 12
    COMPONENTS_V2 = 1 << 15


class InteractionType(enum.IntEnum):
    """What a person did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class CallbackType(enum.IntEnum):
    """How a bot may answer first."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


class OptionType(enum.IntEnum):
    """Types of command options."""

    SUBCOMMAND = 1
    GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


class CommandType(enum.IntEnum):
    """Where a command is found: typed, on a person, on a message."""

    CHAT_INPUT = 1
    USER = 2
    MESSAGE = 3


def now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def timestamp(moment: datetime | None) -> str | None:
    """Return a time as Discord writes it."""
    return None if moment is None else moment.isoformat()
