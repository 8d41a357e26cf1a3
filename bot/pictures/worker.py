"""The process that draws, ``python -m bot.pictures.worker``.

Results come in through its standard input, pictures go out through its standard output. The drawing
modules are loaded when the first picture of their kind is asked for.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from queue import SimpleQueue
from struct import Struct
from threading import Thread
from typing import BinaryIO, Final
from uuid import UUID

from core.results.card import OrpCard, SideBySide
from core.results.heat import HeatTable

_Reduced = tuple[type[UUID], tuple[None, bytes]]
Subject = HeatTable | OrpCard | SideBySide

# Before each packed result: its length.
ASKED: Final = Struct(">I")
# Before each answer: whether it is a picture or says why there is none, and its length.
ANSWERED: Final = Struct(">?I")
_MADE_OF: Final = frozenset({"core", "datetime", "uuid"})
# Whoever waits for an answer of the bot goes before who waits for a picture.
_NICENESS: Final = 5


class _Packer(pickle.Pickler):
    def reducer_override(self, value: object) -> _Reduced:
        """Pack ids as plain ones: those of PostgreSQL's driver would be loaded with the driver."""
        as_usual: _Reduced = NotImplemented
        return (UUID, (None, value.bytes)) if isinstance(value, UUID) else as_usual


def packed(subject: Subject) -> bytes:
    """Return a result as :func:`serve` takes it."""
    packed = BytesIO()
    _Packer(packed).dump(subject)
    return ASKED.pack(packed.tell()) + packed.getvalue()


class _Results(pickle.Unpickler):
    """Reads results and nothing else."""

    def find_class(self, module: str, name: str) -> object:
        """Return a class that results are made of."""
        if module.partition(".")[0] not in _MADE_OF:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a result")
        return super().find_class(module, name)


def paint(subject: Subject) -> bytes:
    """Draw what is asked for, as a PNG."""
    if isinstance(subject, HeatTable):
        from bot.pictures.heat import draw_heat

        return draw_heat(subject)
    if isinstance(subject, OrpCard):
        from bot.pictures.card import draw_card

        return draw_card(subject)
    from bot.pictures.side_by_side import draw_side_by_side

    return draw_side_by_side(subject)


def serve(draw: Callable[[Subject], bytes]) -> None:
    """Answer each subject with its picture, or with why there is none, until the bot is gone."""
    # Ctrl-C in a terminal reaches this process too; the bot still finishes what is in hand.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        os.nice(_NICENESS)
    asked = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints must not end up in a picture.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    subjects: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_take, args=(asked, subjects), daemon=True).start()
    while True:
        taken = subjects.get()
        try:
            is_drawn, answer = True, draw(_Results(BytesIO(taken)).load())
        except Exception:
            is_drawn, answer = False, traceback.format_exc().encode()
        answers.write(ANSWERED.pack(is_drawn, len(answer)) + answer)
        answers.flush()


def _take(asked: BinaryIO, subjects: SimpleQueue[bytes]) -> None:
    """Take subjects in; end this process when the bot is gone, even in the middle of a picture."""
    # A bot that is killed with a picture on its way ends a socket with an error.
    with suppress(ConnectionError):
        while len(header := asked.read(ASKED.size)) == ASKED.size:
            (size,) = ASKED.unpack(header)
            subjects.put(asked.read(size))
    os._exit(0)


if __name__ == "__main__":
    serve(paint)
