"""The looking side of following: pages are read when their turn is, races handed to each team.

Several processes may do this at once. A page is claimed for one look with the turn of its host; it
is fetched and read outside of any transaction; what was found is stored with the page; and each
follow takes each race in by a transaction of its own, so that a kill in between loses none.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func, select, update

from core.database import Database, Unit
from core.errors import RacerError
from core.fetching.hosts import Hosts
from core.fetching.pages import NotModified, Page, Pages
from core.fetching.reader import Reader
from core.fetching.refusals import Busy, Forbidden, NotThere
from core.fetching.turns import wait_after_trouble
from core.follow_models import EventRace, Follow, RaceTaken, WatchedPage
from core.models import RacerProfile, RaceSession
from core.outages import is_outage
from core.race_day import following, keeping_up, watching
from core.race_day.change import team_held
from core.race_day.drivers import people_in
from core.race_day.importing import take_in
from core.race_day.outbox import CLOCK_DIFFERENCE
from core.race_day.slots import give_back
from core.results.looking import ClaimedPage
from core.sources.kept import content_hash, link_from_data, race_from_data, race_to_data
from core.sources.race import Race, RaceList, named_by
from core.sources.refusals import Damaged, NoLaps
from core.sources.same_race import is_same_race, laps_of

# A page whose figures differ from its laps is read once more after this.
READ_AGAIN: Final = timedelta(minutes=1)
# A race that a team's own rows keep from being taken in is tried again after this.
TAKE_AGAIN: Final = timedelta(minutes=5)
# For so long a race without laps is looked at again and again: it is being driven, or typed in.
LAPS_WITHIN: Final = timedelta(minutes=15)
_WRONG_PAGE: Final = "What stands at that address is no longer the page that was followed."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Stored:
    """A race of the event, as far as it is compared with what was read."""

    id: UUID
    page_id: UUID
    version: int
    laps: list[list[int]]


class LookingService:
    """Looks at pages for all teams.

    Args:
        database: The database.
        pages: What fetches pages.
        reader: What reads them.
        hosts: The hosts of the settings.
    """

    def __init__(self, database: Database, pages: Pages, reader: Reader, hosts: Hosts) -> None:
        self._database = database
        self._hosts = hosts
        self._pages = pages
        self._reader = reader
        self._beginning = asyncio.Lock()
        self._has_begun = False
        # Whatever it is, the clock may have been set back while nobody was here.
        self._latest = datetime.max.replace(tzinfo=UTC)

    async def claim(self) -> ClaimedPage | None:
        """Claim the page whose turn it is; None for none at present."""
        await self._begin()
        await self._end_waits_ahead()
        # A look costs less than a writing transaction, and most looks find nothing.
        if not await self._database.read(watching.has_due):
            return None
        return await self._database.write(watching.claim_page)

    async def _begin(self) -> None:
        """Free all claims where nobody can hold one: this process has none yet and is alone."""
        async with self._beginning:
            is_first = not self._has_begun and self._database.arrive()
            if is_first and await self._database.read(watching.has_claims):
                await self._database.write(watching.free_claims)
            self._has_begun = True

    async def _end_waits_ahead(self) -> None:
        """Where the clock was set back, end the waits that were counted on it as it was before."""
        now = self._database.clock()
        if now < self._latest - CLOCK_DIFFERENCE:
            await self._database.write(watching.end_waits_ahead)
            self._latest = now
        self._latest = max(self._latest, now)

    # A look

    async def look(self, page: ClaimedPage) -> None:
        """Read a claimed page and note what became of it.

        Raises:
            StoreUnavailable: The database is away: the claim runs out, and it is read again.
        """
        asked_at = self._database.clock()
        try:
            came = await self._pages.fetch(
                page.address, etag=page.etag, last_modified=page.last_modified
            )
            is_same = isinstance(came, NotModified) or content_hash(came.data) == page.content_hash
            if is_same:
                pace = self._hosts.pace_of(page.host)
                await self._database.write(lambda unit: _note_same(unit, page, asked_at, pace))
            elif isinstance(came, Page):
                parsed = await self._reader.read(came.data, address=page.address)
                await self._note(page, came, parsed, asked_at)
        except RacerError as error:
            log.info("a page was not read", address=page.address, reason=type(error).__name__)
            note = partial(_note_unread, claimed=page, trouble=error, asked_at=asked_at)
            if page.role == "race" and isinstance(error, NoLaps):
                note = partial(_note_no_laps, claimed=page, asked_at=asked_at)
            await self._database.write(note)

    async def _note(
        self, claimed: ClaimedPage, came: Page, parsed: object, asked_at: datetime
    ) -> None:
        if claimed.role == "event" and isinstance(parsed, RaceList):
            listed, pace = parsed, self._hosts.pace_of(claimed.host)
            await self._database.write(
                lambda unit: _note_listed(unit, claimed, came, listed, asked_at, pace)
            )
        elif claimed.role == "race" and isinstance(parsed, Race):
            race = named_by(parsed, link_from_data(claimed.about))
            await self._note_race(claimed, came, race, asked_at)
        else:
            raise Damaged(_WRONG_PAGE)

    async def _note_race(
        self, claimed: ClaimedPage, came: Page, race: Race, asked_at: datetime
    ) -> None:
        laps = laps_of(race)
        while True:
            stored = await self._database.read(lambda unit: _stored_of(unit, claimed))
            # Thousands of laps are compared: the loop goes on meanwhile.
            same = await asyncio.to_thread(_same_as, stored, laps, claimed.id)
            note = partial(
                _note_race,
                claimed=claimed,
                came=came,
                race=race,
                same=same,
                compared=stored,
                asked_at=asked_at,
            )
            if await self._database.write(note):
                return

    # Handing out

    async def hand_out(self) -> bool:
        """Have one follow take in one race that waits; tell whether there was any."""
        waiting = await self._database.read(following.next_hand_out)
        if waiting is None:
            return False
        follow_id, team_id = waiting
        failed = await self._database.write(lambda unit: _hand_out(unit, team_id, follow_id))
        if failed is not None:
            raise failed
        return True

    # What follows from time and from what others do

    async def keep_up(self) -> None:
        """Notice sessions that closed or opened again, people who were linked, and what is over."""
        changes = await self._database.read(keeping_up.is_needed)
        if changes:
            await self._database.write(keeping_up.keep_up)


# What a look has found


def _note_same(
    unit: Unit, claimed: ClaimedPage, asked_at: datetime, pace: timedelta | None
) -> None:
    page = watching.held(unit, claimed)
    if page is None:
        return
    watching.note_read(page, asked_at)
    if claimed.role == "event":
        _next_event_look(unit, page, asked_at, pace)
    else:
        page.next_look_at = watching.next_look_at_race_page(page, asked_at)
        unit.db.flush()
        # Read twice, it stands so: what was doubtful is taken.
        unit.connection.execute(
            update(EventRace)
            .where(EventRace.page_id == page.id, EventRace.ready_at > unit.now)
            .values(ready_at=unit.now)
        )
        following.order_hand_out(unit, claimed.event_id, unit.now)
    unit.db.flush()
    give_back(unit, claimed.host, claimed.site, asked_at)


def _next_event_look(
    unit: Unit, page: WatchedPage, asked_at: datetime, pace: timedelta | None
) -> None:
    event = page if page.event_id is None else unit.db.get_one(WatchedPage, page.event_id)
    page.next_look_at = following.next_event_look(unit, event, asked_at, pace=pace)


def _note_listed(
    unit: Unit,
    claimed: ClaimedPage,
    came: Page,
    listed: RaceList,
    asked_at: datetime,
    pace: timedelta | None,
) -> None:
    page = watching.held(unit, claimed)
    if page is None:
        return
    watching.note_listed(unit, page, listed, is_news=claimed.was_looked_at)
    watching.note_came(page, came, asked_at)
    _next_event_look(unit, page, asked_at, pace)
    unit.db.flush()
    give_back(unit, claimed.host, claimed.site, asked_at)


def _note_no_laps(unit: Unit, *, claimed: ClaimedPage, asked_at: datetime) -> None:
    """Note a race's page that has no laps: no race yet."""
    page = watching.held(unit, claimed)
    if page is None:
        return
    watching.note_read(page, asked_at)
    page.tries = claimed.tries + 1
    again = unit.now + wait_after_trouble(page.tries)
    is_late = again >= page.found_at + LAPS_WITHIN
    page.next_look_at = watching.next_look_at_race_page(page, asked_at) if is_late else again
    unit.db.flush()
    give_back(unit, claimed.host, claimed.site, asked_at)


