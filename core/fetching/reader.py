"""What stands in a page or a file, read by a process of its own beside the bot.

Pages are made by anybody. One that takes an hour to read, or all memory, costs the process that
reads it, and who gave it an answer; the bot goes on.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Awaitable, Callable
from dataclasses import is_dataclass
from enum import Enum
from functools import partial
from io import BytesIO
from typing import Final

import structlog

from core.errors import RacerError
from core.fetching.refusals import Unreadable
from core.fetching.worker import packed
from core.measures import NOTHING, Measures
from core.worker.asking import NotAnswered, Started, Worker, start

PARSE: Final = "core.sources.recognise:parse"
READ_WITHIN_S: Final = 5.0
_MOST_BYTES: Final = 20_000_000
# Beside the core's own: what its dataclasses hold.
_PLAIN: Final = frozenset(
    {
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("datetime", "time"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
        ("uuid", "UUID"),
    }
)

log = structlog.get_logger(__name__)


def start_reading(parse: str = PARSE) -> Callable[[], Awaitable[Started]]:
    """Return what starts a process that reads with a function, given as ``module:name``."""
    return partial(start, "core.fetching.worker", parse)


class Reader:
    """Has pages and files read, one at a time.

    The process starts with the first one, stays, and is started again after it died or was killed.

    Args:
        start_worker: What starts the process that reads.
        within_s: After how many seconds a page is given up, and its process killed.
        measures: What counts what was read, and what was not.
    """

    def __init__(
        self,
        start_worker: Callable[[], Awaitable[Started]] | None = None,
        *,
        within_s: float = READ_WITHIN_S,
        measures: Measures = NOTHING,
    ) -> None:
        self._measures = measures
        self._worker = Worker(
            "reading",
            start_worker or start_reading(),
            within_s=within_s,
            most_bytes=_MOST_BYTES,
        )

    @property
    def process_id(self) -> int | None:
        """The process that reads; None as long as none is needed."""
        return self._worker.process_id

    async def read(self, data: bytes, *, address: str | None = None) -> object:
        """Return what the reading function makes of a page or a file.

        Args:
            data: Its content.
            address: Where it is from; None for a file.

        Raises:
            Unreadable: Nothing came of it in time, or at all; the log says why.
            RacerError: Whatever the function refuses it with, of the same type.
        """
        try:
            found = await self._read(data, address)
        except RacerError as error:
            self._measures.source(type(error).__name__)
            raise
        self._measures.source("read")
        return found

    async def _read(self, data: bytes, address: str | None) -> object:
        try:
            answer = await self._worker.ask(packed(data, address))
            # Thousands of laps: the loop goes on meanwhile.
            found = await asyncio.to_thread(unpacked, answer)
        except (NotAnswered, Unusable) as error:
            log.warning("a page was not read", address=address, bytes=len(data), reason=str(error))
            raise Unreadable(
                "Nothing can be made of that page or file; is it one with results?"
            ) from None
        if isinstance(found, RacerError):
            raise found
        return found

    async def close(self) -> None:
        """Read no more and end the process, in the middle of a page if need be."""
        await self._worker.close()


class Unusable(Exception):
    """What the process sent is no answer; the text says why, for the log."""


def unpacked(answer: bytes) -> object:
    """Return what a function made of a page.

    Only what answers are made of is taken, whatever the process may send.

    Raises:
        Unusable: There is something else in it.
    """
    try:
        return _Answer(BytesIO(answer)).load()
    # Broken pickles raise nearly everything.
    except Exception as error:
        raise Unusable(f"no answer can be made of it: {type(error).__name__}") from error


class _Answer(pickle.Unpickler):
    """Reads what functions make of pages, and nothing else."""

    def find_class(self, module: str, name: str) -> object:
        """Return a class that answers are made of."""
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        if module.partition(".")[0] == "core":
            found = super().find_class(module, name)
            # Not what a module of the core has imported from elsewhere.
            if isinstance(found, type) and found.__module__ == module and _holds_values(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")


def _holds_values(found: type) -> bool:
    return is_dataclass(found) or issubclass(found, Enum | RacerError | tuple)
