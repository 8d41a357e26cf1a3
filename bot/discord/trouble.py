"""Discord's refusals: what each expected code means and whether it passes by itself.

The one module that knows Discord's numbers.
"""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from typing import Final

import aiohttp
import discord

from core import outages

_TOO_LATE: Final = 10062
_ALREADY_ANSWERED: Final = 40060
_TOKEN_EXPIRED: Final = 50027
_UNKNOWN_CHANNEL: Final = 10003
_UNKNOWN_MESSAGE: Final = 10008
_MISSING_ACCESS: Final = 50001
_MISSING_PERMISSIONS: Final = 50013
_EDITED_TOO_OFTEN: Final = 30046


TOKEN_REFUSED: Final = 4004
INTENTS_REFUSED: Final = 4014
# What Discord closes a connection with that it will never open.
REFUSALS: Final = {
    TOKEN_REFUSED: "DISCORD_TOKEN is not accepted by Discord.",
    4010: "SHARD_COUNT and SHARD_IDS do not fit together for Discord.",
    4011: "The bot is in too many servers for so few shards: leave SHARD_COUNT empty, or raise it.",
    4012: "Discord no longer speaks this version of the bot's language: bring the bot up to date.",
    4013: "Discord does not know what the bot asks for: bring the bot up to date.",
    INTENTS_REFUSED: "Discord asks for intents this bot does not need.",
}


class Trouble(Enum):
    """What an exception from Discord means for what was being done."""

    TOO_LATE = auto()
    """The interaction can no longer be answered."""
    ALREADY_ANSWERED = auto()
    NO_PERMISSION = auto()
    """Only the team can mend it."""
    CHANNEL_GONE = auto()
    MESSAGE_GONE = auto()
    EDITED_TOO_OFTEN = auto()
    """An old post was edited too often; wait."""
    PASSING = auto()
    """Discord or the way to it is down; it works again by itself."""
    UNEXPECTED = auto()


_BY_CODE: Final = {
    _TOO_LATE: Trouble.TOO_LATE,
    _TOKEN_EXPIRED: Trouble.TOO_LATE,
    _ALREADY_ANSWERED: Trouble.ALREADY_ANSWERED,
    _UNKNOWN_CHANNEL: Trouble.CHANNEL_GONE,
    _UNKNOWN_MESSAGE: Trouble.MESSAGE_GONE,
    _MISSING_ACCESS: Trouble.NO_PERMISSION,
    _MISSING_PERMISSIONS: Trouble.NO_PERMISSION,
    _EDITED_TOO_OFTEN: Trouble.EDITED_TOO_OFTEN,
}


# What the way to Discord raises; whether the request arrived is then unknown.
CONNECTION_LOST: Final = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


def was_refused(error: BaseException) -> bool:
    """Tell whether Discord surely did nothing; a lost connection or a 5xx leaves that open.

    So does a rate limit: discord.py may have met it when it tried again after a 5xx.
    """
    if not isinstance(error, discord.HTTPException):
        return False
    return 400 <= error.status < 500 and error.status != 429


def was_lost(error: BaseException) -> bool:
    """Tell whether a request was lost on the way, there or in Discord: sent again it may pass."""
    return isinstance(error, (discord.DiscordServerError, *CONNECTION_LOST))


def reason_of(error: BaseException) -> str:
    """Return what went wrong in a few words for the log; nothing that anybody typed is in them."""
    if isinstance(error, discord.GatewayNotFound) and error.__cause__ is not None:
        return reason_of(error.__cause__)
    if isinstance(error, discord.HTTPException):
        return f"Discord answered {error.status}" + (f", code {error.code}" if error.code else "")
    if isinstance(error, discord.RateLimited):
        return f"Discord asks to wait {error.retry_after:.0f} s"
    if isinstance(error, discord.ConnectionClosed):
        return f"Discord closed the connection, code {error.code}"
    return outages.reason_of(error)


def passing(error: BaseException) -> str | None:
    """Return the reason of trouble with Discord that passes by itself; None for other trouble."""
    cause = error.__cause__ if isinstance(error, discord.GatewayNotFound) else error
    if isinstance(cause, discord.ConnectionClosed):
        return None if cause.code in REFUSALS else reason_of(cause)
    return reason_of(error) if cause and trouble_of(cause) is Trouble.PASSING else None


def trouble_of(error: BaseException) -> Trouble:
    """Tell what an exception raised while talking to Discord means."""
    if isinstance(error, discord.InteractionResponded):
        return Trouble.ALREADY_ANSWERED
    if isinstance(error, discord.HTTPException):
        if error.code in _BY_CODE:
            return _BY_CODE[error.code]
        if error.status == 403:
            # Whatever the reason: asking again and again would get the bot's address banned.
            return Trouble.NO_PERMISSION
        passes = error.status == 429 or error.status >= 500
        return Trouble.PASSING if passes else Trouble.UNEXPECTED
    passes = isinstance(error, (*CONNECTION_LOST, discord.RateLimited))
    return Trouble.PASSING if passes else Trouble.UNEXPECTED
