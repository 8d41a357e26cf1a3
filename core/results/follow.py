"""What a team follows: how fresh it is, how far behind, and who of the team is linked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.caller import Person
from core.results.refs import SessionRef


@dataclass(frozen=True, slots=True)
class Followed:
    """An event that a session follows.

    Attributes:
        id: What **Stop** carries.
        event: What the event is called.
        address: Its page.
        session: The session it is followed for.
        state: ``active``; ``closing`` until the last looks are made; ``done`` after them; ``lost``
            when its page was gone for a day.
        looked_at: When its page was last read; None for never.
        next_look_at: When it is read next; None when not again.
        races: How many of its races have been read.
        with_members: How many of them somebody of the team drove in.
        unread: How many of its races' pages are due.
        waiting: How many races have been read and are yet to be taken in.
        came_in_at: When the last one came in.
        trouble: What keeps races from coming in, in a sentence.
        faults: What does not add up on pages that were taken all the same, a line each.
        may_stop: Whether the caller may stop it.
    """

    id: UUID
    event: str
    address: str
    session: SessionRef
    state: str
    looked_at: datetime | None
    next_look_at: datetime | None
    races: int
    with_members: int
    unread: int
    waiting: int
    came_in_at: datetime | None
    trouble: str | None
    faults: tuple[str, ...]
    may_stop: bool


@dataclass(frozen=True, slots=True)
class WhichSession:
    """Several sessions are open, and none of them is the caller's.

    Attributes:
        event: What the event is called.
        page_id: Its page, which has been read.
        sessions: The sessions.
    """

    event: str
    page_id: UUID
    sessions: tuple[SessionRef, ...]


@dataclass(frozen=True, slots=True)
class Linked:
    """A racer and the name they race under."""

    racer: Person
    driver_name: str


@dataclass(frozen=True, slots=True)
class Following:
    """What a team follows.

    Attributes:
        followed: The events, the latest last.
        linked: Who of the team races under a name that is known.
        unlinked: Who does not.
        began: The event that is followed since just now, if any.
        opened_session: Whether a session was opened for it.
        stopped: The event that was stopped just now, if any.
    """

    followed: tuple[Followed, ...]
    linked: tuple[Linked, ...]
    unlinked: tuple[Person, ...]
    began: UUID | None = None
    opened_session: bool = False
    stopped: str | None = None
