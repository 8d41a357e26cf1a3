"""What ``/orp`` shows."""

from __future__ import annotations

from dataclasses import dataclass

from core.caller import Person
from core.results.heats import RacerRun
from core.results.refs import HeatRef, SessionRef


@dataclass(frozen=True, slots=True)
class OrpCard:
    """What ``/orp`` shows: one racer's run, of a heat or (``heat`` None) of the whole session."""

    session: SessionRef
    heat: HeatRef | None
    length_s: int | None
    run: RacerRun
    practice_rounds: int


@dataclass(frozen=True, slots=True)
class NoLapsYet:
    """There is nothing to score yet, for the racer or in the heat that was named."""

    racer: Person
    is_self: bool
