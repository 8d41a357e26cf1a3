"""A process that does nothing but tick: how late it is tells how busy the machine was."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from tests.soak.watched_bot import GAPS, tick

if __name__ == "__main__":
    asyncio.run(tick(Path(os.environ[GAPS])))
