"""The tables of following: who follows which event, its pages, its races, and whose turn it is.

Pages and races are shared by all teams: what a timing site has published is no team's own. What a
team has taken in stands in its own heats, and here only by number.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.column_types import RowUuid
from core.models import Base, one_of
from core.results.looking import PageRole
from core.sources.race import Source

# Active while its session is open; closing until the last looks are made; done after them; lost
# when its event page has been gone for a day.
FollowState = Literal["active", "closing", "done", "lost"]


class WatchedPage(Base):
    """A page of a timing site that is read again and again; one for all teams."""

    __tablename__ = "watched_pages"
    __table_args__ = (
        UniqueConstraint("address"),
        CheckConstraint(one_of("role", PageRole), name="role"),
        Index("ix_watched_pages_next_look_at", "next_look_at"),
        Index("ix_watched_pages_event_id", "event_id"),
    )

    id: Mapped[UUID] = mapped_column(RowUuid, primary_key=True, default=uuid4)
    # The event it belongs to; None for the event's own page.
    event_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("watched_pages.id", ondelete="CASCADE")
    )
    role: Mapped[PageRole] = mapped_column(String(10))
    address: Mapped[str]
    source: Mapped[Source] = mapped_column(String(20))
    host: Mapped[str] = mapped_column(String(255))
    site: Mapped[str] = mapped_column(String(255))
    # What an event page says of itself; of a race's page what the event page says of the race.
    about: Mapped[dict[str, Any]]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    content_hash: Mapped[str | None] = mapped_column(String(64))
    # When the event page first showed the race, or last said that it has changed.
    found_at: Mapped[datetime]
    # Whether a look not long before did not show it so.
    is_news: Mapped[bool]
    # When it was last read; None for never.
    looked_at: Mapped[datetime | None]
    # None when all looks have been made.
    next_look_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    # Whose claim it is: one that was freed meanwhile is nobody's any more.
    claim: Mapped[UUID | None] = mapped_column(RowUuid)
    # How often in a row it could not be read, and why.
    tries: Mapped[int] = mapped_column(server_default="0")
    trouble: Mapped[str | None]
    # Since when it is gone or forbidden.
    refused_since: Mapped[datetime | None]
    # When a race of the event was last found.
    came_in_at: Mapped[datetime | None]


class EventRace(Base):
    """A race of an event as it was last parsed; it is its laps, not its id."""

    __tablename__ = "event_races"
    __table_args__ = (Index("ix_event_races_event_id", "event_id"),)

    id: Mapped[UUID] = mapped_column(RowUuid, primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("watched_pages.id", ondelete="CASCADE"))
    # Where it was last read.
    page_id: Mapped[UUID] = mapped_column(ForeignKey("watched_pages.id", ondelete="CASCADE"))
    # Counts its corrections.
    version: Mapped[int]
    parsed: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    # The laps of each driver in ms: what tells whether another version is the same race.
    laps: Mapped[list[list[int]]] = mapped_column(JSON)
    # Whether figures of the page do not follow from its laps.
    has_faults: Mapped[bool]
    # When it was found, and whether it was news then.
    found_at: Mapped[datetime]
    is_news: Mapped[bool]
    # From when on it is handed out: one whose figures differ is read once more first.
    ready_at: Mapped[datetime]


class Follow(Base):
    """A session that follows an event."""

    __tablename__ = "follows"
    __table_args__ = (
        UniqueConstraint("session_id", "event_id"),
        CheckConstraint(one_of("state", FollowState), name="state"),
        Index("ix_follows_team_id", "team_id"),
        Index("ix_follows_event_id", "event_id"),
        Index("ix_follows_hand_out_at", "hand_out_at"),
    )

    id: Mapped[UUID] = mapped_column(RowUuid, primary_key=True, default=uuid4)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("watched_pages.id", ondelete="CASCADE"))
    event_name: Mapped[str]
    followed_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("racer_profiles.id", ondelete="SET NULL")
    )
    # Where it was typed, for a team that has set no channel.
    channel_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[FollowState] = mapped_column(String(10))
    created_at: Mapped[datetime]
    # When its session was seen to be closed.
    closing_since: Mapped[datetime | None]
    # From when on races wait to be taken in; None for none.
    hand_out_at: Mapped[datetime | None]
    # Who of the team was linked when races were last handed out.
    people_key: Mapped[str] = mapped_column(String(64), server_default="")
    # When a race last came in.
    came_in_at: Mapped[datetime | None]


class RaceTaken(Base):
    """Which version of a race a follow has taken in."""

    __tablename__ = "races_taken"

    follow_id: Mapped[UUID] = mapped_column(
        ForeignKey("follows.id", ondelete="CASCADE"), primary_key=True
    )
    race_id: Mapped[UUID] = mapped_column(
        ForeignKey("event_races.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int]
    # Whether somebody of the team drove in it.
    has_members: Mapped[bool]
    # What kept it from being taken in, and when it is tried again.
    trouble: Mapped[str | None]
    try_again_at: Mapped[datetime | None]


class SiteSlot(Base):
    """When a host, a site or a person was last served: the turns of all processes."""

    __tablename__ = "site_slots"

    # ``host:…``, ``site:…`` or ``user:…``.
    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    asked_at: Mapped[datetime]
    # A host that is just being asked is left alone until it has answered.
    held_until: Mapped[datetime | None]
