"""What follows for those who follow from time and from what others do.

Sessions close and open again, people are linked, last looks are made, and what is over goes.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, select, update

from core.database import Unit
from core.follow_models import Follow, WatchedPage
from core.models import RaceSession
from core.race_day import following


def is_needed(unit: Unit) -> bool:
    """Tell whether anything is to be done; most looks find nothing."""
    return (
        any(_closed_meanwhile(unit))
        or any(_opened_again(unit))
        or any(_newly_linked(unit))
        or any(_with_last_looks_made(unit))
        or any(_over(unit))
        or bool(_unfollowed(unit))
    )


def keep_up(unit: Unit) -> None:
    """Let follows close and go on, races be offered again, and what is over be forgotten."""
    closed, opened = _closed_meanwhile(unit), _opened_again(unit)
    events = sorted({follow.event_id for follow in (*closed, *opened)})
    # Pages are held before follows.
    if events:
        unit.connection.execute(
            update(WatchedPage)
            .where(WatchedPage.role == "event")
            .where(or_(WatchedPage.id.in_(events), WatchedPage.event_id.in_(events)))
            .values(next_look_at=unit.now)
        )
    for follow in closed:
        follow.state, follow.closing_since = "closing", unit.now
    for follow in opened:
        follow.state, follow.closing_since = "active", None
        follow.hand_out_at = unit.now
    unit.db.flush()
    keys = following.people_keys(unit)
    for follow in _newly_linked(unit):
        follow.people_key = keys.get(follow.team_id, "")
        following.take_all_again(unit, follow)
    for follow in _with_last_looks_made(unit):
        follow.state, follow.hand_out_at = "done", None
    for follow in _over(unit):
        unit.db.delete(follow)
    unit.db.flush()
    for page_id in _unfollowed(unit):
        unit.db.delete(unit.db.get_one(WatchedPage, page_id))


def _follows(unit: Unit, *states: str, session: str) -> list[Follow]:
    return list(
        unit.db.scalars(
            select(Follow)
            .join(RaceSession, RaceSession.id == Follow.session_id)
            .where(Follow.state.in_(states), RaceSession.status == session)
            .order_by(Follow.event_id, Follow.id)
        )
    )


def _closed_meanwhile(unit: Unit) -> list[Follow]:
    return _follows(unit, "active", session="closed")


def _opened_again(unit: Unit) -> list[Follow]:
    return _follows(unit, "closing", "done", session="active")


def _newly_linked(unit: Unit) -> list[Follow]:
    keys = following.people_keys(unit)
    live = unit.db.scalars(
        select(Follow).where(Follow.state.in_(("active", "closing"))).order_by(Follow.id)
    )
    return [follow for follow in live if follow.people_key != keys.get(follow.team_id, "")]


def _with_last_looks_made(unit: Unit) -> list[Follow]:
    """Return follows whose session is closed and whose races are all in."""
    closing = unit.db.scalars(select(Follow).where(Follow.state == "closing").order_by(Follow.id))
    return [follow for follow in closing if not _is_awaited(unit, follow)]


def _is_awaited(unit: Unit, follow: Follow) -> bool:
    since = follow.closing_since or unit.now
    if unit.now - since >= following.LAST_LOOKS_WITHIN:
        return False
    if follow.hand_out_at is not None:
        return True
    unseen = (WatchedPage.looked_at.is_(None)) | (WatchedPage.looked_at < since)
    is_due = (WatchedPage.role == "race") | unseen
    pages = (
        select(WatchedPage.id)
        .where(
            or_(WatchedPage.id == follow.event_id, WatchedPage.event_id == follow.event_id),
            WatchedPage.next_look_at.is_not(None),
            is_due,
        )
        .limit(1)
    )
    return unit.connection.execute(pages).first() is not None


def _over(unit: Unit) -> list[Follow]:
    """Return follows of sessions that closed so long ago that nobody opens them again."""
    return list(
        unit.db.scalars(
            select(Follow)
            .join(RaceSession, RaceSession.id == Follow.session_id)
            .where(
                Follow.state.in_(("done", "lost")),
                RaceSession.closed_at < unit.now - following.KEPT_FOR,
            )
        )
    )


def _unfollowed(unit: Unit) -> list[UUID]:
    """Return the events that nobody follows, and nobody has read for a day."""
    is_followed = select(Follow.event_id)
    return list(
        unit.connection.execute(
            select(WatchedPage.id).where(
                WatchedPage.event_id.is_(None),
                WatchedPage.looked_at < unit.now - following.KEPT_UNFOLLOWED,
                WatchedPage.id.not_in(is_followed),
            )
        ).scalars()
    )
