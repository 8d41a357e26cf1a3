"""What ``/orp`` shows."""

from __future__ import annotations

from dataclasses import dataclass

from core.caller import Person
from core.laps import RaceTotal
from core.results.heat import RacerRun
from core.results.refs import HeatRef, Scope, SessionRef
from core.results.waiting import Told
from core.scoring.certainty import ScoreError
from core.scoring.comparison import Comparison
from core.scoring.effects import Effect
from core.scoring.fade import Fade


@dataclass(frozen=True, slots=True)
class HeatScore:
    """A racer's score of one heat, in a row of them.

    Attributes:
        heat: The heat.
        score: The ORP that stands; None where it was rejected or needs more laps.
        rejected: Whether it was rejected, the driver not being sure of the car.
        change: ORP minus the racer's last valid one before it in the class; None without one.
        note: What was changed on the car for it.
        has_moved: Whether the change is more than luck.
        error: How sure the score is; None where nobody knows.
    """

    heat: HeatRef
    score: float | None
    rejected: bool
    change: float | None
    note: str | None
    has_moved: bool = False
    error: ScoreError | None = None


@dataclass(frozen=True, slots=True)
class HeatLaps:
    """How many of a run's laps were driven in one heat."""

    heat: HeatRef
    laps: int


@dataclass(frozen=True, slots=True)
class OrpCard(Told):
    """What ``/orp`` shows: one racer's run, of a heat or (``heat`` None) of the whole session.

    Attributes:
        session: The session.
        heat: The heat; None for all of the session.
        length_s: The heat's length in seconds where it is known: measured, or what the session's
            heats last.
        run: The run with its score.
        practice_rounds: How much practice the session has, which decides on the advice.
        last_heats: The racer's scores of up to 6 heats in their order, this one the last: those
            of its class, or all of the session's.
        rivals: What everybody else on the heat's page drove; None without one, and in practice.
        laps_by_heat: Where the laps of a whole session come from, in their order; empty for a heat.
        welcome: It is the racer's first answer about laps of their own.
        is_here: It is of the reader's open session, which then need not be named.
        fade: What of the fade penalty is scatter; None below 3 laps that count.
        effect: What the last change of the car did; None where nothing can be compared.
    """

    session: SessionRef
    heat: HeatRef | None
    length_s: int | None
    run: RacerRun
    practice_rounds: int
    last_heats: tuple[HeatScore, ...] = ()
    laps_by_heat: tuple[HeatLaps, ...] = ()
    welcome: bool = False
    is_here: bool = False
    rivals: tuple[RaceTotal, ...] | None = None
    fade: Fade | None = None
    effect: Effect | None = None

    @property
    def scope(self) -> Scope:
        """What it is about."""
        return Scope.of(self.session, self.heat)


@dataclass(frozen=True, slots=True)
class SideBySide(Told):
    """Two racers' runs of the same heat, or (``heat`` None) of the whole session, compared.

    ``welcome`` tells that it is the first one's first answer about laps of their own, ``is_here``
    that it is of the reader's open session.
    """

    session: SessionRef
    heat: HeatRef | None
    first: RacerRun
    second: RacerRun
    comparison: Comparison
    welcome: bool = False
    is_here: bool = False

    @property
    def scope(self) -> Scope:
        """What it is about."""
        return Scope.of(self.session, self.heat)


@dataclass(frozen=True, slots=True)
class NoLapsYet(Told):
    """There is nothing to score yet, for the racer or in the heat that was named."""

    racer: Person
    is_self: bool
