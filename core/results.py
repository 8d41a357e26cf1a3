"""What services return: frozen dataclasses, never rows of a table.

Lap times are whole milliseconds unless a name says seconds; moments are in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.advice import ExperienceLevel
from core.analysis import Lap
from core.caller import Person
from core.names import HeatKind
from core.orp import OrpResult


@dataclass(frozen=True, slots=True)
class Choice:
    """One line an autocomplete offers: what is read, and what comes back."""

    label: str
    value: str


# Run logs


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


# Sessions


@dataclass(frozen=True, slots=True)
class SessionRef:
    """A session, as far as an answer about something else names it."""

    id: UUID
    name: str


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
    """A session was opened and is now the caller's."""

    session: SessionInfo
    welcome: bool


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
    """One racer's result in one heat."""

    score: float | None
    rejected: bool
    change: float | None
    best_lap_ms: int | None
    lap_count: int
    note: str | None


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One racer across the heats of a class; a heat not driven is None."""

    racer: Person
    cells: tuple[StandingCell | None, ...]

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


# Heats


@dataclass(frozen=True, slots=True)
class HeatRef:
    """A heat by name; ``label`` has its class in front."""

    id: UUID
    name: str
    class_name: str

    @property
    def label(self) -> str:
        """The heat as people say it: ``Buggy Q1``."""
        return f"{self.class_name} {self.name}".strip()


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
class HeatList:
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
        change: ORP minus that of the racer's previous heat in the class; None without one.
        note: What was changed on the car.
        is_personal_best: Whether the fast lap beats every earlier one of the racer at the track,
            in this class.
    """

    racer: Person
    laps: tuple[Lap, ...]
    confidence: int | None
    orp: OrpResult | None
    change: float | None = None
    note: str | None = None
    is_personal_best: bool = False

    @property
    def best_lap_ms(self) -> int | None:
        """The fastest lap that counts."""
        return min((lap.time_ms for lap in self.laps if lap.counts), default=None)


@dataclass(frozen=True, slots=True)
class HeatTable:
    """A heat with everybody's run, ranked: best ORP first, then who needs laps, then rejected."""

    heat: HeatRef
    session: SessionRef
    kind: HeatKind
    is_open: bool
    length_s: int | None
    runs: tuple[RacerRun, ...]

    @property
    def has_laps(self) -> bool:
        """Whether anybody has driven."""
        return bool(self.runs)


@dataclass(frozen=True, slots=True)
class HeatStarted:
    """A heat was opened; ``finished`` are those of its class that were open before."""

    heat: HeatRef
    session: SessionRef
    opened_session: bool
    finished: tuple[HeatRef, ...]
    welcome: bool


@dataclass(frozen=True, slots=True)
class HeatFinished:
    """A heat is finished.

    Attributes:
        heat: Which.
        already: It was finished before; nothing changed.
        has_laps: Whether there is something to post.
        channel_id: Where its summary goes, as far as the team has said or the caller typed.
        problem: What keeps the team's summaries from being posted, in a sentence.
    """

    heat: HeatRef
    already: bool
    has_laps: bool
    channel_id: int | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class HeatRenamed:
    """A heat has a new name."""

    heat: HeatRef
    old_label: str


@dataclass(frozen=True, slots=True)
class Deletion:
    """Something that is to be deleted, or was: its name and how many laps go with it."""

    id: UUID
    label: str
    laps: int


# Laps


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


# Scores


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


# Profiles and teams


@dataclass(frozen=True, slots=True)
class ProfileInfo:
    """A racer's profile."""

    racer: Person
    experience_level: ExperienceLevel
    driving_style: str | None
    driver_name: str | None
    is_self: bool
    changed: bool
    welcome: bool = False


@dataclass(frozen=True, slots=True)
class TeamInfo:
    """The team's settings; ``problems`` are sentences on what keeps summaries from being posted."""

    summary_channel_id: int | None
    crew_role_id: int | None
    time_zone: str
    auto_finish_minutes: int
    problems: tuple[str, ...]
    welcome: bool = False


# Outbox


class PostTask(StrEnum):
    """What the publisher has to do for a claimed post."""

    POST = "post"
    EDIT = "edit"
    REMOVE = "remove"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class ClaimedPost:
    """A post the publisher holds for a while.

    Attributes:
        id: The outbox row; its first 25 hex digits are the nonce.
        task: What is to be done.
        team_id: Whose it is.
        channel_id: Where to.
        message_id: The post to edit or remove.
        silent: Post without a notification.
        version: The change it will then stand at.
        attempts: How often it was tried since it last went well.
        content: What it shows; None when it is to be removed or there is nothing to show.
        subject_id: The id of the heat or session, which stands in the post's buttons.
        look_since: When an earlier attempt began whose outcome nobody noted; its message, if it
            is out, is adopted instead of posted again.
        look_in: The channel of that attempt.
    """

    id: UUID
    task: PostTask
    team_id: int
    channel_id: int | None
    message_id: int | None
    silent: bool
    version: int
    attempts: int
    content: HeatTable | Standings | None
    subject_id: UUID
    look_since: datetime | None
    look_in: int | None
