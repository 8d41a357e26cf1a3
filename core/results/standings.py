"""Standings: racers × heats of a session."""

from __future__ import annotations

from dataclasses import dataclass

from core.caller import Person
from core.results.heat import is_beaten
from core.results.refs import HeatRef
from core.results.session import SessionInfo
from core.results.waiting import Told
from core.scoring.certainty import ScoreError
from core.scoring.effects import Effect


@dataclass(frozen=True, slots=True)
class StandingCell:
    """One racer's result in one heat.

    Attributes:
        score: The ORP that stands; None where it was rejected or needs more laps.
        rejected: Whether it was rejected, the driver not being sure of the car.
        change: ORP minus the racer's last valid one before it in the class; None without one.
        best_lap_ms: The fastest lap that counts.
        lap_count: Every stored lap.
        note: What was changed on the car for it.
        lost_ms: What mistakes cost.
        is_short: Whether the run is too short beside the heat's others to be ranked.
        has_moved: Whether the change is more than luck.
        error: How sure the score is; None where nobody knows.
        effect: What the change of the car did that was noted; told by the wrap-up alone.
    """

    score: float | None
    rejected: bool
    change: float | None
    best_lap_ms: int | None
    lap_count: int
    note: str | None
    lost_ms: int = 0
    is_short: bool = False
    has_moved: bool = False
    error: ScoreError | None = None
    effect: Effect | None = None

    @property
    def is_ranked(self) -> bool:
        """Whether it has an ORP that stands, over enough laps."""
        return self.score is not None and not self.is_short


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
        """The racer's best ORP that has a rank."""
        return max((cell.score for cell in self._ranked if cell.score is not None), default=None)

    @property
    def best_ranked_lap_ms(self) -> int | None:
        """The racer's fastest lap in the heats in which the ORP has a rank."""
        return min((cell.best_lap_ms for cell in self._ranked if cell.best_lap_ms), default=None)

    @property
    def _ranked(self) -> list[StandingCell]:
        return [cell for cell in self.cells if cell and cell.is_ranked]

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
class Standings(Told):
    """A session's standings by class.

    Attributes:
        session: The session.
        classes: Its classes.
        is_own: Whether it is the session of whoever looks.
        may_reopen: Whether somebody has closed it and whoever looks may open it again.
    """

    session: SessionInfo
    classes: tuple[ClassStandings, ...]
    is_own: bool = False
    may_reopen: bool = False

    def has_driven(self, user_id: int) -> bool:
        """Tell whether a racer has laps in it."""
        rows = (row for standings in self.classes for row in standings.rows)
        return any(row.racer.user_id == user_id for row in rows)

    @property
    def has_laps(self) -> bool:
        """Whether anybody has driven."""
        return any(standings.rows for standings in self.classes)

    @property
    def has_notes(self) -> bool:
        """Whether anybody has noted a change of the car."""
        rows = (row for standings in self.classes for row in standings.rows)
        return any(cell.note for row in rows for cell in row.cells if cell)
