"""The tables.

Names follow the earlier racing system. Everything hangs off a team (a Discord server), ids that
come from Discord are BIGINT, times are UTC, lap times are whole milliseconds. Rows never leave the
services: those return the dataclasses of :mod:`core.results`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final, Literal, get_args
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.caller import Person
from core.column_types import RowId, RowUuid, UtcDateTime
from core.results.refs import HeatRef, SessionRef
from core.scoring.orp import FULL_CONFIDENCE, LEAST_CONFIDENCE

NAMING_CONVENTION: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# On what is there in one kind of database alone.
ONLY_ON: Final = "only on"
# Sessions adopted from the earlier system may have no name.
NO_NAME: Final = "Session"
SessionStatus = Literal["active", "closed"]
HeatStatus = Literal["open", "finished"]
EntryKind = Literal["command", "form", "menu", "import", "service"]
# A question about laps is told until it is answered, the others until their racer logs laps again.
# An import is told by its own answer alone.
DraftKind = Literal["question", "passing", "refused", "taken_back", "import"]
PostState = Literal["pending", "posted", "blocked", "gone", "removing"]

# Written into statements. PostgreSQL keeps one plan for a statement unless one for the values bound
# looks cheaper: it would plan each time anew, or for half of all sessions being open.
ACTIVE: Final = literal_column("'active'", String)
CLOSED: Final = literal_column("'closed'", String)
OPEN: Final = literal_column("'open'", String)
ZERO: Final = literal_column("0", Integer)
ONE: Final = literal_column("1", Integer)

_CONFIDENCE: Final = f"confidence_rating BETWEEN {LEAST_CONFIDENCE} AND {FULL_CONFIDENCE}"


def of_racer(table: str, column: str) -> Index:
    """Return the index by which PostgreSQL alone finds what refers to a racer who is forgotten.

    It may hold thousands of teams' laps. A file does not, and lies on a memory card that wears out.
    """
    only = {ONLY_ON: "postgresql"}
    return Index(f"ix_{table}_{column}", column, info=only).ddl_if(dialect="postgresql")


def one_of(column: str, words: object) -> str:
    """Return the SQL that a column holds one of a Literal's words."""
    return f"{column} IN ({', '.join(repr(word) for word in get_args(words))})"


class Base(DeclarativeBase):
    """The tables' common base: one naming convention, no lazy defaults."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        str: Text,
    }


class Team(Base):
    """A Discord server and what it has set."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    summary_channel_id: Mapped[int | None] = mapped_column(BigInteger)
    crew_role_id: Mapped[int | None] = mapped_column(BigInteger)
    time_zone: Mapped[str] = mapped_column(String(64), server_default="UTC")
    auto_finish_minutes: Mapped[int] = mapped_column(server_default="30")
    # When teams were told how to type a run; each racer is told since.
    greeted_at: Mapped[datetime | None]
    # The bot's application that was last seen to be in the server.
    application_id: Mapped[int | None] = mapped_column(BigInteger)
    # When the server removed the bot; None while it is there.
    removed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RacerProfile(Base):
    """A member of a team who races. Rows adopted from the earlier system have no team yet."""

    __tablename__ = "racer_profiles"
    __table_args__ = (
        Index(
            "uq_racer_profiles_team_id_discord_user_id", "team_id", "discord_user_id", unique=True
        ),
    )

    id: Mapped[UUID] = mapped_column(RowUuid, primary_key=True, default=uuid4)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    discord_user_id: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(255))
    experience_level: Mapped[str] = mapped_column(String(50), server_default="Intermediate")
    driving_style: Mapped[str | None] = mapped_column(String(255))
    liverc_name: Mapped[str | None] = mapped_column(String(255))
    liverc_id: Mapped[str | None] = mapped_column(String(50))
    # When they were told how to type a run.
    greeted_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def person(self) -> Person:
        """The racer as the chat shows them."""
        return Person(self.discord_user_id or 0, self.name)


class RaceSession(Base):
    """A race day or event; ``profile_id`` is the racer who opened it, while they are known."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_team_id_status_created_at", "team_id", "status", "created_at"),
        Index("ix_sessions_status_closes_at", "status", "closes_at"),
        of_racer("sessions", "profile_id"),
        of_racer("sessions", "closed_by"),
    )

    id: Mapped[UUID] = mapped_column(RowUuid, primary_key=True, default=uuid4)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    profile_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("racer_profiles.id", ondelete="SET NULL")
    )
    session_name: Mapped[str | None] = mapped_column(String(255))
    track_name: Mapped[str | None] = mapped_column(String(255))
    track_key: Mapped[str | None] = mapped_column(String(255))
    practice_rounds: Mapped[int] = mapped_column(server_default="0")
    qualifying_rounds: Mapped[int] = mapped_column(server_default="0")
    # How long its heats last; None where nobody has said.
    heat_minutes: Mapped[int | None]
    days: Mapped[int] = mapped_column(server_default="1")
    time_zone: Mapped[str] = mapped_column(String(64), server_default="UTC")
    status: Mapped[SessionStatus] = mapped_column(String(20), server_default="active")
    # True when a lap opened it: taking that lap back takes the empty session with it.
    implicit: Mapped[bool] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # None while open, and when it closed by itself.
    closed_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("racer_profiles.id", ondelete="SET NULL")
    )
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def ref(self) -> SessionRef:
        """The session by name."""
        return SessionRef(self.id, self.session_name or NO_NAME)


class SessionRacer(Base):
    """A racer in a session: which one is theirs just now, and the class that sticks."""

    __tablename__ = "session_racers"
    __table_args__ = (Index("ix_session_racers_racer_id_chosen_at", "racer_id", "chosen_at"),)

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True
    )
    racer_id: Mapped[UUID] = mapped_column(
        ForeignKey("racer_profiles.id", ondelete="CASCADE"), primary_key=True
    )
    class_name: Mapped[str | None] = mapped_column(String(50))
    chosen_at: Mapped[datetime]


class SessionClass(Base):
    """Which of a team's classes the class of a page is, as somebody has said in a session."""

    __tablename__ = "session_classes"

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True
    )
    page_class_key: Mapped[str] = mapped_column(String(100), primary_key=True)
    class_name: Mapped[str] = mapped_column(String(50))


