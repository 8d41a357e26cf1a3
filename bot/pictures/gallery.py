"""The pictures of the documentation, drawn from real heats: ``make pictures``."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import typer

from bot.pictures.heat import draw_heat
from core.analysis import Lap, is_first_crossing
from core.caller import Person
from core.names import heat_kind
from core.orp import calculate_orp
from core.results import HeatRef, HeatTable, RacerRun, SessionRef

_SESSION: Final = SessionRef(uuid5(NAMESPACE_URL, "gallery"), "Club Race")


def draw_gallery(laps_file: Path, folder: Path) -> None:
    """Draw the heats of a file into a folder, each under its name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in read_heats(laps_file).items():
        (folder / f"{name}.png").write_bytes(draw_heat(table))


def read_heats(laps_file: Path) -> dict[str, HeatTable]:
    """Return the heats of a file by name, ranked as the bot ranks them.

    Args:
        laps_file: CSV with a row a lap: heat, description, length_s, driver, lap, lap_time_ms and
            kind. A crossing of the loop after a start on the grid is lap 1 and does not count.
    """
    heats: dict[str, list[Mapping[str, str]]] = {}
    with laps_file.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            heats.setdefault(row["heat"], []).append(row)
    return {name: _table(rows) for name, rows in heats.items()}


def _table(rows: Sequence[Mapping[str, str]]) -> HeatTable:
    drivers: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        if int(row["lap_time_ms"]) > 0:
            drivers.setdefault(row["driver"], []).append(row)
    runs = [_run(driver, laps) for driver, laps in drivers.items()]
    runs.sort(key=lambda run: -run.orp.orp_score if run.orp else 0)
    class_name, name, *_ = rows[0]["description"].split(", ")
    name = name.capitalize() if name.islower() else name
    return HeatTable(
        heat=HeatRef(uuid5(_SESSION.id, rows[0]["heat"]), name, class_name),
        session=_SESSION,
        kind=heat_kind(name),
        is_open=False,
        length_s=int(rows[0]["length_s"]),
        runs=tuple(runs),
    )


def _run(driver: str, rows: Sequence[Mapping[str, str]]) -> RacerRun:
    times = [int(row["lap_time_ms"]) for row in rows]
    is_crossing = rows[0]["kind"] == "start_crossing" or is_first_crossing(times)
    laps = tuple(
        Lap(number, time, counts=number > 1 or not is_crossing)
        for number, time in enumerate(times, start=1)
    )
    orp = calculate_orp([lap.time_ms for lap in laps if lap.counts])
    return RacerRun(Person(0, driver), laps, None, orp)


if __name__ == "__main__":
    typer.run(draw_gallery)
