"""Discord's ids: time based and increasing.

Messages and interactions get ids of the moment, so those of an earlier run never come again. Teams,
channels, roles and people get ids derived from their names, so that a bot with a kept database
finds its team again.
"""

from __future__ import annotations

import time
import zlib
from datetime import UTC, datetime
from typing import Final

EPOCH_MS: Final = 1_420_070_400_000
"""Discord's first millisecond: 2015-01-01T00:00:00Z, in ms since 1970."""

_TIME_SHIFT: Final = 22
_NAMED_SINCE_MS: Final = 1_704_067_200_000
"""Named things were all made in the 50 days after 2024-01-01T00:00:00Z."""


class Snowflakes:
    """Makes ids, each greater than the one before."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """Return a new id for something made now."""
        moment_ms = time.time_ns() // 1_000_000
        self._last = max((moment_ms - EPOCH_MS) << _TIME_SHIFT, self._last + 1)
        return self._last


def named(kind: str, name: str) -> int:
    """Return the id that something of this name always has."""
    offset_ms = zlib.crc32(f"{kind}/{name}".encode())
    return (_NAMED_SINCE_MS + offset_ms - EPOCH_MS) << _TIME_SHIFT


def moment_of(snowflake: int) -> datetime:
    """Return when the thing with this id was made, in UTC."""
    return datetime.fromtimestamp(((snowflake >> _TIME_SHIFT) + EPOCH_MS) / 1000, UTC)
