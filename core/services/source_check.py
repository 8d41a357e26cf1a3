"""Looking whether the timing sites still show their pages as they are read here.

Fixtures stay green when a site changes. So one page of each kind is read from each source that is
set: the latest that is known, or what a page that was read leads to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased

from core.database import Database, Unit
from core.errors import BadInput, RacerError
from core.fetching.elsewhere import Elsewhere
from core.fetching.hosts import AllowedHost
from core.fetching.refusals import NotThere, PageNotRead
from core.follow_models import WatchedPage
from core.models import Heat
from core.results.source_check import PageState, SourceFinding
from core.sources.addresses import Address, PageKind, link_on, page_of
from core.sources.race import ListedPage, Race, RaceList, Source
from core.sources.refusals import NoLaps

# Those that lead to others first: what is not known yet is found on them.
_KINDS: Final = {
    Source.LIVERC: (PageKind.EVENT, PageKind.RESULT, PageKind.PRACTICE_DAY, PageKind.PRACTICE),
    Source.MYRCM: (PageKind.EVENT, PageKind.RUN),
}
_LISTS: Final = {
    PageKind.EVENT: {ListedPage.EVENT, ListedPage.CLASS},
    PageKind.PRACTICE_DAY: {ListedPage.PRACTICE_DAY},
}
_PORTS: Final = {"http": 80, "https": 443}
# The newest of the stored pages.
_LOOKED_THROUGH: Final = 1_000
# A page that is gone, or has no laps yet, gives way to the next one so often.
_TRIES: Final = 3
_ANOTHER_PAGE: Final = "What stands there is a page of another kind."
_NO_RACES: Final = "No races are found on it."

_IMPORTED: Final = (
    select(Heat.source_url)
    .where(Heat.source_url.is_not(None))
    .order_by(Heat.opened_at.desc())
    .limit(_LOOKED_THROUGH)
)
# Event pages that had races, and races that had laps: there is something on them to find.
_race: Final = aliased(WatchedPage)
_FOLLOWED: Final = (
    select(WatchedPage.address)
    .where(
        or_(
            and_(WatchedPage.role == "race", WatchedPage.content_hash.is_not(None)),
            exists().where(_race.event_id == WatchedPage.id, _race.role == "race"),
        )
    )
    .order_by(WatchedPage.found_at.desc())
    .limit(_LOOKED_THROUGH)
)


@dataclass(frozen=True, slots=True)
class _Place:
    """One host pattern of the settings, with the pages that are known of it by kind."""

    source: Source
    host: AllowedHost
    pages: dict[PageKind, list[str]]


class SourceCheck:
    """Reads one page of each kind, one after another, as every other page is read.

    Args:
        elsewhere: What fetches and reads.
        database: Where pages are known from; None where there is none yet.
    """

    def __init__(self, elsewhere: Elsewhere, database: Database | None) -> None:
        self._elsewhere = elsewhere
        self._database = database

    async def check(self, given: Sequence[str] = ()) -> AsyncIterator[SourceFinding]:
        """Tell of each kind of page of each source whether it is what it was.

        Args:
            given: Addresses to read rather than those that are known.

        Raises:
            BadInput: A given address may not be read, or leads to no page with laps.
        """
        checked = [self._elsewhere.hosts.check(address) for address in given]
        for address in checked:
            if page_of(address.text, address.source) is None:
                raise BadInput(
                    f"{address.text} leads to no page with races or laps; give another one."
                )
        stored = await self._database.read(_stored) if self._database else []
        for place in self._places([*(address.text for address in checked), *stored]):
            async for finding in self._check_place(place):
                yield finding

    def _places(self, addresses: Sequence[str]) -> Iterator[_Place]:
        hosts = self._elsewhere.hosts
        for source, patterns in ((Source.LIVERC, hosts.liverc), (Source.MYRCM, hosts.myrcm)):
            for pattern in patterns:
                pages: dict[PageKind, list[str]] = defaultdict(list)
                for address in addresses:
                    page = page_of(address, source) if _is_of(pattern, address) else None
                    if page is None:
                        continue
                    _add(pages, page)
                    if page.page is PageKind.RUN:
                        # The class that has such a run.
                        _add(pages, page_of(page.url.partition("?")[0], source))
                yield _Place(source, pattern, pages)

    async def _check_place(self, place: _Place) -> AsyncIterator[SourceFinding]:
        left = list(_KINDS[place.source])
        nothing = SourceFinding(place.source, str(place.host), None, PageState.NOT_TRIED)
        if not any(place.pages.values()):
            yield nothing
            return
        while (kind := next((kind for kind in left if place.pages[kind]), None)) is not None:
            left.remove(kind)
            finding = replace(nothing, page=kind.value)
            known_now = place.pages[kind]
            tried = 0
            is_final = False
            # What one page leads to may be tried after it.
            while tried < min(_TRIES, len(known_now)) and not is_final:
                finding, found, is_final = await self._look(finding, kind, known_now[tried])
                tried += 1
                for page in _leads_to(found, place.source):
                    _add(place.pages, page)
            yield finding
        for kind in left:
            yield replace(nothing, page=kind.value)

    async def _look(
        self, so_far: SourceFinding, kind: PageKind, address: str
    ) -> tuple[SourceFinding, object, bool]:
        """Return what a page is, what was read, and whether another one would tell no more."""
        looked = replace(so_far, address=address)
        try:
            found = await self._elsewhere.page(address)
        except PageNotRead as error:
            not_read = replace(looked, state=PageState.NOT_READ, why=error.sentence)
            return not_read, None, not isinstance(error, NotThere)
        except RacerError as error:
            moved = replace(looked, state=PageState.MOVED, why=error.sentence)
            return moved, None, not isinstance(error, NoLaps)
        judged = _judged(looked, kind, found)
        # An event may have races in others of its classes.
        return judged, found, judged.state is PageState.OK or not judged.classes


def _stored(unit: Unit) -> list[str]:
    """Return the addresses of pages that races came from, the newest of each way first."""
    return [
        *filter(None, unit.connection.scalars(_IMPORTED)),
        *unit.connection.scalars(_FOLLOWED),
    ]


def _is_of(pattern: AllowedHost, address: str) -> bool:
    parts = urlsplit(address)
    return pattern.includes(parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0))


def _add(pages: dict[PageKind, list[str]], page: Address | None) -> None:
    """Note a page behind those of its kind, once."""
    if page is not None and page.url not in pages[_kind(page)]:
        pages[_kind(page)].append(page.url)


def _kind(page: Address) -> PageKind:
    """Return the kind of a page; MyRCM's events are pages of their classes."""
    return PageKind.EVENT if page.page is PageKind.CLASS else page.page


