"""A run as MyRCM served it until August 2026, saved by somebody."""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.names import heat_kind
from core.sources.clock import clock_ms
from core.sources.markup import text_of
from core.sources.myrcm_words import Column, ResultRow, drivers_of, moment_in
from core.sources.race import Race, Source, page_name
from core.sources.refusals import Damaged

_TABLE: Final = "#data-table"
_CAR: Final = re.compile(r"#\s*(?P<number>[0-9]{1,4})")
_SHORT_NAME: Final = re.compile(r"\s*\[[^\[\]]*\]\s*$")
_LENGTH: Final = re.compile(r"[0-9]{1,3}:[0-9]{2}(?::[0-9]{2})?")
_MOST: Final = 2000


def is_old_run(tree: LexborHTMLParser) -> bool:
    """Whether this is a run of the old site."""
    return tree.css_first(_TABLE) is not None


def parse_old_run(tree: LexborHTMLParser) -> Race:
    """Read a run of the old site, in any language: its columns are told by what stands in them.

    Raises:
        Damaged: It has no laps, or they do not add up to the result.
        NoLaps: Nobody has a lap.
    """
    table = tree.css_first(_TABLE)
    lap_tables = _lap_tables(tree)
    if table is None or not lap_tables:
        raise Damaged(
            "That page of the old MyRCM has no lap times: give a run's own page, "
            "the one with “Laptimes” below the result."
        )
    rows = _rows(table)
    drivers, differences, counts_lap_one = drivers_of(
        rows, _columns(lap_tables, [row.number for row in rows])
    )
    facts = [text_of(span) for span in tree.css("#title > span")]
    started = next((found for fact in facts if (found := moment_in(fact))), None)
    length = next((fact for fact in facts if _LENGTH.fullmatch(fact)), "")
    name = f"Heat {started:%H:%M}" if started else "Heat"
    return Race(
        Source.MYRCM,
        name,
        heat_kind(name),
        drivers,
        class_name=page_name(_SHORT_NAME.sub("", facts[0])) if facts else None,
        lap_one_counts=counts_lap_one,
        length_s=(clock_ms(length) or 0) // 1000 or None,
        page_time=started,
        day=started.date() if started else None,
        differences=differences,
    )


def _rows(table: LexborNode) -> list[ResultRow]:
    found = [[text_of(cell) for cell in row.css("td")] for row in table.css("tr")]
    texts = [cells for cells in found if any(cells)]
    width = max((len(cells) for cells in texts), default=0)
    for cells in texts:
        cells += [""] * (width - len(cells))
    total = next((at for at in range(4, width) if _are_totals([row[at] for row in texts])), None)
    if total is None:
        raise Damaged("That run's result has no columns I know: open its page again.")
    name = next(
        (at for at in range(2, total - 1) if any(_is_name(row[at]) for row in texts)), total - 2
    )
    return [
        ResultRow(
            row[0],
            row[1],
            row[name],
            row[total - 1],
            row[total],
            row[total + 1] if total + 1 < width else "",
            "",
            row[total + 2] if total + 2 < width else "",
            row[total + 3] if total + 3 < width else "",
        )
        for row in texts
    ]


def _are_totals(texts: list[str]) -> bool:
    """Whether a column has times and nothing else but words such as ``DNS``."""
    times = [text for text in texts if clock_ms(text) is not None]
    return any(":" in text or "." in text for text in times) and all(
        text in times or text.isalpha() for text in texts if text
    )


def _is_name(text: str) -> bool:
    return bool(text) and not text.isdecimal()


def _lap_tables(tree: LexborHTMLParser) -> list[LexborNode]:
    """The tables whose rows are laps: a number sign stands above their numbers, and drivers beside.

    That of the records has none.
    """
    tables = []
    for table in tree.css("table"):
        first, *others = _headings(table) or [""]
        if first.startswith("#") and any(others):
            tables.append(table)
    return tables


def _headings(table: LexborNode) -> list[str]:
    return [text_of(cell) for cell in table.css("tr th")]


def _columns(tables: list[LexborNode], numbers: list[str]) -> list[Column | None]:
    """The lap columns in the order of the result's rows; None for who has none.

    Above them stand the cars' numbers, or names: those are in the order of the result, which their
    laps must fit.
    """
    labelled = [column for table in tables for column in _labelled_columns(table)]
    found = [_CAR.fullmatch(label) for label, _ in labelled]
    cars = [car["number"] for car in found if car] or numbers[: len(labelled)]
    is_clear = len(set(cars)) == len(labelled) and len(set(numbers)) == len(numbers)
    if not is_clear or not set(cars) <= set(numbers):
        raise Damaged("I cannot tell whose laps are whose on that page: open the run again.")
    columns = {car: column for car, (_, column) in zip(cars, labelled, strict=True)}
    return [columns.get(number) for number in numbers]


def _labelled_columns(table: LexborNode) -> list[tuple[str, Column]]:
    labels = [(at, label) for at, label in enumerate(_headings(table)) if at and label]
    numbered: list[tuple[int, list[str]]] = []
    for row in table.css("tr"):
        texts = [text_of(cell) for cell in row.css("td")]
        if not texts:
            continue
        before = numbered[-1][0] if numbered else -1
        if not texts[0].isdecimal() or not before < int(texts[0][:6]) <= _MOST:
            raise Damaged("That run's laps are not in order: open its page again.")
        numbered.append((int(texts[0][:6]), texts))
    return [
        (
            label,
            Column([(number, texts[at] if at < len(texts) else "") for number, texts in numbered]),
        )
        for at, label in labels
    ]
