"""Where pictures come from: one process beside the bot draws them, one after the other.

It starts with the first picture, is replaced when it dies and killed when it takes too long, so
that whatever goes wrong in a drawing costs the bot a picture and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from threading import Lock
from typing import Final

import discord
import structlog

from bot.pictures.worker import Subject, paint, serve
from core.results import HeatTable, OrpCard

# The first picture of a process loads matplotlib, which takes seconds on a small computer.
DRAWN_WITHIN_S: Final = 20.0
_ENDS_WITHIN_S: Final = 5.0

log = structlog.get_logger(__name__)


class _WorkerDied(Exception):
    """The drawing process is gone, together with the picture it was asked for."""


class _NotDrawn(Exception):
    """There is no picture; the text says why, for the log."""


class _Worker:
    """A process that draws."""

    def __init__(self, draw: Callable[[Subject], bytes]) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        # A daemon never keeps the bot from ending.
        self._process: SpawnProcess = context.Process(
            target=serve, args=(theirs, draw), name="pictures", daemon=True
        )
        self._process.start()
        # The process has the other end for itself: when it dies, reading here ends.
        theirs.close()

    def draw(self, subject: Subject, within_s: float) -> bytes:
        """Return the picture.

        Raises:
            _WorkerDied: The process is gone.
            _NotDrawn: The drawing failed, or took too long; then the process is of no more use.
        """
        answer = self._ask(self._pipe, subject, within_s)
        if isinstance(answer, str):
            raise _NotDrawn(answer)
        return answer

    @staticmethod
    def _ask(pipe: Connection, subject: Subject, within_s: float) -> bytes | str:
        try:
            pipe.send(subject)
            if not pipe.poll(within_s):
                raise TimeoutError
            answer: bytes | str = pipe.recv()
        except TimeoutError:
            raise
        except (EOFError, OSError) as error:
            raise _WorkerDied from error
        return answer

    def kill(self) -> None:
        """End the process at once; whoever waits for a picture hears that it died."""
        self._process.kill()

    def discard(self) -> None:
        """End the process and give back what it takes."""
        self._process.kill()
        self._process.join(_ENDS_WITHIN_S)
        self._process.close()
        self._pipe.close()
