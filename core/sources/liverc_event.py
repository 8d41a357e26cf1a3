"""LiveRC's page of an event: its races, newest first, under a heading a round."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.sources.addresses import Address, PageKind, known_url, link_on
from core.sources.liverc_words import date_in, dates_in, listed, time_in, titled
from core.sources.markup import attribute, text_of
from core.sources.race import ListedPage, RaceLink, RaceList, Source, newest_first

_RACES = 'a[href*="view_race_result"]'
_LINE_UPS = (
    '.entry_list_data a[href*="view_entry_list"], .entry_list_data a[href*="view_heat_sheet"]'
)


def is_event(tree: LexborHTMLParser) -> bool:
    """Whether this is an event's page, also before its first race."""
    has_races = any(listed(text_of(link), "") for link in tree.css(_RACES))
    return has_races or tree.css_first(_LINE_UPS) is not None


def parse_event(tree: LexborHTMLParser, *, page: Address | None = None) -> RaceList:
    """Read an event's page; it may have no race yet.

    Args:
        tree: The page.
        page: Its own address; None for a saved page, whose races then have none either.
    """
    races: dict[str, RaceLink] = {}
    for link in tree.css(_RACES):
        race = _race(link, page)
        if race is not None:
            races.setdefault(race.source_id, race)
    title = titled(tree)
    days = [day for h5 in tree.css("h5") for day in dates_in(text_of(h5))][:2]
    days += [race.at.date() for race in races.values() if race.at]
    return RaceList(
        Source.LIVERC,
        ListedPage.EVENT,
        newest_first(races.values()),
        address=page.url if page else None,
        source_id=page.source_id if page else None,
        track=title.track,
        event=title.event,
        first_day=min(days, default=None),
        last_day=max(days, default=None),
    )


def _race(link: LexborNode, page: Address | None) -> RaceLink | None:
    target = link_on(page, Source.LIVERC, attribute(link, "href"))
    row = _ancestor(link, "tr")
    title = text_of(link)
    name = listed(title, _round(row))
    if target is None or target.page is not PageKind.RESULT or name is None:
        return None
    times = " ".join(text_of(cell) for cell in row.css("td")[1:]) if row else ""
    return RaceLink(
        target.source_id,
        known_url(page, target),
        title,
        name.heat_name,
        name.kind,
        name.class_name,
        at=time_in(times, date_in(times)),
    )


def _round(row: LexborNode | None) -> str:
    """The heading above a row: a row of headings only."""
    before = row
    while before is not None:
        before = before.prev
        if before is not None and before.tag == "tr" and before.css_first("td") is None:
            return text_of(before.css_first("th"))
    return ""


def _ancestor(node: LexborNode, tag: str) -> LexborNode | None:
    above = node.parent
    while above is not None and above.tag != tag:
        above = above.parent
    return above