def _judged(looked: SourceFinding, kind: PageKind, found: object) -> SourceFinding:
    if isinstance(found, Race) and kind not in _LISTS:
        return replace(
            looked,
            state=PageState.OK,
            drivers=sum(bool(driver.laps) for driver in found.drivers),
            laps=sum(len(driver.laps) for driver in found.drivers),
            differences=len(found.differences),
        )
    if not isinstance(found, RaceList) or found.page not in _LISTS.get(kind, ()):
        return replace(looked, state=PageState.MOVED, why=_ANOTHER_PAGE)
    counted = replace(looked, races=len(found.races), classes=len(found.classes))
    if not found.races:
        return replace(counted, state=PageState.MOVED, why=_NO_RACES)
    return replace(counted, state=PageState.OK)


def _leads_to(found: object, source: Source) -> Iterator[Address]:
    """Return what a page leads to: its newest races, else other classes; the day of a practice."""
    if isinstance(found, RaceList):
        links = [race.address for race in found.races if race.is_available and race.address]
        if not found.races:
            links = [each.address for each in found.classes if each.address]
        yield from filter(None, (page_of(link, source) for link in links[:_TRIES]))
    elif isinstance(found, Race) and found.address and found.day:
        page = page_of(found.address, source)
        if page is not None and page.page is PageKind.PRACTICE:
            link = link_on(page, source, f"/practice/?p=session_list&d={found.day.isoformat()}")
            if link is not None:
                yield link
