"""Telling systemd that the bot is up, what it waits for, and that it has not hung.

A datagram to the socket that systemd names; where it names none, nothing happens. The watchdog is
fed while the bot is connected, or waits for something on purpose: what hangs is restarted.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from typing import Final

import structlog

from bot.liveness import Liveness

# How soon it is told that the bot is up, and how often of its state where no watchdog asks.
_SOON_S: Final = 0.5
_NOW_AND_THEN_S: Final = 10.0
_A_SECOND_US: Final = 1_000_000

log = structlog.get_logger(__name__)


def notify(*said: str) -> None:
    """Tell systemd something, such as ``READY=1``."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    # One with an @ has no file.
    address = f"\0{address[1:]}" if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as there:
        # Whoever does not listen is not waited for.
        there.setblocking(False)
        try:
            there.connect(address)
            there.sendall("\n".join(said).encode())
        except OSError as error:
            log.warning("systemd cannot be told", reason=error.strerror)


def watchdog_s() -> float | None:
    """Return after how many seconds of silence systemd restarts the bot; None for never."""
    for_process = os.environ.get("WATCHDOG_PID", "")
    given = os.environ.get("WATCHDOG_USEC", "")
    if not given.isdecimal() or for_process not in ("", str(os.getpid())):
        return None
    return int(given) / _A_SECOND_US


@contextlib.asynccontextmanager
async def telling(liveness: Liveness) -> AsyncIterator[None]:
    """Tell systemd how the bot is, for as long as it runs."""
    if not os.environ.get("NOTIFY_SOCKET"):
        yield
        return
    telling = asyncio.create_task(_tell(liveness))
    try:
        yield
    finally:
        telling.cancel()
        notify("STOPPING=1")


async def _tell(liveness: Liveness) -> None:
    limit_s = watchdog_s()
    every_s = limit_s / 3 if limit_s else _NOW_AND_THEN_S
    is_up = False
    while True:
        said = [f"STATUS={liveness.status}"]
        if liveness.has_settled:
            is_up = True
            said.append("READY=1")
        if liveness.is_well:
            said.append("WATCHDOG=1")
        notify(*said)
        await asyncio.sleep(every_s if is_up else min(every_s, _SOON_S))
