"""Commands carried out: at once, or kept with the question that has to be answered first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, overload
from uuid import UUID

from sqlalchemy import bindparam, func, select

from core.commands import CloseSession, FinishHeat, LogLaps, RenameHeat, StartHeat
from core.database import Unit
from core.errors import Conflict, NotFound
from core.laptimes import parse_lap_times
from core.models import EntryKind, Heat, HeatRacer, RacerProfile, RaceSession, RunLog
from core.race_day import drafts, outbox
from core.race_day.change import Change
from core.race_day.drafts import Asking
from core.race_day.driven import Driven, heats_in, heats_of
from core.race_day.finding import (
    LATE_LAPS,
    find_heat,
    find_session,
    heat_for,
    known_class,
    session_by_id,
    session_to_read,
)
from core.race_day.heats import finish_heat
from core.race_day.merging import rename
from core.race_day.opening import start_heat
from core.race_day.questions import (
    LEAVE,
    NO_CLASS,
    Undecided,
    others_race_there,
    which_heat,
    which_to_finish,
)
from core.race_day.sessions import close_session
from core.race_day.where import as_uuid
from core.race_day.writing import log_laps
from core.results.done import Done
from core.results.heat import HeatFinished, HeatRenamed, HeatStarted
from core.results.question import LeftAlone, Question
from core.results.run_written import RunWritten
from core.results.session import SessionClosed

# How long others are taken to race on after a lap.
STILL_RACING: Final = timedelta(minutes=30)
_OTHERS_LOGGED: Final = (
    select(func.max(HeatRacer.logged_at))
    .join(Heat, Heat.id == HeatRacer.heat_id)
    .where(
        Heat.session_id == bindparam("session_id"),
        HeatRacer.racer_id != bindparam("racer_id"),
        HeatRacer.lap_count > 0,
    )
)


@overload
def carry_out(
    change: Change, command: LogLaps, kind: EntryKind = "command"
) -> RunWritten | Question: ...
@overload
def carry_out(change: Change, command: StartHeat) -> HeatStarted | Question: ...
@overload
def carry_out(change: Change, command: FinishHeat) -> HeatFinished | Question: ...
@overload
def carry_out(change: Change, command: RenameHeat) -> HeatRenamed | Question: ...
@overload
def carry_out(change: Change, command: CloseSession) -> SessionClosed | Question: ...
def carry_out(change: Change, command: Asking, kind: EntryKind = "command") -> Done | Question:
    """Carry a command out, or keep it with the question that has to be answered first.

    Args:
        change: Who asks.
        command: What for.
        kind: How laps came.
    """
    return _carried_out(change, command, kind)


def _carried_out(change: Change, command: Asking, kind: EntryKind = "command") -> Done | Question:
    try:
        match command:
            case LogLaps():
                times_ms = parse_lap_times(command.times)
                return log_laps(change, command, times_ms, kind)
            case StartHeat():
                return start_heat(change, command)
            case FinishHeat():
                return finish(change, command)
            case RenameHeat():
                return rename(change, command)
            case CloseSession():
                return close(change, command)
    except Undecided as undecided:
        laps = parse_lap_times(command.times) if isinstance(command, LogLaps) else ()
        return drafts.keep(change, command, undecided, tuple(laps))


def answer(draft_id: UUID, sets: dict[str, Any], change: Change) -> Done | Question:
    """Carry a waiting command out with an answer; it may ask the next thing.

    Raises:
        NotFound: It was carried out before, or is somebody else's.
    """
    wanted = {name: value for name, value in sets.items() if name != LEAVE}
    command = drafts.take_answered(change, draft_id, wanted)
    return LeftAlone() if LEAVE in sets else _carried_out(change, command)


def finish(change: Change, command: FinishHeat) -> HeatFinished:
    """Finish a heat and order its summary; a finished one stays as it is.

    Raises:
        NotFound: There is no such heat, or none is open.
        Undecided: Several can be meant.
    """
    unit, team = change.unit, change.team
    actor, channel_id = change.actor, change.caller.channel_id
    if command.heat is None:
        found = _heat_to_finish(change, command).heat
    else:
        found = find_heat(unit, team.id, change.where, command.heat)[1].heat
    if found.is_open:
        finish_heat(unit, team.id, found, by=actor, channel_id=channel_id)
    laps = select(RunLog.id).where(RunLog.heat_id == found.id).limit(1)
    where = team.summary_channel_id or channel_id
    return HeatFinished(
        heat=found.ref,
        already=not found.is_open,
        has_laps=unit.connection.execute(laps).first() is not None,
        channel_id=where if found.is_open else None,
        problem=outbox.problem_of(unit, team.id, found.id),
    )


def _heat_to_finish(change: Change, command: FinishHeat) -> Driven:
    unit, where = change.unit, change.where
    picked = as_uuid(command.answers.session or "")
    if picked is not None:
        session = session_by_id(unit, change.team.id, picked)
    else:
        session = where.open_session() or session_to_read(unit, change.team.id, where)
    heats = heats_of(unit, session, where.racer)
    known = known_class(unit, where, session, heats)
    of_class = heats if known is None else heats_in(heats, known)
    still_open = [each for each in of_class if each.heat.is_open]
    if known is None and len(still_open) > 1:
        raise which_heat(still_open)
    found = heat_for(still_open, where.racer, unit.now) or _finished_just_now(of_class, unit.now)
    if found is not None:
        return found
    others = [each for each in heats if each.heat.is_open]
    if others:
        raise which_to_finish(known or NO_CLASS, others)
    raise NotFound("No heat is open: type /lap with your times and one opens by itself.")


def _finished_just_now(heats: Sequence[Driven], now: datetime) -> Driven | None:
    """Return the heat that a second press means, where the first one has finished it."""
    finished = [
        (each.heat.finished_at, at) for at, each in enumerate(heats) if each.heat.finished_at
    ]
    if not finished:
        return None
    finished_at, at = max(finished)
    return heats[at] if now - finished_at < LATE_LAPS else None


def _others_race_there(unit: Unit, session: RaceSession, actor: RacerProfile) -> bool:
    """Tell whether others have logged laps in a session just now."""
    others = {"session_id": session.id, "racer_id": actor.id}
    logged_at: datetime | None = unit.connection.execute(_OTHERS_LOGGED, others).scalar()
    return logged_at is not None and abs(unit.now - logged_at) < STILL_RACING


def close(change: Change, command: CloseSession) -> SessionClosed:
    """Close a session: its open heats finish, the wrap-up is ordered.

    Raises:
        NotFound: There is no such session.
        Conflict: It is closed already.
        Undecided: Several can be meant, or others race there.
    """
    unit, team, where = change.unit, change.team, change.where
    actor, channel_id = change.actor, change.caller.channel_id
    named = command.session or command.answers.session
    session = find_session(unit, team.id, where, named) if named else where.open_session()
    session = session or session_to_read(unit, team.id, where)
    if session.status == "closed":
        raise Conflict(f"{session.ref.name} is closed already.")
    if not command.answers.is_sure and _others_race_there(unit, session, actor):
        raise others_race_there(session)
    finished = close_session(unit, team, session, by=actor, channel_id=channel_id)
    laps = select(RunLog.id).where(RunLog.session_id == session.id).limit(1)
    where_to = team.summary_channel_id or channel_id
    return SessionClosed(
        session=session.ref,
        finished=finished,
        has_laps=unit.connection.execute(laps).first() is not None,
        channel_id=where_to,
        problem=outbox.problem_of(unit, team.id, session.id),
    )
