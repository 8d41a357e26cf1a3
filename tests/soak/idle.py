"""A process that does nothing but tick: how late it is tells how busy the machine was."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tests.soak.watched_bot import GAPS, tick


async def _tick_until_stdin_ends() -> None:
    ticking = asyncio.create_task(tick(Path(os.environ[GAPS])))
    # However whoever started it ends, it ends with them.
    await asyncio.to_thread(sys.stdin.buffer.read)
    ticking.cancel()


if __name__ == "__main__":
    asyncio.run(_tick_until_stdin_ends())
