"""LiveRC's page of one race: laps stand in its script, places and names in its table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.laps import RaceTotal
from core.sources.addresses import Address
from core.sources.averages import lap_one_counts
from core.sources.clock import clock_ms, numbered_laps, result_of
from core.sources.liverc_checks import figures_that_differ, total_that_differs
from core.sources.liverc_words import Named, date_in, named, titled
from core.sources.markup import attribute, literal, scripts, shown, text_of
from core.sources.race import Difference, Driver, Race, Source, driver_name, page_text
from core.sources.refusals import Damaged, NoLaps
from core.sources.who import fold_name

_BLOCK: Final = re.compile(r"racerLaps\s*\[\s*[\"']?(?P<id>[0-9]{1,20})[\"']?\s*\]\s*=(?!=)")
_SUB_HEADER: Final = re.compile(r"(?P<what>Round|Length)\s*:\s*(?P<value>.+)", re.IGNORECASE)
_TIMED: Final = re.compile(r"(?P<clock>[0-9]{1,3}(?::[0-9]{2}){1,2})\b")
# The name of a driver, up to the figure behind it: a quote in it may not be escaped.
_NAME: Final = re.compile(
    r"(?P<quote>[\"'])driverName(?P=quote)\s*:\s*[^{}]{0,200}?(?=[\"']fastLap[\"']\s*:)"
)
_PLACE: Final = re.compile(r"(?P<place>[0-9]{1,4})(?:\.|st|nd|rd|th)?", re.ASCII | re.IGNORECASE)
_MOST_DRIVERS: Final = 500
_TABLE: Final = "table.race_result"


@dataclass(slots=True)
class _Block:
    """What the page's script has of a driver; ``times`` are number and milliseconds."""

    source_id: str
    name: str
    figures: Mapping[str, object]
    times: list[tuple[int, int]] = field(default_factory=list)
    first_crossing_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    """What the page's table has of a driver."""

    source_id: str | None
    name: str
    number: str | None
    position: int | None
    result: str


def is_result(tree: LexborHTMLParser, script: str) -> bool:
    """Whether this is the page of one race."""
    return tree.css_first(_TABLE) is not None or _BLOCK.search(script) is not None


def parse_result(tree: LexborHTMLParser, *, page: Address | None = None) -> Race:
    """Read the page of one race.

    Args:
        tree: The page.
        page: Its own address; None for a saved page.

    Raises:
        Damaged: It is cut off, has no table, or a lap that cannot be read.
        NoLaps: Nobody has a lap.
    """
    blocks = _blocks(scripts(tree))
    table = tree.css_first(_TABLE)
    if table is None:
        raise Damaged(
            "That race page has no result table, it looks cut off: save or send it again."
        )
    rows = _rows(table)
    if not any(block.times for block in blocks.values()):
        if any(result[0] for row in rows if (result := result_of(row.result))):
            raise NoLaps(
                "That race page has a result and no laps: give its link, or the page saved whole "
                "as HTML; of a race that was driven just now, give it again in a minute."
            )
        raise NoLaps(
            "Nobody has a lap on that race page yet: give it again when the race has been driven."
        )
    counts_lap_one = lap_one_counts(
        ([time_ms for _, time_ms in block.times], _figure(block, "avgLap"))
        for block in blocks.values()
    )
    differences: list[Difference] = []
    drivers = []
    for row, block in _together(rows, blocks):
        drivers.append(_driver(row, block, lap_one=counts_lap_one is not False))
        differences += _differences(row, block, counts_lap_one)
    race = _race_name(tree, table)
    title = titled(tree)
    return Race(
        Source.LIVERC,
        race.heat_name,
        race.kind,
        tuple(drivers),
        address=page.url if page else None,
        source_id=page.source_id if page else None,
        track=title.track,
        event=title.event,
        class_name=race.class_name,
        lap_one_counts=counts_lap_one,
        length_s=_length_s(table),
        day=next((day for h5 in tree.css("h5") if (day := date_in(text_of(h5)))), None),
        differences=tuple(differences),
    )


# --- the script ---------------------------------------------------------------------------------


def _blocks(script: str) -> dict[str, _Block]:
    found = list(_BLOCK.finditer(script))
    if len(found) > _MOST_DRIVERS:
        raise Damaged("That race page has more drivers than any race: give the page itself.")
    blocks: dict[str, _Block] = {}
    for at, match in enumerate(found, 1):
        end = found[at].start() if at < len(found) else len(script)
        block = _block(match["id"], script[match.end() : end].lstrip())
        known = blocks.get(block.source_id)
        if known is not None and (known.times, known.name) != (block.times, block.name):
            raise Damaged(
                "That race page has one driver's id twice with different laps: open it again."
            )
        blocks[block.source_id] = block
    return blocks


def _block(source_id: str, text: str) -> _Block:
    try:
        read = literal(text, "the laps")
    except Damaged:
        # The table has the name too.
        read = literal(_NAME.sub("", text, count=1), "the laps")
    laps = read.get("laps") if isinstance(read, dict) else None
    if not isinstance(read, dict) or not isinstance(laps, list):
        raise Damaged("That race page has a driver without a list of laps: open it again.")
    name = read.get("driverName")
    block = _Block(source_id, driver_name(unescape(name) if isinstance(name, str) else None), read)
    for lap in laps:
        number, time_ms = _lap(lap, block.name)
        if number == 0:
            block.first_crossing_ms = time_ms or None
            continue
        if block.times and number <= block.times[-1][0]:
            raise Damaged(f"{block.name}'s laps are not in order on that page: open it again.")
        block.times.append((number, time_ms))
    return block


