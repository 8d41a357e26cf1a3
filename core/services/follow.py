"""Following: from now on every race of an event with a team member in it comes in by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select

from core.caller import Caller
from core.database import Database, Unit
from core.errors import Conflict, NotFound
from core.fetching.elsewhere import Elsewhere
from core.fetching.hosts import Address, Hosts
from core.fetching.pages import NotModified, Page
from core.follow_models import EventRace, Follow, RaceTaken, WatchedPage
from core.models import RaceSession
from core.names import SESSION_NAME_LENGTH, TRACK_NAME_LENGTH, name_key
from core.race_day import following, slots, watching
from core.race_day.change import Change, change
from core.race_day.drivers import profiles_in
from core.race_day.finding import require_open, session_by_id
from core.race_day.questions import SeveralOpen
from core.race_day.sessions import open_session, race_in
from core.race_day.where import where_is
from core.results.follow import Followed, Following, Linked, WhichSession
from core.sources.addresses import PageKind
from core.sources.kept import race_from_data
from core.sources.race import ListedPage, RaceList, Source
from core.sources.refusals import NoLaps

MOST_OF_SESSION: Final = 3
MOST_OF_TEAM: Final = 5
MOST_DAYS: Final = 7
# Reading a page for the first time costs a request.
ONE_FIRST_FETCH_IN: Final = timedelta(seconds=10)
# So many of what does not add up are told.
MOST_FAULTS: Final = 5
_LIVE: Final = ("active", "closing")
_NO_EVENT: Final = (
    "That is no page of an event: give the event's page, the one that lists its races. "
    "/heat import brings in a single race."
)


@dataclass(frozen=True, slots=True)
class ReadFirst:
    """The page of an event that was read for the first time.

    Attributes:
        page: As it came.
        listed: What it shows.
        asked_at: When it was asked for.
    """

    page: Page
    listed: RaceList
    asked_at: datetime


class FollowService:
    """What the teams follow; each call is bound to the caller's.

    Args:
        database: The database.
        elsewhere: What fetches and reads pages.
    """

    def __init__(self, database: Database, elsewhere: Elsewhere) -> None:
        self._database = database
        self._elsewhere = elsewhere
        self._hosts = elsewhere.hosts

    async def show(self, caller: Caller) -> Following:
        """Return what the team follows."""
        return await self._database.read(lambda unit: _shown(unit, caller))

    async def follow(self, caller: Caller, url: str) -> Following | WhichSession:
        """Follow an event for the caller's open session, or for one that is named like the event.

        Raises:
            BadInput: It is no page of an event, or one that may not be read.
            PageNotRead: The page cannot be read.
            Conflict: There are too many already, or the event is on other days.
        """
        address = self._hosts.check(self._event_address(url))
        read = None
        await self._database.read(lambda unit: _refuse_too_many(unit, caller, address.text))
        if not await self._database.read(lambda unit: _is_known(unit, address.text)):
            read = await self._read_first(caller, address)
        act = partial(_follow, address=address, read=read, hosts=self._hosts)
        return await change(self._database, caller, act)

    async def follow_for(self, caller: Caller, page_id: UUID, session_id: UUID) -> Following:
        """Follow an event that has been read, for a session that was picked.

        Raises:
            NotFound: The page was forgotten since, or there is no such session.
            Conflict: The session is closed, there are too many, or the event is on other days.
        """

        def act(change: Change) -> Following:
            page = watching.event_page(change.unit, page_id)
            session = session_by_id(change.unit, change.team.id, session_id)
            require_open(session)
            _refuse_too_many(change.unit, change.caller, page.address)
            race_in(change.unit, change.where, session, change.actor)
            return _follow_for(change, page, session, self._hosts, opened=False)

        return await change(self._database, caller, act)

    async def stop(self, caller: Caller, follow_id: UUID) -> Following:
        """Follow an event no more; what has come in stays.

        Raises:
            NotFound: It is not followed.
            NotAllowed: Somebody else follows it and the caller is not crew.
        """

        def act(change: Change) -> Following:
            unit = change.unit
            follow = unit.db.scalar(
                select(Follow).where(Follow.id == follow_id, Follow.team_id == change.team.id)
            )
            if follow is None:
                raise NotFound("That is not followed any more; /session follow shows what is.")
            if follow.followed_by != change.actor.id:
                change.require_crew("stop what others follow")
            name = follow.event_name
            unit.db.delete(follow)
            unit.db.flush()
            return _shown(unit, change.caller, stopped=name)

        return await change(self._database, caller, act)

    def _event_address(self, url: str) -> str:
        """Return the address of an event's own page.

        Raises:
            BadInput: It leads to something else.
        """
        found = self._elsewhere.known(url)
        if found.page is PageKind.EVENT:
            return found.url
        if found.source is Source.MYRCM:
            # A class's page, or one of its runs: the event has all of them.
            event = found.source_id.partition("/")[0]
            return f"{found.url.partition('/report/')[0]}/report/{event}"
        raise NoLaps(_NO_EVENT)

    async def _read_first(self, caller: Caller, address: Address) -> ReadFirst:
        """Read a page that nobody has read yet, when its host's turn is."""
        name = slots.of_user(caller.person.user_id)
        turn = partial(slots.take_turn, name=name, between=ONE_FIRST_FETCH_IN)
        if not await self._database.write(turn):
            raise Conflict("One new event every 10 seconds: wait a moment and try again.")
        async with self._elsewhere.turn(address):
            asked_at = self._database.clock()
            page = await self._elsewhere.fetcher.fetch(address.text)
        if isinstance(page, NotModified):
            raise NoLaps(_NO_EVENT)
        listed = await self._elsewhere.reader.read(page.data, address=address.text)
        if not isinstance(listed, RaceList) or listed.page is ListedPage.PRACTICE_DAY:
            raise NoLaps(_NO_EVENT)
        return ReadFirst(page, listed, asked_at)


