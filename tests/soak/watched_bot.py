"""The bot as ``python -m bot`` runs it, with its log in a file and a ticker on its loop.

How many blocks of memory Python keeps goes to a file too, the latest figure last.

Whatever keeps the loop busy makes the ticker late. Each time it is, a line goes to a file: how long
the loop was away, and how much of that is its own: computing, or waiting for something else than a
processor. For the rest it could have run and had to wait until others had.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

LOG: Final = "WATCHED_LOG"
"""The variable that names the file its log goes to."""
GAPS: Final = "WATCHED_GAPS"
"""The variable that names the file of gaps: milliseconds in all, and its own, a line each."""
BLOCKS: Final = "WATCHED_BLOCKS"
"""The variable that names the file of how many blocks of memory Python keeps, a number a line."""

_WAITED: Final = Path("/proc/thread-self/schedstat")
_TICK_S: Final = 0.005
WORTH_NOTING_S: Final = 0.03
"""A shorter gap is none."""
# A start loads what it needs and is nobody's race day yet.
_STARTED_AFTER_S: Final = 5.0
_COUNT_EVERY_S: Final = 1.0


async def tick(gaps: Path) -> None:
    """Tick for ever, and write down each time it was late."""
    await asyncio.sleep(_STARTED_AFTER_S)
    with gaps.open("a", encoding="ascii", buffering=1) as file:
        while True:
            before, kept_waiting_s = time.monotonic(), _kept_waiting_s()
            await asyncio.sleep(_TICK_S)
            gap_s = time.monotonic() - before - _TICK_S
            if gap_s > WORTH_NOTING_S:
                own_s = max(0.0, gap_s - (_kept_waiting_s() - kept_waiting_s))
                file.write(f"{gap_s * 1000:.1f} {own_s * 1000:.1f}\n")


async def _count(blocks: Path) -> None:
    """Count for ever what is kept."""
    with blocks.open("a", encoding="ascii", buffering=1) as file:
        while True:
            file.write(f"{sys.getallocatedblocks()}\n")
            await asyncio.sleep(_COUNT_EVERY_S)


def _kept_waiting_s() -> float:
    """Return how long this thread has waited for a processor since it began, as Linux counts it."""
    _, waited_ns, _ = _WAITED.read_text(encoding="ascii").split()
    return int(waited_ns) / 1e9


def _run_watched(main: Coroutine[Any, Any, None], **options: Any) -> None:
    async def watched() -> None:
        watching = [
            asyncio.create_task(tick(Path(os.environ[GAPS]))),
            asyncio.create_task(_count(Path(os.environ[BLOCKS]))),
        ]
        try:
            await main
        finally:
            for task in watching:
                task.cancel()

    with asyncio.Runner(**options) as runner:
        runner.run(watched())


def run() -> None:
    """Run the command line with everything it writes in the file."""
    log = os.open(os.environ[LOG], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(log, stream.fileno())
    from bot.__main__ import main

    with patch("asyncio.run", _run_watched):
        main()


if __name__ == "__main__":
    run()
