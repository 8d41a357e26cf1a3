"""What a command asks before it is carried out."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.results.refs import SessionRef


@dataclass(frozen=True, slots=True)
class WhichEvent:
    """Several sessions are open and none is the racer's; the command waits as a draft."""

    draft_id: UUID
    laps_ms: tuple[int, ...]
    sessions: tuple[SessionRef, ...]