def _is_known(unit: Unit, address: str) -> bool:
    """Tell whether a page has been read for others who follow it."""
    known = (
        select(WatchedPage.id)
        .join(Follow, Follow.event_id == WatchedPage.id)
        .where(
            WatchedPage.address == address,
            WatchedPage.looked_at.is_not(None),
            WatchedPage.trouble.is_(None),
            Follow.state.in_(_LIVE),
        )
    )
    return unit.connection.execute(known.limit(1)).first() is not None


def _refuse_too_many(unit: Unit, caller: Caller, address: str) -> None:
    """Refuse another event where the team follows as many as it may.

    Raises:
        Conflict: It does.
    """
    followed = unit.connection.execute(
        select(WatchedPage.address)
        .join(Follow, Follow.event_id == WatchedPage.id)
        .where(Follow.team_id == caller.team_id, Follow.state.in_(_LIVE))
    ).scalars()
    others = [each for each in followed if each != address]
    if len(others) >= MOST_OF_TEAM:
        raise Conflict(
            f"The team follows {MOST_OF_TEAM} events already: stop one of them first, "
            "with Stop under /session follow."
        )


def _follow(
    change: Change, address: Address, read: ReadFirst | None, hosts: Hosts
) -> Following | WhichSession:
    unit, team, actor = change.unit, change.team, change.actor
    _refuse_too_many(unit, change.caller, address.text)
    page = watching.watch_event(unit, address)
    if read is not None:
        watching.note_listed(unit, page, read.listed, is_news=False)
        watching.note_came(page, read.page, read.asked_at)
    elif page.looked_at is None:
        raise Conflict("Nobody follows that any more just now: try again.")
    name = _name_of(page)
    try:
        session = change.where.open_session()
    except SeveralOpen as several:
        unit.db.flush()
        return WhichSession(name, page.id, tuple(each.ref for each in several.sessions))
    opened = session is None
    if session is None:
        session = open_session(
            unit, team, change.where, actor, _named_like(page.about, name), implicit=False
        )
    elif not change.where.own_is_open:
        race_in(unit, change.where, session, actor)
    return _follow_for(change, page, session, hosts, opened=opened)


def _name_of(page: WatchedPage) -> str:
    return page.about["name"] or "The event"


def _follow_for(
    change: Change, page: WatchedPage, session: RaceSession, hosts: Hosts, *, opened: bool
) -> Following:
    unit, team, name = change.unit, change.team, _name_of(page)
    days = following.days_of(unit, session)
    if not following.is_within(days, page.about):
        raise Conflict(_other_days(name, session, page.about))
    follow = unit.db.scalar(
        select(Follow).where(Follow.session_id == session.id, Follow.event_id == page.id)
    )
    if follow is None:
        of_session = unit.connection.execute(
            select(func.count()).where(Follow.session_id == session.id)
        ).scalar_one()
        if of_session >= MOST_OF_SESSION:
            raise Conflict(
                f"{session.ref.name} follows {MOST_OF_SESSION} events already: stop one first, "
                "with Stop under /session follow."
            )
        follow = Follow(
            id=uuid4(),
            team_id=team.id,
            session_id=session.id,
            event_id=page.id,
            created_at=unit.now,
        )
        unit.db.add(follow)
    follow.event_name = name
    follow.followed_by, follow.channel_id = change.actor.id, change.caller.channel_id
    follow.state, follow.closing_since = "active", None
    follow.hand_out_at = unit.now
    unit.db.flush()
    page.next_look_at = following.next_event_look(
        unit, page, page.looked_at or unit.now, pace=hosts.pace_of(page.host)
    )
    unit.db.flush()
    return _shown(unit, change.caller, began=follow.id, opened_session=opened)


