"""Turns at timing sites, as rows: one request at a time and one a second, over all processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import aliased

from core.database import Unit
from core.fetching.turns import (
    BETWEEN_REQUESTS_TO_A_HOST,
    BETWEEN_REQUESTS_TO_A_SITE,
    next_request,
)
from core.follow_models import SiteSlot, WatchedPage
from core.race_day.outbox import CLOCK_DIFFERENCE

# Longer than a page may take; whoever died in the middle holds up a host for no longer.
HELD_FOR: Final = timedelta(seconds=30)
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

HOST: Final = aliased(SiteSlot)
SITE: Final = aliased(SiteSlot)
OF_HOST: Final = HOST.name == "host:" + WatchedPage.host
OF_SITE: Final = SITE.name == "site:" + WatchedPage.site


def may_be_asked(now: datetime) -> ColumnElement[bool]:
    """Select pages, joined with their slots, whose host and site may be asked now."""
    host = and_(_is_rested(HOST, now, BETWEEN_REQUESTS_TO_A_HOST), _is_free(HOST, now))
    return and_(
        or_(HOST.name.is_(None), host),
        or_(SITE.name.is_(None), _is_rested(SITE, now, BETWEEN_REQUESTS_TO_A_SITE)),
    )


def _is_rested(slot: type[SiteSlot], now: datetime, between: timedelta) -> ColumnElement[bool]:
    # What is yet to come was noted by a clock that has been set back since: it is void.
    return or_(slot.asked_at <= now - between, slot.asked_at > now + CLOCK_DIFFERENCE)


def _is_free(slot: type[SiteSlot], now: datetime) -> ColumnElement[bool]:
    return or_(
        slot.held_until.is_(None),
        slot.held_until <= now,
        slot.held_until > now + HELD_FOR + CLOCK_DIFFERENCE,
    )


def take_slot(unit: Unit, host: str, site: str) -> bool:
    """Take a host's turn and hold it until :func:`give_back`; tell whether it may be asked now."""
    host_slot, site_slot = _locked(unit, f"host:{host}"), _locked(unit, f"site:{site}")
    soonest = next_request(
        unit.now, host_asked_at=_known(unit, host_slot), site_asked_at=_known(unit, site_slot)
    )
    held_until = host_slot.held_until
    is_held = held_until is not None and unit.now < held_until <= unit.now + HELD_FOR
    if soonest > unit.now or is_held:
        return False
    host_slot.asked_at = site_slot.asked_at = unit.now
    host_slot.held_until = unit.now + HELD_FOR
    unit.db.flush()
    return True


def give_back(unit: Unit, host: str, site: str, asked_at: datetime) -> None:
    """Let a host be asked again that has answered.

    Args:
        unit: The transaction.
        host: Whose turn was taken.
        site: Its site.
        asked_at: When the request was really made.
    """
    for name in (f"host:{host}", f"site:{site}"):
        unit.connection.execute(
            update(SiteSlot)
            .where(SiteSlot.name == name, SiteSlot.asked_at < asked_at)
            .values(asked_at=asked_at)
        )
    unit.connection.execute(
        update(SiteSlot).where(SiteSlot.name == f"host:{host}").values(held_until=None)
    )


def of_user(user_id: int) -> str:
    """Return the name of a person's own slot."""
    return f"user:{user_id}"


def take_turn(unit: Unit, name: str, between: timedelta) -> bool:
    """Take a turn that comes once in a while; False where the last one was too short ago."""
    slot = _locked(unit, name)
    last = _known(unit, slot)
    if last is not None and unit.now - last < between:
        return False
    slot.asked_at = unit.now
    unit.db.flush()
    return True


def _locked(unit: Unit, name: str) -> SiteSlot:
    """Return a slot that is held until the transaction ends, made if it is new."""
    unit.insert_or_ignore(SiteSlot, name=name, asked_at=_NEVER)
    return unit.db.scalars(
        select(SiteSlot)
        .where(SiteSlot.name == name)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _known(unit: Unit, slot: SiteSlot) -> datetime | None:
    return slot.asked_at if slot.asked_at <= unit.now + CLOCK_DIFFERENCE else None
