"""Tables of laps that other programs write: one lap a row, or laps against drivers.

Headings are in every language, so that a table is told by its shape where they are not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from core.laps import RaceTotal
from core.names import HeatKind, heat_kind
from core.sources.clock import numbered_laps
from core.sources.csv_cells import Row, read_rows
from core.sources.csv_columns import (
    cell_ms,
    class_column,
    class_title,
    column,
    counts_column,
    counts_laps,
    counts_up,
    driver_column,
    heat_columns,
    is_any_time,
    is_milliseconds,
    is_text,
    is_time,
    lap_column,
    lap_number,
    mostly_text,
    mostly_times,
    time_column,
)
from core.sources.race import Driver, Race, Source, driver_name, page_name
from core.sources.refusals import BadRows

_TIMES: Final = re.compile(r"\s+times$", re.IGNORECASE)
_LAPS_THAT_TELL: Final = 3
# What stands for a lap that was not driven.
_NO_LAP: Final = re.compile(r"[-–—]+|dn[fsq]|ds?q|n/?a", re.IGNORECASE)
_FROM_THE_START: Final = "The times in that file grow from lap to lap: send one with lap times."
_NO: Final = frozenset({"0", "false", "no", "n", "nein", "non"})


class _Lap(NamedTuple):
    number: int
    time_ms: int
    counts: bool
    line: int


class _Title(NamedTuple):
    """A row of one text; RotorHazard spells a heat's name with a letter a cell."""

    text: str
    is_spelled: bool


@dataclass(slots=True)
class _Above:
    """What the titles so far say of the laps below them.

    RotorHazard puts a heat's name above its leaderboards, and a round's above the laps: a title
    that another one follows, and then a table without laps, names a heat.
    """

    heat: str = ""
    title: str = ""
    class_name: str = ""

    @property
    def name(self) -> str:
        """The name of the heat."""
        return f"{self.heat} {self.title}".strip()

    def read(self, titles: Sequence[_Title], *, has_laps: bool) -> None:
        """Take in the titles above a table."""
        classes = [name for title in titles if (name := class_title(title.text))]
        *sections, last = titles or [_Title(self.title, is_spelled=False)]
        spelled = [title for title in titles if title.is_spelled]
        if classes:
            self.class_name = classes[-1]
        elif len(sections) > 1 and not has_laps:
            # Heats of no class have a title of their own in front.
            self.class_name = ""
        if spelled:
            self.heat = spelled[-1].text
        elif sections and not has_laps:
            self.heat = sections[-1].text
        is_title = not last.is_spelled and not class_title(last.text)
        self.title = _TIMES.sub("", last.text) if is_title else ""


@dataclass(slots=True)
class _Run:
    """One driver's laps in one heat."""

    heat: str
    class_name: str
    driver: str
    laps: list[_Lap] = field(default_factory=list)


def read_shapes(text: str) -> tuple[Race, ...] | None:
    """Read a table of laps.

    Three shapes: one lap a row; laps down and drivers across; drivers down and laps across, also
    several such tables under titles, as RotorHazard writes them.

    Returns:
        One race a heat, in the file's order; None where it is no such table.

    Raises:
        BadRows: It is one, but cells cannot be read.
    """
    runs: list[_Run] = []
    titles: list[_Title] = []
    above = _Above()
    for block in _blocks(read_rows(text).rows):
        if isinstance(block, _Title):
            titles.append(block)
            continue
        found = _one_lap_a_row(block)
        if found is None:
            found = _drivers_across(block) or _drivers_down(block)
            _refuse_from_the_start(found or ())
        above.read(titles, has_laps=bool(found))
        for run in found or ():
            run.heat = run.heat or above.name
            run.class_name = run.class_name or above.class_name
        runs += found or ()
        titles = []
    return tuple(_races(runs)) or None


def is_table(text: str) -> bool:
    """Whether a text is a table of any kind: words and figures in two rows of two cells or more."""
    if "\0" in text:
        return False
    rows = [row.cells for row in read_rows(text).rows if not row.is_blank]
    return (
        len(rows) > 1
        and min(len(cells) for cells in rows[:2]) > 1
        and any(is_text(cell) for cell in rows[0])
    )


