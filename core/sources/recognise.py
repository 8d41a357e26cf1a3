"""What a page or file is, found out from its content, and read."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from selectolax.lexbor import LexborHTMLParser

from core.sources import liverc_event, liverc_practice, liverc_result
from core.sources.addresses import Address, PageKind, page_of
from core.sources.csv_file import RunLog, is_run_log, read_run_log
from core.sources.csv_shapes import is_table, read_shapes
from core.sources.liverc_words import titled
from core.sources.markup import MAX_BYTES, decode, parse_html, scripts, text_of
from core.sources.myrcm_class import is_class, parse_class
from core.sources.myrcm_old import is_old_run, parse_old_run
from core.sources.myrcm_run import is_run, parse_run
from core.sources.pasted_text import parse_text
from core.sources.race import Race, RaceList, Source
from core.sources.refusals import NoLaps, TooMuch
from core.sources.saved import unwrapped

Parsed: TypeAlias = Race | RaceList | RunLog | tuple[Race, ...]

_MARKUP: Final = re.compile(
    r"\s*<|.*<(?:!doctype|html|head|body|script|table)\b", re.IGNORECASE | re.DOTALL
)
_JSON: Final = re.compile(r"\s*[\[{]")
_OTHER_PAGES: Final = (
    ("entry list", "an entry list"),
    ("heat sheet", "a heat sheet"),
    ("line up", "a heat sheet"),
    ("rankings", "a ranking"),
    ("ranking", "a ranking"),
    ("points", "a points table"),
    ("final results", "a ranking"),
    ("broadcast and results", "a track's own page"),
    ("archived results", "a list of events"),
    ("practice sessions for", "a month of practice"),
)
_LIVERC_RIGHT: Final = "give the page of one race, of the event, or of a practice session or day"
_MYRCM_RIGHT: Final = "give the event's page, or the page of one of its run reports"


def parse(data: bytes, *, address: str | None = None) -> Parsed:
    """Read whatever was given.

    Args:
        data: A page or file as it came.
        address: Where the page was fetched from; None for a file. What it is, is found out from
            its content all the same.

    Returns:
        A race; a page that offers races; the earlier system's run log; or the races of a table of
        several heats.

    Raises:
        SourceError: It gives no laps; one sentence says why and what to give instead.
    """
    if len(data) > MAX_BYTES:
        raise TooMuch("That is more than 5 MB: no page with laps is so large.")
    text = decode(unwrapped(data))
    if not text.strip("\0 \t\r\n\ufeff"):
        raise NoLaps("There is nothing in that: give the link of a race, or its saved page.")
    # A racer may be called <p>: the heading decides first.
    if is_run_log(text):
        return read_run_log(text)
    if _MARKUP.match(text):
        return _parse_page(parse_html(text), address)
    return _parse_table(text)


def _parse_page(tree: LexborHTMLParser, address: str | None) -> Race | RaceList:
    script = scripts(tree)
    liverc = page_of(address, Source.LIVERC) if address else None
    myrcm = page_of(address, Source.MYRCM) if address else None
    if liverc_result.is_result(tree, script):
        page = _if_is(liverc, PageKind.RESULT)
        return liverc_result.parse_result(tree, page=page)
    if liverc_practice.is_session(tree, script):
        return liverc_practice.parse_session(tree, page=_if_is(liverc, PageKind.PRACTICE))
    if liverc_practice.is_day(tree):
        return liverc_practice.parse_day(tree, page=_if_is(liverc, PageKind.PRACTICE_DAY))
    if is_run(tree):
        return parse_run(tree, page=_if_is(myrcm, PageKind.RUN))
    if is_class(tree):
        return parse_class(tree, page=_if_is(myrcm, PageKind.CLASS, PageKind.EVENT))
    if is_old_run(tree):
        return parse_old_run(tree)
    if liverc_event.is_event(tree):
        return liverc_event.parse_event(tree, page=_if_is(liverc, PageKind.EVENT))
    raise _other_page(tree, myrcm is not None)


def _if_is(page: Address | None, *kinds: PageKind) -> Address | None:
    """An address, where the page there is what it says: a site may answer with another page."""
    return page if page is not None and page.page in kinds else None


def _other_page(tree: LexborHTMLParser, is_myrcm: bool) -> NoLaps:
    title = text_of(tree.css_first("title"))
    if is_myrcm or "myrcm" in title.casefold() or tree.css_first(".report-layout") is not None:
        return NoLaps(f"That page of MyRCM has no laps: {_MYRCM_RIGHT}.")
    if title.casefold().endswith(("liverc", "livefpv")) and titled(tree).track:
        what = next((name for word, name in _OTHER_PAGES if word in title.casefold()), None)
        return NoLaps(f"That is {what or 'a page without laps'}: {_LIVERC_RIGHT}.")
    return NoLaps(
        "I know no laps on that page: give the page of a race, an event or a practice session on "
        "LiveRC, or of a run on MyRCM."
    )


def _parse_table(text: str) -> Race | tuple[Race, ...]:
    if _JSON.match(text):
        raise NoLaps("I read no JSON: give the link of the race, its saved page, or a CSV file.")
    races = read_shapes(text)
    if races is not None:
        return races[0] if len(races) == 1 else races
    try:
        return parse_text(text)
    except NoLaps:
        if is_table(text):
            raise NoLaps(
                "I find no laps in that table: give one lap a row under driver, lap and time, or "
                "laps down and drivers across, with times such as 20.5."
            ) from None
        raise
