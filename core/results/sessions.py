"""Sessions: what is set on them, standings, and what closing one did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.caller import Person
from core.results.heats import is_beaten
from core.results.refs import HeatRef, SessionRef


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session with everything that can be set on it."""

    id: UUID
    name: str
    track: str | None
    days: int
    practice_rounds: int
    qualifying_rounds: int
    time_zone: str
    is_open: bool
    created_at: datetime
    closes_at: datetime | None
    closed_at: datetime | None
    heat_count: int


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A session was opened.

    Attributes:
        session: The session.
        welcome: It is the first answer this team gets.
        laps_go_to: The caller's session, where that is another one and goes on.
    """

    session: SessionInfo
    welcome: bool
    laps_go_to: SessionRef | None = None


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """A session was closed.

    Attributes:
        session: Which.
        finished: The heats that were still open.
        has_laps: Whether there is something to wrap up.
        channel_id: Where the wrap-up goes, as far as the team has said or the caller typed.
        problem: What keeps the team's posts from being posted, in a sentence.
    """

    session: SessionRef
    finished: tuple[HeatRef, ...]
    has_laps: bool
    channel_id: int | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class SessionList:
    """The team's sessions, newest first, and which is the caller's."""

    sessions: tuple[SessionInfo, ...]
    more: int
    own: UUID | None


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


@dataclass(frozen=True, slots=True)
class Export:
    """A file to hand over."""

    filename: str
    content: str
    laps: int
