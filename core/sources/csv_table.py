"""A table under a heading of known names: all of it is read, or the lines at fault are named."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, TypeVar

from core.sources.csv_cells import DELIMITERS, MOST_ROWS, beginning, read_rows
from core.sources.refusals import BadRows

T = TypeVar("T")
Cells = Mapping[str, str]

_LISTED_FAULTS: Final = 3
_COUNT: Final = re.compile(r"[0-9]{1,19}", re.ASCII)
# A spreadsheet takes a cell that begins so for a formula.
_DANGEROUS_STARTS: Final = ("'", "=", "+", "-", "@", "\t", "\r")


class Fault(Exception):
    """What is wrong with a row, to be read behind its line."""


def guard_cell(text: str) -> str:
    """Return a cell no spreadsheet takes for a formula: an apostrophe goes in front."""
    return f"'{text}" if text.startswith(_DANGEROUS_STARTS) else text


def unguard_cell(cell: str) -> str:
    """Take the apostrophe off again that stands before what a spreadsheet would take wrongly."""
    is_guarded = cell.startswith("'") and cell[1:].startswith(_DANGEROUS_STARTS)
    return cell[1:] if is_guarded else cell


def has_heading(text: str, telling: Collection[str]) -> bool:
    """Tell whether a text is a table under these names, and others."""
    return _heading_mark(text, telling) is not None


def read_table(
    text: str,
    columns: Iterable[str],
    telling: Collection[str],
    row_of: Callable[[Cells, int], T],
    *,
    most_rows: int = MOST_ROWS,
) -> list[T]:
    """Read a table, also after a spreadsheet saved it with other delimiters.

    Args:
        text: The file.
        columns: The columns it may have, for the sentence; others are left alone.
        telling: Those it must have, once.
        row_of: What makes a row of its cells and its line; it raises a Fault for a wrong one.
        most_rows: How many rows are read.

    Raises:
        BadRows: A column is missing or stands twice, or rows cannot be read: the sentence names
            the first three with their lines.
        TooMuch: There are more rows.
    """
    sheet = read_rows(text, _heading_mark(text, telling) or ",", most_rows=most_rows)
    names = _names(sheet.rows[0].cells) if sheet.rows else []
    for name in telling:
        if names.count(name) != 1:
            raise BadRows(f"The file needs the column {name}, once: {', '.join(columns)}.")
    rows: list[T] = []
    faults: list[str] = []
    for row in sheet.rows[1:]:
        if row.is_blank:
            continue
        try:
            if len(row.cells) > len(names):
                raise Fault("has more cells than the heading")
            rows.append(row_of(dict(zip(names, row.cells, strict=False)), row.line))
        except Fault as fault:
            faults.append(f"line {row.line} {fault}")
    refuse(faults)
    return rows


def refuse(faults: list[str]) -> None:
    """Refuse a file, or files, for what is wrong with rows.

    Raises:
        BadRows: There is any fault: the sentence has the first three.
    """
    if not faults:
        return
    more = f", and {len(faults) - _LISTED_FAULTS} more" if len(faults) > _LISTED_FAULTS else ""
    raise BadRows(
        f"Nothing was stored: {'; '.join(faults[:_LISTED_FAULTS])}{more}. "
        "Mend them and send the file again."
    )


def whole_number(cells: Cells, name: str, smallest: int, largest: int) -> int:
    """Return a whole number.

    Raises:
        Fault: There is none, or none that is allowed.
    """
    cell = cells.get(name, "").strip()
    # A spreadsheet makes 3.0 of a 3.
    whole = cell.removesuffix(".0").removesuffix(",0")
    if not _COUNT.fullmatch(whole) or not smallest <= int(whole) <= largest:
        raise Fault(f"has {quoted(cell)} for {name}")
    return int(whole)


def optional_number(cells: Cells, name: str, smallest: int, largest: int) -> int | None:
    """Return a whole number, None for an empty cell.

    Raises:
        Fault: It is none that is allowed.
    """
    return whole_number(cells, name, smallest, largest) if cells.get(name, "").strip() else None


def moment_of(cell: str) -> datetime | None:
    """Return a moment in UTC, where it names no zone as it is; None where it is none."""
    try:
        moment = datetime.fromisoformat(cell.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def optional_moment(cells: Cells, name: str) -> datetime | None:
    """Return a moment in UTC, None for an empty cell.

    Raises:
        Fault: It is none.
    """
    cell = cells.get(name, "").strip()
    moment = moment_of(cell)
    if cell and moment is None:
        raise Fault(f"has {quoted(cell)} for {name}")
    return moment


def quoted(cell: str) -> str:
    """Return a cell as a sentence shows it."""
    text = "".join(letter if letter.isprintable() else " " for letter in cell)[:20].strip()
    return f"“{text}”" if text else "nothing"


def _first_line(text: str) -> str:
    return re.split(r"[\r\n]", beginning(text)[1], maxsplit=1)[0]


def _heading_mark(text: str, telling: Collection[str]) -> str | None:
    """What separates the cells of the heading; None where it lacks one of these names."""
    heading = _first_line(text)
    marks = (mark for mark in DELIMITERS if {*telling}.issubset(_names(heading.split(mark))))
    return next(marks, None)


def _names(cells: Iterable[str]) -> list[str]:
    return [cell.strip().strip('"').lower() for cell in cells]
