"""What runs in a process beside the bot: messages come in, answers go out, one after the other.

Messages come through standard input, answers go through standard output. Whatever the work prints
goes to standard error.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from struct import Struct
from threading import Thread
from typing import BinaryIO, Final

from core.tracebacks import told

# Before each message: its length.
ASKED: Final = Struct(">I")
# Before each answer: whether it is one or says why there is none, and its length.
ANSWERED: Final = Struct(">?I")
# What is written once, when all is loaded and the first message can be worked on.
READY: Final = b"r"
# Whoever waits for an answer of the bot goes before who waits for this process.
_NICENESS: Final = 5


def framed(message: bytes) -> bytes:
    """Return a message as :func:`serve` takes it."""
    return ASKED.pack(len(message)) + message


def serve(work: Callable[[bytes], bytes]) -> None:
    """Answer each message with what comes of it, or with why nothing does, until the bot is gone.

    The process ends with it, earlier where memory runs out.

    Args:
        work: Gives the answer to a message; what it raises is told as a traceback.
    """
    # Ctrl-C in a terminal reaches this process too; the bot still finishes what is in hand.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        os.nice(_NICENESS)
    asked = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints must not end up in an answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    messages: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_take, args=(asked, messages), daemon=True).start()
    answers.write(READY)
    answers.flush()
    is_sound = True
    while is_sound:
        message = messages.get()
        try:
            is_answered, answer = True, work(message)
        except Exception as error:
            is_answered, answer = False, told(error).encode()
            # What took all memory may not have given it back; the next is for another process.
            is_sound = not isinstance(error, MemoryError)
        answers.write(ANSWERED.pack(is_answered, len(answer)) + answer)
        answers.flush()
    os._exit(1)


def _take(asked: BinaryIO, messages: SimpleQueue[bytes]) -> None:
    """Take messages in; end this process when the bot is gone, even in the middle of its work."""
    # A bot that is killed with a message on its way ends a socket with an error.
    with suppress(ConnectionError):
        while len(header := asked.read(ASKED.size)) == ASKED.size:
            (size,) = ASKED.unpack(header)
            messages.put(asked.read(size))
    os._exit(0)
