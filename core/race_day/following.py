"""What is followed, as rows: whose races wait, when pages are read next, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, or_, select, update

from core.database import Unit
from core.fetching.turns import LIVELY_FOR, RaceDays, is_lost, next_look_at_event
from core.follow_models import EventRace, Follow, RaceTaken, WatchedPage
from core.models import RacerProfile, RaceSession
from core.race_day.sessions import DAYS_WITHOUT_LAPS, first_lap_of
from core.sources.race import Race

# A session's own clock and that of a site may differ by as much.
_AHEAD: Final = timedelta(minutes=15)
# So long a follow that is done keeps its races: its session can be opened again, and members can
# be linked late.
KEPT_FOR: Final = timedelta(days=2)
# So long a page stays that is followed by nobody: somebody may have yet to say what for.
KEPT_UNFOLLOWED: Final = timedelta(days=1)
# So long the last looks are tried for a site that is away.
LAST_LOOKS_WITHIN: Final = timedelta(hours=24)
_IS_LIVE: Final = Follow.state.in_(("active", "closing"))


def days_of(unit: Unit, session: RaceSession) -> RaceDays:
    """Return the days of a session; while it waits for its first lap, all it may wait for."""
    zone = ZoneInfo(session.time_zone)
    first_lap = first_lap_of(unit, session)
    first = (first_lap or session.created_at).astimezone(zone).date()
    days = session.days if first_lap is not None else max(session.days, DAYS_WITHOUT_LAPS + 1)
    return RaceDays(first, first + timedelta(days=days - 1), zone)


def days_of_event(about: dict[str, Any]) -> tuple[date | None, date | None]:
    """Return the first and last day that an event page has given."""
    first, last = (about.get(name) for name in ("first_day", "last_day"))
    return (
        date.fromisoformat(first) if first else None,
        date.fromisoformat(last) if last else None,
    )


def is_within(days: RaceDays, about: dict[str, Any]) -> bool:
    """Tell whether an event's days are those of a session, give or take a day."""
    first, last = days_of_event(about)
    day = timedelta(days=1)
    is_over = last is not None and last < days.first - day
    is_to_come = first is not None and first > days.last + day
    return not is_over and not is_to_come


def next_event_look(
    unit: Unit, event: WatchedPage, looked_at: datetime, *, pace: timedelta | None
) -> datetime | None:
    """Return when a page of an event is read again; None when no open session follows it.

    Args:
        unit: The transaction.
        event: The event's own page.
        looked_at: When the page was read last.
        pace: How long after that it is read again; None for as often as the sites want it.
    """
    sessions = unit.db.scalars(
        select(RaceSession)
        .join(Follow, Follow.session_id == RaceSession.id)
        .where(Follow.event_id == event.id, Follow.state == "active")
    ).all()
    if sessions and pace is not None:
        return looked_at + pace
    first, last = days_of_event(event.about)
    looks = []
    for session in sessions:
        days = days_of(unit, session)
        if first_lap_of(unit, session) is None:
            # It waits for a week: nobody races on the days before the event's own.
            begin, end = max(days.first, first or days.first), min(days.last, last or days.last)
            days = RaceDays(begin, end, days.zone)
        looks.append(next_look_at_event(looked_at, days, came_in_at=event.came_in_at))
    return min(looks, default=None)


def order_hand_out(unit: Unit, event_id: UUID, at: datetime) -> None:
    """Have everybody who follows an event take in what waits, from a moment on."""
    is_later = or_(Follow.hand_out_at.is_(None), Follow.hand_out_at > at)
    unit.wakes = True
    unit.connection.execute(
        update(Follow)
        .where(Follow.event_id == event_id, _IS_LIVE)
        .values(hand_out_at=case((is_later, at), else_=Follow.hand_out_at))
    )


def is_fresh(race: EventRace, parsed: Race, follow: Follow, zone: ZoneInfo, now: datetime) -> bool:
    """Tell whether a race was driven just now.

    Fresh is what was not there at a look in the last 3 hours; where there was none, what the event
    page's own time says. What was there when it was followed is not.
    """
    if race.found_at <= follow.created_at:
        return False
    if race.is_news:
        return now - race.found_at <= LIVELY_FOR
    if parsed.completed_at is not None:
        completed_at = parsed.completed_at.replace(tzinfo=zone)
        return -_AHEAD <= now - completed_at <= LIVELY_FOR
    return parsed.day == now.astimezone(zone).date()


# What waits


