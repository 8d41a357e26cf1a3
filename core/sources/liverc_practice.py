"""LiveRC's practice pages: one driver's session, and the sessions of a day."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.laps import RaceTotal
from core.names import HeatKind
from core.sources.addresses import Address, PageKind, known_url, link_on
from core.sources.averages import lap_one_counts
from core.sources.clock import clock_ms, numbered_laps
from core.sources.liverc_checks import figures_that_differ
from core.sources.liverc_words import date_in, time_in, titled
from core.sources.markup import attribute, literal, scripts, shown, text_of
from core.sources.race import (
    Difference,
    Driver,
    ListedPage,
    Race,
    RaceLink,
    RaceList,
    Source,
    driver_name,
    newest_first,
    page_name,
    page_text,
)
from core.sources.refusals import Damaged, NoLaps

_LAPS: Final = re.compile(r"\blapsObj\s*=(?!=)")
_LISTED: Final = re.compile(
    r"Lap\s+(?P<number>[0-9]{1,5})\s*:\s*(?P<time>[0-9:.,]+)\s*(?P<star>\*?)"
)
_FOR: Final = re.compile(r"Practice Session for (?P<name>.+?) on [A-Z]", re.DOTALL)
_FIELD: Final = re.compile(r"(?P<what>Start|End)\s*:\s*(?P<time>[0-9:]+\s*[ap]m)", re.IGNORECASE)
_CLASS_AND_CHIP: Final = re.compile(r"(?P<name>.*?)\s*(?:\((?P<chip>[^()]*)\))?")
_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)
_LIST: Final = ".laps_list span"
_DAY: Final = "table.practice_session_list"

_Times = list[tuple[int, int, bool]]


def is_session(tree: LexborHTMLParser, script: str) -> bool:
    """Whether this is one driver's practice session."""
    return _LAPS.search(script) is not None or tree.css_first(".laps_list") is not None


def is_day(tree: LexborHTMLParser) -> bool:
    """Whether this is the list of a day's practice sessions."""
    return tree.css_first(_DAY) is not None


def parse_session(tree: LexborHTMLParser, *, page: Address | None = None) -> Race:
    """Read one driver's practice session; an invalid lap is kept and does not count.

    Raises:
        Damaged: A lap cannot be read.
        NoLaps: There is none.
    """
    listed = _listed(tree)
    scripted = _scripted(scripts(tree))
    # The run to the loop is no lap.
    times = [lap for lap in scripted or listed if lap[0]]
    if not times:
        raise NoLaps("That practice session has no laps: give one that has, or the practice day.")
    fields = {text_of(row.css_first("th")).lower(): row.css_first("td") for row in tree.css("tr")}
    title = titled(tree)
    heading = _FOR.search(title.event or "")
    name = text_of(fields.get("driver")) or (heading["name"] if heading else "")
    start, end = _start_and_end(text_of(fields.get("session time")), title.event or "")
    laps, left_out = numbered_laps(times)
    driver = Driver(
        driver_name(name),
        laps,
        sum(lap.time_ms for lap in laps),
        RaceTotal(len(laps), sum(lap.time_ms for lap in laps)).text(),
        transponder=page_text(text_of(fields.get("transponder"))),
        left_out=left_out,
    )
    differences = list[Difference]()
    if scripted and listed and scripted != listed:
        counts = (f"{len(listed)} laps listed", f"{len(scripted)} laps in the script")
        differences.append(Difference(driver.name, "laps", *counts))
    race = Race(
        Source.LIVERC,
        practice_name(start),
        HeatKind.PRACTICE,
        (driver,),
        address=page.url if page else None,
        source_id=page.source_id if page else None,
        track=title.track,
        class_name=page_name(text_of(fields.get("class"))),
        lap_one_counts=True,
        completed_at=end,
        day=start.date() if start else date_in(title.event or ""),
        differences=tuple(differences),
    )
    return _checked(race, text_of(fields.get("averages")), text_of(fields.get("fastest lap")))


def practice_name(start: datetime | None) -> str:
    """What a practice session is called: by when it began."""
    return f"Practice {start:%H:%M}" if start else "Practice"


def _scripted(script: str) -> _Times | None:
    """The laps in the page's script; None where it has none."""
    found = _LAPS.search(script)
    if found is None:
        return None
    laps = literal(script[found.end() :].lstrip(), "the laps")
    if not isinstance(laps, list):
        raise Damaged("That practice page's laps are no list: open the page again.")
    times: _Times = []
    for lap in laps:
        values = (
            (lap.get("x"), lap.get("lap_time"), lap.get("is_valid"))
            if isinstance(lap, dict)
            else (None, None, None)
        )
        number, time, valid = values
        if not isinstance(number, str) or not isinstance(time, str) or valid not in {"0", "1"}:
            raise Damaged("I cannot read one of that practice page's laps: open the page again.")
        times.append(_lap(number, time, is_valid=valid == "1", after=times))
    return times


