"""Commands that wait for their racer to say which event they are for.

They wait in the database, so that nothing is retyped, also not after a restart.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from core.caller import Caller, Person
from core.database import UnitOfWork
from core.errors import NotFound
from core.models import Draft, RaceSession
from core.results import WhichEvent
from core.services import places

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


async def keep(
    uow: UnitOfWork,
    caller: Caller,
    command: DataclassInstance,
    sessions: list[RaceSession],
    laps_ms: tuple[int, ...] = (),
) -> WhichEvent:
    """Store a command (a dataclass of plain values) until its racer has chosen."""
    draft = Draft(
        team_id=caller.team_id,
        discord_user_id=caller.person.user_id,
        command={"kind": type(command).__name__, "fields": asdict(command)},
        created_at=uow.now,
    )
    uow.db.add(draft)
    await uow.db.flush()
    refs = tuple(places.session_ref(session) for session in sessions)
    return WhichEvent(draft.id, laps_ms, refs)


async def take(uow: UnitOfWork, caller: Caller, draft_id: UUID) -> tuple[str, dict[str, Any]]:
    """Return the kind and fields of the caller's waiting command, which then waits no more.

    Raises:
        NotFound: It was carried out before, or is somebody else's.
    """
    draft = await uow.db.scalar(
        select(Draft).where(
            Draft.id == draft_id,
            Draft.team_id == caller.team_id,
            Draft.discord_user_id == caller.person.user_id,
        )
    )
    if draft is None:
        raise NotFound("That has been stored already; /heat show tells what stands.")
    await uow.db.delete(draft)
    fields = dict(draft.command["fields"])
    if isinstance(fields.get("racer"), dict):
        fields["racer"] = Person(**fields["racer"])
    return draft.command["kind"], fields
