"""LiveRC's page of an event: its races, newest first, under a heading a round."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.sources.addresses import Address, PageKind, known_url, link_on
from core.sources.liverc_words import date_in, dates_in, listed, time_in, titled
from core.sources.markup import attribute, text_of
from core.sources.race import ListedPage, RaceLink, RaceList, Source, newest_first

_RACES = 'a[href*="view_race_result"]'
_NO_ROUND: Final = re.compile(r"race results?|results?", re.IGNORECASE)
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
    rounds = _rounds(tree)
    for link in tree.css(_RACES):
        race = _race(link, page, rounds)
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


def _race(link: LexborNode, page: Address | None, rounds: Mapping[int, str]) -> RaceLink | None:
    target = link_on(page, Source.LIVERC, attribute(link, "href"))
    row = _ancestor(link, "tr")
    title = text_of(link)
    name = listed(title, rounds.get(row.mem_id, "") if row else "")
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


def _rounds(tree: LexborHTMLParser) -> dict[int, str]:
    """The heading above each row, by the row's id in memory: a row of headings only.

    Whether a round's rows stand in a table of their own or not makes no difference.
    """
    rounds: dict[int, str] = {}
    heading = ""
    for row in tree.css("tr"):
        if row.css_first("td") is not None:
            rounds[row.mem_id] = heading
        elif row.css_first("th") is not None:
            heading = text_of(row.css_first("th"))
            heading = "" if _NO_ROUND.fullmatch(heading) else heading
    return rounds


def _ancestor(node: LexborNode, tag: str) -> LexborNode | None:
    above = node.parent
    while above is not None and above.tag != tag:
        above = above.parent
    return above
