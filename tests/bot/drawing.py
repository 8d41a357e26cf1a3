"""What the studio's process is given to draw with in tests; it loads quickly."""

from __future__ import annotations

import os
import signal
import sys
import time

from bot.pictures.worker import Subject

PNG = b"a picture"


def fail(subject: Subject) -> bytes:
    raise ValueError("no colours left")


def die(subject: Subject) -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return PNG


def hang(subject: Subject) -> bytes:
    while True:
        time.sleep(60)


def be_interrupted(subject: Subject) -> bytes:
    """Draw while somebody presses Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)
    return PNG


def list_modules(subject: Subject) -> bytes:
    return " ".join(sys.modules).encode()


def tell_its_name(subject: Subject) -> bytes:
    """Return the name of the heat's session, a little later."""
    time.sleep(0.05)
    return subject.session.name.encode()
