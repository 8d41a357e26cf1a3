"""What of the timing sites is read as ever, what has moved, and what cannot be told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from core.database import Database
from core.errors import RacerError
from core.fetching.elsewhere import Elsewhere
from core.fetching.hosts import Hosts, parse_hosts
from core.results.source_check import PageState, SourceFinding
from core.services.source_check import SourceCheck
from tests.core.sources import pages
from tests.databases import FakeClock
from tests.services.following import ReadHere, race_day
from tests.services.racing import ANN
from tests.timing_site import Raced, TimingSite, timing_site

BUTTON = 'class="run-button load-report"'
LAPS = [20_101, 20_302, 20_203, 20_904, 20_405]
DAY = "/practice/?p=session_list&d=2025-11-16"

Told = dict[str | None, tuple[str, int, int]]


@asynccontextmanager
async def reading(hosts: Hosts) -> AsyncIterator[Elsewhere]:
    elsewhere = Elsewhere(hosts, between_s=0)
    elsewhere.reader = ReadHere()
    try:
        yield elsewhere
    finally:
        await elsewhere.close()


async def look(
    site: TimingSite, *given: str, database: Database | None = None, is_myrcm: bool = False
) -> list[SourceFinding]:
    """Return what is found of the site; every other host of the settings has no page."""
    exact = parse_hosts(site.exact)
    hosts = Hosts(myrcm=exact) if is_myrcm else Hosts(liverc=exact)
    async with reading(hosts) as elsewhere:
        found = [each async for each in SourceCheck(elsewhere, database).check(given)]
    return [each for each in found if each.host == site.exact]


def told(findings: list[SourceFinding]) -> Told:
    return {
        each.page: (each.state.value, each.drivers or each.races or 0, each.laps)
        for each in findings
    }


async def test_the_latest_pages_that_are_known_are_read(
    database: Database, clock: FakeClock
) -> None:
    async with race_day(database, clock) as day:
        await day.link(ANN, "Ann Arbor")
        day.site.publish("7001", "Q1", Raced("Ann Arbor", LAPS[:2]), at="11:00am")
        day.site.publish("7002", "Q2", Raced("Ann Arbor", LAPS), at="11:30am")
        await day.begin(ANN)
        await day.settle()
        day.site.asked.clear()
        assert told(await look(day.site, database=database)) == {
            "event": ("ok", 2, 0),
            "result": ("ok", 1, 5),
            "practice day": ("not tried", 0, 0),
            "practice": ("not tried", 0, 0),
        }
        assert day.site.asked == [day.site.event_path, day.site.path_of("7002")]
        # One that is gone gives way to the next; one that is another page by now does not.
        day.site.statuses[day.site.path_of("7002")] = 404
        assert told(await look(day.site, database=database))["result"] == ("ok", 1, 2)
        day.site.statuses.clear()
        day.site.pages[day.site.path_of("7002")] = b"<html><body>Hello</body></html>"
        day.site.pages[day.site.path_of("7001")] = b"<html><body>Hello</body></html>"
        day.site.statuses[day.site.event_path] = 503
        event, result, *_ = await look(day.site, database=database)
        assert (event.state, event.is_trouble) == (PageState.NOT_READ, True)
        assert "busy" in str(event.why)
        assert (result.state, result.is_trouble) == (PageState.MOVED, True)
        assert "I know no laps on that page" in str(result.why)


async def test_of_an_event_page_without_races_its_shape_has_moved() -> None:
    async with timing_site() as site:
        event, *others = await look(site, site.address)
    assert (event.state, event.why) == (PageState.MOVED, "No races are found on it.")
    assert {each.state for each in others} == {PageState.NOT_TRIED}


async def test_one_page_leads_to_the_next() -> None:
    async with timing_site() as site:
        site.publish("1", "Q1", Raced("Ann", LAPS), at="11:00am")
        # It has not been driven yet: the one before it has laps.
        site.publish("2", "Q2", Raced("Ann", []), at="11:30am")
        session = "/practice/?p=view_session&id=7"
        site.pages[session] = pages.page(pages.PRACTICE)
        base = f"http://{site.exact}"
        found = await look(site, site.address, f"{base}{session}")
        assert [each.state for each in found[:2]] == [PageState.OK, PageState.OK]
        assert (found[1].address, found[1].laps) == (f"{base}{site.path_of('1')}", 5)
        practice, day = found[2:]
        assert (practice.page, practice.state) == ("practice", PageState.OK)
        # The site has no page of that day: so much is told of it.
        assert (day.page, day.state) == ("practice day", PageState.NOT_READ)
        assert "p=session_list&d=" in str(day.address)
        site.pages[DAY] = pages.page(pages.DAY)
        day, *_ = [each for each in await look(site, f"{base}{DAY}") if each.page == "practice day"]
        assert (day.state, day.races) == (PageState.OK, 12)


async def test_an_event_of_myrcm_leads_to_a_class_with_runs() -> None:
    async with timing_site() as site:
        event, of_class = "/en/report/90001", "/en/report/90001/380002"
        no_runs = pages.changed(pages.EVENT_V9, BUTTON, "", -1)
        site.pages = dict.fromkeys((event, f"{event}/380001", f"{event}/380003"), no_runs)
        text = pages.page(pages.CLASS).decode()
        text = text.replace("90002", "90001").replace("380004", "380002")
        site.pages[of_class] = text.encode()
        async with reading(Hosts(myrcm=parse_hosts(site.exact))) as elsewhere:
            checked = SourceCheck(elsewhere, None).check([f"http://{site.exact}{event}"])
            found = [each async for each in checked]
    # A source of which no page is known has one line.
    assert [(each.host, each.page) for each in found[:2]] == [
        ("*.liverc.com", None),
        ("*.livefpv.com", None),
    ]
    of_event, run = found[2:]
    assert (of_event.page, of_event.state) == ("event", PageState.OK)
    assert str(of_event.address).endswith(of_class)
    assert of_event.races
    # It is not there: the next two are tried, too.
    assert (run.page, run.state) == ("run", PageState.NOT_READ)
    assert len([path for path in site.asked if "reportKey" in path]) == 3


async def test_a_page_that_may_not_be_read_is_refused() -> None:
    async with timing_site() as site:
        for address in ("https://example.org/results/?p=view_event&id=1", f"http://{site.exact}/"):
            with pytest.raises(RacerError):
                await look(site, address)
    assert site.asked == []
