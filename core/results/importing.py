"""Laps from elsewhere: what became of a race that was read, for each racer of the team in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

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
    OTHERS = "others"  # they were typed too, and only crew may replace what others typed


STORES: Final = frozenset({Fate.NEW, Fate.TYPED, Fate.CORRECTED})


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
        typed_in: The other heat in which they were typed before.
    """

    racer: Person
    driver: str
    fate: Fate
    page: tuple[Lap, ...]
    before: tuple[Lap, ...]
    entry_id: int | None = None
    typed_in: HeatRef | None = None

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


class ImportAsks(StrEnum):
    """What has to be said before laps are stored."""

    PLACE = "place"  # which session
    RACES = "races"  # which of those the page offers
    WHO = "who"  # who a driver is
    CLASS = "class"  # what the page's class is called here
    CORRECTION = "correction"  # whether what the page says now is taken


@dataclass(frozen=True, slots=True)
class ImportQuestion:
    """A question with a few answers to pick from; what was read waits as a draft.

    Attributes:
        draft_id: What waits.
        asks: What it is about.
        text: The question, without markup.
        options: The answers as they are read; each is picked by its number, from 0.
        lines: What it is asked about, a line each, without markup.
    """

    draft_id: UUID
    asks: ImportAsks
    text: str
    options: tuple[str, ...]
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OnlyShown:
    """A saved page that offers races: they are shown, and nothing is fetched.

    Attributes:
        page: What the page is, such as ``event``.
        titles: What it calls its races, newest first.
    """

    page: str
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RaceRead:
    """One race of an import.

    Attributes:
        title: What the page calls it; the heat's name where it has no other.
        taken: What became of it.
        differences: Figures of the page that do not follow from its laps, a line each.
        left_out: Laps of the team's racers that are none, a line each.
    """

    title: str
    taken: TakenIn
    differences: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: its races in the order they were driven.

    Attributes:
        session: The session they belong to; None where there was nothing to open one for.
        opened_session: Whether it was opened for them.
        races: The races, in the order they were driven.
        unread: Races that could not be read, each with why.
        own_entry: The importer's own laps, to be taken back, where one race was read.
        draft_id: What was read, kept for saying who somebody is; None where all are known.
        strangers: The drivers whom nobody of the team is known to be, each with its number.
        is_crew: Whether the importer may say who others are.
    """

    session: SessionRef | None
    opened_session: bool
    races: tuple[RaceRead, ...]
    unread: tuple[str, ...] = ()
    own_entry: int | None = None
    draft_id: UUID | None = None
    strangers: tuple[tuple[int, str], ...] = ()
    is_crew: bool = False

    @property
    def has_stored(self) -> bool:
        """Whether any laps were stored."""
        return any(race.taken.has_stored for race in self.races)


@dataclass(frozen=True, slots=True)
class RowsStored:
    """One racer's rows of a file in one heat.

    Attributes:
        heat: The heat.
        racer: Whose rows.
        laps: How many.
        fate: What became of them.
    """

    heat: HeatRef
    racer: Person
    laps: int
    fate: Fate


@dataclass(frozen=True, slots=True)
class RowsImported:
    """What became of the rows of a run-log file; they post nothing.

    Attributes:
        session: Where they went.
        opened_session: Whether it was opened for them.
        runs: Each racer's rows in each heat.
    """

    session: SessionRef
    opened_session: bool
    runs: tuple[RowsStored, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """What an import is doing while it works.

    Attributes:
        done: How many pages have been read.
        of: How many there are.
    """

    done: int
    of: int
