"""What an Undo took, as it is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.laps import Lap
from core.models import EntryKind
from core.race_day.rows import LapRow

# The laps of a run, as far as they tell whether it is still the same: number, time, counts.
Shape = list[list[int]]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What an Undo took, with what is needed to put it back.

    Attributes:
        heat: The heat it was in.
        racer_id: The profile of whose laps they are.
        kind: How they had come.
        entry_id: The entry that was taken back.
        stood: The whole run as it stood before.
        is_whole: Whether the entry had written the whole run; else only its own laps came with it.
        note: The note that stood.
        confidence: The confidence that stood, 1 to 5.
        rest: What has stood in the heat since.
        session: The session, where that went too.
        back_in: The heat that a moved run stands in again.
        back_of: The profile of whose it is there.
    """

    heat: dict[str, Any]
    racer_id: str
    kind: EntryKind
    entry_id: int
    stood: list[dict[str, Any]]
    is_whole: bool
    note: str | None
    confidence: int | None
    rest: Shape
    session: dict[str, Any] | None = None
    back_in: str | None = None
    back_of: str | None = None

    @property
    def own(self) -> list[LapRow]:
        """The laps that had come with the entry."""
        stood = [LapRow.from_data(lap) for lap in self.stood]
        return [lap for lap in stood if lap.entry_id == self.entry_id]

    def not_in(self, laps: Sequence[LapRow]) -> tuple[Lap, ...]:
        """Return the laps that stood before and are none of these."""
        stand = Counter(lap.time_ms for lap in laps)
        gone = []
        for lap in map(LapRow.from_data, self.stood):
            if stand[lap.time_ms]:
                stand[lap.time_ms] -= 1
            else:
                gone.append(lap.lap)
        return tuple(gone)
