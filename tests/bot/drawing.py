"""What draws in tests instead of the bot's pictures: ``python -m tests.bot.drawing hang``, say."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from bot.pictures.worker import Subject, serve
from core.results.heat import HeatTable
from tests.marks import leave_until_taken

PNG = b"a picture"


def fail(subject: Subject) -> bytes:
    raise ValueError("no colours left")


def die(subject: Subject) -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return PNG


def hang(subject: Subject) -> bytes:
    while True:
        signal.pause()


def be_interrupted(subject: Subject) -> bytes:
    """Draw while somebody presses Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)
    return PNG


def chatter(subject: Subject) -> bytes:
    """Draw while a library has something to say."""
    print("one moment", flush=True)
    os.write(1, b"nearly there")
    return PNG


def list_modules(subject: Subject) -> bytes:
    return " ".join(sys.modules).encode()


def leave_a_mark(subject: Subject) -> bytes:
    """Return the name of the heat's session; where it is a path, leave something there first.

    It is waited for until somebody takes that away.
    """
    assert isinstance(subject, HeatTable)
    name = subject.session.name
    if name.startswith("/"):
        leave_until_taken(Path(name))
    return name.encode()


def tell_its_name(subject: Subject) -> bytes:
    """Return the name of the heat's session, a little later."""
    time.sleep(0.05)
    assert isinstance(subject, HeatTable)
    return subject.session.name.encode()


if __name__ == "__main__":
    serve(globals()[sys.argv[1]])
