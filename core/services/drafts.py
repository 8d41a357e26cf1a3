"""Commands that wait for their racer: to say which event they are for, to confirm, to correct.

They wait in the database, so that nothing is retyped, also not after a restart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from core.caller import Caller, Person
from core.database import Unit
from core.errors import NotFound
from core.models import Draft, RaceSession
from core.results.laps import WhichEvent

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def keep(
    unit: Unit,
    caller: Caller,
    command: DataclassInstance,
    sessions: list[RaceSession],
    laps_ms: tuple[int, ...] = (),
) -> WhichEvent:
    """Store a command (a dataclass of plain values) until its racer has chosen."""
    draft_id = put(unit, caller, command)
    refs = tuple(session.ref for session in sessions)
    return WhichEvent(draft_id, laps_ms, refs)


def put(unit: Unit, caller: Caller, command: DataclassInstance) -> UUID:
    """Store a command (a dataclass of plain values) for its racer; return the draft's id."""
    draft = Draft(
        team_id=caller.team_id,
        discord_user_id=caller.person.user_id,
        command={"kind": type(command).__name__, "fields": asdict(command)},
        created_at=unit.now,
    )
    unit.db.add(draft)
    unit.db.flush()
    return draft.id


def take(
    unit: Unit, caller: Caller, draft_id: UUID, kinds: Sequence[type[DataclassInstance]]
) -> tuple[str, dict[str, Any]]:
    """Return the kind and fields of the caller's waiting command, which then waits no more.

    Raises:
        NotFound: It was carried out before, is somebody else's, or is no such command.
    """
    draft = _find(unit, caller, draft_id, kinds)
    if draft is None:
        raise NotFound("That has been stored already; /heat show tells what stands.")
    unit.db.delete(draft)
    return draft.command["kind"], _fields(draft)


def look(
    unit: Unit, caller: Caller, draft_id: UUID, kind: type[DataclassInstance]
) -> dict[str, Any]:
    """Return the fields of the caller's waiting command, which goes on waiting.

    Raises:
        NotFound: It has been forgotten, or is somebody else's.
    """
    draft = _find(unit, caller, draft_id, [kind])
    if draft is None:
        raise NotFound("I have that text no more: open the form again with /heat edit.")
    return _fields(draft)


def _find(
    unit: Unit, caller: Caller, draft_id: UUID, kinds: Sequence[type[DataclassInstance]]
) -> Draft | None:
    draft = unit.db.scalar(
        select(Draft).where(
            Draft.id == draft_id,
            Draft.team_id == caller.team_id,
            Draft.discord_user_id == caller.person.user_id,
        )
    )
    names = [kind.__name__ for kind in kinds]
    return draft if draft is not None and draft.command["kind"] in names else None


def _fields(draft: Draft) -> dict[str, Any]:
    fields = dict(draft.command["fields"])
    if isinstance(fields.get("racer"), dict):
        fields["racer"] = Person(**fields["racer"])
    return fields