def next_hand_out(unit: Unit) -> tuple[UUID, int] | None:
    """Return the follow, with its team, whose races have waited longest; None for none."""
    row = unit.connection.execute(
        select(Follow.id, Follow.team_id)
        .where(Follow.hand_out_at <= unit.now, _IS_LIVE)
        .order_by(Follow.hand_out_at)
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def next_race_of(unit: Unit, follow: Follow) -> EventRace | None:
    """Return the race that a follow takes in next, oldest first; None for none."""
    return unit.db.scalar(
        _waiting(follow).where(_may_be_taken(unit.now)).order_by(*_IN_ORDER).limit(1)
    )


# Races are read in the order they were driven in.
_IN_ORDER: Final = (EventRace.ready_at, EventRace.id)


def _waiting(follow: Follow) -> Select[EventRace]:
    return (
        select(EventRace)
        .outerjoin(
            RaceTaken, and_(RaceTaken.race_id == EventRace.id, RaceTaken.follow_id == follow.id)
        )
        .where(
            EventRace.event_id == follow.event_id,
            or_(RaceTaken.version.is_(None), RaceTaken.version < EventRace.version),
        )
    )


def _may_be_taken(now: datetime) -> ColumnElement[bool]:
    return and_(
        EventRace.ready_at <= now,
        or_(RaceTaken.try_again_at.is_(None), RaceTaken.try_again_at <= now),
    )


def next_hand_out_of(unit: Unit, follow: Follow) -> datetime | None:
    """Return from when on a follow has a race to take in; None for none."""
    rows = unit.connection.execute(
        _waiting(follow).with_only_columns(EventRace.ready_at, RaceTaken.try_again_at)
    )
    return min((max(ready, again or ready) for ready, again in rows), default=None)


# People


def people_keys(unit: Unit) -> dict[int, str]:
    """Return, for each team that follows something, what changes when somebody is linked."""
    teams = select(Follow.team_id).where(_IS_LIVE)
    rows = unit.connection.execute(
        select(
            RacerProfile.team_id,
            RacerProfile.id,
            RacerProfile.liverc_name,
        )
        .where(RacerProfile.team_id.in_(teams), RacerProfile.liverc_name.is_not(None))
        .order_by(RacerProfile.id)
    )
    texts: dict[int, list[str]] = {}
    for team_id, racer_id, name in rows:
        if team_id is not None:
            texts.setdefault(team_id, []).append(f"{racer_id.hex} {name}")
    return {team_id: key_of(lines) for team_id, lines in texts.items()}


def key_of(lines: Iterable[str]) -> str:
    """Return what tells whether lines have changed."""
    return sha256("\n".join(lines).encode()).hexdigest()


def take_all_again(unit: Unit, follow: Follow) -> None:
    """Have a follow offer every race to its team once more: somebody was linked meanwhile."""
    unit.connection.execute(delete(RaceTaken).where(RaceTaken.follow_id == follow.id))
    follow.hand_out_at = unit.now


# What is wrong


def troubles_of(unit: Unit, team_id: int) -> tuple[str, ...]:
    """Return what keeps the team's races from coming in, a sentence an event."""
    follows = unit.db.scalars(
        select(Follow)
        .where(Follow.team_id == team_id, Follow.state != "done")
        .order_by(Follow.created_at)
    ).all()
    return tuple(trouble for follow in follows if (trouble := trouble_of(unit, follow)))


def trouble_of(unit: Unit, follow: Follow) -> str | None:
    """Return what keeps the races of an event from coming in, in a sentence; None for nothing."""
    # "event" sorts before "race": the event's own pages come first.
    trouble = unit.connection.execute(
        select(WatchedPage.trouble)
        .where(
            or_(WatchedPage.id == follow.event_id, WatchedPage.event_id == follow.event_id),
            WatchedPage.trouble.is_not(None),
        )
        .order_by(WatchedPage.role, WatchedPage.refused_since)
        .limit(1)
    ).scalar()
    if follow.state == "lost":
        return f"{follow.event_name} is followed no more: {trouble}"
    if trouble is not None:
        return f"A page of {follow.event_name} could not be read: {trouble}"
    failed = unit.connection.execute(
        select(func.count()).where(RaceTaken.follow_id == follow.id, RaceTaken.trouble.is_not(None))
    ).scalar_one()
    if not failed:
        return None
    races = "1 race" if failed == 1 else f"{failed} races"
    return f"{follow.event_name}: {races} could not be stored; that is tried again."


def give_up_if_lost(unit: Unit, page: WatchedPage) -> None:
    """Give up a page that was gone or forbidden for a day, and with an event's own its follows."""
    if page.refused_since is None or not is_lost(page.refused_since, unit.now):
        return
    page.next_look_at = None
    if page.event_id is None:
        unit.connection.execute(
            update(Follow).where(Follow.event_id == page.id, _IS_LIVE).values(state="lost")
        )