def _blocks(rows: Iterable[Row]) -> list[list[Row] | _Title]:
    """Tables, and the titles between them; behind rows without anything a heading begins one."""
    blocks: list[list[Row] | _Title] = []
    is_open = False
    for row in rows:
        title = _title(row)
        if title is not None:
            blocks.append(title)
        elif not row.is_blank:
            last = blocks[-1] if blocks else None
            if isinstance(last, list) and (is_open or _goes_on(last, row)):
                last.append(row)
            else:
                blocks.append([row])
        is_open = title is None and not row.is_blank
    return blocks


def _goes_on(table: list[Row], row: Row) -> bool:
    """Whether a row behind an empty one is of the table above it, and no other one's heading."""
    above = table[-1]
    is_heading = len(table) == 1 and (
        time_column(above.cells) is not None or lap_column(above.cells) is not None
    )
    if is_heading or not _has_time(above):
        return is_heading and _has_time(row)
    return _is_alike(row, above) and (_has_time(row) or not _lap_places(row.cells))


def _is_alike(one: Row, other: Row) -> bool:
    """Whether figures stand below figures and words below words, wherever both have something."""
    pairs = zip(map(_driven, one.cells), map(_driven, other.cells), strict=False)
    return all((cell_ms(a) is None) == (cell_ms(b) is None) for a, b in pairs if a and b)


def _driven(cell: str) -> str:
    """A cell of laps, empty where none was driven."""
    text = cell.strip()
    return "" if _NO_LAP.fullmatch(text) else text


def _has_time(row: Row) -> bool:
    return any(is_time(cell) for cell in row.cells)


def _title(row: Row) -> _Title | None:
    shown = [cell.strip() for cell in row.cells if cell.strip()]
    if len(row.cells) == 1 and time_column(row.cells) is not None:
        return None
    if len(shown) == 1 and is_text(shown[0]):
        return _Title(shown[0], is_spelled=False)
    is_spelled = len(shown) > 2 and all(len(cell) <= 1 for cell in row.cells)
    if is_spelled and any(cell.isalpha() for cell in row.cells):
        return _Title("".join(row.cells).strip(), is_spelled=True)
    return None


def _heading_and_rows(block: list[Row]) -> tuple[list[str], list[Row]]:
    """A table's heading, empty where it has none, and its rows."""
    first = block[0].cells
    has_heading = not any(is_time(cell) for cell in first) and any(is_text(cell) for cell in first)
    if has_heading:
        return [cell.strip() for cell in first], block[1:]
    return [], block


# --- one lap a row ------------------------------------------------------------------------------


def _one_lap_a_row(block: list[Row]) -> list[_Run] | None:
    headings, rows = _heading_and_rows(block)
    named = len(headings)
    width = max(len(headings), *(len(row.cells) for row in rows)) if rows else 0
    headings += [""] * (width - len(headings))
    columns = [column(rows, at) for at in range(width)]
    times = time_column(headings)
    drivers = driver_column(headings)
    laps = lap_column(headings)
    if laps is None and drivers is not None and _lap_places(headings):
        # Each driver once, with laps beside the name: what else is a time is the sum.
        names = [name for name in columns[drivers] if name]
        if len(set(names)) == len(names):
            return None
    if laps is None:
        laps = next((at for at in range(width) if counts_laps(columns[at])), None)
    if drivers is None:
        # Words for no lap alone name nobody.
        named_in = (at for at in range(width) if any(map(_driven, columns[at])))
        drivers = next((at for at in named_in if mostly_text(columns[at])), None)
    if times is None and drivers is not None and laps is not None:
        times = _only_times(columns, columns[drivers])
    if times is None or times >= width or (laps is None and drivers is None and width > 1):
        return None
    columns[times] = list(map(_driven, columns[times]))
    if laps is not None:
        columns[laps] = list(map(_driven, columns[laps]))
    numbers = [lap_number(cell) for cell in columns[laps]] if laps is not None else []
    if laps is not None and any(
        cell and number is None for cell, number in zip(columns[laps], numbers, strict=True)
    ):
        return None
    is_ms = is_milliseconds(headings[times])
    heats, of_class = heat_columns(headings), class_column(headings)
    counts = counts_column(headings)
    runs: dict[tuple[str, str, str], _Run] = {}
    for at, row in enumerate(rows):
        if any(headings) and len(row.cells) > named and _is_split(row.cells[times : times + 2]):
            raise BadRows(
                f"Line {row.line} of that file has more cells than its heading: put times with a "
                "comma in quotes, or separate the cells with semicolons."
            )
        if not columns[times][at]:
            continue
        time_ms = cell_ms(columns[times][at], is_ms=is_ms)
        if time_ms is None:
            raise BadRows(f"Line {row.line} of that file has no lap time I can read.")
        key = (
            " ".join(_heat(headings[place], columns[place][at]) for place in heats).strip(),
            "" if of_class is None else columns[of_class][at],
            "" if drivers is None else columns[drivers][at],
        )
        run = runs.setdefault(key, _Run(*key))
        number = numbers[at] if numbers else None
        is_valid = counts is None or columns[counts][at].casefold() not in _NO
        after = run.laps[-1].number if run.laps else 0
        lap = _Lap(after + 1 if number is None else number, time_ms, is_valid, row.line)
        run.laps.append(lap)
    found = list(runs.values())
    if not found or _is_standings(found):
        return None
    for run in found:
        _put_in_order(run)
    if is_any_time(headings[times]):
        _refuse_from_the_start(found)
    return found


