"""The standings of a session as tables: racers × heats, none wider than a phone's 36 cells.

Heats that do not fit side by side go into further tables below, and the oldest are left out first.
A racer has two lines: the ORP of each heat, and under it the change, with the best lap in front.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.render.effect import effect_words
from bot.render.phrases import NEEDS_LAPS, bold, change_mark, count, error_mark, name_of
from bot.render.ranking import WIDTH
from bot.render.text import cells, code_block, cut, in_code, join_fitting, plain, size
from core.caller import Person
from core.laptimes import format_lap
from core.results.refs import HeatRef
from core.results.standings import ClassStandings, StandingCell, StandingRow, Standings
from core.scoring.effects import Effect
from core.scoring.orp import MIN_LAPS

REJECTED: Final = "rej."
TOO_FEW_LAPS: Final = f"<{MIN_LAPS}"
NOT_DRIVEN: Final = "–"
NO_CLASS: Final = "No class"
SHORT_RUN: Final = "(…) = short run"
TABLES_LIMIT: Final = 3_600
MORE_HINT: Final = "and {} more: /session export"

_NARROWEST_COLUMN: Final = 5
_WIDEST_NAME: Final = 12
# A heading, a racer and the hint that there are more.
_LEAST_ROOM: Final = 4 * WIDTH


def standings_tables(standings: Standings, limit: int) -> str:
    """Return a code block for each class, its name above, in at most ``limit`` characters.

    Every class gets its share of the room; what one leaves over goes to those behind it.
    """
    driven = [of_class for of_class in standings.classes if of_class.rows]
    names = class_names(standings)
    legend = _legend(driven)
    room = limit - size(legend)
    sections = []
    for left, of_class in zip(range(len(driven), 0, -1), driven, strict=True):
        name = names[of_class.class_name]
        title = f"{bold(name)}\n" if name else ""
        section = title + _class_table(of_class, room // left - size(title) - 1)
        room -= size(section) + 1
        sections.append(section)
    return "\n".join([*sections, *([legend] if legend else [])])


def class_names(standings: Standings) -> dict[str, str]:
    """Return what stands above each class: the heats without one are *No class* beside others."""
    names = [of_class.class_name for of_class in standings.classes]
    return {name: name or (NO_CLASS if any(names) else "") for name in names}


def note_lines(standings: Standings) -> list[str]:
    """Return what was changed on the cars and what it did, the newest heats first.

    Where a racer notes the same again, what it did is told of all runs with it, once.
    """
    notes = []
    told: set[tuple[Person, Effect]] = set()
    for of_class in standings.classes:
        for at in reversed(range(len(of_class.heats))):
            for row in of_class.rows:
                cell = row.cells[at]
                if cell is not None and cell.note:
                    heat = plain(of_class.heats[at].label)
                    change = change_mark(cell.change, has_moved=cell.has_moved)
                    did = ""
                    if cell.effect and (row.racer, cell.effect) not in told:
                        told.add((row.racer, cell.effect))
                        did = f": {effect_words(cell.effect)}"
                    note = f"{plain(cell.note)} ({name_of(row.racer)}){did}"
                    notes.append(f"{heat} {change}".rstrip() + f" · {note}")
    return notes


def _legend(classes: Sequence[ClassStandings]) -> str:
    """Explain the short words that occur."""
    words = {_score(cell) for of_class in classes for row in of_class.rows for cell in row.cells}
    known = {REJECTED: "not sure of the car", TOO_FEW_LAPS: NEEDS_LAPS}
    meanings = [f"{word} = {meaning}" for word, meaning in known.items() if word in words]
    if any(word.startswith("(") for word in words):
        meanings.append(SHORT_RUN)
    return " · ".join(meanings)


@dataclass(frozen=True, slots=True)
class _Columns:
    """How wide the columns of a table are: that of the names, and one for each heat.

    ``has_errors`` tells whether it is said how sure the scores are.
    """

    names: int
    heat: int
    has_errors: bool

    @classmethod
    def of(cls, rows: Sequence[StandingRow], *, has_errors: bool) -> _Columns:
        names = max((cells(in_code(row.racer.name)) for row in rows), default=0)
        laps = max((len(_best_lap(row)) for row in rows), default=0)
        driven = [cell for row in rows for cell in row.cells]
        texts = [_score(cell, has_error=has_errors) for cell in driven] + list(map(_change, driven))
        heat = max(_NARROWEST_COLUMN, 1 + max(map(cells, texts), default=0))
        return cls(max(min(names, _WIDEST_NAME), laps), heat, has_errors)

    @property
    def side_by_side(self) -> int:
        """How many heats fit."""
        return max(1, (WIDTH - self.names) // self.heat)


def _class_table(standings: ClassStandings, limit: int) -> str:
    room = limit - size(code_block(""))
    return _sure_table(standings, room) or _tables(standings, room)


def _sure_table(standings: ClassStandings, room: int) -> str | None:
    """Return one table that also says how sure the scores are; None where there is no room.

    And where that is not known of any.
    """
    if not any(cell.error for row in standings.rows for cell in row.cells if cell):
        return None
    columns = _Columns.of(standings.rows, has_errors=True)
    heats = len(standings.heats)
    table = "\n".join(_table(standings, range(heats), columns))
    return code_block(table) if heats <= columns.side_by_side and size(table) <= room else None


def _tables(standings: ClassStandings, room: int) -> str:
    """Return as many tables below one another as it takes."""
    columns = _Columns.of(standings.rows, has_errors=False)
    newest_first: list[str] = []
    end = len(standings.heats)
    while end > 0:
        start = max(0, end - columns.side_by_side)
        table = _table(standings, range(start, end), columns)
        if newest_first and size("\n".join(table)) > room:
            # Who is in no later table must not be lost.
            table = _table(standings, range(start, end), columns, only_last=True)
            if len(table) == 1 or room < _LEAST_ROOM:
                break
        text = join_fitting(table, room, more=MORE_HINT)
        room -= size(text) + 2
        newest_first.append(text)
        end = start
    tables = list(reversed(newest_first))
    if end and size(_earlier(end)) <= room:
        tables.insert(0, _earlier(end))
    return code_block("\n\n".join(tables))


def _earlier(heats: int) -> str:
    return f"{count(heats, 'earlier heat')}: /session export"


def _table(
    standings: ClassStandings, heats: range, columns: _Columns, *, only_last: bool = False
) -> list[str]:
    """Return the heading and the racers of some heats; who drove none of them is left out.

    The best lap stands where a racer is seen last; ``only_last`` leaves the others out too.
    """
    lines = [_heading([standings.heats[at] for at in heats], columns)]
    for row in standings.rows:
        driven = [row.cells[at] for at in heats]
        is_last = not any(row.cells[heats.stop :])
        if any(driven) and (is_last or not only_last):
            lines.append(_racer(row, driven, columns, with_best_lap=is_last))
    return lines


def _heading(heats: Sequence[HeatRef], columns: _Columns) -> str:
    names = [cut(in_code(heat.name), columns.heat - 1) for heat in heats]
    return " " * columns.names + "".join(_right(name, columns.heat) for name in names)


def _racer(
    row: StandingRow,
    driven: Sequence[StandingCell | None],
    columns: _Columns,
    *,
    with_best_lap: bool,
) -> str:
    best_lap = _best_lap(row) if with_best_lap else ""
    scores = [_score(cell, has_error=columns.has_errors) for cell in driven]
    lines = [
        _line(in_code(row.racer.name, columns.names), scores, columns),
        _line(f"{best_lap:{columns.names}}", list(map(_change, driven)), columns),
    ]
    return "\n".join(line for line in lines if line)


def _line(first: str, texts: Sequence[str], columns: _Columns) -> str:
    return (first + "".join(_right(text, columns.heat) for text in texts)).rstrip()


def _right(text: str, width: int) -> str:
    return " " * (width - cells(text)) + text


def _score(cell: StandingCell | None, *, has_error: bool = False) -> str:
    if cell is None:
        return NOT_DRIVEN
    if cell.rejected:
        return REJECTED
    if cell.score is None:
        return TOO_FEW_LAPS
    if cell.is_short:
        return f"({cell.score:.1f})"
    return f"{cell.score:.1f} {error_mark(cell.error)}" if has_error else f"{cell.score:.1f}"


def _change(cell: StandingCell | None) -> str:
    return "" if cell is None else change_mark(cell.change, has_moved=cell.has_moved)


def _best_lap(row: StandingRow) -> str:
    return "" if row.best_lap_ms is None else format_lap(row.best_lap_ms)
