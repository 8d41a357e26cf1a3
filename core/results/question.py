"""What has to be said before a command can be carried out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID


class Asks(StrEnum):
    """What a question is about."""

    EVENT = "event"
    CLOSED = "closed"
    CLASS = "class"
    CLASS_FOR_WHOM = "class for whom"
    HEAT = "heat"
    MAIN = "main"
    MEANT = "meant"
    BUSY = "busy"
    ORDER = "order"


# Picked in place of a number: the command is dropped.
DROP: Final = "drop"


@dataclass(frozen=True, slots=True)
class Question:
    """A question with a few answers to pick from; the command waits as a draft.

    Attributes:
        draft_id: What waits.
        asks: What it is about.
        text: The question, without markup.
        options: The answers as they are read; each is picked by its number, from 0.
        laps_ms: The laps that wait; empty where it is about something else.
        again: It is asked again, and may be dropped.
    """

    draft_id: UUID
    asks: Asks
    text: str
    options: tuple[str, ...]
    laps_ms: tuple[int, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A question was answered with: rather not. Nothing was changed."""
