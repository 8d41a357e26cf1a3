"""Sessions: what is set on them, and what starting, listing, closing or exporting one gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.results.refs import HeatRef, SessionRef
from core.results.waiting import Told


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session with everything that can be set on it.

    When an open one closes by itself is known from its first lap on: its days count from that.
    """

    id: UUID
    name: str
    track: str | None
    days: int
    practice_rounds: int
    qualifying_rounds: int
    heat_minutes: int | None
    time_zone: str
    is_open: bool
    created_at: datetime
    closes_at: datetime | None
    closed_at: datetime | None
    heat_count: int


@dataclass(frozen=True, slots=True)
class SessionStarted(Told):
    """A session was opened.

    Attributes:
        session: The session.
        welcome: It is the first answer this team gets.
        laps_go_to: The caller's session, where that is another one and goes on.
    """

    session: SessionInfo
    laps_go_to: SessionRef | None = None


@dataclass(frozen=True, slots=True)
class SessionClosed(Told):
    """A session was closed.

    Attributes:
        session: Which.
        finished: The heats that were still open.
        has_laps: Whether there is something to wrap up.
        channel_id: Where the wrap-up goes, as far as the team has said or the caller typed.
        problem: What keeps its wrap-up from being posted, in a sentence.
    """

    session: SessionRef
    finished: tuple[HeatRef, ...]
    has_laps: bool
    channel_id: int | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class SessionReopened:
    """A closed session is open again.

    Attributes:
        session: Which.
        already: It was open before; nothing changed.
        heats: Those that closing had finished, which are open again.
        closes_at: When it closes by itself now.
    """

    session: SessionRef
    already: bool = False
    heats: tuple[HeatRef, ...] = ()
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionList(Told):
    """The team's sessions, newest first, and which is the caller's."""

    sessions: tuple[SessionInfo, ...]
    more: int
    own: UUID | None


@dataclass(frozen=True, slots=True)
class Export:
    """A file to hand over."""

    filename: str
    content: str
    laps: int