class DeletedRace(Base):
    """A race whose heat was deleted on purpose: it is not brought in again."""

    __tablename__ = "deleted_races"
    __table_args__ = (Index("ix_deleted_races_session_id", "session_id"),)

    id: Mapped[UUID] = mapped_column(RowUuid, primary_key=True, default=uuid4)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    # The heat as it was called, with its class in front.
    heat_name: Mapped[str] = mapped_column(String(110))
    source_table: Mapped[dict[str, Any]]
    deleted_at: Mapped[datetime]


class Heat(Base):
    """One run of one class in a session; for an imported one also the page it came from."""

    __tablename__ = "heats"
    __table_args__ = (
        UniqueConstraint("session_id", "class_key", "name_key"),
        CheckConstraint(one_of("status", HeatStatus), name="status"),
        Index("ix_heats_status_last_activity_at", "status", "last_activity_at"),
        of_racer("heats", "opened_by"),
        of_racer("heats", "finished_by"),
        # Few have any: those of the last weeks.
        Index(
            "ix_heats_source_has_names",
            "source_has_names",
            postgresql_where=text("source_has_names"),
            sqlite_where=text("source_has_names"),
        ),
    )

    id: Mapped[UUID] = mapped_column(RowUuid, primary_key=True, default=uuid4)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(50))
    name_key: Mapped[str] = mapped_column(String(100))
    class_name: Mapped[str] = mapped_column(String(50), server_default="")
    class_key: Mapped[str] = mapped_column(String(100), server_default="")
    kind: Mapped[str] = mapped_column(String(20))
    length_s: Mapped[int | None]
    status: Mapped[HeatStatus] = mapped_column(String(20), server_default="open")
    # True when a lap opened it: taking that lap back takes the empty heat with it.
    implicit: Mapped[bool] = mapped_column(server_default="0")
    opened_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("racer_profiles.id", ondelete="SET NULL")
    )
    opened_at: Mapped[datetime]
    # None while open, and when it finished by itself.
    finished_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("racer_profiles.id", ondelete="SET NULL")
    )
    finished_at: Mapped[datetime | None]
    last_activity_at: Mapped[datetime]
    last_channel_id: Mapped[int | None] = mapped_column(BigInteger)
    # Where imported laps come from, and the race's id there; None for a heat that was typed.
    source: Mapped[str | None] = mapped_column(String(20))
    source_id: Mapped[str | None] = mapped_column(String(100))
    source_url: Mapped[str | None]
    source_hash: Mapped[str | None] = mapped_column(String(64))
    source_table: Mapped[dict[str, Any] | None]
    # Whether the table names drivers who are on no profile; they are forgotten some time.
    source_has_names: Mapped[bool] = mapped_column(server_default="0")

    @property
    def ref(self) -> HeatRef:
        """The heat by name."""
        return HeatRef(self.id, self.name, self.class_name)


