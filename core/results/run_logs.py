"""What the run log service returns."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StoredLap:
    """A lap as it is stored; ``lap_time`` is in seconds, ``lap_time_ms`` the exact figure."""

    session_id: UUID
    heat_name: str
    lap_number: int
    lap_time_ms: int
    confidence_rating: int | None
    counts: bool

    @property
    def lap_time(self) -> float:
        """The lap time in seconds."""
        return self.lap_time_ms / 1000


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """Figures over the laps that count; all times in seconds.

    ``consistency`` is worst minus best, as the earlier system defined it.
    """

    total_laps: int
    best_lap: float
    worst_lap: float
    average_lap: float
    consistency: float
