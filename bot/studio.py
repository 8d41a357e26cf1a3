"""Where pictures come from: one process beside the bot draws them, one after the other.

It starts with the first picture, is replaced when it dies and killed when it takes too long:
whatever goes wrong in a drawing costs the bot a picture and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from io import BytesIO
from typing import Final

import discord
import structlog

from bot.pictures.worker import Subject, packed
from bot.render.alt import alt_text
from core.measures import NOTHING, Measures
from core.results.card import NoLapsYet, OrpCard, SideBySide
from core.results.heat import HeatTable
from core.results.track import TrackKnown
from core.worker.asking import NotAnswered, Started, Worker, start

_START: Final = partial(start, "bot.pictures.worker")
# A tenth of a second each, but many may wait, and a small computer may be busy.
DRAWN_WITHIN_S: Final = 20.0
# The tallest pictures have some 100 kB.
_MOST_BYTES: Final = 50_000_000
_FILE_NAMES: Final[dict[type[Subject], str]] = {
    HeatTable: "heat.png",
    OrpCard: "orp.png",
    SideBySide: "side-by-side.png",
    TrackKnown: "track.png",
}

log = structlog.get_logger(__name__)


class Studio:
    """Has pictures drawn, one at a time.

    Args:
        start_worker: What starts the process that draws.
        within_s: After how many seconds a drawing is given up, and its process killed.
        measures: What counts the pictures.
    """

    def __init__(
        self,
        start_worker: Callable[[], Awaitable[Started]] = _START,
        *,
        within_s: float = DRAWN_WITHIN_S,
        measures: Measures = NOTHING,
    ) -> None:
        self._measures = measures
        self._worker = Worker("drawing", start_worker, within_s=within_s, most_bytes=_MOST_BYTES)
        self._closed = False

    @property
    def process_id(self) -> int | None:
        """The process that draws; None as long as none is needed."""
        return self._worker.process_id

    async def picture(self, result: Subject | NoLapsYet) -> discord.File | None:
        """Return the picture of a result with its alt text, ready to be sent.

        None when there are no laps to draw, or when drawing fails; then the log says why.
        """
        if isinstance(result, NoLapsYet) or not _is_to_be_drawn(result):
            return None
        png = await self.draw(result)
        if png is None:
            return None
        return discord.File(BytesIO(png), _file_name(result), description=alt_text(result))

    async def draw(self, subject: Subject) -> bytes | None:
        """Return a picture as a PNG, or None when it cannot be drawn; the log says why."""
        if self._closed:
            return None
        # A full heat has thousands of laps: the loop goes on meanwhile.
        message = await asyncio.to_thread(packed, subject)
        try:
            png = await self._worker.ask(message)
        except NotAnswered as error:
            self._measures.picture("failed")
            log.error("a picture was not drawn", of=type(subject).__name__, reason=str(error))
            return None
        self._measures.picture("drawn")
        return png

    async def close(self) -> None:
        """Draw no more and end the process, in the middle of a picture if need be."""
        self._closed = True
        await self._worker.close()


def _is_to_be_drawn(subject: Subject) -> bool:
    """Tell whether there is anything to see."""
    if isinstance(subject, HeatTable):
        return subject.has_laps
    return not isinstance(subject, TrackKnown) or subject.has_figures


def _file_name(subject: Subject) -> str:
    return _FILE_NAMES[type(subject)]
