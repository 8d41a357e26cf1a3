"""The rows of a CSV file, whatever separates its cells."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Final, NamedTuple

from core.sources.refusals import BadRows, TooMuch

DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE_LINES: Final = 200
MOST_ROWS: Final = 50_000


class Row(NamedTuple):
    """A row's cells as they stand in the file, and the line it begins on, from 1."""

    line: int
    cells: list[str]

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing in any cell."""
        return not any(cell.strip() for cell in self.cells)


class Sheet(NamedTuple):
    """A file's rows and what separates their cells."""

    rows: list[Row]
    delimiter: str


def read_rows(text: str, delimiter: str | None = None, *, most_rows: int = MOST_ROWS) -> Sheet:
    """Cut a file into rows and cells.

    Args:
        text: The file.
        delimiter: What separates its cells; found out when None.
        most_rows: How many rows are read.

    Raises:
        BadRows: A cell is longer than any text, or has no end.
        TooMuch: There are more rows.
    """
    said, table = beginning(text)
    found = said or delimiter or _delimiter(table)
    before = len(text[: len(text) - len(table)].strip("\ufeff").splitlines())
    reader = csv.reader(io.StringIO(table, newline=""), delimiter=found)
    rows: list[Row] = []
    line = before + 1
    try:
        for cells in reader:
            rows.append(Row(line, cells))
            line = before + reader.line_num + 1
            if len(rows) > most_rows:
                raise TooMuch(f"That file has more than {most_rows:,} rows: send it in parts.")
    except csv.Error:
        raise BadRows(
            f"Line {line} of that file has a cell without an end: mend it and send it again."
        ) from None
    return Sheet(rows, found)


def beginning(text: str) -> tuple[str | None, str]:
    """Return what a file says of its delimiter, None for nothing, and the file from its table."""
    table = text.lstrip("\ufeff\r\n")
    # Excel's own way to say it.
    if table[:4].lower() == "sep=" and table[5:6] in {"\r", "\n"}:
        return table[4], table[5:].lstrip("\r\n")
    return None, table


def _delimiter(text: str) -> str:
    """The delimiter that cuts most lines into the same number of cells, two or more."""
    lines = text.splitlines()[:_SAMPLE_LINES]
    best = (0, 0, ",")
    for delimiter in DELIMITERS:
        counts = Counter(_cells_in(line, delimiter) for line in lines if line.strip())
        counts.pop(1, None)
        if counts:
            cells, share = max(counts.items(), key=lambda item: (item[1], item[0]))
            # A decimal comma cuts every line too: anything else that does is meant.
            candidate = (share, cells if delimiter == "," else 1000 + cells, delimiter)
            best = max(best, candidate)
    return best[2]


def _cells_in(line: str, delimiter: str) -> int:
    quoted = False
    count = 1
    for letter in line[:10_000]:
        if letter == '"':
            quoted = not quoted
        elif letter == delimiter and not quoted:
            count += 1
    return count
