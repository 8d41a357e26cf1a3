"""``python -m bench``: measure, print a line a row, write it down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from bench.databases import KINDS, Databases, postgresql_server, server_folder
from bench.findings import Curve, Part
from bench.growth import draw_growth
from bench.history import Shape
from bench.machine import PROCESSOR, describe
from bench.plan import PLAN, Measurement
from bench.report import document
from bench.results import Group, Results
from bench.rows import Row
from bench.settings import QUICK, WHOLE, Effort, Setup

FOLDER: Final = Path("data") / "bench"
QUICK_FILE: Final = FOLDER / "quick.json"
WHOLE_FILE: Final = FOLDER / "whole.json"
PAGE: Final = Path("docs") / "performance.md"
PICTURE: Final = Path("pictures") / "growth.png"


def main(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="What fits into a minute; writes no page.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Measure only this group; the others stay as they were measured last."),
    ] = None,
) -> None:
    """Measure what the bot costs; exits with 1 when something could not be measured."""
    keys = [measurement.key for measurement in PLAN]
    unknown = sorted(set(only or ()) - set(keys))
    if unknown:
        raise typer.BadParameter(f"{unknown[0]} is none of {', '.join(keys)}")
    chosen = [measurement for measurement in PLAN if not only or measurement.key in only]
    measured = asyncio.run(_measure(chosen, QUICK if quick else WHOLE))
    if quick:
        measured.save(QUICK_FILE)
    else:
        write_down(_with_earlier(measured))
    troubles = [group.trouble for group in measured.groups.values() if group.trouble]
    raise typer.Exit(1 if troubles else 0)


def _with_earlier(measured: Results) -> Results:
    """Return the results with the groups that were measured on this machine before."""
    if not WHOLE_FILE.exists():
        return measured
    earlier = Results.load(WHOLE_FILE)
    if earlier.machine[PROCESSOR] != measured.machine[PROCESSOR]:
        return measured
    return Results(measured.machine, {**earlier.groups, **measured.groups})


def write_down(results: Results) -> None:
    """Write the JSON file and, once all groups were measured on this machine, page and picture."""
    results.save(WHOLE_FILE)
    missing = [item.key for item in PLAN if item.key not in results.groups]
    if missing:
        print(
            f"Written to {WHOLE_FILE}. {PAGE} stays as it is, for it needs all groups; "
            f"not measured on this machine yet: {', '.join(missing)}."
        )
        return
    curves = [curve for group in results.groups.values() for curve in group.curves]
    if curves:
        (PAGE.parent / PICTURE).write_bytes(draw_growth(curves))
    PAGE.write_text(document(results, PICTURE.as_posix()), encoding="utf-8")
    print(f"Written to {WHOLE_FILE} and {PAGE}.")


async def _measure(chosen: Sequence[Measurement], effort: Effort) -> Results:
    folder = FOLDER.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    groups: dict[str, Group] = {}
    with postgresql_server(server_folder(folder)) as server:
        databases = Databases(folder, server)
        await databases.tidy()
        # Before the bench itself keeps the machine busy.
        machine = await describe(folder, server)
        if effort.quick:
            print(
                f"The quick bench: few repetitions, a history of {effort.history_laps:,} laps "
                "instead of a million, and what takes long is left out."
            )
        for measurement in chosen:
            groups[measurement.key] = await _group(measurement, Setup(databases, effort))
    print(f"Took {time.monotonic() - began:.0f} s.")
    return Results(machine, groups)


async def _group(measurement: Measurement, setup: Setup) -> Group:
    """Measure one group and print its rows as they come."""
    rows: list[Row] = []
    curves: list[Curve] = []
    parts: list[Part] = []
    trouble = ""
    try:
        if measurement.key == "stored":
            await _make_histories(setup)
        async for found in measurement.measure(setup):
            for row in found.rows:
                print(row.line(), flush=True)
            for part in found.parts:
                print(part.line(), flush=True)
            rows += found.rows
            curves += found.curves
            parts += found.parts
    except Exception as error:
        # The other rows are worth having; what went wrong is said, and the exit code too.
        trouble = _text(error)
        print(f"broken    {measurement.title}: {trouble}", flush=True)
    return Group(datetime.now(UTC).date(), rows, curves, parts, trouble)


def _text(error: Exception) -> str:
    """Return what an error says, of a group its first."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


async def _make_histories(setup: Setup) -> None:
    """Make the histories that are not kept yet, before anything is measured with them."""
    for shape in Shape:
        for kind in KINDS:
            for laps in sorted({0, *setup.effort.growth_laps, setup.effort.history_laps}):
                await setup.databases.make_history(kind, shape, laps)


if __name__ == "__main__":
    typer.run(main)