def _named_like(about: dict[str, Any], name: str) -> dict[str, object]:
    """Return the columns of a session that is opened for an event."""
    first, last = following.days_of_event(about)
    fields: dict[str, object] = {"session_name": name[:SESSION_NAME_LENGTH].strip()}
    if first is not None and last is not None:
        fields["days"] = min(max((last - first).days + 1, 1), MOST_DAYS)
    if about["track"]:
        track = about["track"][:TRACK_NAME_LENGTH].strip()
        fields |= {"track_name": track, "track_key": name_key(track)}
    return fields


def _other_days(name: str, session: RaceSession, about: dict[str, Any]) -> str:
    first, last = following.days_of_event(about)
    when = " to ".join(dict.fromkeys(str(day) for day in (first, last) if day))
    return (
        f"{name} is on {when}, and {session.ref.name} is on other days: start a session for it "
        "first, with /session start, and follow it from there."
    )


# What is shown


def _shown(
    unit: Unit,
    caller: Caller,
    *,
    began: UUID | None = None,
    opened_session: bool = False,
    stopped: str | None = None,
) -> Following:
    where = where_is(unit, caller.team_id, caller.person.user_id)
    own = where.racer.id if where.racer else None
    is_crew = caller.is_crew(where.team.crew_role_id if where.team else None)
    rows = unit.db.execute(
        select(Follow, RaceSession, WatchedPage)
        .join(RaceSession, RaceSession.id == Follow.session_id)
        .join(WatchedPage, WatchedPage.id == Follow.event_id)
        .where(Follow.team_id == caller.team_id)
        .order_by(Follow.created_at)
    ).all()
    followed = tuple(
        _followed(unit, follow, session, page, may_stop=is_crew or follow.followed_by == own)
        for follow, session, page in rows
        if follow.state != "done" or session.status == "active"
    )
    racers = profiles_in(unit, caller.team_id)
    linked = (Linked(each.person, each.liverc_name) for each in racers if each.liverc_name)
    return Following(
        followed=followed,
        linked=tuple(linked),
        unlinked=tuple(each.person for each in racers if not each.liverc_name),
        began=began,
        opened_session=opened_session,
        stopped=stopped,
    )


def _followed(
    unit: Unit, follow: Follow, session: RaceSession, page: WatchedPage, *, may_stop: bool
) -> Followed:
    pages = unit.connection.execute(
        select(func.count()).where(
            WatchedPage.event_id == page.id,
            WatchedPage.role == "race",
            WatchedPage.looked_at.is_(None),
        )
    ).scalar_one()
    races, waiting, with_members = unit.connection.execute(
        select(
            func.count(),
            func.count().filter(
                or_(RaceTaken.version.is_(None), RaceTaken.version < EventRace.version)
            ),
            func.count().filter(RaceTaken.has_members),
        )
        .select_from(EventRace)
        .outerjoin(
            RaceTaken, (RaceTaken.race_id == EventRace.id) & (RaceTaken.follow_id == follow.id)
        )
        .where(EventRace.event_id == page.id)
    ).one()
    return Followed(
        id=follow.id,
        event=follow.event_name,
        address=page.address,
        session=session.ref,
        state=follow.state,
        looked_at=page.looked_at,
        next_look_at=page.next_look_at,
        races=races,
        with_members=with_members,
        unread=pages,
        waiting=waiting,
        came_in_at=follow.came_in_at,
        trouble=following.trouble_of(unit, follow),
        faults=_faults_of(unit, follow),
        may_stop=may_stop,
    )


def _faults_of(unit: Unit, follow: Follow) -> tuple[str, ...]:
    """Return what does not add up on pages whose races were taken in all the same."""
    rows = unit.db.execute(
        select(EventRace.parsed)
        .join(RaceTaken, RaceTaken.race_id == EventRace.id)
        .where(
            RaceTaken.follow_id == follow.id,
            RaceTaken.has_members,
            EventRace.has_faults,
        )
        .order_by(EventRace.found_at.desc())
        .limit(MOST_FAULTS)
    ).scalars()
    told = []
    for parsed in rows:
        race = race_from_data(parsed)
        label = f"{race.class_name or ''} {race.heat_name or ''}".strip()
        told.append(f"{label}: {race.differences[0].text()}")
    return tuple(told)
