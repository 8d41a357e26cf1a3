"""A race as it was parsed: one type for every source, and the list of races a page offers.

Times are whole milliseconds. Dates and times of day are the track's own clock, without a zone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from core.laps import Lap
from core.names import RACER_NAME_LENGTH, HeatKind, clean_text, heat_kind, name_key

# The longest name of a heat or class that can be stored.
PAGE_NAME_LENGTH: Final = 50
_PAGE_TEXT_LENGTH: Final = 120
UNKNOWN_DRIVER: Final = "Unknown Driver"

PRACTICE_WORDS: Final = r"\bpractice|\btraining|\bwarm"
"""Beginnings of words that say practice, as a pattern."""
_PHASES: Final = (
    (re.compile(PRACTICE_WORDS, re.IGNORECASE), HeatKind.PRACTICE),
    (re.compile(r"\bqual|\bseeding", re.IGNORECASE), HeatKind.QUALIFYING),
    (re.compile(r"\bmains?\b|\bfinal", re.IGNORECASE), HeatKind.MAIN),
)


class Source(StrEnum):
    """Where laps come from."""

    LIVERC = "liverc"
    MYRCM = "myrcm"
    CSV = "csv"
    TEXT = "text"


class ListedPage(StrEnum):
    """What a page that offers races is."""

    EVENT = "event"
    CLASS = "class"
    PRACTICE_DAY = "practice day"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A lap of the page that is none: 0, or over 999.999 s.

    Attributes:
        number: Its number on the page.
        text: Its time as the page has it.
    """

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Driver:
    """One driver's part of a race.

    Attributes:
        name: As the page shows it; empty where a text or file names nobody.
        laps: In the order driven, numbered from 1 without a gap, each 1 to 999,999 ms. ``counts``
            is False for an invalid practice lap, and for lap 1 where the page leaves it out of its
            figures.
        total_ms: The page's own time for all laps; the sum of the laps where it gives none.
        result: Laps and time as the page shows them, such as ``16/10:14.477``; else worked out.
        source_id: The driver's id on the source (LiveRC), else None.
        number: The car's number in this race, as text; None where there is none.
        position: Finishing place from 1; None where the page has none.
        transponder: Its number where the page gives one.
        first_crossing_ms: The run from the grid to the loop (lap 0) where the page has it; no lap.
        left_out: Laps of the page that are none.
        note: What the page remarks, such as ``DNS``.
    """

    name: str
    laps: tuple[Lap, ...]
    total_ms: int
    result: str
    source_id: str | None = None
    number: str | None = None
    position: int | None = None
    transponder: str | None = None
    first_crossing_ms: int | None = None
    left_out: tuple[LeftOut, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of the page that does not follow from its laps.

    Attributes:
        driver: The driver's name; empty where it concerns the whole page.
        figure: What it is, such as ``laps/time`` or ``average``.
        page: As the page has it.
        laps: As its laps have it.
    """

    driver: str
    figure: str
    page: str
    laps: str

    def text(self) -> str:
        """One line for people: ``Ann: average 38.405 on the page, 38.404 from the laps``."""
        whose = f"{self.driver}: " if self.driver else ""
        return f"{whose}{self.figure} {self.page} on the page, {self.laps} from the laps"


@dataclass(frozen=True, slots=True)
class Race:
    """One race, practice session or file of laps, whatever it came from.

    Attributes:
        address: The page's own address, canonical; None for what came as a file.
        source_id: Its id on the source; None for what has none.
        heat_name: Round and heat, at most 50 characters; None where nothing names it.
        kind: What it was driven for.
        drivers: In the page's order, those who did not start too.
        lap_one_counts: Whether the page's own figures count lap 1; None where they do not tell.
        length_s: The race's length in whole seconds where the page gives one.
        completed_at: When it was over; None where the page does not say.
        page_time: A time on the page that is not known to be its start or end.
        day: The day of the race, or the event's, where the page gives it.
        differences: Figures of the page that do not follow from its laps.
    """

    source: Source
    heat_name: str | None
    kind: HeatKind
    drivers: tuple[Driver, ...]
    address: str | None = None
    source_id: str | None = None
    track: str | None = None
    event: str | None = None
    class_name: str | None = None
    lap_one_counts: bool | None = None
    length_s: int | None = None
    completed_at: datetime | None = None
    page_time: datetime | None = None
    day: date | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def left_out(self) -> tuple[tuple[str, LeftOut], ...]:
        """Everything that was left out, each with its driver's name."""
        return tuple((driver.name, lap) for driver in self.drivers for lap in driver.left_out)


@dataclass(frozen=True, slots=True)
class RaceLink:
    """A race that a page offers.

    Attributes:
        source_id: Its id on the source, never empty.
        address: Where it can be read; None on a saved page whose own address is not known.
        title: What the page calls it, for a select.
        heat_name: Round and heat, at most 50 characters.
        at: When it was completed (event) or began (practice); None where the page does not say.
        is_available: Whether it has been published.
        drivers: Who drove in it, where the page says so.
        laps, best_ms: Of a practice session.
    """

    source_id: str
    address: str | None
    title: str
    heat_name: str
    kind: HeatKind
    class_name: str | None = None
    at: datetime | None = None
    is_available: bool = True
    drivers: tuple[str, ...] = ()
    transponder: str | None = None
    laps: int | None = None
    best_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ClassLink:
    """A class of an event, on a page of its own (MyRCM)."""

    source_id: str
    address: str | None
    name: str
    is_this_page: bool


@dataclass(frozen=True, slots=True)
class RaceList:
    """A page that offers races.

    Attributes:
        races: Newest first where the page has times, else in its order; may be empty.
        classes: The event's classes where each has its page; this page's own is among them.
        first_day, last_day: The days of the event; None where the page does not say.
    """

    source: Source
    page: ListedPage
    races: tuple[RaceLink, ...]
    address: str | None = None
    source_id: str | None = None
    track: str | None = None
    event: str | None = None
    class_name: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    classes: tuple[ClassLink, ...] = ()


def named_by(race: Race, link: RaceLink) -> Race:
    """The race under the class, name, kind and time that its event page gives it."""
    return replace(
        race,
        class_name=link.class_name or race.class_name,
        heat_name=link.heat_name,
        kind=link.kind,
        completed_at=race.completed_at or link.at,
    )


def newest_first(races: Iterable[RaceLink]) -> tuple[RaceLink, ...]:
    """Races by their time, those without one last; the page's order where times are the same."""
    return tuple(
        sorted(races, key=lambda race: race.at.isoformat() if race.at else "", reverse=True)
    )


def page_text(text: str | None) -> str | None:
    """A page's text on one line, fit for storing; None where nothing is left."""
    return clean_text(text or "")[:_PAGE_TEXT_LENGTH].strip() or None


def page_name(text: str | None) -> str | None:
    """The name of a heat or class, at most 50 characters; None where nothing is left."""
    name = clean_text(text or "")[:PAGE_NAME_LENGTH].strip()
    return name if name_key(name) else None


def driver_name(text: str | None) -> str:
    """A driver's name as the page shows it; ``Unknown Driver`` where there is none."""
    return clean_text(text or "")[:RACER_NAME_LENGTH].strip() or UNKNOWN_DRIVER


def free_heat_name(name: str, taken: Collection[str]) -> str:
    """The name, or where another race has it already, the one that counts on: ``A-Main 2``.

    Args:
        name: A heat's name, at most 50 characters.
        taken: The names that other races of the class have.
    """
    keys = {name_key(other) for other in taken}
    free, number = name, 1
    while name_key(free) in keys:
        number += 1
        free = f"{name[: PAGE_NAME_LENGTH - len(f' {number}')].rstrip()} {number}"
    return free


def phase_kind(phase: str | None, name: str) -> HeatKind:
    """What a heat is driven for: as its round says, else as its name does."""
    for pattern, kind in _PHASES:
        if phase and pattern.search(phase):
            return kind
    return heat_kind(name)
