"""What came of a run that was written, in whatever way: typed, saved, moved, taken back, rated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from core.caller import Person
from core.laps import Lap
from core.results.heat import RacerRun
from core.results.refs import HeatRef, SessionRef
from core.results.waiting import Told


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


class Way(Enum):
    """In which way a run came to be written."""

    LOGGED = auto()
    """Laps were stored behind those already there."""
    SAVED = auto()
    """The form was saved."""
    REPEATS_REMOVED = auto()
    """Laps went that were there already."""
    TAKEN_BACK = auto()
    """An entry was undone."""
    DECIDED = auto()
    """The racer decided whether a lap counts."""
    RATED = auto()
    """The racer said how sure they are of the car."""
    NOTED = auto()
    """The racer said what they changed on the car."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWritten(Told):
    """A run was written, in whatever way, and stands like this now.

    Attributes:
        way: In which way.
        heat: The heat it is in.
        session: The session of that heat.
        run: The racer's whole run as it now stands.
        for_other: Whether it is somebody else's than who asked.
        entry_id: What Undo takes back; None when there is nothing to take back.
        heat_is_open: Whether the heat is open.
        finished_by: Who had finished the heat laps were logged in, when somebody else had.
        post_follows: Whether the finished heat's post will show the change.
        opened_heat: The heat was opened for it.
        opened_session: The session was opened for it.
        reopened_session: The session was closed, and is open again.
        new_laps: The laps just logged.
        note: The note that came with them.
        lap: The lap that was decided on.
        first_crossing: Lap 1 now does not count, being the run to the loop.
        doubtful: Numbers of new laps under half or over three times the racer's median.
        repeated: Numbers of new laps that repeat ones already there, three or more in a row.
        new_best: The personal best that fell, of the track before that of the session.
        laps_before: How many laps the run had before the form was saved.
        moved_from: The heat it was in, when it is another one now.
        was_of: The racer it belonged to, when it is another one now.
        laps_removed: How many laps Undo took away.
        laps_restored: How many laps stand again that the undone entry had replaced.
        taken: The laps that Undo took and that do not stand again.
        draft_id: What Undo took, kept to be put back.
        put_back: What Undo took stands again.
        heat_removed: The heat had been opened for the undone laps and went too.
        session_removed: So had the session.
        other_heats: The session's latest other heats, which the laps just logged can be moved to.
        welcome: It is the racer's first answer about laps of their own.
    """

    way: Way
    heat: HeatRef
    session: SessionRef
    run: RacerRun
    for_other: bool = False
    entry_id: int | None = None
    heat_is_open: bool = True
    finished_by: str | None = None
    post_follows: bool = False
    opened_heat: bool = False
    opened_session: bool = False
    reopened_session: bool = False
    new_laps: tuple[Lap, ...] = ()
    note: str | None = None
    lap: Lap | None = None
    first_crossing: bool = False
    doubtful: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()
    new_best: NewBest | None = None
    laps_before: int = 0
    moved_from: HeatRef | None = None
    was_of: Person | None = None
    laps_removed: int = 0
    laps_restored: int = 0
    taken: tuple[Lap, ...] = ()
    draft_id: UUID | None = None
    put_back: bool = False
    heat_removed: bool = False
    session_removed: bool = False
    other_heats: tuple[HeatRef, ...] = ()
    welcome: bool = False


@dataclass(frozen=True, slots=True)
class LapsSince:
    """The run has changed since the Undo: nothing is put back, both are kept for the form.

    Attributes:
        draft_id: What the form is to be filled with.
        heat: The heat.
        taken: How many laps stood there before the Undo.
        since: How many have come there since.
    """

    draft_id: UUID
    heat: HeatRef
    taken: int
    since: int