class Entry(Base):
    """One act of logging laps, and what it replaced, so that Undo can bring that back."""

    __tablename__ = "entries"
    __table_args__ = (
        Index("ix_entries_heat_id_racer_id", "heat_id", "racer_id"),
        of_racer("entries", "racer_id"),
        of_racer("entries", "entered_by"),
        # SQLite would give the id of an entry taken back to the next one, and with it the entry to
        # whoever presses the old Undo again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, Identity(), primary_key=True)
    heat_id: Mapped[UUID] = mapped_column(ForeignKey("heats.id", ondelete="CASCADE"))
    racer_id: Mapped[UUID] = mapped_column(ForeignKey("racer_profiles.id", ondelete="CASCADE"))
    # None for imported laps, which nobody typed.
    entered_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("racer_profiles.id", ondelete="SET NULL")
    )
    kind: Mapped[EntryKind] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(String(100))
    replaced: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class RunLog(Base):
    """One lap of one racer in one heat."""

    __tablename__ = "run_logs"
    __table_args__ = (
        # The unique constraint is also the index by which a racer's laps of a heat are read.
        UniqueConstraint("heat_id", "racer_id", "lap_number"),
        CheckConstraint("lap_time_ms BETWEEN 1 AND 999999", name="lap_time"),
        CheckConstraint(_CONFIDENCE, name="confidence"),
        Index("ix_run_logs_session_id", "session_id"),
        Index("ix_run_logs_entry_id", "entry_id"),
        of_racer("run_logs", "racer_id"),
    )

    id: Mapped[int] = mapped_column(RowId, Identity(), primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    heat_id: Mapped[UUID] = mapped_column(ForeignKey("heats.id", ondelete="CASCADE"))
    racer_id: Mapped[UUID] = mapped_column(ForeignKey("racer_profiles.id", ondelete="CASCADE"))
    # Negative only within a transaction that renumbers.
    lap_number: Mapped[int]
    lap_time_ms: Mapped[int]
    confidence_rating: Mapped[int | None]
    counts: Mapped[bool] = mapped_column(server_default="1")
    counts_decided: Mapped[bool] = mapped_column(server_default="0")
    entry_id: Mapped[int | None] = mapped_column(
        RowId, ForeignKey("entries.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class HeatRacer(Base):
    """A racer in a heat: confidence, note, and the latest ORP with its figures."""

    __tablename__ = "heat_racers"
    __table_args__ = (
        CheckConstraint(_CONFIDENCE, name="confidence"),
        Index(
            "ix_heat_racers_bests",
            "racer_id",
            "track_key",
            "class_key",
            "best_lap_ms",
            "opened_at",
            "heat_id",
        ),
        Index("ix_heat_racers_racer_id_opened_at", "racer_id", "opened_at"),
    )

    heat_id: Mapped[UUID] = mapped_column(
        ForeignKey("heats.id", ondelete="CASCADE"), primary_key=True
    )
    racer_id: Mapped[UUID] = mapped_column(
        ForeignKey("racer_profiles.id", ondelete="CASCADE"), primary_key=True
    )
    confidence_rating: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(String(100))
    lap_count: Mapped[int] = mapped_column(server_default="0")
    best_lap_ms: Mapped[int | None]
    orp_score: Mapped[float | None] = mapped_column(Float)
    orp_status: Mapped[str | None] = mapped_column(String(20))
    orp_figures: Mapped[dict[str, Any] | None]
    # Those of the session and the heat, carried along: a best lap is found by an index.
    track_key: Mapped[str | None] = mapped_column(String(255))
    class_key: Mapped[str] = mapped_column(String(100), server_default="")
    opened_at: Mapped[datetime]
    # When the racer's laps last came: where they are just now. A correction leaves it.
    logged_at: Mapped[datetime]
    # The run's newest entry when the racer last pressed how sure they are of the car.
    rated_after: Mapped[int | None] = mapped_column(RowId)
    updated_at: Mapped[datetime]


class SummaryPost(Base):
    """The outbox: one row for each post the team channel is to show.

    ``wanted`` counts the changes of what it shows, ``shown`` is the change the post stands at.
    """

    __tablename__ = "summary_posts"
    __table_args__ = (
        UniqueConstraint("heat_id"),
        UniqueConstraint("session_id"),
        CheckConstraint(one_of("state", PostState), name="state"),
        Index("ix_summary_posts_state_next_attempt_at", "state", "next_attempt_at"),
        Index("ix_summary_posts_team_id_state", "team_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(RowUuid, primary_key=True, default=uuid4)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    # Both are empty once what it showed was deleted and only the post is left to remove.
    heat_id: Mapped[UUID | None] = mapped_column(ForeignKey("heats.id", ondelete="SET NULL"))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id", ondelete="SET NULL"))
    # The heat's or session's id, which also stands in the post's buttons; it outlives them.
    subject_id: Mapped[UUID]
    # Where to post while the team has set no channel.
    fallback_channel_id: Mapped[int | None] = mapped_column(BigInteger)
    channel_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    silent: Mapped[bool] = mapped_column(server_default="0")
    state: Mapped[PostState] = mapped_column(String(20))
    wanted: Mapped[int] = mapped_column(server_default="1")
    shown: Mapped[int] = mapped_column(server_default="0")
    attempts: Mapped[int] = mapped_column(server_default="0")
    attempted_at: Mapped[datetime | None]
    # Since when a message may be out in channel_id that nobody has noted.
    sending_since: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]


class Draft(Base):
    """What waits for a tap: a command that asks something, was refused, or was taken back."""

    __tablename__ = "drafts"
    __table_args__ = (
        Index("ix_drafts_created_at", "created_at"),
        Index("ix_drafts_team_id_discord_user_id", "team_id", "discord_user_id"),
    )

    id: Mapped[UUID] = mapped_column(RowUuid, primary_key=True, default=uuid4)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    discord_user_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[DraftKind] = mapped_column(String(20), server_default="question")
    command: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class InteractionSeen(Base):
    """An interaction that changed something; delivered again it changes nothing."""

    __tablename__ = "interactions_seen"
    __table_args__ = (Index("ix_interactions_seen_seen_at", "seen_at"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime]
