"""What MyRCM's pages have in common: dates, times, phases, and laps that must fit a result row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from core.laps import RaceTotal
from core.names import HeatKind, heat_kind
from core.sources.averages import lap_one_counts
from core.sources.clock import clock_ms, numbered_laps
from core.sources.race import Difference, Driver, driver_name, page_text
from core.sources.refusals import Damaged, NoLaps

_KINDS: Final = {
    "controlledPractice": HeatKind.PRACTICE,
    "timedPractice": HeatKind.PRACTICE,
    "qualy": HeatKind.QUALIFYING,
    "final": HeatKind.MAIN,
}
_PRACTICE: Final = re.compile(r"(?:free |timed |controlled )?practice\b", re.IGNORECASE)
# In front of a lap time: where its driver lay after it. Behind it: a mark.
_BESIDE: Final = re.compile(r"^\([0-9]{1,4}\)\s*|\s*\*$")
_MOMENT: Final = re.compile(
    r"(?P<day>[0-9]{2})\.(?P<month>[0-9]{2})\.(?P<year>[0-9]{4})"
    r"(?:\s+(?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?))?"
)
_DAYS: Final = re.compile(
    r"(?P<day>[0-9]{2})\.(?P<month>[0-9]{2})\.?(?P<year>[0-9]{4})?\s*[–-]\s*"
    r"(?P<last>[0-9]{2}\.[0-9]{2}\.(?P<last_year>[0-9]{4}))"
)


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row of a run's result table, as the page shows it; empty where it has no such figure."""

    position: str
    number: str
    name: str
    laps: str
    total: str
    best: str
    note: str
    average: str = ""
    correction: str = ""


class Column(NamedTuple):
    """A driver's laps: number and time as the page shows them, from row 0 on."""

    cells: Sequence[tuple[int, str]]


def kind_of(phase: str | None, name: str) -> HeatKind:
    """What a run is driven for: as its phase says; practice within a phase is practice."""
    if _PRACTICE.match(name):
        return HeatKind.PRACTICE
    return _KINDS[phase] if phase in _KINDS else heat_kind(name)


def moment_in(text: str) -> datetime | None:
    """The first date with a time, such as ``18.08.2026 12:41:50``."""
    for found in _MOMENT.finditer(text):
        if found["time"]:
            day = f"{found['year']}-{found['month']}-{found['day']}"
            try:
                return datetime.fromisoformat(f"{day} {found['time']}")
            except ValueError:
                continue
    return None


def days_in(text: str) -> tuple[date | None, date | None]:
    """The first and last day of ``11.07–12.07.2026`` or ``16.08.2026``."""
    first = last = None
    if found := _DAYS.search(text):
        last = _date(found["last"])
        first = _date(f"{found['day']}.{found['month']}.{found['year'] or found['last_year']}")
    elif found := _MOMENT.search(text):
        first = last = _date(f"{found['day']}.{found['month']}.{found['year']}")
    return first or last, last or first


def _date(text: str) -> date | None:
    day, month, year = text.split(".")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


class DriversOfRun(NamedTuple):
    """The drivers of a run, what differs, and whether the page's own figures count lap 1.

    None where they do not tell.
    """

    drivers: tuple[Driver, ...]
    differences: tuple[Difference, ...]
    lap_one_counts: bool | None


def drivers_of(rows: Sequence[ResultRow], columns: Sequence[Column | None]) -> DriversOfRun:
    """Put a run's result rows and lap columns together, which stand in the same order.

    Laps and total of each row must be those of its column: a label is no key, so this is all that
    shows whose laps they are.

    Raises:
        Damaged: They are not, or a lap cannot be read.
        NoLaps: Nobody has a lap.
    """
    runs = [_driven(row, column) for row, column in zip(rows, columns, strict=True)]
    counts = _counts_lap_one(rows, runs)
    drivers: list[Driver] = []
    differences: list[Difference] = []
    for row, run in zip(rows, runs, strict=True):
        drivers.append(_driver(row, run, lap_one=counts is not False))
        differences += _best_that_differs(row, drivers[-1])
    if not any(driver.laps for driver in drivers):
        raise NoLaps("Nobody has a lap in that run: give the page of one that has been driven.")
    return DriversOfRun(tuple(drivers), tuple(differences), counts)