def _is_split(cells: Sequence[str]) -> bool:
    """Whether a time was cut in two at its comma."""
    return len(cells) == 2 and all(cell.strip().isdecimal() for cell in cells)


def _refuse_from_the_start(runs: Sequence[_Run]) -> None:
    """Refuse times that grow, where nothing says whether they are of laps.

    A run to the loop, a lap and a crash grow likewise: three do not tell.
    """
    times = ([lap.time_ms for lap in run.laps if lap.number] for run in runs)
    if _grow(times, _LAPS_THAT_TELL + 1):
        raise BadRows(_FROM_THE_START)


def _heat(heading: str, cell: str) -> str:
    """A heat as its cell names it; a bare number gets its heading in front."""
    return f"{heading} {cell}" if cell.isdecimal() else cell


def _is_standings(runs: Sequence[_Run]) -> bool:
    """Whether this is a table of places and times: every driver once, with how many laps."""
    return all(len(run.laps) == 1 for run in runs) and any(run.laps[0].number > 1 for run in runs)


def _only_times(columns: list[list[str]], drivers: list[str]) -> int | None:
    """The column of lap times among those of times: not the one that sums them up."""
    if len(set(drivers)) == len(drivers):
        return None
    candidates = {
        at: _by_driver(cells, drivers)
        for at, cells in enumerate(columns)
        if mostly_times(list(map(_driven, cells)))
    }
    summed = [at for at, times in candidates.items() if _sums(times) in candidates.values()]
    lap_times = summed or [at for at, times in candidates.items() if not _grow(times.values())]
    if len(lap_times) > 1:
        raise BadRows(
            "That file has several columns of times: call the one with lap times lap_time."
        )
    if candidates and not lap_times:
        raise BadRows(_FROM_THE_START)
    return lap_times[0] if lap_times else None


def _by_driver(cells: list[str], drivers: list[str]) -> dict[str, list[int]]:
    times: dict[str, list[int]] = {}
    for cell, driver in zip(cells, drivers, strict=True):
        times.setdefault(driver, []).append(cell_ms(cell) or 0)
    return times


def _sums(times: dict[str, list[int]]) -> dict[str, list[int]]:
    return {driver: list(accumulate(run)) for driver, run in times.items()}


def _grow(runs: Iterable[Sequence[int]], fewest: int = _LAPS_THAT_TELL) -> bool:
    """Whether times are counted from the start: each is later by more than half of the first."""
    telling = [run for run in runs if len(run) >= fewest]
    return bool(telling) and all(
        2 * (later - one) > run[0] for run in telling for one, later in pairwise(run)
    )


def _put_in_order(run: _Run) -> None:
    run.laps.sort(key=lambda lap: lap.number)
    for one, two in zip(run.laps, run.laps[1:], strict=False):
        if one.number == two.number:
            whose = f" of {run.driver}" if run.driver else ""
            raise BadRows(
                f"Lap {one.number}{whose} stands twice in that file, in lines {one.line} and "
                f"{two.line}: send one heat at a time, or name the column with the heat heat."
            )


# --- laps against drivers -----------------------------------------------------------------------


