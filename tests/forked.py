"""Asking for processes that :mod:`tests.forking` forks."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.forking import DRAWING_SERVER, HEADER


class ForkedProcess:
    """A forked process, as asyncio shows those it has started itself."""

    def __init__(
        self,
        pid: int,
        told: StreamReader,
        line: StreamWriter,
        stdout: StreamReader,
        stdin: StreamWriter | None,
    ) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdout: StreamReader | None = stdout
        self.stdin = stdin
        self._line = line
        self._ended = asyncio.create_task(self._end(told))

    async def _end(self, told: StreamReader) -> int:
        self.returncode = int(await told.readline())
        self._line.close()
        return self.returncode

    async def wait(self) -> int:
        """Wait until it has ended; gives its exit code."""
        return await asyncio.shield(self._ended)

    async def communicate(self) -> tuple[bytes, None]:
        """Read what it has written to its end, and wait until it has ended."""
        written = b""
        if self.stdout is not None:
            with suppress(ConnectionError):
                written = await self.stdout.read()
        await self.wait()
        return written, None

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)


async def _fork(
    address: str, environment: Mapping[str, str], files: Sequence[int]
) -> tuple[int, StreamReader, StreamWriter]:
    line = socket.socket(socket.AF_UNIX)
    line.connect(address)
    asked = json.dumps(dict(environment)).encode()
    socket.send_fds(line, [HEADER.pack(len(asked))], files)
    line.sendall(asked)
    told, writer = await asyncio.open_unix_connection(sock=line)
    return int(await told.readline()), told, writer


async def fork_bot(
    address: str, drawing: str, _: Sequence[str], environment: Mapping[str, str]
) -> ForkedProcess:
    """Start a bot instead of running its command; its output is read here.

    Args:
        address: Where bots are forked.
        drawing: Where it has the process forked that draws for it.
        environment: All of its environment.
    """
    loop = asyncio.get_running_loop()
    reading, writing = os.pipe()
    stdout = StreamReader()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stdout), os.fdopen(reading, "rb", 0)
    )
    nothing = os.open(os.devnull, os.O_RDONLY)
    try:
        started = await _fork(
            address, {**environment, DRAWING_SERVER: drawing}, [nothing, writing, writing]
        )
    finally:
        os.close(nothing)
        os.close(writing)
    return ForkedProcess(*started, stdout, None)


async def start_forked(address: str) -> ForkedProcess:
    """Start a process that draws, for the bot that runs here."""
    here, there = socket.socketpair()
    with there:
        started = await _fork(address, os.environ, [there.fileno(), there.fileno(), 2])
    stdout, stdin = await asyncio.open_unix_connection(sock=here)
    return ForkedProcess(*started, stdout, stdin)


@contextmanager
def fork_server(directory: Path, what: str) -> Iterator[str]:
    """Start a server that forks bots or what draws; gives its address."""
    address = str(directory / what)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.forking", what],
            stdin=listener.fileno(),
            stdout=subprocess.DEVNULL,
            process_group=0,
        )
    try:
        yield address
    finally:
        server.terminate()
        server.wait()
