"""Where pictures come from: one process beside the bot draws them, one after the other.

It starts with the first picture, is replaced when it dies and killed when it takes too long:
whatever goes wrong in a drawing costs the bot a picture and nothing else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from multiprocessing import get_context
from threading import Lock, Timer
from typing import Final

import discord
import structlog

from bot.pictures.worker import Subject, paint, serve
from core.results.heats import HeatTable
from core.results.scores import NoLapsYet, OrpCard

# The first picture of a process loads matplotlib, which takes seconds on a small computer.
DRAWN_WITHIN_S: Final = 20.0

log = structlog.get_logger(__name__)


class _Died(Exception):
    """The drawing process is gone, together with the picture it was asked for."""


class _NotDrawn(Exception):
    """There is no picture; the text says why, for the log."""


class _TookTooLong(_NotDrawn):
    """The process was killed because there was no end in sight."""


class _Worker:
    """A process that draws."""

    def __init__(self, draw: Callable[[Subject], bytes]) -> None:
        context = get_context("spawn")
        self._pipe, its_end = context.Pipe()
        # A daemon never keeps the bot from ending.
        self._process = context.Process(
            target=serve, args=(its_end, draw), name="pictures", daemon=True
        )
        self._process.start()
        # Now the process alone has it: when it dies, reading here ends.
        its_end.close()

    @property
    def process_id(self) -> int | None:
        """Its number in the system."""
        return self._process.pid

    def draw(self, subject: Subject, within_s: float) -> bytes:
        """Return the picture.

        Raises:
            _Died: The process is gone.
            _TookTooLong: The process was killed.
            _NotDrawn: The drawing failed.
        """
        began = time.monotonic()
        limit = Timer(within_s, self.kill)
        limit.start()
        try:
            self._pipe.send(subject)
            answer: bytes | str = self._pipe.recv()
        except (EOFError, OSError) as error:
            if time.monotonic() - began >= within_s:
                raise _TookTooLong(f"not done after {within_s:g} s") from error
            raise _Died from error
        finally:
            limit.cancel()
            limit.join()
        if isinstance(answer, str):
            raise _NotDrawn(answer)
        return answer

    def kill(self) -> None:
        """End the process at once; whoever waits for its picture hears that it died."""
        self._process.kill()

    def discard(self) -> None:
        """End the process and give back what it takes."""
        self._process.kill()
        self._process.join()
        self._process.close()
        self._pipe.close()


class Studio:
    """Has pictures drawn, one at a time.

    Args:
        draw: What draws, in a process of its own.
        within_s: After how many seconds a drawing is given up, and its process killed.
    """

    def __init__(
        self, draw: Callable[[Subject], bytes] = paint, *, within_s: float = DRAWN_WITHIN_S
    ) -> None:
        self._draw_there = draw
        self._within_s = within_s
        # Its one thread waits for the process, which is the queue too.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="studio")
        self._worker: _Worker | None = None
        self._changing_worker = Lock()
        self._closed = False

    @property
    def process_id(self) -> int | None:
        """The process that draws; None as long as none is needed."""
        return self._worker.process_id if self._worker is not None else None

    async def picture(self, result: Subject | NoLapsYet) -> discord.File | None:
        """Return the picture of a result, ready to be sent.

        None when there are no laps to draw, or when drawing fails; then the log says why.
        """
        if isinstance(result, NoLapsYet) or (isinstance(result, HeatTable) and not result.has_laps):
            return None
        png = await self.draw(result)
        return None if png is None else discord.File(BytesIO(png), _file_name(result))

    async def draw(self, subject: Subject) -> bytes | None:
        """Return a picture as a PNG, or None when it cannot be drawn; the log says why."""
        if self._closed:
            return None
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self._drawn, subject)
        except (_NotDrawn, OSError) as error:
            log.error("a picture was not drawn", of=type(subject).__name__, reason=str(error))
            return None

    async def close(self) -> None:
        """Draw no more and end the process, in the middle of a picture if need be."""
        with self._changing_worker:
            self._closed = True
            if self._worker is not None:
                self._worker.kill()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._discard_worker)
        self._thread.shutdown()

    def _drawn(self, subject: Subject) -> bytes:
        try:
            return self._drawn_once(subject)
        except _Died:
            log.warning("the drawing process died; a new one takes its place")
        try:
            return self._drawn_once(subject)
        except _Died:
            raise _NotDrawn("the drawing process died, and so did the next one") from None

    def _drawn_once(self, subject: Subject) -> bytes:
        worker = self._worker_at_hand()
        try:
            return worker.draw(subject, self._within_s)
        except (_Died, _TookTooLong):
            self._discard_worker()
            raise

    def _worker_at_hand(self) -> _Worker:
        with self._changing_worker:
            if self._closed:
                raise _NotDrawn("the bot is stopping")
            if self._worker is None:
                self._worker = _Worker(self._draw_there)
            return self._worker

    def _discard_worker(self) -> None:
        if self._worker is not None:
            self._worker.discard()
            self._worker = None


def _file_name(subject: Subject) -> str:
    if isinstance(subject, HeatTable):
        return "heat.png"
    return "orp.png" if isinstance(subject, OrpCard) else "side-by-side.png"
