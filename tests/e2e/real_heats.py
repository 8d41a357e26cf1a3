"""Laps of real heats, for playing into the bot."""

from __future__ import annotations

import csv
from pathlib import Path

HEATS = Path(__file__).parents[1] / "data" / "real_heats.csv"


def laps_of(heat: str, driver: str) -> list[int]:
    """Return a driver's laps of a heat in ms, as a timing system shows them: start first."""
    with HEATS.open(encoding="utf-8", newline="") as file:
        return [
            int(row["lap_time_ms"])
            for row in csv.DictReader(file)
            if row["heat"] == heat and row["driver"] == driver and int(row["lap_time_ms"]) > 0
        ]


def drivers_of(heat: str) -> list[str]:
    """Return who drove a heat."""
    with HEATS.open(encoding="utf-8", newline="") as file:
        found = (row["driver"] for row in csv.DictReader(file) if row["heat"] == heat)
        return list(dict.fromkeys(found))


def typed(laps_ms: list[int]) -> str:
    """Return laps as a racer types them."""
    return " ".join(f"{lap / 1000:.3f}" for lap in laps_ms)
