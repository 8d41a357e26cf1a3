"""Following for the service tests: a timing site, a team, and time that the test lets pass."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from core.bootstrap import Services, build_services
from core.caller import Caller, Person
from core.commands import ProfileFields
from core.database import Database
from core.fetching.hosts import LIVERC_HOSTS, Hosts, parse_hosts
from core.fetching.pages import Pages
from core.fetching.reader import Reader
from core.models import Heat
from core.results.follow import Following
from core.services.follow import FollowService
from core.services.looking import LookingService
from core.sources.recognise import parse
from tests.databases import FakeClock, scalars
from tests.services.racing import by
from tests.timing_site import TimingSite, timing_site


class ReadHere(Reader):
    """Reads pages in this process: starting another one takes longer than a test."""

    async def read(self, data: bytes, *, address: str | None = None) -> object:
        return parse(data, address=address)


@dataclass
class RaceDay:
    """A timing site and one process of the bot that follows it.

    Attributes:
        site: The site.
        clock: What time it is.
        services: Everything else of the core.
        follow: What is followed.
        looking: What looks.
    """

    site: TimingSite
    database: Database
    clock: FakeClock
    services: Services
    pages: Pages
    follow: FollowService
    looking: LookingService
    asked_at: list[tuple[str, float]] = field(default_factory=list)

    async def begin(self, person: Person | Caller, url: str | None = None) -> Following:
        """Follow the site's event."""
        caller = person if isinstance(person, Caller) else by(person)
        return await self.follow.follow(caller, url or self.site.address)

    async def link(self, person: Person | Caller, name: str) -> None:
        """Have somebody say what they race under."""
        caller = person if isinstance(person, Caller) else by(person)
        await self.services.profile.update(caller, ProfileFields(driver_name=name))

    async def settle(self) -> None:
        """Do what is due at this moment, but for what waits for its second."""
        await self.looking.keep_up()
        while page := await self.looking.claim():
            await self.looking.look(page)
        while await self.looking.hand_out():
            pass
        await self.looking.keep_up()

    async def pass_time(self, seconds: float = 0, minutes: float = 0, step: float = 10) -> None:
        """Let time pass and do what comes due, in steps."""
        left = timedelta(seconds=seconds, minutes=minutes)
        while left > timedelta(0):
            await self.settle()
            self.clock.advance(seconds=step)
            left -= timedelta(seconds=step)
        await self.settle()

    async def heats(self) -> list[str]:
        """Return the labels of all heats, in their order."""
        found = await scalars(self.database, select(Heat).order_by(Heat.opened_at))
        return [heat.ref.label for heat in found]


@asynccontextmanager
async def race_day(database: Database, clock: FakeClock) -> AsyncIterator[RaceDay]:
    """Run a timing site and what follows it."""
    async with timing_site() as site, process_at(site, database, clock) as day:
        yield day


@asynccontextmanager
async def process_at(
    site: TimingSite, database: Database, clock: FakeClock
) -> AsyncIterator[RaceDay]:
    """Run one process of the bot at a timing site."""
    hosts = Hosts(liverc=parse_hosts(f"{LIVERC_HOSTS},{site.exact}"))
    pages, reader = Pages(hosts), ReadHere()
    yield RaceDay(
        site,
        database,
        clock,
        build_services(database, hosts),
        pages,
        FollowService(database, pages, reader, hosts),
        LookingService(database, pages, reader),
    )
    await pages.close()
