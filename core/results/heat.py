"""Heats: everybody's run in one, and what starting or finishing one did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.caller import Person
from core.laps import Lap
from core.names import HeatKind
from core.results.refs import HeatRef, SessionRef
from core.results.waiting import Told
from core.scoring.certainty import ScoreError, score_error
from core.scoring.finish import Place
from core.scoring.orp import OrpResult


def is_beaten(best_before_ms: int | None, lap_ms: int | None) -> bool:
    """Tell whether there was a best lap before and this one is faster."""
    return best_before_ms is not None and lap_ms is not None and lap_ms < best_before_ms


@dataclass(frozen=True, slots=True)
class HeatInfo:
    """A heat in a list."""

    heat: HeatRef
    kind: HeatKind
    is_open: bool
    opened_at: datetime
    finished_at: datetime | None
    racers: int
    laps: int


@dataclass(frozen=True, slots=True)
class HeatList(Told):
    """The heats of a session in the order they were opened."""

    session: SessionRef
    heats: tuple[HeatInfo, ...]


@dataclass(frozen=True, slots=True)
class RacerRun:
    """One racer's run in one heat.

    Attributes:
        racer: Who drove.
        laps: Every stored lap in order, also those that do not count.
        confidence: 1 to 5 as last rated, or None.
        orp: The score with its figures; None below 2 laps that count.
        change: ORP minus the racer's last valid one before it in the class; None without one.
        note: What was changed on the car.
        has_moved: Whether the change is more than luck; looked at only where it is shown.
        best_before_ms: The racer's fastest lap in earlier heats of the class at the track, or of
            the session where that names no track; None without one.
        best_elsewhere_ms: The same, of all other heats, also later ones.
        session_best_elsewhere_ms: The same, of all other heats of the session.
        place: The finishing place; None in practice, and where only this run is looked at.
        is_short: Whether it is too short beside the heat's other runs to be ranked with them.
    """

    racer: Person
    laps: tuple[Lap, ...]
    confidence: int | None
    orp: OrpResult | None
    change: float | None = None
    note: str | None = None
    best_before_ms: int | None = None
    best_elsewhere_ms: int | None = None
    session_best_elsewhere_ms: int | None = None
    place: Place | None = None
    is_short: bool = False
    has_moved: bool = False

    @property
    def error(self) -> ScoreError | None:
        """How sure the score is, worked out when it is asked for; None where nobody knows."""
        if self.orp is None:
            return None
        return score_error([lap.time_ms for lap in self.laps if lap.counts], self.orp.status)

    @property
    def laps_that_count(self) -> int:
        """How many laps count."""
        return sum(lap.counts for lap in self.laps)

    @property
    def is_ranked(self) -> bool:
        """Whether it has a rank: an ORP that stands, over enough laps."""
        return self.orp is not None and self.orp.valid_score is not None and not self.is_short

    @property
    def best_lap_ms(self) -> int | None:
        """The fastest lap that counts."""
        return min((lap.time_ms for lap in self.laps if lap.counts), default=None)

    @property
    def is_personal_best(self) -> bool:
        """Whether the fast lap beats every earlier one of the racer at the track, in this class."""
        return is_beaten(self.best_before_ms, self.best_lap_ms)


@dataclass(frozen=True, slots=True)
class HeatTable(Told):
    """A heat with everybody's run, ranked by ORP.

    Below those that have a rank come short runs, then who needs laps, then rejected scores.
    ``may_reopen`` tells whether it is finished and whoever looks may open it again, ``is_here``
    whether it is of the reader's open session, which then need not be named.
    """

    heat: HeatRef
    session: SessionRef
    kind: HeatKind
    is_open: bool
    length_s: int | None
    runs: tuple[RacerRun, ...]
    may_reopen: bool = False
    is_here: bool = False

    @property
    def has_laps(self) -> bool:
        """Whether anybody has driven."""
        return bool(self.runs)

    def has_driven(self, user_id: int) -> bool:
        """Tell whether a racer has laps in it."""
        return any(run.racer.user_id == user_id for run in self.runs)


@dataclass(frozen=True, slots=True)
class HeatStarted(Told):
    """A heat was opened; ``finished`` are those of its class that were open before."""

    heat: HeatRef
    session: SessionRef
    opened_session: bool
    finished: tuple[HeatRef, ...]


@dataclass(frozen=True, slots=True)
class HeatFinished(Told):
    """A heat is finished.

    Attributes:
        heat: Which.
        already: It was finished before; nothing changed.
        has_laps: Whether there is something to post.
        channel_id: Where its summary goes, as far as the team has said or the caller typed; None
            where it was ordered before.
        problem: What keeps its summary from being posted, in a sentence.
    """

    heat: HeatRef
    already: bool
    has_laps: bool
    channel_id: int | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class HeatReopened:
    """A finished heat is open again.

    Attributes:
        heat: Which.
        session: Its session.
        already: It was open before; nothing changed.
        removed: Heats that had been started instead, and went because they were empty.
        post_follows: Whether it has a post, which stays.
    """

    heat: HeatRef
    session: SessionRef
    already: bool = False
    removed: tuple[HeatRef, ...] = ()
    post_follows: bool = False


@dataclass(frozen=True, slots=True)
class HeatRenamed(Told):
    """A heat has a new name; ``merged`` is the heat that was called so and has its laps now."""

    heat: HeatRef
    old_label: str
    merged: HeatRef | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """Something that is to be deleted, or was: its name and how many laps go with it."""

    id: UUID
    label: str
    laps: int