def _note_unread(
    unit: Unit, *, claimed: ClaimedPage, trouble: RacerError, asked_at: datetime
) -> None:
    page = watching.held(unit, claimed)
    if page is None:
        return
    watching.note_unread(
        page,
        unit.now,
        trouble.sentence,
        is_refused=isinstance(trouble, NotThere | Forbidden),
        retry_after_s=trouble.retry_after_s if isinstance(trouble, Busy) else None,
    )
    following.give_up_if_lost(unit, page)
    unit.db.flush()
    give_back(unit, claimed.host, claimed.site, asked_at)


def _stored_of(unit: Unit, claimed: ClaimedPage) -> list[_Stored]:
    rows = unit.connection.execute(
        select(EventRace.id, EventRace.page_id, EventRace.version, EventRace.laps)
        .where(EventRace.event_id == claimed.event_id)
        .order_by(EventRace.found_at, EventRace.id)
    )
    return [_Stored(*row) for row in rows]


def _same_as(
    stored: Sequence[_Stored], laps: Sequence[Sequence[int]], page_id: UUID
) -> UUID | None:
    """Return the race that these laps are another version of; None for a race of its own.

    What was read from the same page is compared first: a correction rarely changes its id.
    """
    in_order = sorted(stored, key=lambda race: race.page_id != page_id)
    return next((race.id for race in in_order if is_same_race(race.laps, laps)), None)


