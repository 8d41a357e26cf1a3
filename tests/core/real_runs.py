"""Every real run there is, and which heats followed one another without a change of the car."""

from __future__ import annotations

import csv
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from core.laps import counting_laps
from tests.core.test_analysis import real_heats

CONSECUTIVE = Path(__file__).parents[1] / "data" / "consecutive_heats.csv"

# Heats of the same drivers on one day, in the order driven.
FOLLOWING = (("q2", "q3", "q4"), ("nitro-q1", "nitro-q2", "nitro-q3"))


def _all_runs() -> dict[tuple[str, str], list[int]]:
    runs = {
        (heat, driver): [lap.time_ms for lap in counting_laps(laps)]
        for (heat, _), drivers in real_heats().items()
        for driver, laps in drivers.items()
    }
    with CONSECUTIVE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            run = runs.setdefault((row["heat"], row["driver"]), [])
            run.append(int(Decimal(row["lap_time_s"]) * 1000))
    return runs


# The laps that count, in ms, by heat and driver.
RUNS = _all_runs()


def days() -> list[tuple[str, list[str]]]:
    """Each driver of heats that followed one another, with those that driver drove."""
    return [
        (driver, [heat for heat in heats if (heat, driver) in RUNS])
        for heats in FOLLOWING
        for driver in sorted({driver for heat, driver in RUNS if heat in heats})
    ]


def pairs() -> list[tuple[str, str, str]]:
    """Driver, a heat, and the next one that driver drove; nothing was changed between them."""
    return [(driver, heat, later) for driver, heats in days() for heat, later in pairwise(heats)]
