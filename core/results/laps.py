"""Laps: as they are stored, and what storing, undoing or deciding on them did."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.laps import Lap
from core.results.heats import RacerRun
from core.results.refs import HeatRef, SessionRef


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


@dataclass(frozen=True, slots=True)
class NewBest:
    """A best lap that the laps just stored have brought.

    Attributes:
        lap_ms: The new best.
        was_ms: The best before it, in the class.
        track: Where it is the racer's best ever; None when it is only that of the session.
    """

    lap_ms: int
    was_ms: int
    track: str | None


@dataclass(frozen=True, slots=True)
class LapsLogged:
    """Laps were stored.

    Attributes:
        heat: Where they went.
        session: The session of that heat.
        run: The racer's whole run as it now stands.
        for_other: Whether they were typed for somebody else.
        entry_id: What Undo takes back.
        new_laps: The numbers and times of the laps just stored.
        opened_heat: The heat was opened for them.
        opened_session: The session was opened for them.
        finished_by: Who had finished the heat they went into, when somebody else had.
        heat_is_open: Whether the heat is still open.
        post_follows: Whether the finished heat's post will show them.
        note: The note that came with them.
        first_crossing: Lap 1 now does not count, being the run to the loop.
        doubtful: Numbers of new laps under half or over three times the racer's median.
        repeated: Numbers of new laps that repeat ones already there, three or more in a row.
        welcome: It is the first answer this team gets.
        new_best: The personal best that fell with them, of the track before that of the session.
    """

    heat: HeatRef
    session: SessionRef
    run: RacerRun
    for_other: bool
    entry_id: int
    new_laps: tuple[Lap, ...]
    opened_heat: bool
    opened_session: bool
    finished_by: str | None
    heat_is_open: bool
    post_follows: bool
    note: str | None
    first_crossing: bool
    doubtful: tuple[int, ...]
    repeated: tuple[int, ...]
    welcome: bool
    new_best: NewBest | None = None


@dataclass(frozen=True, slots=True)
class WhichEvent:
    """Several sessions are open and none is the racer's; the command waits as a draft."""

    draft_id: UUID
    laps_ms: tuple[int, ...]
    sessions: tuple[SessionRef, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """An entry was taken back.

    Attributes:
        heat: The heat it was in.
        laps_removed: How many laps went.
        laps_restored: How many laps stand again that it had replaced.
        run: What the racer has in the heat now.
        heat_removed: The heat had been opened for it and went too.
        session_removed: So had the session.
    """

    heat: HeatRef
    laps_removed: int
    laps_restored: int
    run: RacerRun
    heat_removed: bool
    session_removed: bool


@dataclass(frozen=True, slots=True)
class LapCounted:
    """The racer decided whether a lap counts."""

    heat: HeatRef
    lap: Lap
    run: RacerRun


@dataclass(frozen=True, slots=True)
class ConfidenceRated:
    """The racer said how sure they are of the car; ``run`` carries the new score."""

    heat: HeatRef
    run: RacerRun
