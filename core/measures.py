"""What is counted while the bot works, for whoever watches it.

Nothing is counted unless somebody asks for figures: these do nothing, and :mod:`bot.metrics` has
those that count. Labels are the bot's own words, never what anybody typed.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final


@dataclass(slots=True)
class Tally:
    """How many statements an interaction has sent to the database."""

    statements: int = 0


# Of the interaction that is being worked on; None outside of one.
TALLY: Final[ContextVar[Tally | None]] = ContextVar("tally", default=None)


class Measures:
    """Counts nothing.

    Attributes:
        counts_statements: Whether it is worth counting them.
    """

    counts_statements = False

    def interaction(self, name: str, outcome: str, seconds: float, statements: int) -> None:
        """Count an interaction that was answered, or was not.

        Args:
            name: What it asks for, such as ``heat finish`` or ``undo``.
            outcome: What became of it.
            seconds: How long it took.
            statements: How many statements it sent to the database.
        """

    def picture(self, outcome: str) -> None:
        """Count a picture that was drawn, or was not."""

    def source(self, outcome: str) -> None:
        """Count a page or file that was read, or why it was not."""

    def database_error(self, reason: str) -> None:
        """Count an act that the database could not carry out."""


NOTHING: Final = Measures()
