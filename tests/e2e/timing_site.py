"""A timing site on this machine: pages made of real laps, at an exact host and port."""

from __future__ import annotations

import asyncio
import csv
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from core.laps import clock_text
from tests.core.sources.pages import result_page, row_of, script_of
from tests.e2e.real_heats import HEATS


@dataclass
class TimingSite:
    """What stands on it, by path and query; what it was asked for, in order, and by whom.

    What is held is answered when its event is set.
    """

    base: str
    pages: dict[str, bytes] = field(default_factory=dict)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)

    @property
    def host(self) -> str:
        """Its host and port, as the settings name it."""
        return self.base.removeprefix("http://")

    def put(self, path: str, page: bytes) -> str:
        """Publish a page; return its address."""
        self.pages[path] = page
        return f"{self.base}{path}"

    def put_race(self, number: int, page: bytes) -> str:
        """Publish the page of a race; return its address."""
        return self.put(f"/results/?p=view_race_result&id={number}", page)


@asynccontextmanager
async def timing_site() -> AsyncIterator[TimingSite]:
    """Run a timing site on loopback."""
    site = TimingSite("")

    async def handle(request: web.Request) -> web.Response:
        site.asked.append(request.path_qs)
        site.agents.add(request.headers["User-Agent"])
        if request.path_qs in site.held:
            await site.held[request.path_qs].wait()
        page = site.pages.get(request.path_qs)
        if page is None:
            raise web.HTTPNotFound
        return web.Response(body=page, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    async with TestServer(app, host="127.0.0.1") as server:
        site.base = f"http://127.0.0.1:{server.port}"
        yield site


def field_of(heat: str) -> dict[str, list[int]]:
    """Return everybody's laps of a real heat in ms, in the order they finished."""
    laps: dict[str, list[int]] = defaultdict(list)
    with HEATS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["heat"] == heat and int(row["lap_time_ms"]) > 0:
                laps[row["driver"]].append(int(row["lap_time_ms"]))
    return dict(sorted(laps.items(), key=lambda each: (-len(each[1]), sum(each[1]))))


def race_page(
    laps: Mapping[str, Sequence[int]],
    *,
    header: str = "Buggy (Heat 1/1)",
    round_name: str = "Qualifier Round 1",
) -> bytes:
    """Return LiveRC's page of a race, as a site that counts every lap makes it."""
    scripts, rows = [], []
    for position, (name, times) in enumerate(laps.items(), start=1):
        seconds = [f"{time_ms / 1000:.3f}".rstrip("0").rstrip(".") for time_ms in times]
        figures = {
            "avgLap": f"{round(sum(times) / len(times)) / 1000:.3f}",
            "fastLap": f"{min(times) / 1000:.3f}",
        }
        scripts.append(script_of(str(900_000 + position), name, ["0", *seconds], figures))
        result = f"{len(times)}/{clock_text(sum(times), 3)}"
        rows.append(row_of(str(position), str(900_000 + position), name, result))
    return result_page(scripts, rows, header=header, round_name=round_name)


def event_page(races: Mapping[int, str]) -> bytes:
    """Return LiveRC's page of an event, its races newest first."""
    rows = "".join(
        f'<tr><td><a href="/results/?p=view_race_result&amp;id={number}">'
        f"Race {number}: {title}</a></td><td>Jun 6, 2026 at {number}:30pm</td></tr>"
        for number, title in sorted(races.items(), reverse=True)
    )
    return f"""<!DOCTYPE html><html><head><title>Track :: Club Cup :: LiveRC</title></head>
<body><h5>Jun 6, 2026</h5><table><tr><th colspan="2">Qualifier Round 1</th></tr>{rows}</table>
</body></html>""".encode()
