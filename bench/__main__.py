"""``python -m bench``: measure, print a line a row, write it down."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from bench.databases import KINDS, Databases, postgresql_server, server_folder
from bench.findings import Curve
from bench.growth import draw_growth
from bench.history import Shape
from bench.machine import describe
from bench.plan import PLAN, Measurement
from bench.report import Results, document
from bench.rows import Row
from bench.settings import QUICK, WHOLE, Effort, Setup

FOLDER: Final = Path("data") / "bench"
PICTURE: Final = Path("pictures") / "growth.png"


def main(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="What fits into a minute, with a small history.")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option(help="Measure only this; may be given several times.")
    ] = None,
    write: Annotated[
        Path | None, typer.Option(help="Write the page and its picture, from the whole bench.")
    ] = None,
) -> None:
    """Measure what the bot costs; exits with 1 when something could not be measured."""
    keys = [measurement.key for measurement in PLAN]
    unknown = sorted(set(only or ()) - set(keys))
    if unknown:
        raise typer.BadParameter(f"{unknown[0]} is none of {', '.join(keys)}")
    if write is not None and (quick or only):
        raise typer.BadParameter("only the whole bench is written down")
    chosen = [measurement for measurement in PLAN if not only or measurement.key in only]
    results = asyncio.run(_measure(chosen, QUICK if quick else WHOLE))
    name = "quick" if quick else "some" if only else "whole"
    file = FOLDER / f"{name}.json"
    file.write_text(json.dumps(results.as_dict(), indent=1, ensure_ascii=False), encoding="utf-8")
    print(f"Written to {file}.")
    if write is not None:
        picture = write.parent / PICTURE
        picture.parent.mkdir(parents=True, exist_ok=True)
        if results.curves:
            picture.write_bytes(draw_growth(results.curves))
        write.write_text(document(results, PICTURE.as_posix()), encoding="utf-8")
        print(f"Written to {write} and {picture}.")
    raise typer.Exit(1 if results.troubles else 0)


async def _measure(chosen: list[Measurement], effort: Effort) -> Results:
    folder = FOLDER.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    rows: dict[str, list[Row]] = {}
    curves: list[Curve] = []
    troubles: dict[str, str] = {}
    with postgresql_server(server_folder(folder)) as server:
        databases = Databases(folder, server)
        await databases.tidy()
        setup = Setup(databases, effort)
        # Before the bench itself keeps the machine busy.
        machine = await describe(folder, server)
        if effort.quick:
            print(
                f"The quick bench: few repetitions, a history of {effort.history_laps:,} laps "
                "instead of a million, and what takes long is left out."
            )
        for measurement in chosen:
            if measurement.key == "stored":
                await _make_histories(setup)
            try:
                found = await measurement.measure(setup)
            except Exception as error:
                # The other rows are worth having; what went wrong is said, and the exit code too.
                troubles[measurement.key] = _text(error)
                print(f"broken    {measurement.title}: {troubles[measurement.key]}", flush=True)
                continue
            for row in found.rows:
                print(row.line(), flush=True)
            rows[measurement.key] = found.rows
            curves += found.curves
    print(f"Took {time.monotonic() - began:.0f} s.")
    return Results(datetime.now(UTC).date(), machine, effort.quick, rows, curves, troubles)


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
