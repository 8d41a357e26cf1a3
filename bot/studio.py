"""Where pictures come from: one process beside the bot draws them, one after the other.

It starts with the first picture, is replaced when it dies and killed when it takes too long:
whatever goes wrong in a drawing costs the bot a picture and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable, Sequence
from io import BytesIO
from typing import Final, Protocol

import discord
import structlog

from bot.pictures.worker import ANSWERED, Subject, packed
from bot.render.alt import alt_text
from core.results.card import NoLapsYet, OrpCard
from core.results.heat import HeatTable

WORKER: Final = (sys.executable, "-m", "bot.pictures.worker")
# A tenth of a second each, but many may wait, and a small computer may be busy.
DRAWN_WITHIN_S: Final = 20.0

log = structlog.get_logger(__name__)


class Started(Protocol):
    """A process as asyncio starts it."""

    @property
    def pid(self) -> int:
        """Its number in the system."""

    @property
    def stdin(self) -> asyncio.StreamWriter | None:
        """Where it reads."""

    @property
    def stdout(self) -> asyncio.StreamReader | None:
        """What it writes."""

    def kill(self) -> None:
        """End it at once."""

    async def communicate(self) -> tuple[bytes, bytes | None]:
        """Read what it still writes, and wait until it has ended."""


async def start(command: Sequence[str] = WORKER) -> Started:
    """Start a process that draws."""
    return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)


class _Died(Exception):
    """The drawing process is gone, together with the picture it was asked for."""


class _NotDrawn(Exception):
    """There is no picture; the text says why, for the log."""


class _Worker:
    """A process that draws."""

    def __init__(self, process: Started) -> None:
        self._process = process

    @property
    def process_id(self) -> int:
        """Its number in the system."""
        return self._process.pid

    async def draw(self, subject: Subject) -> bytes:
        """Return the picture.

        Raises:
            _Died: The process is gone.
            _NotDrawn: The drawing failed.
        """
        asking, answers = self._process.stdin, self._process.stdout
        if asking is None or answers is None:
            raise _Died
        # A full heat has thousands of laps: the loop goes on meanwhile.
        message = await asyncio.to_thread(packed, subject)
        try:
            asking.write(message)
            await asking.drain()
            header = await answers.readexactly(ANSWERED.size)
            is_drawn, size = ANSWERED.unpack(header)
            answer = await answers.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise _Died from error
        if not is_drawn:
            raise _NotDrawn(answer.decode(errors="replace"))
        return answer

    def kill(self) -> None:
        """End the process at once; whoever waits for its picture hears that it died."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def discard(self) -> None:
        """End the process and give back what it takes."""
        self.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        # Reads what it may still have sent, and waits until it has ended.
        await self._process.communicate()


class Studio:
    """Has pictures drawn, one at a time.

    Args:
        start_worker: What starts the process that draws.
        within_s: After how many seconds a drawing is given up, and its process killed.
    """

    def __init__(
        self,
        start_worker: Callable[[], Awaitable[Started]] = start,
        *,
        within_s: float = DRAWN_WITHIN_S,
    ) -> None:
        self._start_worker = start_worker
        self._within_s = within_s
        self._worker: _Worker | None = None
        self._turn = asyncio.Lock()
        self._in_hand: set[asyncio.Task[bytes | None]] = set()
        self._closed = False

    @property
    def process_id(self) -> int | None:
        """The process that draws; None as long as none is needed."""
        return self._worker.process_id if self._worker is not None else None

    async def picture(self, result: Subject | NoLapsYet) -> discord.File | None:
        """Return the picture of a result with its alt text, ready to be sent.

        None when there are no laps to draw, or when drawing fails; then the log says why.
        """
        if isinstance(result, NoLapsYet) or (isinstance(result, HeatTable) and not result.has_laps):
            return None
        png = await self.draw(result)
        if png is None:
            return None
        return discord.File(BytesIO(png), _file_name(result), description=alt_text(result))

    async def draw(self, subject: Subject) -> bytes | None:
        """Return a picture as a PNG, or None when it cannot be drawn; the log says why."""
        if self._closed:
            return None
        drawing = asyncio.create_task(self._drawn(subject))
        self._in_hand.add(drawing)
        drawing.add_done_callback(self._in_hand.discard)
        # Who asked may go away; the answer on its way must not be taken for the next picture.
        return await asyncio.shield(drawing)

    async def close(self) -> None:
        """Draw no more and end the process, in the middle of a picture if need be."""
        self._closed = True
        if self._worker is not None:
            self._worker.kill()
        await asyncio.gather(*self._in_hand, return_exceptions=True)
        await self._discard_worker()

    async def _drawn(self, subject: Subject) -> bytes | None:
        try:
            async with self._turn:
                return await self._drawn_by_whoever_lives(subject)
        except (_NotDrawn, OSError) as error:
            log.error("a picture was not drawn", of=type(subject).__name__, reason=str(error))
            return None

    async def _drawn_by_whoever_lives(self, subject: Subject) -> bytes:
        try:
            return await self._drawn_once(subject)
        except _Died:
            log.warning("the drawing process died; a new one takes its place")
        try:
            return await self._drawn_once(subject)
        except _Died:
            raise _NotDrawn("the drawing process died, and so did the next one") from None

    async def _drawn_once(self, subject: Subject) -> bytes:
        worker = await self._worker_at_hand()
        try:
            async with asyncio.timeout(self._within_s):
                return await worker.draw(subject)
        except TimeoutError:
            await self._discard_worker()
            raise _NotDrawn(f"not done after {self._within_s:g} s") from None
        except _Died:
            await self._discard_worker()
            raise

    async def _worker_at_hand(self) -> _Worker:
        if self._worker is None and not self._closed:
            self._worker = _Worker(await self._start_worker())
        # Closing may have come while it started.
        if self._worker is None or self._closed:
            raise _NotDrawn("the bot is stopping")
        return self._worker

    async def _discard_worker(self) -> None:
        if self._worker is not None:
            await self._worker.discard()
            self._worker = None


def _file_name(subject: Subject) -> str:
    if isinstance(subject, HeatTable):
        return "heat.png"
    return "orp.png" if isinstance(subject, OrpCard) else "side-by-side.png"
