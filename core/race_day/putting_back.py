"""What Undo took, kept for a day, and put back where it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from core.commands import EditLaps
from core.errors import NotFound
from core.laptimes import FormLap, format_form
from core.models import RacerProfile, RaceSession
from core.names import name_key
from core.race_day import drafts
from core.race_day.change import Change
from core.race_day.driven import heat_by_id, heats_of
from core.race_day.heats import finish_heat
from core.race_day.kept_rows import (
    heat_as_json,
    heat_from_json,
    session_as_json,
    session_from_json,
)
from core.race_day.moving import heat_again, move, same_heat
from core.race_day.rows import EntryRow, HeatRow, LapRow
from core.race_day.run import Run
from core.race_day.sessions import race_in
from core.race_day.taken_back import Shape, TakenBack
from core.race_day.writing import edited, logged
from core.results.form import NO_HEAT_YET
from core.results.refs import HeatRef
from core.results.run_written import LapsSince, RunWritten

_TO_DO: Final = "put back other racers' laps"


def about_to_go(run: Run, entry: EntryRow) -> TakenBack:
    """Return what an Undo is about to take."""
    return TakenBack(
        heat=heat_as_json(run.heat),
        racer_id=str(run.racer.id),
        kind=entry.kind,
        entry_id=entry.id,
        stood=[lap.to_data() for lap in run.laps],
        is_whole=entry.replaced["laps"] is not None,
        note=run.note,
        confidence=run.confidence,
        rest=[],
    )


def keep(
    change: Change, taken: TakenBack, left: Run, *, moved: bool, session_gone: RaceSession | None
) -> UUID:
    """Keep for a day what was taken; return the draft's id.

    Args:
        change: Who took it back.
        taken: What was taken.
        left: The run as it stands now.
        moved: Whether the run stands in another heat again, or is another racer's.
        session_gone: The session, where that went too.
    """
    kept = replace(
        taken,
        rest=_shape(left.laps),
        session=session_as_json(session_gone) if session_gone is not None else None,
        back_in=str(left.heat.id) if moved else None,
        back_of=str(left.racer.id) if moved else None,
    )
    return drafts.put(change, kept, "taken_back")


def put_back(change: Change, draft_id: UUID) -> RunWritten | LapsSince:
    """Store again what an Undo took, where it was; heat and session open again where they went.

    Where the run has changed since nothing is stored: both are kept for the form.

    Raises:
        NotFound: It was put back before, has been forgotten, or its racer or session has.
        NotAllowed: The laps are somebody else's and the caller is not crew.
        Conflict: The racer has other laps where a moved run was.
    """
    taken = drafts.take(change, draft_id, TakenBack)
    racer = _racer(change, taken.racer_id)
    change.require_own(racer, _TO_DO)
    heat = heat_from_json(taken.heat)
    if taken.back_in is not None and taken.back_of is not None:
        return _move_again(change, taken, heat, racer)
    session = change.unit.db.get(RaceSession, heat.session_id)
    if session is None and taken.session is None:
        raise NotFound("The session of these laps was deleted, and they with it.")
    same = same_heat(change.unit, heat)
    there = _run(change, same, racer) if same is not None else None
    if _shape(there.laps if there else ()) != taken.rest:
        return _keep_both(change, taken, heat.ref, racer, there)
    again = session or _session_again(change, taken, racer)
    run = _open_again(change, again, heat, racer)
    stored = _store_again(change, taken, run)
    race_in(change.unit, change.where_of(racer), again, racer)
    return replace(
        stored, put_back=True, opened_heat=same is None, opened_session=again is not session
    )


def _racer(change: Change, racer_id: str) -> RacerProfile:
    racer = change.unit.db.get(RacerProfile, UUID(racer_id))
    if racer is None or racer.team_id != change.team.id:
        raise NotFound("That racer is not known here any more.")
    return racer


def _run(change: Change, heat: HeatRow, racer: RacerProfile) -> Run:
    session, driven = heat_by_id(change.unit, change.team.id, heat.id, racer)
    return Run(change.unit, session, driven, racer)


def _session_again(change: Change, taken: TakenBack, racer: RacerProfile) -> RaceSession:
    """Open the session again that went, unless another of its name is open by now."""
    session = session_from_json(taken.session or {})
    for each, _ in change.where.open:
        if name_key(each.ref.name) == name_key(session.ref.name):
            return each
    change.unit.db.add(session)
    change.unit.db.flush()
    return session


def _open_again(change: Change, session: RaceSession, heat: HeatRow, racer: RacerProfile) -> Run:
    """Return the run the laps go to; a heat that went is there again, finished where all are."""
    unit, channel_id = change.unit, change.caller.channel_id
    again = heat_again(change, replace(heat, session_id=session.id))
    if again.is_open and session.status == "closed":
        finish_heat(unit, change.team.id, again, by=change.actor, channel_id=channel_id)
    heats = heats_of(unit, session, racer)
    driven = next(each for each in heats if each.heat.id == again.id)
    return Run(unit, session, driven, racer, heats)


def _store_again(change: Change, taken: TakenBack, run: Run) -> RunWritten:
    before = list(run.laps)
    stood = [LapRow.from_data(lap) for lap in taken.stood]
    if taken.is_whole:
        known = {lap.entry_id for lap in before}
        laps = [lap if lap.entry_id in known else lap._replace(entry_id=None) for lap in stood]
        entry = run.replace(
            laps,
            taken.note,
            by=change.actor,
            confidence=taken.confidence,
            channel_id=change.caller.channel_id,
        )
        return edited(change, run, before, laps, entry)
    own = taken.own
    note = taken.note if taken.note != run.note else None
    entry = run.append(
        [lap.time_ms for lap in own],
        by=change.actor,
        kind=taken.kind,
        confidence=_confidence(taken, own, run),
        note=note,
        channel_id=change.caller.channel_id,
        decided={at: lap.counts for at, lap in enumerate(own) if lap.is_decided},
    )
    return replace(logged(change, run, before, entry, run.heats or []), note=note)


def _confidence(taken: TakenBack, own: Sequence[LapRow], run: Run) -> int | None:
    """Return what was typed with the laps, unless it was said otherwise since."""
    typed = next((lap.confidence for lap in own), None)
    if typed is not None and typed == taken.confidence:
        return typed
    return taken.confidence if run.confidence is None else None


def _move_again(
    change: Change, taken: TakenBack, heat: HeatRow, racer: RacerProfile
) -> RunWritten | LapsSince:
    """Take a moved run again to where it had been moved."""
    came_from = _racer(change, taken.back_of or "")
    change.require_own(came_from, _TO_DO)
    _, driven = heat_by_id(change.unit, change.team.id, UUID(taken.back_in or ""), came_from)
    run = _run(change, driven.heat, came_from)
    if _shape(run.laps) != taken.rest:
        return _keep_both(change, taken, heat.ref, racer, run)
    there = _open_again(change, run.session, heat, racer)
    stood = [LapRow.from_data(lap) for lap in taken.stood]
    moved = move(change, run, there.driven, racer, stood, taken.note, there.heats or [])
    return replace(moved, put_back=True)


def _keep_both(
    change: Change, taken: TakenBack, heat: HeatRef, racer: RacerProfile, there: Run | None
) -> LapsSince:
    """Keep what was taken and what has come since for the form, in this order."""
    stood = [LapRow.from_data(lap) for lap in taken.stood]
    was = Counter(lap.time_ms for lap in stood)
    since = []
    for lap in there.laps if there else ():
        if was[lap.time_ms]:
            was[lap.time_ms] -= 1
        else:
            since.append(lap)
    subject = there.racer if there else racer
    command = EditLaps(
        heat_id=there.heat.id.hex if there else None,
        racer_id=subject.discord_user_id or 0,
        version=there.version if there else NO_HEAT_YET,
        laps=format_form(FormLap(lap.time_ms, lap.counts) for lap in [*stood, *since]),
        heat=heat.label,
        note=(there.note if there else None) or taken.note or "",
        racer=racer.person if racer.id != subject.id else None,
    )
    draft_id = drafts.put(change, command, "refused")
    return LapsSince(draft_id, heat, len(stood), len(since))


def _shape(laps: Sequence[LapRow]) -> Shape:
    return [[lap.number, lap.time_ms, int(lap.counts)] for lap in laps]
