"""Draws with the bot's studio while a ticker runs on the same loop; prints what it saw as JSON."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, Final

import typer

from bench.memory import own_memory_mib
from bench.project import HeatTable, recorded_heat
from bot.studio import Studio

_TICK_S: Final = 0.005
_WARM_PICTURES: Final = 8


async def longest_gap(work: asyncio.Future[Any]) -> float:
    """Return the longest time between two ticks until something is done, in ms over a tick."""
    longest = 0.0
    while not work.done():
        before = time.perf_counter()
        await asyncio.sleep(_TICK_S)
        longest = max(longest, time.perf_counter() - before)
    return (longest - _TICK_S) * 1000


async def _draw(studio: Studio, heat: HeatTable) -> list[float]:
    """Draw the same picture several times; give the seconds each took."""
    took = []
    for _ in range(_WARM_PICTURES + 1):
        began = time.perf_counter()
        if await studio.draw(heat) is None:
            raise RuntimeError("a picture was not drawn")
        took.append(time.perf_counter() - began)
    return took


async def _see(studios: int) -> dict[str, list[float]]:
    seen: dict[str, list[float]] = {"with": [], "without": [], "seconds": [], "mib": []}
    heat = recorded_heat()
    for _ in range(studios):
        studio = Studio()
        drawing = asyncio.ensure_future(_draw(studio, heat))
        seen["with"].append(await longest_gap(drawing))
        first_s, *warm_s = await drawing
        # As long again with nothing to draw.
        resting = asyncio.ensure_future(asyncio.sleep(first_s + sum(warm_s)))
        seen["without"].append(await longest_gap(resting))
        seen["seconds"] += warm_s
        if studio.process_id is not None:
            seen["mib"].append(own_memory_mib(studio.process_id))
        await studio.close()
    return seen


def main(studios: int) -> None:
    """Start so many drawing processes, one after the other."""
    print(json.dumps(asyncio.run(_see(studios))))


if __name__ == "__main__":
    typer.run(main)
