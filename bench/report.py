"""``docs/performance.md``, written from what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bench.findings import Curve, Part
from bench.plan import PLAN
from bench.results import Results
from bench.rows import Row, Verdict, figure_text

_HOW_TO_RUN: Final = (
    "`make bench` measures every row below through the real bot in its own process, on both "
    "databases, and writes this page: no figure is typed by hand. It takes about twenty minutes; "
    "the first time a few minutes more, for histories of up to a million laps, which stay in "
    "`data/bench/`. `make bench-quick` takes about a minute, with a small history and without the "
    "rows that take long. `make bench ONLY=lap` measures one group again and leaves the "
    "others as they are; where not all have been measured, it leaves this page alone. The rows "
    "also lie in JSON files in `data/bench/`. None of it is part of the tests."
)
_WHAT_IS_JUDGED: Final = (
    "A time by itself says little on a machine that others use. What is judged is a ratio or a "
    "difference of two things measured in turn in the same run: the median of the pairs, with the "
    "lowest and highest pair beside it."
)


def document(results: Results, picture: str) -> str:
    """Return the page.

    Args:
        results: What was measured.
        picture: Where the picture of growth lies, as seen from the page.
    """
    every_row = [row for group in results.groups.values() for row in group.rows]
    parts = [
        "# Performance",
        _HOW_TO_RUN,
        _WHAT_IS_JUDGED,
        _over_budget(every_row),
        "## The machine",
        table(("what", "which"), list(results.machine.items())),
        "## The rows",
    ]
    for measurement in PLAN:
        parts += [f"### {measurement.title}", measurement.meaning]
        group = results.groups.get(measurement.key)
        if group is None:
            parts.append("Not measured yet.")
            continue
        parts.append(f"Measured on {group.day.isoformat()}.")
        if group.rows:
            parts.append(_rows(group.rows))
        if group.parts:
            parts.append(_profile(group.parts))
        if group.trouble:
            parts.append(f"Not measured to its end: {group.trouble}")
        if group.curves:
            parts.append(_growth(group.curves, picture))
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
    return table(head, cells)


def _figure(row: Row) -> str:
    return "–" if row.spread is None else f"{figure_text(row.spread.middle)} {row.budget.unit}"


def _profile(parts: Sequence[Part]) -> str:
    cells = [(part.name, part.database, f"{part.took_ms:.2f} ms") for part in parts]
    return table(("part", "database", "median"), cells)


def _growth(curves: Sequence[Curve], picture: str) -> str:
    laps = [f"{stored:,} laps" for stored in curves[0].laps]
    cells = [
        (curve.command, curve.whose, curve.database, *(figure_text(times) for times in curve.times))
        for curve in curves
    ]
    return (
        f"![How much more a command costs the more laps are stored]({picture})\n\n"
        f"The same in figures, as times the cost with {laps[0]}:\n\n"
        + table(("command", "laps of", "database", *laps), cells)
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as Markdown writes it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
