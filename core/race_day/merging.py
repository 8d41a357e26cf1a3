"""Heats renamed; two that then have the same name and class become one."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, update

from core.commands import RenameHeat
from core.database import Unit
from core.errors import BadInput
from core.models import Entry, HeatRacer, RacerProfile, RaceSession, RunLog
from core.names import clean_class_name, clean_heat_name, name_key
from core.race_day import outbox
from core.race_day.change import Change
from core.race_day.driven import Driven, heat_by_id, heats_of
from core.race_day.finding import find_heat
from core.race_day.heats import remove_heat, rename_heat
from core.race_day.page_tables import move_page, remember_deleted
from core.race_day.questions import whose_laps_first
from core.race_day.rows import HeatRow
from core.race_day.run import Run
from core.results.heat import HeatRenamed

_RACERS: Final = select(HeatRacer.racer_id).where(
    HeatRacer.heat_id == bindparam("heat_id"), HeatRacer.lap_count > 0
)
_OF_RUN: Final = (
    Entry.heat_id == bindparam("heat_id"),
    Entry.racer_id == bindparam("racer_id"),
)
_ENTRIES: Final = select(Entry.id, Entry.replaced).where(*_OF_RUN).order_by(Entry.id)
_FORGET: Final = delete(Entry).where(*_OF_RUN, Entry.id <= bindparam("entry_id"))


def rename(change: Change, command: RenameHeat) -> HeatRenamed:
    """Give a heat another name or class; its posts follow. Where another is called so they merge.

    Raises:
        NotFound: There is no such heat.
        BadInput: A name cannot be used, or nothing is to be changed.
        Undecided: Somebody has laps in both heats.
    """
    if command.name is None and command.class_name is None:
        raise BadInput("Say what to change: name:… or class:…")
    unit = change.unit
    session, found = find_heat(unit, change.team.id, change.where, command.heat, command.session)
    heat = found.heat
    name = heat.name if command.name is None else clean_heat_name(command.name)
    class_name = heat.class_name
    if command.class_name is not None:
        class_name = clean_class_name(command.class_name) if command.class_name else ""
    keys = name_key(class_name), name_key(name)
    heats = heats_of(unit, session)
    if keys[0] != heat.class_key:
        spelled = (each.heat.class_name for each in heats if each.heat.class_key == keys[0])
        class_name = next(spelled, class_name)
    others = [each for each in heats if each.heat.id != heat.id]
    same = next(
        (each for each in others if (each.heat.class_key, each.heat.name_key) == keys), None
    )
    merged = None
    if same is not None and same.is_empty:
        remember_deleted(unit, same.heat)
        remove_heat(unit, same.heat)
    elif same is not None:
        heat = _merge(change, session, found, same, command.answers.comes_first)
        merged = same.heat.ref
    renamed = rename_heat(unit, heat, name, class_name)
    return HeatRenamed(renamed.ref, found.heat.ref.label, merged)


def _merge(
    change: Change, session: RaceSession, left: Driven, kept: Driven, comes_first: str | None
) -> HeatRow:
    """Put everybody's laps of one heat into the other; who has some in both is asked whose first.

    Of those runs what was typed can still be taken back, newest first, where it stands last too.
    The rest is forgotten: what a form has replaced has other numbers now.
    """
    unit = change.unit
    in_left, in_kept = (
        set(unit.connection.scalars(_RACERS, {"heat_id": each.heat.id})) for each in (left, kept)
    )
    both = in_left & in_kept
    if both and comes_first is None:
        ordered = sorted((left, kept), key=lambda each: each.heat.opened_at)
        raise whose_laps_first([each.heat for each in ordered])
    left_is_first = comes_first == str(left.heat.id)
    for racer_id in both:
        behind = kept.heat if left_is_first else left.heat
        before = left.heat if left_is_first else kept.heat
        _forget_entries(unit, racer_id, before, behind)
        _count_on(unit, racer_id, behind, _last_number(unit, racer_id, before))
        unit.connection.execute(
            delete(HeatRacer).where(
                HeatRacer.heat_id == left.heat.id, HeatRacer.racer_id == racer_id
            )
        )
    for table in (RunLog, Entry):
        unit.connection.execute(
            update(table).where(table.heat_id == left.heat.id).values(heat_id=kept.heat.id)
        )
    unit.connection.execute(
        update(HeatRacer)
        .where(HeatRacer.heat_id == left.heat.id)
        .values(
            heat_id=kept.heat.id,
            class_key=kept.heat.class_key,
            opened_at=kept.heat.opened_at,
        )
    )
    heat = move_page(unit, left.heat, kept.heat)
    remove_heat(unit, left.heat)
    outbox.mark_stale(unit, kept.heat)
    for racer_id in both:
        racer = unit.db.get_one(RacerProfile, racer_id)
        _, driven = heat_by_id(unit, change.team.id, kept.heat.id, racer)
        Run(unit, session, driven, racer).settle()
    return heat


def _forget_entries(unit: Unit, racer_id: UUID, before: HeatRow, behind: HeatRow) -> None:
    """Forget what can no longer be taken back of two runs that become one."""
    entries = [
        unit.connection.execute(_ENTRIES, {"heat_id": heat.id, "racer_id": racer_id}).all()
        for heat in (before, behind)
    ]
    ids = [entry.id for run in entries for entry in run]
    is_in_order = ids == sorted(ids)
    replacing = [entry.id for run in entries for entry in run if entry.replaced["laps"] is not None]
    last = max(ids if not is_in_order else replacing, default=None)
    if last is not None:
        for heat in (before, behind):
            known = {"heat_id": heat.id, "racer_id": racer_id, "entry_id": last}
            unit.connection.execute(_FORGET, known)


def _last_number(unit: Unit, racer_id: UUID, heat: HeatRow) -> int:
    last = select(func.max(RunLog.lap_number)).where(
        RunLog.heat_id == heat.id, RunLog.racer_id == racer_id
    )
    return unit.connection.execute(last).scalar() or 0


def _count_on(unit: Unit, racer_id: UUID, heat: HeatRow, after: int) -> None:
    """Have a run's laps count on after a number; through negative ones, so that none is twice."""
    of_run = RunLog.heat_id == heat.id, RunLog.racer_id == racer_id
    for number in (-(RunLog.lap_number + after), -RunLog.lap_number):
        unit.connection.execute(update(RunLog).where(*of_run).values(lap_number=number))
