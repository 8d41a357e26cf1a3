"""Commands that wait for their racer: to say which event they are for, to confirm, to correct.

They wait in the database, so that nothing is retyped, also not after a restart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TypeVar
from uuid import UUID, uuid4

from core.caller import Caller, Person
from core.commands import EditLaps, LogLaps, StartHeat
from core.database import Unit
from core.errors import NotFound
from core.models import Draft, RaceSession
from core.race_day.change import Change
from core.results.question import WhichEvent

Command = TypeVar("Command")


def keep(
    change: Change,
    command: LogLaps | StartHeat,
    sessions: Sequence[RaceSession],
    laps_ms: tuple[int, ...] = (),
) -> WhichEvent:
    """Store a command until its racer has chosen one of several sessions."""
    refs = tuple(session.ref for session in sessions)
    return WhichEvent(put(change, command), laps_ms, refs)


def put(change: Change, command: LogLaps | StartHeat | EditLaps) -> UUID:
    """Store a command for the caller; return the draft's id."""
    draft = Draft(
        id=uuid4(),
        team_id=change.team.id,
        discord_user_id=change.caller.person.user_id,
        command={"kind": type(command).__name__, "fields": asdict(command)},
        created_at=change.now,
    )
    change.unit.db.add(draft)
    return draft.id


def take(change: Change, draft_id: UUID, kind: type[Command]) -> Command:
    """Return the caller's waiting command, which then waits no more.

    Raises:
        NotFound: It was carried out before, is somebody else's, or is no such command.
    """
    command = _waiting(change.unit, change.caller, draft_id, kind)
    if command is None:
        raise NotFound("That has been stored already; /heat show tells what stands.")
    change.unit.db.delete(change.unit.db.get_one(Draft, draft_id))
    return command


def look(unit: Unit, caller: Caller, draft_id: UUID, kind: type[Command]) -> Command:
    """Return the caller's waiting command, which goes on waiting.

    Raises:
        NotFound: It has been forgotten, or is somebody else's.
    """
    command = _waiting(unit, caller, draft_id, kind)
    if command is None:
        raise NotFound("I have that text no more: open the form again with /heat edit.")
    return command


def is_waiting(change: Change, draft_id: UUID, kind: type[Command]) -> bool:
    """Tell whether a command of this kind waits for the caller."""
    return _waiting(change.unit, change.caller, draft_id, kind) is not None


def _waiting(unit: Unit, caller: Caller, draft_id: UUID, kind: type[Command]) -> Command | None:
    draft = unit.db.get(Draft, draft_id)
    if draft is None or (draft.team_id, draft.discord_user_id) != (
        caller.team_id,
        caller.person.user_id,
    ):
        return None
    return kind(**_fields(draft)) if draft.command["kind"] == kind.__name__ else None


def _fields(draft: Draft) -> dict[str, Any]:
    fields = dict(draft.command["fields"])
    if isinstance(fields.get("racer"), dict):
        fields["racer"] = Person(**fields["racer"])
    return fields
