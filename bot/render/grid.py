"""The standings of a session as tables: racers × heats, none wider than a phone's 36 cells.

Heats that do not fit side by side go into further tables below, and the oldest are left out first.
A racer has two lines: the ORP of each heat, and under it the change, with the best lap in front.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.render.phrases import NEEDS_LAPS, bold, change_mark, count, name_of
from bot.render.ranking import WIDTH
from bot.render.text import cells, code_block, cut, in_code, join_fitting, plain, size
from core.laptimes import format_lap
from core.results.refs import HeatRef
from core.results.standings import ClassStandings, StandingCell, StandingRow, Standings
from core.scoring.orp import MIN_LAPS

REJECTED: Final = "rej."
TOO_FEW_LAPS: Final = f"<{MIN_LAPS}"
NOT_DRIVEN: Final = "–"
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
    legend = _legend(driven)
    room = limit - size(legend)
    sections = []
    for left, of_class in zip(range(len(driven), 0, -1), driven, strict=True):
        title = f"{bold(of_class.class_name)}\n" if of_class.class_name else ""
        section = title + _class_table(of_class, room // left - size(title) - 1)
        room -= size(section) + 1
        sections.append(section)
    return "\n".join([*sections, *([legend] if legend else [])])


def note_lines(standings: Standings) -> list[str]:
    """Return what was changed on the cars and what it did, the newest heats first."""
    notes = []
    for of_class in standings.classes:
        for at in reversed(range(len(of_class.heats))):
            for row in of_class.rows:
                cell = row.cells[at]
                if cell is not None and cell.note:
                    heat = plain(of_class.heats[at].label)
                    change = "" if cell.change is None else f" {change_mark(cell.change)}"
                    notes.append(f"{heat}{change} · {plain(cell.note)} ({name_of(row.racer)})")
    return notes


def _legend(classes: Sequence[ClassStandings]) -> str:
    """Explain the short words that occur."""
    words = {_score(cell) for of_class in classes for row in of_class.rows for cell in row.cells}
    known = {REJECTED: "not sure of the car", TOO_FEW_LAPS: NEEDS_LAPS}
    return " · ".join(f"{word} = {meaning}" for word, meaning in known.items() if word in words)


def _class_table(standings: ClassStandings, limit: int) -> str:
    rows, heats = standings.rows, standings.heats
    texts = [
        text for row in rows for cell in row.cells for text in (_score(cell), _change(cell)) if text
    ]
    column = max(_NARROWEST_COLUMN, 1 + max(map(cells, texts), default=0))
    names = max((cells(in_code(row.racer.name)) for row in rows), default=0)
    laps = max((len(_best_lap(row)) for row in rows), default=0)
    width = max(min(names, _WIDEST_NAME), laps)
    side_by_side = max(1, (WIDTH - width) // column)

    room = limit - size(code_block(""))
    newest_first: list[str] = []
    end = len(heats)
    while end > 0:
        start = max(0, end - side_by_side)
        table = _table(standings, range(start, end), width, column)
        if newest_first and size("\n".join(table)) > room:
            # Who is in no later table must not be lost.
            table = _table(standings, range(start, end), width, column, only_last=True)
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
    standings: ClassStandings, heats: range, width: int, column: int, *, only_last: bool = False
) -> list[str]:
    """Return the heading and the racers of some heats; who drove none of them is left out.

    The best lap stands where a racer is seen last; ``only_last`` leaves the others out too.
    """
    lines = [_heading([standings.heats[at] for at in heats], width, column)]
    for row in standings.rows:
        driven = [row.cells[at] for at in heats]
        is_last = not any(row.cells[heats.stop :])
        if any(driven) and (is_last or not only_last):
            lines.append(_racer(row, driven, width, column, with_best_lap=is_last))
    return lines


def _heading(heats: Sequence[HeatRef], width: int, column: int) -> str:
    names = [cut(in_code(heat.name), column - 1) for heat in heats]
    return " " * width + "".join(_right(name, column) for name in names)


def _racer(
    row: StandingRow,
    driven: Sequence[StandingCell | None],
    width: int,
    column: int,
    *,
    with_best_lap: bool,
) -> str:
    best_lap = _best_lap(row) if with_best_lap else ""
    scores = in_code(row.racer.name, width) + "".join(_right(_score(c), column) for c in driven)
    below = f"{best_lap:{width}}" + "".join(_right(_change(c), column) for c in driven)
    return "\n".join(line for line in (scores.rstrip(), below.rstrip()) if line)


def _right(text: str, width: int) -> str:
    return " " * (width - cells(text)) + text


def _score(cell: StandingCell | None) -> str:
    if cell is None:
        return NOT_DRIVEN
    if cell.rejected:
        return REJECTED
    return TOO_FEW_LAPS if cell.score is None else f"{cell.score:.1f}"


def _change(cell: StandingCell | None) -> str:
    return "" if cell is None or cell.change is None else change_mark(cell.change)


def _best_lap(row: StandingRow) -> str:
    return "" if row.best_lap_ms is None else format_lap(row.best_lap_ms)
