"""``docs/performance.md``, written from what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bench.findings import Curve
from bench.plan import PLAN
from bench.rows import Row, Verdict, figure_text

_HOW_TO_RUN: Final = (
    "`make bench` measures every row below through the real bot in its own process, on both "
    "databases, and writes this page: no figure is typed by hand. It takes a quarter of an hour; "
    "the first time a few minutes more, for histories of up to a million laps, which stay in "
    "`data/bench/`. `make bench-quick` takes about a minute, with a small history and without the "
    "rows that take long. `python -m bench --only lap` measures one group alone. Every run leaves "
    "its rows in a JSON file in `data/bench/`, and is no part of the tests."
)
_WHAT_IS_JUDGED: Final = (
    "A time by itself says little on a machine that others use. What is judged is a ratio or a "
    "difference of two things measured in turn in the same run: the median of the pairs, with the "
    "lowest and highest pair beside it."
)


@dataclass(frozen=True, slots=True)
class Results:
    """All that was measured in one run.

    Attributes:
        day: When.
        machine: On what, by what it is called.
        quick: Whether it was the quick bench.
        rows: The rows by the measurement they belong to.
        curves: How costs grow.
        troubles: What could not be measured, and why, by measurement.
    """

    day: date
    machine: Mapping[str, str]
    quick: bool
    rows: Mapping[str, Sequence[Row]]
    curves: Sequence[Curve]
    troubles: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Return the results in JSON's own types."""
        return {
            "date": self.day.isoformat(),
            "machine": dict(self.machine),
            "quick": self.quick,
            "rows": {key: [row.as_dict() for row in rows] for key, rows in self.rows.items()},
            "curves": [curve.as_dict() for curve in self.curves],
            "troubles": dict(self.troubles),
        }


def document(results: Results, picture: str) -> str:
    """Return the page.

    Args:
        results: What was measured.
        picture: Where the picture of growth lies, as seen from the page.
    """
    every_row = [row for rows in results.rows.values() for row in rows]
    parts = [
        "# Performance",
        _HOW_TO_RUN,
        _WHAT_IS_JUDGED,
        _over_budget(every_row),
        "## The machine",
        f"Measured on {results.day.isoformat()}.",
        _table(("what", "which"), list(results.machine.items())),
        "## The rows",
    ]
    for measurement in PLAN:
        rows = results.rows.get(measurement.key, ())
        parts += [f"### {measurement.title}", measurement.meaning]
        if rows:
            parts.append(_rows(rows))
        if measurement.key in results.troubles:
            parts.append(f"Not measured: {results.troubles[measurement.key]}")
        if measurement.key == "stored" and results.curves:
            parts.append(_growth(results.curves, picture))
    return "\n\n".join(parts) + "\n"


def _over_budget(rows: Sequence[Row]) -> str:
    over = [row for row in rows if row.verdict is Verdict.FAILED]
    judged = sum(row.verdict is not Verdict.LEFT_OUT for row in rows)
    if not over:
        return f"## Over budget\n\nNothing: all {judged} rows are within their budgets."
    lines = [f"## Over budget\n\n{len(over)} of {judged} rows:\n"]
    for row in over:
        where = f", {row.database}" if row.database else ""
        lines.append(f"- {row.name}{where}: {_figure(row)}, budget {row.budget.text()}")
    return "\n".join(lines)


def _rows(rows: Sequence[Row]) -> str:
    cells = []
    for row in rows:
        low_to_high = "–"
        if row.spread is not None:
            low_to_high = f"{figure_text(row.spread.low)} to {figure_text(row.spread.high)}"
        cells.append(
            (
                row.name,
                row.database or "–",
                _figure(row),
                row.budget.text(),
                row.verdict.value,
                low_to_high,
                row.detail or row.left_out or "–",
            )
        )
    head = ("row", "database", "figure", "budget", "", "lowest to highest", "behind it")
    return _table(head, cells)


def _figure(row: Row) -> str:
    return "–" if row.spread is None else f"{figure_text(row.spread.middle)} {row.budget.unit}"


def _growth(curves: Sequence[Curve], picture: str) -> str:
    laps = [f"{stored:,} laps" for stored in curves[0].laps]
    cells = [
        (curve.command, curve.whose, curve.database, *(figure_text(times) for times in curve.times))
        for curve in curves
    ]
    return (
        f"![How much more a command costs the more laps are stored]({picture})\n\n"
        f"The same in figures, as times the cost with {laps[0]}:\n\n"
        + _table(("command", "laps of", "database", *laps), cells)
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
