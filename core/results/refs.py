"""What other results name: a line of an autocomplete, a session, a heat."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Choice:
    """One line an autocomplete offers: what is read, and what comes back."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class SessionRef:
    """A session, as far as an answer about something else names it."""

    id: UUID
    name: str


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
