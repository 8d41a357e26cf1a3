"""Laps that are taken to another heat: a whole run by its form, or those of one answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Uuid, bindparam, insert, select, update

from core.database import Unit
from core.errors import Conflict, NotAllowed
from core.models import Entry, Heat, HeatRacer, RacerProfile, UtcDateTime
from core.race_day.change import Change
from core.race_day.driven import Driven, heat_by_id, heats_of, next_name
from core.race_day.heats import delete_heat, open_heat, remove_if_empty
from core.race_day.rows import EntryRow, HeatRow, LapRow
from core.race_day.run import PARTNER, Run
from core.race_day.sessions import race_in
from core.race_day.writing import edited, logged, run_of_entry
from core.results.run_written import RunWritten

# In what an entry has replaced: the heat that went because the run was moved away from it, and the
# entries that went with it.
GONE: Final = "gone"

_SET_REPLACED: Final = update(Entry).where(Entry.id == bindparam("of_entry"))
_OTHERS: Final = (
    select(Entry.id)
    .where(Entry.heat_id == bindparam("heat_id"), Entry.racer_id != bindparam("racer_id"))
    .limit(1)
)
_LATER: Final = select(Entry.replaced).where(
    Entry.heat_id == bindparam("heat_id"),
    Entry.racer_id == bindparam("racer_id"),
    Entry.id > bindparam("entry_id"),
)
_ENTRIES: Final = select(*Entry.__table__.columns).where(Entry.heat_id == bindparam("heat_id"))


# A whole run


def move(
    change: Change,
    run: Run,
    driven: Driven,
    racer: RacerProfile,
    laps: Sequence[LapRow],
    note: str | None,
    heats: Sequence[Driven],
) -> RunWritten:
    """Take a run out of where it is and put it where it belongs: two entries that know each other.

    Args:
        change: Who asks.
        run: The run.
        driven: The heat it belongs in, as its racer-to-be sees it.
        racer: Whose it is to be.
        laps: The laps as they are to stand.
        note: What was changed on the car.
        heats: The session's heats, as the racer-to-be sees them.

    Raises:
        Conflict: The racer has laps there.
    """
    if racer.id == run.racer.id:
        # What is about to leave is no score before the one there.
        heats = [replace(h, score=None) if h.heat.id == run.heat.id else h for h in heats]
    there = Run(change.unit, run.session, driven, racer, heats)
    refuse_laps_there(there)
    was, confidence = list(run.laps), run.confidence
    left = run.replace((), None, by=change.actor)
    entry = there.replace(
        # What was stored for the other heat is taken back with this move, or not at all.
        [lap._replace(entry_id=None) for lap in laps],
        note,
        by=change.actor,
        confidence=confidence,
        channel_id=change.caller.channel_id,
        partner=left.id,
    )
    if not _let_go(change.unit, run, entry):
        known = {"of_entry": left.id, "replaced": left.replaced | {PARTNER: entry.id}}
        change.unit.connection.execute(_SET_REPLACED, known)
    told = edited(change, there, was, laps, entry)
    return replace(
        told,
        moved_from=run.heat.ref if there.heat.id != run.heat.id else None,
        was_of=run.racer.person if racer.id != run.racer.id else None,
    )


def refuse_laps_there(run: Run) -> None:
    """Refuse to put a run where another one is.

    Raises:
        Conflict: There are laps.
    """
    if run.laps:
        heat = run.heat.ref.label
        raise Conflict(
            f"{run.racer.name} has laps in {heat} already: edit those with /heat edit heat:{heat}, "
            "or pick another heat."
        )


# A heat that goes when its only run is moved away, and comes back with it


def _let_go(unit: Unit, run: Run, entry: EntryRow) -> bool:
    """Let an empty heat go that a lap had opened; the entry of the move keeps what it was.

    Returns:
        Whether it went.
    """
    heat = run.heat
    if not heat.implicit or not heat.is_open or run.driven.post is not None:
        return False
    of_run = {"heat_id": heat.id, "racer_id": run.racer.id}
    left = select(HeatRacer.heat_id).where(HeatRacer.heat_id == heat.id).limit(1)
    found = select(left.scalar_subquery(), _OTHERS.scalar_subquery())
    if any(each is not None for each in unit.connection.execute(found, of_run).one()):
        return False
    entries = unit.connection.execute(_ENTRIES, of_run).mappings()
    gone = {
        "heat": _as_json({field.name: getattr(heat, field.name) for field in fields(heat)}),
        "entries": [_as_json(dict(each)) for each in entries],
    }
    known = {"of_entry": entry.id, "replaced": entry.replaced | {GONE: gone}}
    unit.connection.execute(_SET_REPLACED, known)
    delete_heat(unit, heat)
    return True


def bring_back(unit: Unit, entry: EntryRow) -> None:
    """Open the heat again that went when an entry moved its only run away.

    Raises:
        NotAllowed: Another heat is called so now.
    """
    gone = entry.replaced.get(GONE)
    if gone is None:
        return
    heat = HeatRow(**_from_json(gone["heat"], Heat))
    same = select(Heat.id).where(
        Heat.session_id == heat.session_id,
        Heat.class_key == heat.class_key,
        Heat.name_key == heat.name_key,
    )
    if unit.connection.execute(same).first() is not None:
        raise NotAllowed(f"Laps were stored after these in another {heat.ref.label}: move them.")
    columns = {field.name: getattr(heat, field.name) for field in fields(heat)}
    unit.connection.execute(insert(Heat), columns)
    entries = [_from_json(each, Entry) for each in gone["entries"]]
    unit.connection.execute(insert(Entry), entries)


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, UUID | datetime) else value
        for name, value in row.items()
    }


def _from_json(row: dict[str, Any], table: type[Heat | Entry]) -> dict[str, Any]:
    kinds = {column.name: type(column.type) for column in table.__table__.columns}
    read: dict[type, Callable[[str], UUID | datetime]] = {
        Uuid: UUID,
        UtcDateTime: datetime.fromisoformat,
    }
    return {
        name: read[kinds[name]](value) if value is not None and kinds[name] in read else value
        for name, value in row.items()
    }


# The laps of one answer


def move_entry(change: Change, entry_id: int, heat_id: UUID | None) -> RunWritten:
    """Take an entry's laps to another heat of their racer, behind any there.

    Args:
        change: Who asks.
        entry_id: The entry.
        heat_id: The heat; None for a new one of the class, which counts on.

    Raises:
        NotFound: The laps were taken back, or the heat is gone.
        NotAllowed: They are somebody else's and the caller is not crew, or the form was saved over
            them.
        Conflict: They are in that heat already.
    """
    unit, caller = change.unit, change.caller
    run, entry = run_of_entry(change, entry_id)
    change.require_own(run.racer, "move other racers' laps")
    _require_as_typed(unit, run, entry)
    racer, came_from = run.racer, run.heat
    session, driven = run.session, None
    if heat_id is not None:
        session, driven = heat_by_id(unit, change.team.id, heat_id, racer)
        if driven.heat.id == came_from.id:
            raise Conflict(f"These laps are in {came_from.ref.label} already.")
    heats = heats_of(unit, session, racer)
    # Counted on before the laps leave: a new heat is not the one they were in.
    name = next_name(heats, session, came_from.class_name)
    taken = run.withdraw(entry)
    heats = [
        replace(each, score=None) if each.heat.id == came_from.id and not run.laps else each
        for each in heats
    ]
    if driven is None:
        driven = Driven(
            open_heat(
                unit,
                session,
                heats,
                racer,
                name=name,
                class_name=came_from.class_name,
                implicit=True,
                channel_id=caller.channel_id,
            )
        )
    there = Run(unit, session, driven, racer, heats)
    before = list(there.laps)
    moved = there.append(
        [lap.time_ms for lap in taken],
        by=change.actor,
        kind=entry.kind,
        confidence=next((lap.confidence for lap in taken), None),
        note=entry.note,
        channel_id=caller.channel_id,
    )
    race_in(unit, change.where_of(racer), session, racer)
    heat_removed, _ = remove_if_empty(unit, run.session, came_from)
    return replace(
        logged(change, there, before, moved, heats),
        moved_from=came_from.ref,
        opened_heat=heat_id is None,
        heat_removed=heat_removed,
        note=entry.note,
    )


def _require_as_typed(unit: Unit, run: Run, entry: EntryRow) -> None:
    known = {"heat_id": run.heat.id, "racer_id": run.racer.id, "entry_id": entry.id}
    later = () if entry.is_newest else unit.connection.scalars(_LATER, known)
    if entry.replaced["laps"] is not None or any(each["laps"] is not None for each in later):
        raise NotAllowed("The form was saved since: move the laps there, with Edit laps.")