def _listed(tree: LexborHTMLParser) -> _Times:
    """The laps a reader sees."""
    times: _Times = []
    for span in tree.css(_LIST):
        found = _LISTED.search(text_of(span))
        if found is None:
            continue
        behind = text_of(span.parent).endswith("*")
        is_valid = not (found["star"] or behind)
        times.append(_lap(found["number"], found["time"], is_valid=is_valid, after=times))
    return times


def _lap(number: str, time: str, *, is_valid: bool, after: _Times) -> tuple[int, int, bool]:
    time_ms = 0 if not time.strip() else clock_ms(time)
    is_count = number.isascii() and number.isdigit() and len(number) <= 6
    if time_ms is None or not is_count or (after and int(number) <= after[-1][0]):
        raise Damaged("I cannot read one of that practice page's laps: open the page again.")
    return int(number), time_ms, is_valid


def _start_and_end(text: str, title: str) -> tuple[datetime | None, datetime | None]:
    day = date_in(text) or date_in(title)
    times = {found["what"].lower(): found["time"] for found in _FIELD.finditer(text)}
    start = time_in(times.get("start", title), day)
    end = time_in(times.get("end", ""), day)
    if start and end and end < start:
        end += timedelta(days=1)
    return start, end


def _checked(race: Race, averages: str, fastest: str) -> Race:
    """The race with lap 1 as the page's own figures have it, and with what of them differs."""
    driver = race.drivers[0]
    if driver.left_out:
        return race
    shown_average = re.search(r"\bAvg\s*:\s*(?P<value>[0-9:.]+)", averages)
    average = shown_average["value"] if shown_average else ""
    counted = [lap.time_ms for lap in driver.laps if lap.counts]
    counts_lap_one = lap_one_counts([(counted, average)]) is not False
    if not counts_lap_one and driver.laps[0].counts:
        first, *rest = driver.laps
        driver = replace(driver, laps=(first._replace(counts=False), *rest))
        counted = counted[1:]
    figures = {"avgLap": average, "fastLap": fastest}
    return replace(
        race,
        drivers=(driver,),
        lap_one_counts=counts_lap_one,
        differences=(*race.differences, *figures_that_differ(driver.name, counted, figures)),
    )


# --- a day --------------------------------------------------------------------------------------


def parse_day(tree: LexborHTMLParser, *, page: Address | None = None) -> RaceList:
    """Read the list of a day's practice sessions, newest first.

    Raises:
        NoLaps: Nobody has practised on that day.
    """
    found = [_session(row, page) for row in tree.css(f"{_DAY} tbody tr")]
    sessions = {session.source_id: session for session in found if session is not None}
    if not sessions:
        raise NoLaps("Nobody has practised on that day: give another day, or one session's page.")
    title = titled(tree)
    day = date_in(title.event or "")
    return RaceList(
        Source.LIVERC,
        ListedPage.PRACTICE_DAY,
        newest_first(sessions.values()),
        address=page.url if page else None,
        source_id=page.source_id if page else (day.isoformat() if day else None),
        track=title.track,
        first_day=day,
        last_day=day,
    )


def _session(row: LexborNode, page: Address | None) -> RaceLink | None:
    link = row.css_first('a[href*="view_session"]')
    cells = row.css("td")
    if link is None or not cells:
        return None
    target = link_on(page, Source.LIVERC, attribute(link, "href"))
    if target is None or target.page is not PageKind.PRACTICE:
        return None
    name = driver_name(text_of(link))
    what = _CLASS_AND_CHIP.fullmatch(text_of(cells[0].css_first("small")))
    start = next((time for cell in cells for time in _times(cell)), None)
    return RaceLink(
        target.source_id,
        known_url(page, target),
        name,
        practice_name(start),
        HeatKind.PRACTICE,
        page_name(what["name"]) if what else None,
        at=start,
        drivers=(name,),
        transponder=page_text(what["chip"]) if what else None,
        laps=_count(cells[2]) if len(cells) > 2 else None,
        best_ms=_best(cells[3]) if len(cells) > 3 else None,
    )


def _times(cell: LexborNode) -> list[datetime]:
    found = [_ISO.fullmatch(text_of(hidden)) for hidden in cell.css(".hidden")]
    times = []
    for match in found:
        try:
            times += [datetime.fromisoformat(match[0])] if match else []
        except ValueError:
            continue
    return times


def _count(cell: LexborNode) -> int | None:
    text = attribute(cell, "data-sort") or shown(cell).split(" ")[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def _best(cell: LexborNode) -> int | None:
    return clock_ms(attribute(cell, "data-sort")) or None
