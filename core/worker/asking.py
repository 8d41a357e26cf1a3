"""The bot's side of a process that works beside it, one thing after the other.

The process starts with the first thing it is asked, is replaced when it dies and killed when it
takes too long: whatever goes wrong in it costs the bot one answer and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import structlog

from core.worker.serving import ANSWERED, READY, framed

# Loading takes half a second at most, and a small computer may be busy.
STARTED_WITHIN_S: Final = 20.0

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


async def start(module: str, *arguments: str) -> Started:
    """Start a process, as ``python -m`` does, with a module that calls ``serve``."""
    command = (sys.executable, "-m", module, *arguments)
    return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)


class NotAnswered(Exception):
    """There is no answer; the text says why, for the log."""


class _Died(Exception):
    """The process is gone, together with the answer it was asked for."""


class _TooLong(Exception):
    """What the process answers is more than may be taken; the text says how long it is."""


class _Process:
    """A process that works, and is ready for it once it has said so."""

    def __init__(self, started: Started, most_bytes: int) -> None:
        if started.stdin is None or started.stdout is None:
            raise NotAnswered("the process cannot be talked to")
        self._started = started
        self._asking = started.stdin
        self._answers = started.stdout
        self._most_bytes = most_bytes
        self._is_ready = False

    @property
    def id(self) -> int:
        """Its number in the system."""
        return self._started.pid

    async def become_ready(self) -> None:
        """Wait until it has loaded what it needs.

        Raises:
            _Died: The process is gone.
        """
        if not self._is_ready:
            await self._read(len(READY))
            self._is_ready = True

    async def answer(self, message: bytes) -> bytes:
        """Return what comes of a message.

        Raises:
            _Died: The process is gone.
            _TooLong: Its answer is left unread, and the process of no more use.
            NotAnswered: Its work failed.
        """
        try:
            self._asking.write(framed(message))
            await self._asking.drain()
        except ConnectionError as error:
            raise _Died from error
        is_answered, size = ANSWERED.unpack(await self._read(ANSWERED.size))
        if size > self._most_bytes:
            raise _TooLong(f"the answer has {size} bytes")
        answer = await self._read(size)
        if not is_answered:
            raise NotAnswered(answer.decode(errors="replace"))
        return answer

    async def _read(self, size: int) -> bytes:
        try:
            return await self._answers.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise _Died from error

    def kill(self) -> None:
        """End the process at once; whoever waits for its answer hears that it died."""
        with contextlib.suppress(ProcessLookupError):
            self._started.kill()

    async def discard(self) -> None:
        """End the process and give back what it takes."""
        self.kill()
        self._asking.close()
        # Reads what it may still have sent, and waits until it has ended.
        await self._started.communicate()


class Worker:
    """Has a process of its own do one thing at a time.

    Args:
        name: What the process does, for the log: ``drawing``.
        start_process: What starts it.
        within_s: After how many seconds an answer is given up, and the process killed.
        most_bytes: How long an answer may be.
    """

    def __init__(
        self,
        name: str,
        start_process: Callable[[], Awaitable[Started]],
        *,
        within_s: float,
        most_bytes: int,
    ) -> None:
        self._name = name
        self._start_process = start_process
        self._within_s = within_s
        self._most_bytes = most_bytes
        self._process: _Process | None = None
        self._turn = asyncio.Lock()
        self._in_hand: set[asyncio.Task[bytes]] = set()
        self._closed = False

    @property
    def process_id(self) -> int | None:
        """The process that works; None as long as none is needed."""
        return self._process.id if self._process is not None else None

    async def ask(self, message: bytes) -> bytes:
        """Return what comes of a message.

        Who asked may go away; what the process still does is waited for before the next is asked.

        Raises:
            NotAnswered: The work failed, took too long, killed the process twice, or the bot is
                stopping.
        """
        asking = asyncio.create_task(self._answered(message))
        self._in_hand.add(asking)
        asking.add_done_callback(self._finished)
        # The answer on its way must not be taken for the next one.
        return await asyncio.shield(asking)

    async def close(self) -> None:
        """Ask for no more and end the process, in the middle of its work if need be."""
        self._closed = True
        if self._process is not None:
            self._process.kill()
        await asyncio.gather(*self._in_hand, return_exceptions=True)
        await self._discard()

    def _finished(self, asking: asyncio.Task[bytes]) -> None:
        self._in_hand.discard(asking)
        if not asking.cancelled():
            # Nobody may be left to be told.
            asking.exception()

    async def _answered(self, message: bytes) -> bytes:
        async with self._turn:
            try:
                return await self._answered_once(message)
            except _Died:
                log.warning("a process died; a new one takes its place", process=self._name)
            try:
                return await self._answered_once(message)
            except _Died:
                reason = f"the {self._name} process died, and so did the next one"
                raise NotAnswered(reason) from None

    async def _answered_once(self, message: bytes) -> bytes:
        process = await self._process_at_hand()
        within_s = STARTED_WITHIN_S
        try:
            async with asyncio.timeout(within_s):
                await process.become_ready()
            within_s = self._within_s
            async with asyncio.timeout(within_s):
                return await process.answer(message)
        except TimeoutError:
            await self._discard()
            raise NotAnswered(f"not done after {within_s:g} s") from None
        except _TooLong as error:
            await self._discard()
            raise NotAnswered(str(error)) from None
        except _Died:
            await self._discard()
            raise

    async def _process_at_hand(self) -> _Process:
        if self._process is None and not self._closed:
            try:
                started = await self._start_process()
            except OSError as error:
                raise NotAnswered(str(error)) from error
            self._process = _Process(started, self._most_bytes)
        # Closing may have come while it started.
        if self._process is None or self._closed:
            raise NotAnswered("the bot is stopping")
        return self._process

    async def _discard(self) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            await process.discard()
