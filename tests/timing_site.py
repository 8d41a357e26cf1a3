"""A timing site on this machine with pages like LiveRC's, made of what a test says was driven."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.core.sources.pages import row_of, script_of

EVENT = "900"


@dataclass
class Raced:
    """A driver's laps in ms, and how often the table says it has driven one more than it has."""

    name: str
    laps: Sequence[int]
    source_id: str | None = None
    says_more: int = 0


@dataclass
class PageOfRace:
    """A race as the site shows it; its link stands on the event's page."""

    race_id: str
    number: int
    heat: str
    drivers: Sequence[Raced]
    at: str
    class_name: str = "Buggy"
    round_name: str = "Main Events"


@dataclass
class TimingSite:
    """What the site has, and what it was asked for.

    Attributes:
        exact: Its host and port.
        races: The races that stand on the event's page.
        day: The event's day.
        asked: Each request's path and query, in order.
        statuses: What a path is answered with instead of its page.
        has_etags: Whether it says which version of a page it has.
        pages: Pages of other sites, by path.
    """

    exact: str = ""
    event: str = "Sample Cup"
    day: date = date(2026, 6, 6)
    races: dict[str, PageOfRace] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    has_etags: bool = False
    pages: dict[str, bytes] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The event's page."""
        return f"http://{self.exact}{self.event_path}"

    @property
    def event_path(self) -> str:
        return f"/results/?p=view_event&id={EVENT}"

    def path_of(self, race_id: str) -> str:
        return f"/results/?p=view_race_result&id={race_id}"

    def publish(
        self,
        race_id: str,
        heat: str,
        *drivers: Raced,
        at: str = "12:00pm",
        day: date | None = None,
        class_name: str = "Buggy",
    ) -> None:
        """Put a race on the event's page, or something else under an id that stands there."""
        written = (day or self.day).strftime("%b %-d, %Y")
        known = self.races.get(race_id)
        number = known.number if known else len(self.races) + 1
        self.races[race_id] = PageOfRace(
            race_id, number, heat, drivers, f"{written} at {at}", class_name
        )

    def times_asked(self, path: str) -> int:
        return self.asked.count(path)

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path_qs
        self.asked.append(path)
        if path in self.statuses:
            return web.Response(status=self.statuses[path])
        if path in self.pages:
            return web.Response(body=self.pages[path], content_type="text/html")
        text = self._page(request.query.get("p"), request.query.get("id", ""))
        if text is None:
            return web.Response(status=404)
        headers = {"ETag": f'"{sha256(text.encode()).hexdigest()}"'} if self.has_etags else {}
        if headers and request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        return web.Response(text=text, content_type="text/html", headers=headers)

    def _page(self, kind: str | None, wanted: str) -> str | None:
        if kind == "view_event":
            # Whatever its number: there is one event.
            return self._event_page()
        race = self.races.get(wanted)
        return self._race_page(race) if kind == "view_race_result" and race else None

    def _event_page(self) -> str:
        rows = "".join(
            f'<tr><td><a href="{self.path_of(race.race_id)}">Race {race.number}: '
            f"{race.class_name} ({race.class_name} {race.heat})</a></td><td>{race.at}</td></tr>"
            for race in reversed(self.races.values())
        )
        return f"""<!DOCTYPE html><html><head>
<title>Sample Track :: {self.event} :: LiveRC</title></head><body>
<h5>{self.day.strftime("%b %-d, %Y")}</h5>
<div class="entry_list_data"><a href="/results/?p=view_entry_list&id=1">Entries</a></div>
<table><tr><th>Main Events</th></tr>{rows}</table></body></html>"""

    def _race_page(self, race: PageOfRace) -> str:
        scripts, rows = [], []
        for place, driver in enumerate(race.drivers, start=1):
            source_id = driver.source_id or str(
                int(sha256(driver.name.encode()).hexdigest()[:6], 16)
            )
            times = ["0", *(f"{lap / 1000:.3f}" for lap in driver.laps)]
            scripts.append(script_of(source_id, driver.name, times))
            total = sum(driver.laps)
            minutes, seconds = divmod(total / 1000, 60)
            shown = f"{len(driver.laps) + driver.says_more}/{int(minutes)}:{seconds:06.3f}"
            rows.append(row_of(str(place), source_id, driver.name, shown))
        heading = "".join(f"<th>{name}</th>" for name in ("Pos", "Driver", "Qual", "Laps/Time"))
        return f"""<!DOCTYPE html><html><head>
<title>Sample Track :: {self.event} :: {race.class_name} {race.heat} :: LiveRC</title></head>
<body><h5>{self.day.strftime("%b %-d, %Y")}</h5>
<script>var racerLaps = {{}};{"".join(scripts)}</script>
<table class="table race_result"><thead><tr><th colspan="4">
<span class="class_header">{race.class_name} {race.heat}</span>
<span class="class_sub_header">Round: {race.round_name}</span>
<span class="class_sub_header">Length: 5:00 Timed</span></th></tr><tr>{heading}</tr></thead>
<tbody>{"".join(rows)}</tbody></table></body></html>"""


@asynccontextmanager
async def timing_site(day: date | None = None) -> AsyncIterator[TimingSite]:
    """Run a timing site; its ``exact`` belongs into ``LIVERC_HOSTS``."""
    site = TimingSite() if day is None else TimingSite(day=day)
    app = web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    async with TestServer(app, host="127.0.0.1", shutdown_timeout=0.1) as server:
        site.exact = f"127.0.0.1:{server.port}"
        yield site


def clock_time(moment: datetime) -> str:
    """Return a time of day as the site writes it: ``5:30pm``."""
    return moment.strftime("%-I:%M%p").lower()
