"""The process that draws: takes results through a pipe, hands back pictures.

The drawing modules are loaded when the first picture of their kind is asked for.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from threading import Thread

from core.results.heats import HeatTable
from core.results.scores import OrpCard, SideBySide

Subject = HeatTable | OrpCard | SideBySide


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


def serve(pipe: Connection, draw: Callable[[Subject], bytes]) -> None:
    """Answer each subject with its picture, or with why there is none, until the bot is gone."""
    # Ctrl-C in a terminal reaches this process too; the bot still finishes what is in hand.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave_with_the_bot, daemon=True).start()
    try:
        while True:
            subject = pipe.recv()
            try:
                answer: bytes | str = draw(subject)
            except Exception:
                answer = traceback.format_exc()
            pipe.send(answer)
    except (EOFError, OSError):
        # The bot has closed its end.
        return


def _leave_with_the_bot() -> None:
    """End this process when the bot is killed, even in the middle of a picture."""
    bot = parent_process()
    if bot is not None:
        bot.join()
        os._exit(0)
