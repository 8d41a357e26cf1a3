"""What ``/track`` shows: what the team knows of a track."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.caller import Person
from core.results.refs import HeatRef, SessionRef
from core.results.waiting import Told
from core.scoring.certainty import ScoreError
from core.scoring.pooling import Pooled
from core.scoring.second_half import SecondHalf


@dataclass(frozen=True, slots=True)
class TrackBest:
    """A racer's fastest lap in a class at the track, and when it was driven."""

    lap_ms: int
    racer: Person
    driven_at: datetime


@dataclass(frozen=True, slots=True)
class ClassBests:
    """The fastest laps of a class, each racer's best, the fastest first."""

    class_name: str
    bests: tuple[TrackBest, ...]


@dataclass(frozen=True, slots=True)
class TrackRun:
    """One of the racer's heats at the track.

    Attributes:
        heat: The heat.
        session: Its session.
        driven_at: When it was opened.
        best_lap_ms: The racer's fastest lap that counts; None without one.
        score: The ORP that stands; None where it was rejected or needs more laps.
        rejected: Whether it was rejected, the driver not being sure of the car.
        error: How sure the score is; None where nobody knows.
        note: What was changed on the car.
    """

    heat: HeatRef
    session: SessionRef
    driven_at: datetime
    best_lap_ms: int | None
    score: float | None
    rejected: bool
    error: ScoreError | None
    note: str | None


@dataclass(frozen=True, slots=True)
class HeatPace:
    """How much slower everybody was than in the day's first of these, in ms a lap, unrounded.

    Attributes:
        heat: The heat.
        change_ms: Below 0 where everybody was faster.
        error_ms: The standard error of that, 0 or more.
    """

    heat: HeatRef
    change_ms: float
    error_ms: float


@dataclass(frozen=True, slots=True)
class TrackDay:
    """How the track got faster or slower over the latest day of a class.

    ``heats`` are the first and those that can be compared with it, two or more.
    """

    session: SessionRef
    driven_at: datetime
    heats: tuple[HeatPace, ...]


@dataclass(frozen=True, slots=True)
class ClassChanges:
    """What changing the car did in a class, over the latest days and all racers of the team."""

    class_name: str
    changes: tuple[Pooled, ...]


@dataclass(frozen=True, slots=True)
class TrackKnown(Told):
    """What the team knows of a track.

    Attributes:
        track: Its name.
        racer: Whose heats are shown.
        is_self: Whether that is who asks.
        bests: The fastest laps of each class.
        runs: The racer's latest heats there, the newest first.
        day: How everybody's pace moved over the latest day; None where it was one heat.
        changes: What helped, by class.
        days: Over how many of the latest sessions there that was looked for.
        second_half: What the racer usually loses in the second half, in the class of the newest
            of those heats; None where no run was long enough.
    """

    track: str
    racer: Person
    is_self: bool
    bests: tuple[ClassBests, ...] = ()
    runs: tuple[TrackRun, ...] = ()
    day: TrackDay | None = None
    changes: tuple[ClassChanges, ...] = ()
    days: int = 0
    second_half: SecondHalf | None = None

    @property
    def has_figures(self) -> bool:
        """Whether there is more than best laps: a picture shows it."""
        return bool(self.runs or self.day or self.changes)

    @property
    def has_laps(self) -> bool:
        """Whether anybody has driven there."""
        return bool(self.bests)
