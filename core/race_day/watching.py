"""The pages that are watched: whose turn it is, and what became of a look at one.

A claimed page is the looker's for a while; if it dies, the page becomes free again. What a look has
found is noted in one transaction, and only where the claim still holds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID, uuid4

from sqlalchemy import Select, exists, func, or_, select, update

from core.database import Unit
from core.errors import NotFound
from core.fetching.hosts import Address
from core.fetching.pages import Page
from core.fetching.turns import next_look_at_race, wait_after_trouble
from core.follow_models import Follow, SiteSlot, WatchedPage
from core.race_day.outbox import CLOCK_DIFFERENCE
from core.race_day.slots import HOST, OF_HOST, OF_SITE, SITE, may_be_asked, take_slot
from core.results.looking import ClaimedPage, PageRole
from core.sources.kept import content_hash, link_to_data
from core.sources.race import RaceList, Source

# What was read and is followed by nobody, or no more, is left alone.
IS_FOLLOWED: Final = exists().where(
    Follow.event_id == func.coalesce(WatchedPage.event_id, WatchedPage.id),
    Follow.state.in_(("active", "closing")),
)
# Longer than fetching and reading may take together.
CLAIM_TIME: Final = timedelta(seconds=60)
MOST_RACES: Final = 200
MOST_CLASSES: Final = 20
# Between two pages that are due at once, to tell which comes first.
_NEXT: Final = timedelta(microseconds=1)


def has_due(unit: Unit) -> bool:
    """Tell whether a page is due whose host may be asked."""
    return unit.connection.execute(_due(unit.now)).first() is not None


def claim_page(unit: Unit) -> ClaimedPage | None:
    """Claim the page whose turn it is, with the turn of its host and site; None for none now."""
    due = _due(unit.now).with_for_update(skip_locked=True, of=WatchedPage)
    page_id = unit.connection.execute(due).scalar()
    if page_id is None:
        return None
    page = unit.db.get_one(WatchedPage, page_id, populate_existing=True)
    if not take_slot(unit, page.host, page.site):
        return None
    page.claim = uuid4()
    page.claimed_until = unit.now + CLAIM_TIME
    unit.db.flush()
    return ClaimedPage(
        id=page.id,
        claim=page.claim,
        event_id=page.event_id or page.id,
        role=page.role,
        address=page.address,
        host=page.host,
        site=page.site,
        source=Source(page.source),
        about=page.about,
        etag=page.etag,
        last_modified=page.last_modified,
        content_hash=page.content_hash,
        found_at=page.found_at,
        is_news=page.is_news,
        looked_at=page.looked_at,
        claimed_at=unit.now,
        tries=page.tries,
    )


def _due(now: datetime) -> Select[UUID]:
    """Select the free page that is due and whose host may be asked: event pages come first."""
    return (
        select(WatchedPage.id)
        .outerjoin(HOST, OF_HOST)
        .outerjoin(SITE, OF_SITE)
        .where(
            WatchedPage.next_look_at <= now,
            IS_FOLLOWED,
            or_(
                WatchedPage.claimed_until.is_(None),
                WatchedPage.claimed_until <= now,
                WatchedPage.claimed_until > now + CLAIM_TIME + CLOCK_DIFFERENCE,
            ),
            may_be_asked(now),
        )
        # "event" sorts before "race".
        .order_by(WatchedPage.role, WatchedPage.next_look_at)
        .limit(1)
    )


def held(unit: Unit, claimed: ClaimedPage) -> WatchedPage | None:
    """Return a claimed page, to note what became of the look; its claim ends.

    The event's own page is held first: whoever notes what a look has found holds pages in that
    order, then follows, then the slots.

    Returns:
        None where the claim ran out, or the page is gone: others look at it.
    """
    for page_id in dict.fromkeys((claimed.event_id, claimed.id)):
        page = unit.db.scalar(
            select(WatchedPage).where(WatchedPage.id == page_id).with_for_update()
        )
    if page is None or page.claim != claimed.claim:
        return None
    page.claim = page.claimed_until = None
    return page


def has_claims(unit: Unit) -> bool:
    """Tell whether any page is claimed."""
    claimed = select(WatchedPage.id).where(WatchedPage.claimed_until.is_not(None)).limit(1)
    return unit.connection.execute(claimed).first() is not None


def free_claims(unit: Unit) -> None:
    """Free every claimed page and every host that is being asked."""
    unit.connection.execute(
        update(WatchedPage)
        .where(WatchedPage.claimed_until.is_not(None))
        .values(claimed_until=None, claim=None)
    )
    unit.connection.execute(update(SiteSlot).values(held_until=None))


def end_waits_ahead(unit: Unit) -> None:
    """End every wait that has begun at a moment that is yet to come."""
    unit.connection.execute(
        update(WatchedPage)
        .where(
            WatchedPage.looked_at > unit.now + CLOCK_DIFFERENCE,
            WatchedPage.next_look_at.is_not(None),
        )
        .values(looked_at=unit.now, next_look_at=unit.now)
    )


def note_read(page: WatchedPage, asked_at: datetime) -> None:
    """Note that a page was read: whatever trouble it had is over."""
    page.looked_at = asked_at
    page.tries = 0
    page.trouble = None
    page.refused_since = None


def note_came(page: WatchedPage, came: Page, asked_at: datetime) -> None:
    """Note that another version of a page was read."""
    note_read(page, asked_at)
    page.content_hash = content_hash(came.data)
    page.etag, page.last_modified = came.etag, came.last_modified


def note_unread(
    page: WatchedPage, now: datetime, sentence: str, *, is_refused: bool, retry_after_s: int | None
) -> None:
    """Note that a page could not be read; it is due again after a growing wait.

    Args:
        page: The page.
        now: The moment.
        sentence: Why, for people.
        is_refused: Whether it is gone or forbidden.
        retry_after_s: After how many seconds the site wants to be asked again.
    """
    page.tries += 1
    page.trouble = sentence
    page.refused_since = (page.refused_since or now) if is_refused else None
    page.next_look_at = now + wait_after_trouble(page.tries, retry_after_s)


def next_look_at_race_page(page: WatchedPage, asked_at: datetime) -> datetime | None:
    """Return when a race's page is read again that was read just now."""
    # It has said that it changed while it was being read: that look has not seen it.
    looked_at = asked_at if asked_at >= page.found_at else None
    return next_look_at_race(page.source, new_at=page.found_at, looked_at=looked_at)


