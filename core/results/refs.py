"""What other results name: a line of an autocomplete, a session, a heat, either of the two."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
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


class ScopeKind(StrEnum):
    """What a scope is."""

    HEAT = "heat"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Scope:
    """A heat or a whole session: what a card, a comparison or a table is about."""

    kind: ScopeKind
    id: UUID

    @classmethod
    def of(cls, session: SessionRef, heat: HeatRef | None) -> Scope:
        """Return the heat, or the whole session where there is none."""
        if heat is None:
            return cls(ScopeKind.SESSION, session.id)
        return cls(ScopeKind.HEAT, heat.id)
