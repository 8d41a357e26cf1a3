"""Following for the service tests: a timing site, a team, and time that the test lets pass."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from core.bootstrap import Services, build_services
from core.caller import Caller, Person
from core.commands import ProfileFields
from core.database import Database
from core.fetching.elsewhere import Elsewhere
from core.fetching.hosts import Hosts, parse_hosts
from core.fetching.reader import Reader
from core.follow_models import WatchedPage
from core.models import Heat, RunLog
from core.race_day.watching import IS_FOLLOWED
from core.results.follow import Following
from core.services.follow import FollowService
from core.services.looking import LookingService
from core.site_turns import SiteTurns
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
    follow: FollowService
    looking: LookingService

    async def begin(self, person: Person | Caller, url: str | None = None) -> Following:
        """Follow the site's event."""
        caller = person if isinstance(person, Caller) else by(person)
        began = await self.follow.follow(caller, url or self.site.address)
        assert isinstance(began, Following)
        return began

    async def link(self, person: Person | Caller, name: str) -> None:
        """Have somebody say what they race under."""
        caller = person if isinstance(person, Caller) else by(person)
        await self.services.profile.update(caller, ProfileFields(driver_name=name))

    async def settle(self) -> None:
        """Do all that is due; what waits for its turn at the site gets it, a second later."""
        await self.looking.keep_up()
        while True:
            while page := await self.looking.claim():
                await self.looking.look(page)
            if not await self._is_any_due():
                break
            self.clock.advance(seconds=1)
        while await self.looking.hand_out():
            pass
        await self.looking.keep_up()

    async def _is_any_due(self) -> bool:
        due = select(WatchedPage.id).where(
            WatchedPage.next_look_at <= self.clock.moment, IS_FOLLOWED
        )
        return bool(await scalars(self.database, due))

    async def pass_time(self, *, seconds: float = 0, minutes: float = 0, step: float = 30) -> None:
        """Let time pass and do what comes due, in steps of so many seconds."""
        end = self.clock.moment + timedelta(seconds=seconds, minutes=minutes)
        await self.settle()
        while self.clock.moment < end:
            self.clock.advance(seconds=min(step, (end - self.clock.moment).total_seconds()))
            await self.settle()

    async def sleep(self, **delta: float) -> None:
        """Let time pass in which nobody looks, as while the bot is down."""
        self.clock.advance(**delta)

    async def heats(self) -> list[str]:
        """Return the labels of all heats, in their order."""
        found = await scalars(self.database, select(Heat).order_by(Heat.opened_at))
        return [heat.ref.label for heat in found]

    async def laps_of(self, label: str) -> list[int]:
        """Return the laps of a heat in ms, in their order."""
        heats = await scalars(self.database, select(Heat))
        (heat,) = (each for each in heats if each.ref.label == label)
        laps = select(RunLog.lap_time_ms).where(RunLog.heat_id == heat.id)
        return list(await scalars(self.database, laps.order_by(RunLog.racer_id, RunLog.lap_number)))


@asynccontextmanager
async def race_day(
    database: Database,
    clock: FakeClock,
    *,
    is_myrcm: bool = False,
    loopback_every_s: int | None = None,
) -> AsyncIterator[RaceDay]:
    """Run a timing site and what follows it."""
    async with (
        timing_site() as site,
        process_at(
            site, database, clock, is_myrcm=is_myrcm, loopback_every_s=loopback_every_s
        ) as day,
    ):
        yield day


@asynccontextmanager
async def process_at(
    site: TimingSite,
    database: Database,
    clock: FakeClock,
    *,
    is_myrcm: bool = False,
    loopback_every_s: int | None = None,
) -> AsyncIterator[RaceDay]:
    """Run one process of the bot at a timing site, like LiveRC or like MyRCM."""
    exact = parse_hosts(site.exact)
    source = {"myrcm": exact} if is_myrcm else {"liverc": exact}
    hosts = Hosts(**source, loopback_every_s=loopback_every_s)
    elsewhere = Elsewhere(hosts, turn=SiteTurns(database).turn)
    elsewhere.reader = ReadHere()
    services = build_services(database, elsewhere)
    yield RaceDay(site, database, clock, services, services.follow, services.looking)
    await elsewhere.close()
