"""Laps from elsewhere: what became of a race that was read, for each racer of the team in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.caller import Person
from core.laps import Lap
from core.results.refs import HeatRef, SessionRef


class Fate(StrEnum):
    """What becomes of one racer's laps of a page."""

    NEW = "new"
    SAME = "same"  # they stand as the page has them
    TYPED = "typed"  # they take the place of the same laps, typed within the last hour
    CORRECTED = "corrected"  # the page has changed since, and what stands is as it was then
    KEPT = "kept"  # changed, taken back or deleted by hand since: that stays
    BESIDE = "beside"  # other laps were typed in that heat: they stay


STORES: frozenset[Fate] = frozenset({Fate.NEW, Fate.TYPED, Fate.CORRECTED})


@dataclass(frozen=True, slots=True)
class TakenRun:
    """What became of one racer's laps.

    Attributes:
        racer: Who drove.
        driver: What the page calls them.
        fate: What became of them.
        page: The laps as the page has them.
        before: The laps that stood before.
        entry_id: What they came with, to be taken back; None where nothing was stored.
    """

    racer: Person
    driver: str
    fate: Fate
    page: tuple[Lap, ...]
    before: tuple[Lap, ...]
    entry_id: int | None = None

    @property
    def differs(self) -> bool:
        """Whether what stood before differs from the page, in times or in what counts."""
        return [lap[1:] for lap in self.page] != [lap[1:] for lap in self.before]


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a race.

    Attributes:
        session: Where it belongs.
        heat: The heat it is; None where nobody of the team drove, or the heat was deleted.
        is_new: Whether the heat was opened for it.
        runs: The team's racers in it.
        beside: The typed heat of the same name that it stands beside.
        deleted: How the heat was called that somebody has deleted on purpose.
        drivers: How many have laps on the page.
    """

    session: SessionRef
    heat: HeatRef | None
    is_new: bool = False
    runs: tuple[TakenRun, ...] = ()
    beside: HeatRef | None = None
    deleted: str | None = None
    drivers: int = 0

    @property
    def has_stored(self) -> bool:
        """Whether any laps were stored."""
        return any(run.fate in STORES for run in self.runs)
