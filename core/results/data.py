"""What the bot holds about a racer: the files they get, and what forgetting them takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from core.caller import Person


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of an export.

    Attributes:
        name: What it is called.
        content: Its text.
        rows: How many rows it has below its heading.
    """

    name: str
    content: str
    rows: int


@dataclass(frozen=True, slots=True)
class DataExport:
    """Everything the bot holds about a racer in a team.

    Attributes:
        files: In the order they are told of; none where nothing is held.
        laps: How many laps are among it.
    """

    files: tuple[DataFile, ...] = ()
    laps: int = 0


@dataclass(frozen=True, slots=True)
class DataHeld:
    """What goes, or has gone, when a racer is forgotten.

    Attributes:
        racer_id: Their profile; None where they have none.
        racer: Who they are; None where they have no profile.
        is_self: Whether they are who asks.
        laps: How many laps they have.
        runs: In how many heats.
        notes: How many of these have a note.
        ratings: How many have a rating.
        heats_alone: How many heats are theirs alone; these go, with their posts.
        posts: How many posts show them, by channel.
        cards: How many shared cards show them, by channel.
        waiting: How many commands of theirs wait for a tap.
    """

    racer_id: UUID | None
    racer: Person | None
    is_self: bool = True
    laps: int = 0
    runs: int = 0
    notes: int = 0
    ratings: int = 0
    heats_alone: int = 0
    posts: Mapping[int, int] = field(default_factory=dict)
    cards: Mapping[int, int] = field(default_factory=dict)
    waiting: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all is held about them."""
        return self.racer_id is None and not self.waiting


@dataclass(frozen=True, slots=True)
class DataForgotten:
    """A racer was forgotten.

    Attributes:
        held: What has gone.
        problems: What keeps posts and cards from following, a sentence a channel.
    """

    held: DataHeld
    problems: tuple[str, ...] = ()
