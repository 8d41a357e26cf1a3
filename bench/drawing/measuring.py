"""Starts the process that draws with a ticker beside it, and judges what it has seen."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Final

from bench.findings import Findings
from bench.rows import Budget, Row, against, differences, spread
from bench.settings import Setup
from bench.trouble import Trouble

_STALL: Final = Budget(20, "ms")
_PICTURE: Final = Budget(0.15, "s")
_MEMORY: Final = Budget(40, "MiB")


async def measure(setup: Setup) -> AsyncIterator[Findings]:
    """Measure the studio; no database has a part in it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.drawing", str(setup.effort.studios)),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise Trouble("drawing failed")
    seen: dict[str, list[float]] = json.loads(output)
    pairs = list(zip(seen["with"], seen["without"], strict=True))
    stalls = against(seen["with"], seen["without"], "ms")
    yield Findings(
        [
            Row("loop stall while pictures are drawn", "", _STALL, differences(pairs), stalls),
            Row("a heat's picture, warm", "", _PICTURE, spread(seen["seconds"])),
            Row("memory of the drawing process", "", _MEMORY, spread(seen["mib"])),
        ]
    )
