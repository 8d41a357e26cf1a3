"""Recorded heats: the timing system's figures of real ones, names replaced."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_HEATS: Final = Path(__file__).parent / "heats"

CLUB_RACE: Final = "2wd-q1-heat5"
"""8 drivers, 122 laps, 5 minutes."""
NEXT_ROUND: Final = "2wd-q2"
"""7 drivers, 109 laps, 5 minutes."""


@dataclass(frozen=True)
class Drive:
    """One driver's laps, in order, in ms."""

    driver: str
    laps_ms: tuple[int, ...]

    @property
    def times(self) -> list[str]:
        """The laps in seconds, as one types them."""
        return [f"{lap / 1000:.3f}" for lap in self.laps_ms]


def load(name: str = CLUB_RACE) -> list[Drive]:
    """Return a heat's drives, by driver name.

    Raises:
        FileNotFoundError: no heat of that name is recorded.
    """
    laps: dict[str, list[tuple[int, int]]] = {}
    with (_HEATS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            # Lap 0 is the run from the start to the loop, which counts for nothing here.
            if row["kind"] != "start_crossing":
                lap = (int(row["lap"]), int(row["lap_time_ms"]))
                laps.setdefault(row["driver"], []).append(lap)
    return [
        Drive(driver, tuple(time_ms for _, time_ms in sorted(driven)))
        for driver, driven in sorted(laps.items())
    ]
