"""Laps that are taken to another heat: a whole run by its form, or those of one answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from core.database import Unit
from core.errors import Conflict, NotAllowed
from core.models import Entry, EntryKind, Heat, HeatRacer, RacerProfile, RaceSession
from core.race_day import outbox
from core.race_day.change import Change
from core.race_day.driven import Driven, heat_by_id, heats_of, next_name
from core.race_day.heats import delete_heat, open_heat, remove_if_empty
from core.race_day.kept_rows import as_json, from_json, heat_as_json, heat_from_json
from core.race_day.rows import HEAT, EntryRow, HeatRow, LapRow, heat_of
from core.race_day.run import PARTNER, SOURCE, Run
from core.race_day.sessions import race_in
from core.race_day.writing import edited, logged, refuse_laps_there, run_of_entry
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
# By which a heat is found again: its id, else its name in its class.
_BY: Final = ("id", "session_id", "class_key", "name_key")
_SAME: Final = (
    select(*HEAT)
    .where(
        (Heat.id == bindparam("of_id"))
        | (
            (Heat.session_id == bindparam("of_session_id"))
            & (Heat.class_key == bindparam("of_class_key"))
            & (Heat.name_key == bindparam("of_name_key"))
        )
    )
    .order_by(Heat.id != bindparam("of_id"))
    .limit(1)
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
        heats = without(run.heat, heats)
    there = Run(change.unit, run.session, driven, racer, heats)
    refuse_laps_there(there)
    was = list(run.laps)
    entry = take_over(
        change.unit, run, there, laps, note, by=change.actor, channel_id=change.caller.channel_id
    )
    told = edited(change, there, was, laps, entry)
    return replace(
        told,
        moved_from=run.heat.ref if there.heat.id != run.heat.id else None,
        was_of=run.racer.person if racer.id != run.racer.id else None,
    )


def without(left: HeatRow, heats: Sequence[Driven]) -> list[Driven]:
    """Return heats as they are seen once the run in one of them has left: it is no score there."""
    return [replace(each, score=None) if each.heat.id == left.id else each for each in heats]


def take_over(
    unit: Unit,
    run: Run,
    there: Run,
    laps: Sequence[LapRow],
    note: str | None,
    *,
    by: RacerProfile | None,
    channel_id: int | None,
    kind: EntryKind = "form",
) -> EntryRow:
    """Take a run out of where it is and write it in an empty one, which has its confidence.

    Args:
        unit: The transaction, holding the team.
        run: The run.
        there: The empty one.
        laps: The laps as they are to stand there.
        note: The note that stands there.
        by: Who asks for it; None for a page.
        channel_id: Where it was asked for.
        kind: How the laps came.

    Returns:
        The entry there; taken back, it brings the run to where it was.
    """
    confidence = run.confidence
    left = run.replace((), None, by=by, kind=kind)
    kept = {name: left.replaced[name] for name in ("laps", "note", "confidence")}
    source = {"heat": heat_as_json(run.heat), "racer": str(run.racer.id)} | kept
    entry = there.replace(
        # What was stored for the other heat is taken back with this move, or not at all.
        [lap._replace(entry_id=None) for lap in laps],
        note,
        by=by,
        kind=kind,
        confidence=confidence,
        channel_id=channel_id,
        partner=left.id,
        source=source,
    )
    if not _let_go(unit, run, entry):
        known = {"of_entry": left.id, "replaced": left.replaced | {PARTNER: entry.id}}
        unit.connection.execute(_SET_REPLACED, known)
    return entry


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
    gone = {"heat": heat_as_json(heat), "entries": [as_json(dict(each)) for each in entries]}
    known = {"of_entry": entry.id, "replaced": entry.replaced | {GONE: gone}}
    unit.connection.execute(_SET_REPLACED, known)
    delete_heat(unit, heat)
    return True


def bring_back(change: Change, entry: EntryRow) -> None:
    """Open the heat again that went when an entry moved its only run away.

    Where another is called so by now the run stands there again.
    """
    gone = entry.replaced.get(GONE)
    if gone is None:
        return
    heat = heat_again(change, heat_from_json(gone["heat"]))
    entries = [from_json(each, Entry) | {"heat_id": heat.id} for each in gone["entries"]]
    change.unit.connection.execute(insert(Entry), entries)


def same_heat(unit: Unit, heat: HeatRow) -> HeatRow | None:
    """Return a heat as it stands or, where it has gone, the one that is called so now."""
    found = unit.connection.execute(_SAME, {f"of_{name}": getattr(heat, name) for name in _BY})
    same = found.first()
    return heat_of(same) if same is not None else None


def heat_again(change: Change, heat: HeatRow) -> HeatRow:
    """Return a heat of the team; where it has gone, the one that is called so now, or itself again.

    One that has finished posts its summary when it has laps.
    """
    unit = change.unit
    same = same_heat(unit, heat)
    if same is not None:
        return same
    columns = {field.name: getattr(heat, field.name) for field in fields(heat)}
    unit.connection.execute(insert(Heat), columns)
    if not heat.is_open:
        outbox.order_heat_summary(
            unit, change.team.id, heat, channel_id=heat.last_channel_id, silent=True
        )
    return heat


def stand_where_it_was(
    change: Change, session: RaceSession, entry: EntryRow, pressed: int | None
) -> Run | None:
    """Have a moved run stand again where it was, when that heat and all about it have gone.

    Args:
        change: Who asks.
        session: The session.
        entry: The entry that moved it.
        pressed: How sure the racer has said to be since, 1 to 5.

    Returns:
        The run there; None where the entry tells of no move.

    Raises:
        Conflict: The racer has other laps there.
    """
    source = entry.replaced.get(SOURCE)
    racer = change.unit.db.get(RacerProfile, UUID(source["racer"])) if source else None
    if source is None or racer is None:
        return None
    heat = heat_again(change, replace(heat_from_json(source["heat"]), session_id=session.id))
    _, driven = heat_by_id(change.unit, change.team.id, heat.id, racer)
    run = Run(change.unit, session, driven, racer)
    refuse_laps_there(run)
    laps = [LapRow.from_data(lap) for lap in source["laps"]]
    run.stand_again(laps, source["note"], pressed or source["confidence"])
    return run


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
        decided={at: lap.counts for at, lap in enumerate(taken) if lap.is_decided},
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
