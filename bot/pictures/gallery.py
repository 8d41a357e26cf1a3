"""The pictures of the documentation, drawn from real heats: ``make pictures``."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import typer

from bot.pictures.card import draw_card
from bot.pictures.heat import draw_heat
from bot.pictures.side_by_side import draw_side_by_side
from core.caller import Person
from core.laps import Lap
from core.names import heat_kind
from core.oddities import is_first_crossing
from core.results.card import HeatScore, OrpCard, SideBySide
from core.results.heat import HeatTable, RacerRun
from core.results.refs import HeatRef, SessionRef
from core.scoring.comparison import compare
from core.scoring.orp import calculate_orp
from core.scoring.score_change import changes

_SESSION: Final = SessionRef(uuid5(NAMESPACE_URL, "gallery"), "Club Race")
_CARD_HEATS: Final = ("nitro-q1", "nitro-q2", "nitro-q3", "nitro-semi-b")
_CARD_RACER: Final = "driver-16"
_SIDE_BY_SIDE_HEAT: Final = "2wd-q1-heat5"


def draw_gallery(laps_file: Path, folder: Path) -> None:
    """Draw each heat of a file into a folder, an ORP card of them and two racers side by side."""
    heats = read_heats(laps_file)
    pictures = {name: draw_heat(table) for name, table in heats.items()}
    pictures["orp-card"] = draw_card(_card([heats[name] for name in _CARD_HEATS]))
    pictures["side-by-side"] = draw_side_by_side(_side_by_side(heats[_SIDE_BY_SIDE_HEAT]))
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        (folder / f"{name}.png").write_bytes(picture)


def read_heats(laps_file: Path) -> dict[str, HeatTable]:
    """Return the heats of a file by name, ranked as the bot ranks them.

    Args:
        laps_file: CSV with a row a lap: heat, description, length_s, driver, lap, lap_time_ms and
            kind. A crossing of the loop after a start on the grid is lap 1; whether it counts is
            for the bot to tell, as it is for laps that were typed.
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
    is_crossing = is_first_crossing(times)
    laps = tuple(
        Lap(number, time, counts=number > 1 or not is_crossing)
        for number, time in enumerate(times, start=1)
    )
    orp = calculate_orp([lap.time_ms for lap in laps if lap.counts])
    return RacerRun(Person(0, driver), laps, None, orp)


def _card(tables: Sequence[HeatTable]) -> OrpCard:
    """Return the card of one racer's last heat, with those before it."""
    runs = [_run_of(table, _CARD_RACER) for table in tables]
    driven = [run.orp.valid_score if run.orp else None for run in runs]
    scores = [
        HeatScore(table.heat, score, rejected=False, change=change, note=None)
        for table, score, change in zip(tables, driven, changes(driven), strict=True)
    ]
    return OrpCard(
        session=_SESSION,
        heat=tables[-1].heat,
        length_s=tables[-1].length_s,
        run=replace(runs[-1], change=scores[-1].change),
        practice_rounds=0,
        last_heats=tuple(scores),
    )


def _side_by_side(table: HeatTable) -> SideBySide:
    """Return the first two of a heat beside each other."""
    first, second = table.runs[:2]
    comparison = compare(first.laps, second.laps)
    return SideBySide(_SESSION, table.heat, first, second, comparison)


def _run_of(table: HeatTable, driver: str) -> RacerRun:
    return next(run for run in table.runs if run.racer.name == driver)


if __name__ == "__main__":
    typer.run(draw_gallery)
