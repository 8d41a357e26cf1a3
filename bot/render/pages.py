"""Tables in pages: no more racers on one than the select under it can name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, Generic, TypeVar

from bot.limits import MOST_OPTIONS

PAGE_SIZE: Final = MOST_OPTIONS

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of the lines of a table.

    Attributes:
        lines: Those on this page.
        number: Which page it is, from 1.
        last: How many pages there are.
        before: How many lines are on the pages before.
        total: How many lines there are in all.
    """

    lines: Sequence[T]
    number: int
    last: int
    before: int
    total: int

    def span(self) -> str:
        """Return ``Racers 26–40 of 40``; nothing where there is one page."""
        if self.last == 1:
            return ""
        return f"Racers {self.before + 1}–{self.before + len(self.lines)} of {self.total}"


def page_of(lines: Sequence[T], wanted: int) -> Page[T]:
    """Return a page of a table, all about as long; the last one when there are fewer by now."""
    last = max(1, ceil(len(lines) / PAGE_SIZE))
    each = ceil(len(lines) / last)
    number = min(max(wanted, 1), last)
    before = (number - 1) * each
    return Page(lines[before : before + each], number, last, before, len(lines))
