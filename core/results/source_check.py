"""Whether pages of the timing sites still look as they are read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.sources.race import Source


class PageState(StrEnum):
    """What came of looking at a page."""

    OK = "ok"
    MOVED = "moved"  # it came, and is not what is read there
    NOT_READ = "not read"  # it did not come
    NOT_TRIED = "not tried"  # none is known


@dataclass(frozen=True, slots=True)
class SourceFinding:
    """One kind of page of one source.

    Attributes:
        source: The source.
        host: The host as the settings have it, such as ``*.liverc.com``.
        page: What kind of page, such as ``result``; None for all of them.
        state: What came of it.
        address: The page that was looked at last; None where none is known.
        why: Why it is not read or no longer what it was; None else.
        drivers: Of a page with laps, how many drivers have some.
        laps: Of a page with laps, how many it has.
        races: Of a page that offers races, how many.
        classes: Of such a page, how many classes it leads to.
        differences: How many of its figures do not follow from its laps.
    """

    source: Source
    host: str
    page: str | None
    state: PageState
    address: str | None = None
    why: str | None = None
    drivers: int | None = None
    laps: int = 0
    races: int | None = None
    classes: int = 0
    differences: int = 0

    @property
    def is_trouble(self) -> bool:
        """Whether somebody has to look after it."""
        return self.state in {PageState.MOVED, PageState.NOT_READ}