def _drivers_across(block: list[Row]) -> list[_Run] | None:
    """Laps down, drivers across: the heading has the drivers, the first column the laps."""
    headings, rows = _heading_and_rows(block)
    numbers = [lap_number(row.cells[0]) if row.cells else None for row in rows]
    # Sums and averages stand below the laps.
    end = next((at for at, number in enumerate(numbers) if number is None), len(rows))
    rows, numbers = rows[:end], numbers[:end]
    if len(headings) < 2 or not counts_up(numbers):
        return None
    runs = []
    shown: list[str] = []
    for at in range(1, len(headings)):
        cells = list(map(_driven, column(rows, at)))
        if not any(cells):
            if headings[at]:
                runs.append(_Run("", "", headings[at]))
            continue
        if not headings[at] or not (mostly_times(cells) or _are_figures(cells)):
            return None
        shown += cells
        runs.append(_run(headings[at], zip(rows, numbers, cells, strict=True)))
    return runs if any(map(is_time, shown)) else None


def _drivers_down(block: list[Row]) -> list[_Run] | None:
    """Drivers down, laps across: a name, then times to the end of the row."""
    headings, rows = _heading_and_rows(block)
    places = _lap_places(headings)
    if headings and not places:
        return None
    runs = []
    all_times: list[str] = []
    for row in rows:
        cells = [cell.strip() for cell in row.cells]
        # A racer may be called Na; but DNS in front of a name is none.
        texts = [at for at, cell in enumerate(cells) if is_text(cell)]
        name = next((at for at in texts if _driven(cells[at])), texts[0] if texts else None)
        if name is None:
            return None
        laps = places or {at: at - name for at in range(name + 1, len(cells))}
        shown = [(row, laps[at], _driven(cells[at])) for at in laps if at < len(cells)]
        times = [cell for *_, cell in shown if cell]
        are_laps = _are_figures(times) if places else all(map(is_time, times))
        if name >= min(laps, default=name + 1) or (times and not are_laps):
            return None
        all_times += times
        runs.append(_run(cells[name], shown))
    return runs if any(map(is_time, all_times)) else None


def _lap_places(headings: Sequence[str]) -> dict[int, int]:
    """The columns whose headings count the laps, and their numbers: two or more from 0 or 1 up."""
    places: dict[int, int] = {}
    for at, heading in enumerate(headings):
        number = lap_number(heading)
        if number is not None and number == places.get(at - 1, -2) + 1:
            places[at] = number
        elif len(places) > 1:
            break
        else:
            places = {at: number} if number in (0, 1) else {}
    return places if len(places) > 1 else {}


def _are_figures(cells: Sequence[str]) -> bool:
    """Whether cells may be times: a spreadsheet shortens some to whole seconds."""
    return all(cell_ms(cell) is not None for cell in cells if cell)


def _run(driver: str, cells: Iterable[tuple[Row, int | None, str]]) -> _Run:
    run = _Run("", "", driver)
    for row, number, cell in cells:
        if not cell:
            continue
        time_ms = cell_ms(cell)
        if time_ms is None:
            raise BadRows(f"Line {row.line} of that file has a lap time I cannot read.")
        run.laps.append(_Lap(number or 0, time_ms, counts=True, line=row.line))
    return run


# --- races --------------------------------------------------------------------------------------


def _races(runs: Sequence[_Run]) -> Iterable[Race]:
    heats: dict[tuple[str, str], list[_Run]] = {}
    for run in runs:
        heats.setdefault((run.class_name, run.heat), []).append(run)
    for (class_name, heat), of_heat in heats.items():
        drivers = tuple(_driver(run) for run in of_heat)
        if not any(driver.laps for driver in drivers):
            continue
        name = page_name(heat)
        yield Race(
            Source.CSV,
            name,
            heat_kind(name) if name else HeatKind.PRACTICE,
            drivers,
            class_name=page_name(class_name),
        )


def _driver(run: _Run) -> Driver:
    crossing = sum(lap.time_ms for lap in run.laps if lap.number == 0)
    laps, left_out = numbered_laps(
        [(lap.number, lap.time_ms, lap.counts) for lap in run.laps if lap.number]
    )
    total_ms = sum(lap.time_ms for lap in laps)
    return Driver(
        driver_name(run.driver) if run.driver else "",
        laps,
        total_ms,
        RaceTotal(len(laps), total_ms).text(),
        first_crossing_ms=crossing or None,
        left_out=left_out,
    )
