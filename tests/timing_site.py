"""A timing site on this machine with pages like LiveRC's, made of what a test says was driven."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256

from aiohttp import web
from aiohttp.test_utils import TestServer

from localdiscord.play.recorded import Drive
from localdiscord.play.result_pages import (
    Event,
    Race,
    event_page,
    event_path,
    race_path,
    result_page,
)

EVENT = 900


@dataclass
class Raced:
    """A driver's laps in ms, and how often the table says it has driven one more than it has."""

    name: str
    laps: Sequence[int]
    says_more: int = 0


@dataclass
class TimingSite:
    """What the site has, and what it was asked for.

    Attributes:
        exact: Its host and port.
        event: What its event is called.
        day: The event's day.
        races: The races that stand on the event's page, and who drove them, by id.
        asked: Each request's path and query, in order.
        agents: Who has asked.
        statuses: What a path is answered with instead of its page.
        held: What is answered only when its event is set, by path.
        has_etags: Whether it says which version of a page it has.
        pages: Further pages, by path.
    """

    exact: str = ""
    event: str = "Sample Cup"
    day: date = date(2026, 6, 6)
    races: dict[str, tuple[Race, Sequence[Raced]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    statuses: dict[str, int] = field(default_factory=dict)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    has_etags: bool = False
    pages: dict[str, bytes] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """What all its addresses begin with."""
        return f"http://{self.exact}"

    @property
    def address(self) -> str:
        """The event's page."""
        return f"{self.base}{self.event_path}"

    @property
    def event_path(self) -> str:
        return event_path(EVENT)

    def path_of(self, race_id: str) -> str:
        return race_path(int(race_id))

    def publish(
        self,
        race_id: str,
        heat: str,
        *drivers: Raced,
        at: str = "12:00pm",
        day: date | None = None,
        class_name: str = "Buggy",
        round_name: str = "Main Events",
    ) -> str:
        """Put a race on the event's page, or something else under an id that stands there.

        Returns:
            The address of its own page.
        """
        moment = datetime.combine(
            day or self.day, datetime.strptime(at, "%I:%M%p").replace(tzinfo=UTC).time()
        )
        drives = [Drive(driver.name, tuple(driver.laps)) for driver in drivers]
        race = Race(int(race_id), class_name, heat, round_name, 300, drives, moment)
        self.races[race_id] = (race, drivers)
        return f"{self.base}{self.path_of(race_id)}"

    def times_asked(self, path: str) -> int:
        return self.asked.count(path)

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path_qs
        self.asked.append(path)
        self.agents.add(request.headers["User-Agent"])
        if path in self.held:
            await self.held[path].wait()
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

    @property
    def _about(self) -> Event:
        return Event(EVENT, "Sample Track", self.event, self.day)

    def _page(self, kind: str | None, wanted: str) -> str | None:
        if kind == "view_event":
            # Whatever its number: there is one event.
            return event_page(self._about, (race for race, _ in self.races.values()))
        if kind != "view_race_result" or wanted not in self.races:
            return None
        race, drivers = self.races[wanted]
        page = result_page(self._about, race)
        for driver in drivers:
            laps = len(driver.laps)
            page = page.replace(f"<td>{laps}/", f"<td>{laps + driver.says_more}/")
        return page


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