class _Driven(NamedTuple):
    """What a driver's column has: number and milliseconds of each lap, and the first crossing."""

    laps: list[tuple[int, int]]
    crossing_ms: int


def _driven(row: ResultRow, column: Column | None) -> _Driven:
    name = driver_name(row.name)
    times = (
        [(number, _ms(text, name), bool(text)) for number, text in column.cells] if column else []
    )
    crossing_ms = sum(time_ms for number, time_ms, _ in times if number == 0)
    shown = [(number, time_ms) for number, time_ms, is_shown in times if number and is_shown]
    driven = [(number, time_ms) for number, time_ms in shown if time_ms]
    _refuse_mismatch(row, name, len(driven), len(shown), crossing_ms + sum(ms for _, ms in driven))
    return _Driven(driven, crossing_ms)


def _counts_lap_one(rows: Sequence[ResultRow], runs: Sequence[_Driven]) -> bool | None:
    """Whether a page counts lap 1, which began on the grid: its averages tell, else its bests."""
    from_lap_one = [
        (row, [time_ms for _, time_ms in run.laps])
        for row, run in zip(rows, runs, strict=True)
        if len(run.laps) > 1 and run.laps[0][0] == 1
    ]
    told = lap_one_counts((times, row.average) for row, times in from_lap_one)
    if told is not None:
        return told
    bests = [(clock_ms(row.best), times) for row, times in from_lap_one]
    votes = sum((best == min(times)) - (best == min(times[1:])) for best, times in bests)
    return votes > 0 if votes else None


def _driver(row: ResultRow, run: _Driven, *, lap_one: bool) -> Driver:
    laps, left_out = numbered_laps(
        [(number, time_ms, lap_one or number > 1) for number, time_ms in run.laps]
    )
    return Driver(
        driver_name(row.name),
        laps,
        clock_ms(row.total) or sum(lap.time_ms for lap in laps),
        f"{row.laps}/{row.total}" if run.laps else "0",
        number=page_text(row.number),
        position=_position(row.position),
        first_crossing_ms=run.crossing_ms or None,
        left_out=left_out,
        note=page_text(row.note.strip("- ")),
    )


def _best_that_differs(row: ResultRow, driver: Driver) -> list[Difference]:
    best = clock_ms(row.best)
    fastest = min((lap.time_ms for lap in driver.laps if lap.counts), default=None)
    if not best or fastest is None or best == fastest:
        return []
    ours = RaceTotal(1, fastest).text().removeprefix("1/")
    return [Difference(driver.name, "best lap", row.best, ours)]


def _ms(text: str, name: str) -> int:
    time_ms = clock_ms(_BESIDE.sub("", text)) if text else 0
    if time_ms is None:
        raise Damaged(f"I cannot read one of {name}'s laps in that run: open its page again.")
    return time_ms


def _refuse_mismatch(row: ResultRow, name: str, driven: int, shown: int, sum_ms: int) -> None:
    laps = int(row.laps) if _is_count(row.laps) else 0
    total = clock_ms(row.total) or 0
    corrected = sum_ms + (clock_ms(row.correction.lstrip("+ ")) or 0)
    # Times of 0 are no laps, but some pages count them.
    if laps in {driven, shown} and total in {sum_ms, corrected}:
        return
    raise Damaged(
        f"{name}'s laps do not add up to the result on that run's page, "
        "so I cannot tell whose laps they are: open the page again, or type the laps."
    )


def _position(text: str) -> int | None:
    place = text.rstrip(".")
    return int(place) or None if _is_count(place) else None


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6
