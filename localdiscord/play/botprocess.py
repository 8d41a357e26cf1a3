"""The real bot as a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Final, Protocol, Self

BOT: Final = (sys.executable, "-m", "bot", "run", "--until-stdin-ends")
TAIL_LINES: Final = 40
STOP_WITHIN_S: Final = 10.0


class Started(Protocol):
    """A process as asyncio starts it."""

    @property
    def pid(self) -> int:
        """Its number in the system."""

    @property
    def returncode(self) -> int | None:
        """Its exit code; None as long as it runs."""

    @property
    def stdout(self) -> asyncio.StreamReader | None:
        """What it writes, errors too."""

    async def wait(self) -> int:
        """Wait until it has ended; gives its exit code."""

    def send_signal(self, number: signal.Signals, /) -> None:
        """Send it a signal."""

    def kill(self) -> None:
        """Kill it."""


Launch = Callable[[Sequence[str], Mapping[str, str]], Awaitable[Started]]
"""Starts a command with an environment."""


async def launch(command: Sequence[str], environment: Mapping[str, str]) -> Started:
    """Start a command as a process of its own."""
    return await asyncio.create_subprocess_exec(
        *command,
        # It ends with this process, however that ends: then nobody holds the other end any more.
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
        # Ctrl-C at the terminal is for this process, which then stops the bot.
        process_group=0,
    )


class BotProcess:
    """Starts the bot, keeps the end of what it writes, stops it with SIGTERM."""

    def __init__(
        self,
        environment: Mapping[str, str],
        command: Sequence[str] = BOT,
        *,
        launch: Launch = launch,
        stop_within_s: float = STOP_WITHIN_S,
    ) -> None:
        """Prepare it.

        Args:
            environment: added to this process's own.
            command: what starts it.
            launch: how the command is started.
            stop_within_s: how long stopping may take before it is killed.
        """
        self._environment = {**os.environ, **environment}
        self._command = command
        self._launch = launch
        self._stop_within_s = stop_within_s
        self._process: Started | None = None
        self._reader: asyncio.Task[None] | None = None
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)

    async def __aenter__(self) -> Self:
        self._process = await self._launch(self._command, self._environment)
        self._reader = asyncio.create_task(self._read(self._process))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def keep_all(self) -> Self:
        """Keep all that it writes, not the end alone; to be called before it starts."""
        self._tail = deque()
        return self

    @property
    def tail(self) -> str:
        """The end of what it has written."""
        return "".join(self._tail).rstrip()

    @property
    def process_id(self) -> int | None:
        """Its number in the system; None before it was started."""
        return self._process.pid if self._process is not None else None

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def exited(self) -> int:
        """Wait until it has ended, and everything it wrote is read; gives its exit code."""
        if self._process is None or self._reader is None:
            message = "the bot has not been started"
            raise RuntimeError(message)
        code = await self._process.wait()
        await asyncio.shield(self._reader)
        return code

    async def stop(self) -> int:
        """Ask it to stop, wait until it has; kill it when it does not. Gives its exit code."""
        self._send(signal.SIGTERM)
        try:
            return await asyncio.wait_for(self.exited(), self._stop_within_s)
        except TimeoutError:
            self.kill()
            return await self.exited()

    def kill(self) -> None:
        """Kill it, as a power cut does."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def freeze(self) -> None:
        """Stop its clock, as a machine that sleeps does; its connections stay open."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on where it was frozen."""
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def _read(self, process: Started) -> None:
        if process.stdout is None:
            return
        async for line in process.stdout:
            self._tail.append(line.decode(errors="replace"))