def _lap(lap: object, name: str) -> tuple[int, int]:
    """A lap's number and time in ms; a lap without a time has 0."""
    if isinstance(lap, dict):
        number, time = lap.get("lapNum"), lap.get("time")
        if isinstance(number, str) and isinstance(time, str) and _is_count(number):
            time_ms = 0 if not time.strip() else clock_ms(time)
            if time_ms is not None:
                return int(number), time_ms
    raise Damaged(f"I cannot read one of {name}'s laps on that page: open the page again.")


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6


def _figure(block: _Block, figure: str) -> str:
    value = block.figures.get(figure)
    return value if isinstance(value, str) else ""


# --- the table ----------------------------------------------------------------------------------


def _rows(table: LexborNode) -> list[_Row]:
    columns = _columns(table)
    rows = []
    for row in table.css("tbody tr"):
        cells = row.css("td")
        name = row.css_first("span.driver_name")
        if name is None or len(cells) < 2:
            continue
        link = row.css_first("a.driver_laps[data-driver-id]") or row.css_first("[data-driver-id]")
        at = columns.get("pos", 0)
        place = _PLACE.fullmatch(shown(cells[at] if at < len(cells) else None))
        rows.append(
            _Row(
                (attribute(link, "data-driver-id").strip() or None) if link else None,
                driver_name(text_of(name)),
                page_text(text_of(row.css_first("span.car_num"))),
                int(place["place"]) or None if place else None,
                _result(cells, columns),
            )
        )
    return rows


def _columns(table: LexborNode) -> dict[str, int]:
    """Where the columns stand, by their headings in small letters."""
    headings = [row.css("th") for row in table.css("thead tr")]
    last = next((row for row in reversed(headings) if len(row) > 2), [])
    return {text_of(cell, without="sup").lower(): at for at, cell in enumerate(last)}


def _result(cells: list[LexborNode], columns: Mapping[str, int]) -> str:
    """Laps and time of a row: by its heading, else the first cell that reads so."""
    at = columns.get("laps/time")
    if at is not None and at < len(cells):
        return shown(cells[at])
    texts = (shown(cell) for cell in cells[2:])
    return next((text for text in texts if "/" in text and result_of(text)), "")


def _together(
    rows: list[_Row], blocks: dict[str, _Block]
) -> list[tuple[_Row | None, _Block | None]]:
    """Put rows and blocks together: by id, else by a name that is left only once on either side.

    A row without either has no id; a block with laps and no row comes last.
    """
    linked = {row.source_id for row in rows if row.source_id}
    left_blocks = [block for block in blocks.values() if block.source_id not in linked]
    left_names = [fold_name(row.name) for row in rows if not row.source_id]
    pairs: list[tuple[_Row | None, _Block | None]] = []
    taken: set[str] = set()
    for row in rows:
        if row.source_id:
            block = blocks.get(row.source_id)
        else:
            key = fold_name(row.name)
            same = [block for block in left_blocks if fold_name(block.name) == key]
            block = same[0] if len(same) == 1 and left_names.count(key) == 1 else None
        if block is not None and block.source_id in taken:
            raise Damaged("That race page has one driver's id in two rows: open it again.")
        if block is not None:
            taken.add(block.source_id)
        pairs.append((row, block))
    rest = [block for block in left_blocks if block.source_id not in taken and block.times]
    return [*pairs, *((None, block) for block in rest)]


# --- together -----------------------------------------------------------------------------------


def _driver(row: _Row | None, block: _Block | None, *, lap_one: bool) -> Driver:
    times = block.times if block else []
    laps, left_out = numbered_laps(
        [(number, time_ms, lap_one or number != 1) for number, time_ms in times]
    )
    result = result_of(row.result) if row else None
    total_ms = result[1] if result and result[1] is not None else sum(lap.time_ms for lap in laps)
    return Driver(
        row.name if row else (block.name if block else driver_name(None)),
        laps,
        total_ms,
        (row.result if row else "") or (RaceTotal(len(times), total_ms).text() if times else "0"),
        source_id=block.source_id if block else (row.source_id if row else None),
        number=row.number if row else None,
        position=row.position if row else None,
        first_crossing_ms=block.first_crossing_ms if block else None,
        left_out=left_out,
    )


def _differences(
    row: _Row | None, block: _Block | None, counts_lap_one: bool | None
) -> list[Difference]:
    times = [time_ms for _, time_ms in block.times] if block else []
    name = row.name if row else (block.name if block else "")
    if row is None:
        return [Difference(name, "laps/time", "none", RaceTotal(len(times), sum(times)).text())]
    found = total_that_differs(name, row.result, times, block.first_crossing_ms if block else None)
    differences = [found] if found else []
    if block is None or counts_lap_one is None or not all(times):
        return differences
    counted = times if counts_lap_one else times[1:]
    return differences + figures_that_differ(name, counted, block.figures, times)


def _race_name(tree: LexborHTMLParser, table: LexborNode) -> Named:
    header = text_of(table.css_first("span.class_header")) or titled(tree).rest
    return named(header, _sub_header(table, "round"))


def _sub_header(table: LexborNode, what: str) -> str:
    for node in table.css("span.class_sub_header"):
        found = _SUB_HEADER.fullmatch(text_of(node))
        if found and found["what"].lower() == what:
            return found["value"].strip()
    return ""


def _length_s(table: LexborNode) -> int | None:
    found = _TIMED.search(_sub_header(table, "length"))
    length_ms = clock_ms(found["clock"]) if found else None
    return length_ms // 1000 if length_ms else None
