"""What waits for its racer's tap, as any answer may tell it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID


class WaitsFor(Enum):
    """What a tap would do."""

    ANSWER = auto()
    """Show the question again."""
    STORE = auto()
    """Store the laps found in a message."""
    FIX = auto()
    """Open the form with what was refused."""
    PUT_BACK = auto()
    """Put back what an Undo took."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a tap of whoever reads the answer.

    Attributes:
        draft_id: What waits.
        waits_for: What a tap would do.
        typed: What was typed; empty where it holds no laps.
        heat: The heat of laps that were taken back, by name; empty for the others.
    """

    draft_id: UUID
    waits_for: WaitsFor
    typed: str = ""
    heat: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What every answer to a command may tell beside its own.

    Attributes:
        waiting: What waits for a tap of whoever reads it; None for nothing.
    """

    waiting: Waiting | None = None
