"""MyRCM's report of one run (version 9): a result table, then one or more tables of laps."""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.sources.addresses import RUN_TYPES, Address
from core.sources.markup import attribute, text_of
from core.sources.myrcm_words import (
    Column,
    ResultRow,
    days_in,
    drivers_of,
    kind_of,
    moment_in,
)
from core.sources.race import Race, Source, page_name, page_text
from core.sources.refusals import Damaged, NoLaps

_RESULT: Final = "table.run-result-table"
_LAPS: Final = "table.run-lap-table"
_OWN: Final = re.compile(
    r"/report-(?:image|pdf)/[a-z-]+/(?P<event>[0-9]+)/(?P<class>[0-9]+)/(?P<key>[0-9]+)"
    r"\?(?:[^\"]*&)?reportType=(?P<phase>[A-Za-z]+)"
)
_MOST: Final = 2000


def is_run(tree: LexborHTMLParser) -> bool:
    """Whether this is the report of one run."""
    return tree.css_first(_RESULT) is not None or tree.css_first(_LAPS) is not None


def parse_run(tree: LexborHTMLParser, *, page: Address | None = None) -> Race:
    """Read the report of one run, in any language.

    Raises:
        Damaged: It is cut off, or laps do not add up to the result.
        NoLaps: Nobody has a lap.
    """
    result = tree.css_first(_RESULT)
    rows = _rows(result) if result is not None else []
    tables = tree.css(_LAPS)
    if not tables:
        raise NoLaps(
            "That page of MyRCM has a result and no lap list: give the page of one run report, "
            "or the event's page."
        )
    columns = [column for table in tables for column in _columns(table)]
    if not rows:
        raise Damaged("That run has no result table, it looks cut off: open its page again.")
    while len(columns) > len(rows) and not any(text for _, text in columns[-1].cells):
        columns.pop()
    if len(columns) > len(rows):
        raise Damaged("That run has laps of more drivers than its result: open its page again.")
    drivers, differences, counts_lap_one = drivers_of(rows, _in_their_rows(rows, columns))
    source_id, phase = _own(tree, page)
    meta = [text_of(part) for part in tree.css(".report-meta > span")]
    time = next((found for part in meta if (found := moment_in(part))), None)
    words = [part for part in meta if moment_in(part) is None and days_in(part)[0] is None]
    name = page_name(text_of(tree.css_first("h1")))
    return Race(
        Source.MYRCM,
        name,
        kind_of(phase, name or ""),
        drivers,
        address=page.url if page else None,
        source_id=source_id,
        track=page_text(words[0]) if words else None,
        class_name=page_name(words[1]) if len(words) > 1 else None,
        lap_one_counts=counts_lap_one is not False,
        page_time=time,
        day=time.date() if time else None,
        differences=differences,
    )


def _in_their_rows(rows: list[ResultRow], columns: list[Column]) -> list[Column | None]:
    """A column for each row: the n-th is that of the n-th, of those with laps where some lack."""
    with_laps = [row.laps.strip("0- ") != "" for row in rows]
    left = iter(columns)
    if len(columns) == sum(with_laps):
        return [next(left) if has_laps else None for has_laps in with_laps]
    return [next(left, None) for _ in rows]


def _own(tree: LexborHTMLParser, page: Address | None) -> tuple[str | None, str | None]:
    """The run's id and phase: of its address, else of the links to its own downloads."""
    if page is not None and page.phase is not None:
        return page.source_id, page.phase
    for node in tree.css("[data-image-url], [data-pdf-url]"):
        links = attribute(node, "data-image-url") + " " + attribute(node, "data-pdf-url")
        if (found := _OWN.search(links)) and found["phase"] in RUN_TYPES:
            return f"{found['event']}/{found['class']}/{found['key']}", found["phase"]
    return None, None


def _rows(table: LexborNode) -> list[ResultRow]:
    names = [attribute(col, "class").split() for col in table.css("colgroup col")]
    places = {name: at for at, classes in enumerate(names) for name in classes}
    if "col-driver" not in places or "col-laps" not in places or "col-total" not in places:
        raise Damaged("That run's result has no columns I know: open its page again.")
    rows = []
    for row in table.css("tbody tr"):
        cells = row.css("td")

        def cell(name: str, cells: list[LexborNode] = cells) -> LexborNode | None:
            at = places.get(name, len(cells))
            return cells[at] if at < len(cells) else None

        driver = cell("col-driver")
        if driver is None or not text_of(row):
            continue
        rows.append(
            ResultRow(
                text_of(cell("col-rank")),
                text_of(cell("col-start")) or text_of(cell("col-number")),
                text_of(driver.css_first("strong") or driver),
                text_of(cell("col-laps")),
                text_of(cell("col-total")),
                text_of(cell("col-besttime")),
                text_of(cell("col-info")),
            )
        )
    return rows


def _columns(table: LexborNode) -> list[Column]:
    """The lap columns of a table from the left; the first column has the lap's number."""
    columns: list[list[tuple[int, str]]] = []
    before = -1
    for row in table.css("tbody tr"):
        if row.css_first("td") is None:
            continue
        texts = [text_of(cell) for cell in row.css("th, td")]
        number, *cells = texts
        if not number.isascii() or not number.isdigit() or not before < int(number[:6]) <= _MOST:
            raise Damaged("That run's laps are not in order: open its page again.")
        before = int(number[:6])
        columns += [[] for _ in range(len(cells) - len(columns))]
        for column, text in zip(columns, cells, strict=False):
            column.append((before, text.strip("- ")))
    return [Column(cells) for cells in columns]
