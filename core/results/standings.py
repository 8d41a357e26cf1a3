"""Standings: racers × heats of a session."""

from __future__ import annotations

from dataclasses import dataclass

from core.caller import Person
from core.results.heat import is_beaten
from core.results.refs import HeatRef
from core.results.session import SessionInfo


@dataclass(frozen=True, slots=True)
class StandingCell:
    """One racer's result in one heat; ``lost_ms`` is what mistakes cost."""

    score: float | None
    rejected: bool
    change: float | None
    best_lap_ms: int | None
    lap_count: int
    note: str | None
    lost_ms: int = 0


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One racer across the heats of a class.

    Attributes:
        racer: Who drove.
        cells: The result in each heat; None in one not driven.
        best_before_ms: The racer's fastest lap at the track before this session, in the class;
            None without one.
    """

    racer: Person
    cells: tuple[StandingCell | None, ...]
    best_before_ms: int | None = None

    @property
    def best_score(self) -> float | None:
        """The racer's best valid ORP."""
        scores = [cell.score for cell in self.cells if cell and cell.score is not None]
        return max(scores, default=None)

    @property
    def best_lap_ms(self) -> int | None:
        """The racer's fastest lap that counts."""
        laps = [cell.best_lap_ms for cell in self.cells if cell and cell.best_lap_ms]
        return min(laps, default=None)

    @property
    def is_personal_best(self) -> bool:
        """Whether the fastest lap beats what the racer had driven at the track before."""
        return is_beaten(self.best_before_ms, self.best_lap_ms)

    @property
    def lost_ms(self) -> int:
        """What mistakes cost over all heats."""
        return sum(cell.lost_ms for cell in self.cells if cell)


@dataclass(frozen=True, slots=True)
class ClassStandings:
    """Racers × heats of one class (empty name: no class), best ORP first."""

    class_name: str
    heats: tuple[HeatRef, ...]
    rows: tuple[StandingRow, ...]


@dataclass(frozen=True, slots=True)
class Standings:
    """A session's standings by class."""

    session: SessionInfo
    classes: tuple[ClassStandings, ...]
    is_own: bool = False

    @property
    def has_laps(self) -> bool:
        """Whether anybody has driven."""
        return any(standings.rows for standings in self.classes)
