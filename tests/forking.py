"""Processes forked from one that has loaded all they need: a start costs no second of imports.

``python -m tests.forking bot`` has loaded the bot, ``python -m tests.forking drawing`` what draws
its pictures; each gets a listening socket as its standard input. Whoever connects sends what the
process is to have, and hears its number and, when it has ended, its exit code. What is forked is a
real process: own environment, own files, own signals, a group of its own.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from struct import Struct
from typing import Final

# Before what is asked for: its length.
HEADER: Final = Struct(">I")
# Standard input, output and errors.
STANDARD_FILES: Final = 3
DRAWING_SERVER: Final = "TESTS_DRAWING_SERVER"
# How long the bot waits for an answer of Discord, where a test waits for it to lose patience.
REQUEST_LIMIT: Final = "TESTS_REQUEST_LIMIT"
# How long the bot waits for Discord, for what others hold in the store and, when it stops, for what
# is in hand, and how long a form may take; in whole seconds. How long a test holds something says
# how busy the machine is. Empty: as long as ever.
PATIENCE: Final = "TESTS_PATIENCE"
# Pixels a point of the pictures of heats: most of a picture's time goes into its pixels.
THUMBNAIL: Final = 0.1

Job = Callable[[], None]


@dataclass
class Server:
    """Forks a process for each connection."""

    listener: socket.socket
    job: Job

    def serve(self) -> Job | None:
        """Fork until whoever started this has gone; in each forked process, return its work."""
        woken, wake = socket.socketpair()
        woken.setblocking(False)
        wake.setblocking(False)
        signal.set_wakeup_fd(wake.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        running: dict[int, socket.socket] = {}
        started_by = os.getppid()
        with selectors.DefaultSelector() as selector:
            selector.register(self.listener, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            while os.getppid() == started_by:
                for key, _ in selector.select(timeout=1):
                    if key.fileobj is woken:
                        woken.recv(4096)
                        _tell_who_ended(running)
                        continue
                    connection, _ = self.listener.accept()
                    environment, files = _asked_for(connection)
                    number = os.fork()
                    if number == 0:
                        signal.set_wakeup_fd(-1)
                        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                        for one in (self.listener, woken, wake, connection, *running.values()):
                            one.close()
                        _become(environment, files)
                        return self.job
                    for file in files:
                        os.close(file)
                    running[number] = connection
                    connection.sendall(f"{number}\n".encode())
        return None


def _asked_for(connection: socket.socket) -> tuple[dict[str, str], list[int]]:
    """Return the environment and the files somebody asks for."""
    received, files, _, _ = socket.recv_fds(connection, HEADER.size, STANDARD_FILES)
    (size,) = HEADER.unpack(received)
    return json.loads(connection.recv(size, socket.MSG_WAITALL)), files


def _tell_who_ended(running: dict[int, socket.socket]) -> None:
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG)) != (0, 0):
            number, status = ended
            with running.pop(number) as connection, suppress(OSError):
                connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _become(environment: dict[str, str], files: list[int]) -> None:
    os.setpgid(0, 0)
    os.environ.clear()
    os.environ.update(environment)
    for standard, file in enumerate(files):
        os.dup2(file, standard)
        os.close(file)


def _bot() -> Job:
    from sqlalchemy.orm import configure_mappers

    import bot.client
    import bot.discord.patience
    import bot.discord.replies
    import core.one_file
    import core.postgres
    from bot.__main__ import main
    from bot.studio import Studio
    from tests.forked import start_forked

    configure_mappers()

    def run() -> None:
        address = os.environ.get(DRAWING_SERVER)
        if address:
            vars(bot.client)["Studio"] = partial(Studio, partial(start_forked, address))
        patience = os.environ.get(PATIENCE)
        if limit := os.environ.get(REQUEST_LIMIT, patience):
            for name in ("REQUEST_S", "UPLOAD_S"):
                vars(bot.discord.patience)[name] = float(limit)
        if patience:
            vars(bot.client)["GRACE_S"] = int(patience)
            vars(bot.discord.replies)["FORM_WITHIN_S"] = float(patience)
            vars(core.one_file)["_BUSY_TIMEOUT_MS"] = 1_000 * int(patience)
            vars(core.postgres)["_ANSWER_TIMEOUT_S"] = int(patience)
            core.postgres._IMPATIENT["lock_timeout"] = f"{patience}s"
        main()

    return run


def _drawing() -> Job:
    from bot.pictures import fonts
    from bot.pictures.heat import heat_picture
    from bot.pictures.look import png
    from bot.pictures.worker import Subject, paint, serve
    from core.results.heat import HeatTable

    fonts.readable("x")

    def draw(subject: Subject) -> bytes:
        # Nobody looks at the heats of these bots; those of test_pictures.py are as people see them.
        if isinstance(subject, HeatTable):
            return png(heat_picture(subject), pixels_a_point=THUMBNAIL)
        return paint(subject)

    return partial(serve, draw)


def main() -> None:
    """Load what is named, then serve."""
    listener = socket.socket(fileno=os.dup(0))
    job = {"bot": _bot, "drawing": _drawing}[sys.argv[1]]()
    del sys.argv[1:]
    gc.collect()
    gc.freeze()
    if (forked := Server(listener, job).serve()) is not None:
        forked()


if __name__ == "__main__":
    main()