def about_event(listed: RaceList) -> dict[str, Any]:
    """Return what is kept of what an event page says of itself."""
    return {
        "name": listed.event,
        "track": listed.track,
        "first_day": listed.first_day.isoformat() if listed.first_day else None,
        "last_day": listed.last_day.isoformat() if listed.last_day else None,
    }


def note_listed(unit: Unit, page: WatchedPage, listed: RaceList, *, is_news: bool) -> int:
    """Note the races an event page shows, and its classes where each has a page of its own.

    Args:
        unit: The transaction.
        page: The event's page, or that of a class.
        listed: What it shows, newest first.
        is_news: Whether it was looked at not long before.

    Returns:
        How many races are new, or have changed by what the page says of them.
    """
    event_id = page.event_id or page.id
    links = [race for race in listed.races if race.is_available and race.address][:MOST_RACES]
    addresses = [cast("str", link.address) for link in links]
    known = {
        each.address: each
        for each in unit.db.scalars(select(WatchedPage).where(WatchedPage.address.in_(addresses)))
    }
    changes = 0
    # What was driven first is read first: a page with times has it last.
    has_times = any(link.at for link in links)
    in_order = links[::-1] if has_times else links
    for place, link in enumerate(in_order):
        address = cast("str", link.address)
        about, stands = link_to_data(link), known.get(address)
        if stands is None:
            due = unit.now + place * _NEXT
            changes += _watch(unit, page, "race", address, about, is_news=is_news, due=due)
        elif stands.about != about and stands.event_id == event_id:
            changes += 1
            stands.about, stands.found_at, stands.is_news = about, unit.now, is_news
            stands.next_look_at = unit.now
    if page.event_id is None:
        page.about = about_event(listed)
        for of_class in listed.classes[:MOST_CLASSES]:
            if of_class.address and not of_class.is_this_page:
                _watch(unit, page, "event", of_class.address, {}, is_news=is_news, due=unit.now)
    unit.db.flush()
    return changes


def _watch(
    unit: Unit,
    page: WatchedPage,
    role: PageRole,
    address: str,
    about: dict[str, Any],
    *,
    is_news: bool,
    due: datetime,
) -> bool:
    """Have a page watched that an event page leads to; False where it is already."""
    return unit.insert_or_ignore(
        WatchedPage,
        id=uuid4(),
        event_id=page.event_id or page.id,
        role=role,
        address=address,
        source=page.source,
        # Links count on the page's own host only.
        host=page.host,
        site=page.site,
        about=about,
        found_at=unit.now,
        is_news=is_news,
        next_look_at=due,
        tries=0,
    )


def watch_event(unit: Unit, address: Address) -> WatchedPage:
    """Return the page of an event, watched from now on, held until the transaction ends."""
    unit.insert_or_ignore(
        WatchedPage,
        id=uuid4(),
        role="event",
        address=address.text,
        source=address.source,
        host=address.host,
        site=address.site,
        about={},
        found_at=unit.now,
        is_news=False,
        tries=0,
    )
    return unit.db.scalars(
        select(WatchedPage)
        .where(WatchedPage.address == address.text)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def event_page(unit: Unit, page_id: UUID) -> WatchedPage:
    """Return an event's page that has been read, held until the transaction ends.

    Raises:
        NotFound: It was forgotten since.
    """
    page = unit.db.scalar(
        select(WatchedPage)
        .where(WatchedPage.id == page_id, WatchedPage.event_id.is_(None))
        .with_for_update()
    )
    if page is None or page.looked_at is None:
        raise NotFound("That was too long ago: type /session follow with the link again.")
    return page
