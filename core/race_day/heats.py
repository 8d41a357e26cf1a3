"""Opening, finishing, renaming and removing heats: each with what has to follow in the commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Final
from uuid import uuid4

from sqlalchemy import bindparam, delete, insert, select, update

from core.database import Unit
from core.errors import Conflict
from core.models import Entry, Heat, HeatRacer, RacerProfile, RaceSession, RunLog
from core.names import HeatKind, heat_kind, name_key
from core.race_day import outbox
from core.race_day.change import just_after
from core.race_day.driven import Driven
from core.race_day.page_tables import remember_deleted
from core.race_day.rows import HeatRow
from core.results.refs import HeatRef

_INSERT_HEAT: Final = insert(Heat)
_UPDATE_HEAT: Final = update(Heat).where(Heat.id == bindparam("of_heat"))
_DELETE_HEAT: Final = delete(Heat).where(Heat.id == bindparam("of_heat"))
_COLUMNS: Final = tuple(field.name for field in fields(HeatRow))


def open_heat(
    unit: Unit,
    session: RaceSession,
    heats: Sequence[Driven],
    opener: RacerProfile | None,
    *,
    name: str,
    class_name: str,
    implicit: bool,
    channel_id: int | None,
) -> HeatRow:
    """Open a heat of a session, as its last; one of that name that nobody drove is used again.

    Args:
        unit: The transaction, holding the team.
        session: The session.
        heats: Its heats so far.
        opener: Who opens it; None where it opens by itself.
        name: What it is called.
        class_name: Its class; empty for none.
        implicit: Whether a lap opens it: taking that lap back takes the empty heat with it.
        channel_id: Where it was asked for.
    """
    latest = max((each.heat.opened_at for each in heats), default=None)
    keys = name_key(class_name), name_key(name)
    unused = next(
        (each.heat for each in heats if (each.heat.class_key, each.heat.name_key) == keys), None
    )
    heat = HeatRow(
        id=unused.id if unused else uuid4(),
        session_id=session.id,
        name=name,
        name_key=keys[1],
        class_name=class_name,
        class_key=keys[0],
        kind=heat_kind(name).value,
        length_s=None,
        status="open",
        implicit=implicit,
        opened_by=opener.id if opener else None,
        opened_at=just_after(unit.now, latest),
        finished_by=None,
        finished_at=None,
        last_activity_at=unit.now,
        last_channel_id=channel_id,
    )
    columns = {name: getattr(heat, name) for name in _COLUMNS}
    if unused is None:
        unit.connection.execute(_INSERT_HEAT, columns)
    else:
        # What was imported into it and taken out on purpose stays out.
        remember_deleted(unit, unused)
        unit.connection.execute(_UPDATE_HEAT, columns | {"of_heat": heat.id})
        outbox.mark_stale(unit, heat)
    return heat


def refuse_taken_name(heats: Sequence[Driven], name: str) -> None:
    """Refuse a name that one of these heats has, and laps.

    Raises:
        Conflict: It is taken.
    """
    for each in heats:
        if each.heat.name_key == name_key(name) and not each.is_empty:
            raise Conflict(
                f"{each.heat.ref.label} exists already: "
                "pick another name, or log into it with /lap."
            )


def finish_heat(
    unit: Unit,
    team_id: int,
    heat: HeatRow,
    *,
    by: RacerProfile | None,
    channel_id: int | None,
    silent: bool | None = None,
) -> HeatRef:
    """Finish an open heat and order its summary, in the same transaction.

    Args:
        unit: The transaction, holding the team.
        team_id: Whose heat it is.
        heat: The open heat.
        by: Who finished it; None when it finished by itself.
        channel_id: Where it was finished, for a team that has set no channel.
        silent: Whether its summary comes without a notification; None for what is usual: in
            practice, and where it finished by itself.
    """
    if silent is None:
        silent = by is None or heat.kind == HeatKind.PRACTICE.value
    finished = {
        "status": "finished",
        "finished_at": unit.now,
        "finished_by": by.id if by else None,
    }
    unit.connection.execute(_UPDATE_HEAT, {"of_heat": heat.id} | finished)
    unit.tell("heat finished", guild=team_id, heat=str(heat.id), by_itself=by is None)
    outbox.order_heat_summary(
        unit,
        team_id,
        heat,
        channel_id=channel_id or heat.last_channel_id,
        silent=silent,
    )
    return heat.ref


def go_on(unit: Unit, heat: HeatRow) -> None:
    """Open a finished heat again; its post stays, and follows."""
    opened = {"status": "open", "finished_at": None, "finished_by": None}
    touched = {"of_heat": heat.id, "last_activity_at": unit.now}
    unit.connection.execute(_UPDATE_HEAT, opened | touched)
    outbox.mark_stale(unit, heat)


def rename_heat(unit: Unit, heat: HeatRow, name: str, class_name: str) -> HeatRow:
    """Give a heat another name and class; its posts follow, and those of both classes."""
    renamed = replace(
        heat,
        name=name,
        name_key=name_key(name),
        class_name=class_name,
        class_key=name_key(class_name),
        kind=heat_kind(name).value,
    )
    columns = {name: getattr(renamed, name) for name in _COLUMNS}
    unit.connection.execute(_UPDATE_HEAT, columns | {"of_heat": heat.id})
    outbox.mark_stale(unit, heat)
    if renamed.class_key != heat.class_key:
        unit.connection.execute(
            update(HeatRacer)
            .where(HeatRacer.heat_id == heat.id)
            .values(class_key=renamed.class_key)
        )
        outbox.mark_stale(unit, renamed)
    return renamed


def give_class(unit: Unit, session: RaceSession, class_name: str) -> None:
    """Give all heats of a session, which have none, a class; their posts follow."""
    named = {"class_name": class_name, "class_key": name_key(class_name)}
    unit.connection.execute(update(Heat).where(Heat.session_id == session.id).values(named))
    heats = select(Heat.id).where(Heat.session_id == session.id).scalar_subquery()
    unit.connection.execute(
        update(HeatRacer).where(HeatRacer.heat_id.in_(heats)).values(class_key=named["class_key"])
    )
    outbox.mark_session_stale(unit, session)


def remove_heat(unit: Unit, heat: HeatRow) -> None:
    """Delete a heat with all that hangs off it, and have its post removed."""
    outbox.remove_heat_post(unit, heat)
    outbox.mark_stale(unit, heat)
    unit.connection.execute(_DELETE_HEAT, {"of_heat": heat.id})


def delete_heat(unit: Unit, heat: HeatRow) -> None:
    """Delete a heat that no post tells of, with all that hangs off it."""
    unit.connection.execute(_DELETE_HEAT, {"of_heat": heat.id})


def remove_if_empty(unit: Unit, session: RaceSession, heat: HeatRow) -> tuple[bool, bool]:
    """Remove heat and session where a lap had opened them and nothing is left in them.

    Returns:
        Whether the heat went, and whether the session did.
    """
    # A finished heat stays, and its post says that it has no laps.
    if not heat.implicit or not heat.is_open:
        return False, False
    # A run that was moved away or deleted comes back with its entry.
    left = select(RunLog.id).where(RunLog.heat_id == heat.id).limit(1).scalar_subquery()
    entry = select(Entry.id).where(Entry.heat_id == heat.id).limit(1).scalar_subquery()
    if any(found is not None for found in unit.connection.execute(select(left, entry)).one()):
        return False, False
    # Nobody has finished it, so it has no post.
    unit.connection.execute(_DELETE_HEAT, {"of_heat": heat.id})
    others = select(Heat.id).where(Heat.session_id == session.id).limit(1)
    if not session.implicit or unit.connection.execute(others).first() is not None:
        return True, False
    delete_session(unit, session)
    return True, True


def delete_session(unit: Unit, session: RaceSession) -> None:
    """Delete a session with all that hangs off it, and have its posts removed."""
    outbox.remove_session_posts(unit, session)
    unit.db.expunge(session)
    unit.connection.execute(delete(RaceSession).where(RaceSession.id == session.id))