def _note_race(
    unit: Unit,
    *,
    claimed: ClaimedPage,
    came: Page,
    race: Race,
    same: UUID | None,
    compared: Sequence[_Stored],
    asked_at: datetime,
) -> bool:
    """Note a race that was read; False where others have changed meanwhile what it was told by."""
    page = watching.held(unit, claimed)
    if page is None:
        return True
    stand = unit.connection.execute(
        select(func.count(), func.coalesce(func.sum(EventRace.version), 0)).where(
            EventRace.event_id == claimed.event_id
        )
    ).one()
    if tuple(stand) != (len(compared), sum(each.version for each in compared)):
        page.claim, page.claimed_until = claimed.claim, unit.now + watching.CLAIM_TIME
        return False
    watching.note_came(page, came, asked_at)
    page.next_look_at = watching.next_look_at_race_page(page, asked_at)
    _store(unit, claimed, page, race, same)
    unit.db.flush()
    give_back(unit, claimed.host, claimed.site, asked_at)
    return True


def _store(
    unit: Unit, claimed: ClaimedPage, page: WatchedPage, race: Race, same: UUID | None
) -> None:
    data = race_to_data(race)
    key = content_hash(json.dumps(data, sort_keys=True).encode())
    stands = unit.db.get_one(EventRace, same) if same is not None else None
    if stands is None:
        is_later = claimed.looked_at is not None and claimed.content_hash is not None
        stands = EventRace(
            id=uuid4(),
            event_id=claimed.event_id,
            version=0,
            # A leg that was written over another one was not there at the look before.
            found_at=claimed.claimed_at if is_later else claimed.found_at,
            is_news=claimed.was_looked_at or claimed.is_news,
            ready_at=unit.now,
        )
        was_doubtful = False
    else:
        was_doubtful = claimed.looked_at is not None and stands.ready_at > claimed.looked_at
        stands.ready_at = unit.now
    stands.page_id = page.id
    if stands.version and stands.content_hash == key:
        following.order_hand_out(unit, claimed.event_id, stands.ready_at)
        return
    stands.version += 1
    stands.parsed, stands.content_hash = data, key
    stands.has_faults = bool(race.differences)
    stands.laps = [list(laps) for laps in laps_of(race)]
    if race.differences and not was_doubtful:
        stands.ready_at = page.next_look_at = unit.now + READ_AGAIN
    if stands.is_news:
        unit.connection.execute(
            update(WatchedPage)
            .where(WatchedPage.id == claimed.event_id)
            .values(came_in_at=unit.now)
        )
    unit.db.add(stands)
    unit.db.flush()
    following.order_hand_out(unit, claimed.event_id, stands.ready_at)


# Handing out


def _hand_out(unit: Unit, team_id: int, follow_id: UUID) -> Exception | None:
    """Have a follow take in one race; an error that the team's own rows make is returned."""
    team = team_held(unit, team_id)
    follow = unit.db.scalar(select(Follow).where(Follow.id == follow_id).with_for_update())
    if follow is None or follow.hand_out_at is None:
        return None
    race = following.next_race_of(unit, follow)
    if race is None:
        follow.hand_out_at = following.next_hand_out_of(unit, follow)
        return None
    taken = unit.db.get(RaceTaken, (follow.id, race.id)) or RaceTaken(
        follow_id=follow.id, race_id=race.id, version=0, has_members=False
    )
    unit.db.add(taken)
    try:
        with unit.db.begin_nested():
            parsed = race_from_data(race.parsed)
            session = unit.db.get_one(RaceSession, follow.session_id)
            people = people_in(unit, team_id, parsed)
            told = take_in(
                unit,
                team,
                session,
                parsed,
                by=_follower(unit, follow),
                is_fresh=following.is_fresh(
                    race, parsed, follow, ZoneInfo(session.time_zone), unit.now
                ),
                channel_id=follow.channel_id,
                people=people,
            )
    except Exception as error:
        if is_outage(error):
            raise
        # What one team has stored cannot be read; the other teams' races go on.
        taken.trouble, taken.try_again_at = str(error), unit.now + TAKE_AGAIN
        return error
    taken.version, taken.has_members = race.version, bool(people)
    taken.trouble = taken.try_again_at = None
    if told.has_stored:
        follow.came_in_at = unit.now
    return None


def _follower(unit: Unit, follow: Follow) -> RacerProfile | None:
    return unit.db.get(RacerProfile, follow.followed_by) if follow.followed_by else None
