"""Discord's refusals: what each expected code means and whether it passes by itself.

The one module that knows Discord's numbers.
"""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from typing import Final

import aiohttp
import discord

_TOO_LATE: Final = 10062
_ALREADY_ANSWERED: Final = 40060
_TOKEN_EXPIRED: Final = 50027
_UNKNOWN_CHANNEL: Final = 10003
_UNKNOWN_MESSAGE: Final = 10008
_MISSING_ACCESS: Final = 50001
_MISSING_PERMISSIONS: Final = 50013
_EDITED_TOO_OFTEN: Final = 30046


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
