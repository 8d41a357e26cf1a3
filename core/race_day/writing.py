"""Every way laps get written, and what is said of it: typed, saved, moved, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased

from core.caller import LARGEST_ID
from core.commands import LogLaps
from core.database import Unit
from core.errors import Conflict, NotAllowed, NotFound
from core.first_crossing import MIN_LAPS_FOR_CROSSING, is_first_crossing
from core.laps import Lap
from core.laptimes import FormLap
from core.models import Entry, EntryKind, Heat, HeatRacer, RacerProfile, RaceSession, SummaryPost
from core.names import clean_note
from core.oddities import doubtful_laps, repeated_run
from core.race_day.bests import bests_of
from core.race_day.change import Change
from core.race_day.driven import DRIVEN, Driven, driven_of
from core.race_day.finding import Typed
from core.race_day.opening import open_for_laps
from core.race_day.rows import EntryRow, HeatRow, LapRow
from core.race_day.run import Run
from core.race_day.sessions import race_in
from core.race_day.usual import usual_laps
from core.results.heat import RacerRun
from core.results.run_written import NewBest, RunWritten, Way
from core.scoring.orp import check_confidence

# What a select holds beside *New heat*.
OTHER_HEATS: Final = 24

_later: Final = aliased(Entry)
_NEWEST: Final = (
    select(func.max(_later.id))
    .where(_later.heat_id == Entry.heat_id, _later.racer_id == Entry.racer_id)
    .scalar_subquery()
)
_ENTRY: Final = (
    select(
        *DRIVEN,
        Entry.id,
        Entry.kind,
        Entry.entered_by,
        Entry.replaced,
        Entry.note,
        Entry.id == _NEWEST,
        RacerProfile,
        RaceSession,
    )
    .join(Heat, Heat.id == Entry.heat_id)
    .join(RaceSession, RaceSession.id == Heat.session_id)
    .join(RacerProfile, RacerProfile.id == Entry.racer_id)
    .outerjoin(HeatRacer, and_(HeatRacer.heat_id == Heat.id, HeatRacer.racer_id == Entry.racer_id))
    .outerjoin(SummaryPost, SummaryPost.heat_id == Heat.id)
    .where(Entry.id == bindparam("entry_id"), RaceSession.team_id == bindparam("team_id"))
)


def written(change: Change, way: Way, run: Run, stands: RacerRun | None = None) -> RunWritten:
    """Return what every way of writing a run tells of it.

    Args:
        change: Who asked.
        way: In which way it was written.
        run: The run.
        stands: The run as the answer shows it, with the racer's bests where these are told.
    """
    return RunWritten(
        way=way,
        heat=run.heat.ref,
        session=run.session.ref,
        run=stands or run.result(),
        for_other=not change.is_about(run.racer.person),
        heat_is_open=run.heat.is_open,
        post_follows=run.post_follows,
    )


# Laps that were typed


def log_laps(
    change: Change, command: LogLaps, times_ms: Sequence[int], kind: EntryKind = "command"
) -> RunWritten:
    """Store laps where they belong, and tell how the run stands.

    Raises:
        Undecided: Something has to be asked for.
        BadInput: An option cannot be used.
        NotAllowed: They are somebody else's and the caller is not crew.
    """
    where = change.subject(command.racer, "enter laps for other racers")
    actor, racer = change.actor, where.racer or change.actor
    check_confidence(command.confidence)
    note = clean_note(command.note) if command.note else None
    typed = Typed(command.heat, command.class_name, sum(times_ms), command.answers)
    target = open_for_laps(change.unit, change.team, where, racer, change.caller, typed)
    run = Run(change.unit, target.session, target.driven, racer, target.heats)
    if kind == "form":
        # It was opened for an empty run.
        refuse_laps_there(run)
    before = list(run.laps)
    entry = run.append(
        times_ms,
        by=actor,
        kind=kind,
        confidence=command.confidence,
        note=note,
        channel_id=change.caller.channel_id,
        decided=dict.fromkeys(command.left_out, False),
    )
    race_in(change.unit, where, target.session, racer)
    return replace(
        logged(change, run, before, entry, target.heats),
        opened_heat=target.opened_heat,
        opened_session=target.opened_session,
        reopened_session=target.reopened_session,
        note=note,
        welcome=change.greet(command.racer),
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


def logged(
    change: Change, run: Run, before: Sequence[LapRow], entry: EntryRow, heats: Sequence[Driven]
) -> RunWritten:
    """Return what is told of laps that were stored behind those there before.

    Args:
        change: Who asked.
        run: The run.
        before: The laps that were there.
        entry: What the new ones came with.
        heats: The session's heats before, as the racer sees them.
    """
    stands = run.result(bests_of(change.unit, run.session, run.heat, run.racer.id))
    new_laps = tuple(lap.lap for lap in run.laps if lap.entry_id == entry.id)
    times_ms = [lap.time_ms for lap in new_laps]
    others = (each.heat.ref for each in reversed(heats) if each.heat.id != run.heat.id)
    doubtful = tuple(
        new_laps[at].number
        for at in _doubtful(change.unit, run, times_ms, before)
        # The first crossing is explained, not doubted.
        if new_laps[at].counts
    )
    return replace(
        written(change, Way.LOGGED, run, stands),
        entry_id=entry.id,
        new_laps=new_laps,
        finished_by=_finisher(change.unit, run.heat, change.actor),
        first_crossing=not run.laps[0].counts and (not before or before[0].counts),
        doubtful=doubtful,
        repeated=tuple(
            new_laps[at].number for at in repeated_run([lap.time_ms for lap in before], times_ms)
        ),
        new_best=_new_best(run.session, stands, new_laps, doubtful),
        other_heats=tuple(islice(others, OTHER_HEATS)),
    )


def _doubtful(
    unit: Unit, run: Run, new_ms: Sequence[int], others: Sequence[LapRow]
) -> tuple[int, ...]:
    """Return the places of new laps that look like typos; without others by what is usual."""
    counting = [lap.time_ms for lap in others if lap.counts]
    return doubtful_laps(new_ms, counting, () if others else usual_laps(unit, run))


def _finisher(unit: Unit, heat: HeatRow, actor: RacerProfile) -> str | None:
    """Return the name of whoever else had finished the heat."""
    if heat.finished_by is None or heat.finished_by == actor.id:
        return None
    finisher = unit.db.get(RacerProfile, heat.finished_by)
    return finisher.name if finisher else None


def _new_best(
    session: RaceSession, run: RacerRun, new_laps: tuple[Lap, ...], doubtful: tuple[int, ...]
) -> NewBest | None:
    """Return the personal best that fell with laps just stored: of the track, else the session."""
    counting = [lap for lap in new_laps if lap.counts]
    fastest = min(counting, key=lambda lap: lap.time_ms, default=None)
    if fastest is None or fastest.number in doubtful:
        return None
    earlier = [lap.time_ms for lap in run.laps if lap.counts and lap.number < new_laps[0].number]
    bests = ((run.best_elsewhere_ms, session.track_name), (run.session_best_elsewhere_ms, None))
    for best_elsewhere_ms, track in bests:
        if best_elsewhere_ms is None:
            continue
        was_ms = min([best_elsewhere_ms, *earlier])
        # Too few laps in the heat to tell the run to the loop: the best so far tells.
        too_few = fastest.number == 1 and len(run.laps) < MIN_LAPS_FOR_CROSSING
        if too_few and is_first_crossing([fastest.time_ms, was_ms, was_ms, was_ms]):
            return None
        if fastest.time_ms < was_ms:
            return NewBest(fastest.time_ms, was_ms, track)
    return None


# A run that is written again


def pair(before: Sequence[LapRow], laps: Sequence[FormLap]) -> list[LapRow]:
    """Return the laps as the form has them; those that stay keep what is known of them.

    A lap stays that is at its place from the front or, where laps came or went, from the back.
    """
    shift = len(before) - len(laps)
    times = [lap.time_ms for lap in laps]
    front = 0
    while front < min(len(before), len(laps)) and before[front].time_ms == times[front]:
        front += 1
    wanted = []
    for at, lap in enumerate(laps):
        old_at = at if shift == 0 or at < front else at + shift
        was = before[old_at] if 0 <= old_at < len(before) and old_at >= min(at, front) else None
        wanted.append(_wanted(at + 1, lap, was))
    if wanted and before and _was_corrected(before, wanted):
        # A lap 1 of another time is lap 1 still, and what was decided on it stands.
        first = before[0]
        is_decided = first.is_decided or first.counts != wanted[0].counts
        wanted[0] = wanted[0]._replace(is_decided=is_decided)
    return wanted


def _was_corrected(before: Sequence[LapRow], wanted: Sequence[LapRow]) -> bool:
    """Tell whether lap 1 has another time now: it is not gone, and none was put in front of it."""
    is_new = wanted[0].entry_id is None and wanted[0].time_ms != before[0].time_ms
    shift = len(wanted) - len(before)
    return is_new and not (shift > 0 and wanted[shift].time_ms == before[0].time_ms)


def _wanted(number: int, lap: FormLap, was: LapRow | None) -> LapRow:
    if was is None or was.time_ms != lap.time_ms:
        # A mark is a decision; without one lap 1 is looked at.
        return LapRow(number, lap.time_ms, lap.counts, is_decided=not lap.counts)
    is_decided = was.is_decided or was.counts != lap.counts
    return was._replace(counts=lap.counts, is_decided=is_decided)


def write_again(change: Change, run: Run, laps: Sequence[LapRow], note: str | None) -> RunWritten:
    """Write a run again where it is; where nothing is changed nothing is stored."""
    was = list(run.laps)
    entry = None
    if note != run.note or list(laps) != was:
        entry = run.replace(
            laps,
            note,
            by=change.actor,
            confidence=run.confidence,
            channel_id=change.caller.channel_id,
        )
    return edited(change, run, was, laps, entry)


def edited(
    change: Change,
    run: Run,
    was: Sequence[LapRow],
    laps: Sequence[LapRow],
    entry: EntryRow | None,
) -> RunWritten:
    """Return what is told of a run that was written again.

    Args:
        change: Who asked.
        run: The run.
        was: Its laps before.
        laps: The laps as they were wanted; those that came just now have no entry.
        entry: What it came with; None where nothing was changed.
    """
    changed = [at for at, lap in enumerate(laps) if lap.entry_id is None]
    others = [lap for lap in laps if lap.entry_id is not None]
    new_ms = [laps[at].time_ms for at in changed]
    doubtful = _doubtful(change.unit, run, new_ms, others) if new_ms else ()
    first = run.laps[0] if run.laps else None
    is_crossing = first is not None and not first.counts and not laps[0].is_decided
    return replace(
        written(change, Way.SAVED, run),
        laps_before=len(was),
        entry_id=entry.id if entry else None,
        first_crossing=is_crossing and (not was or was[0].counts),
        doubtful=tuple(
            run.laps[changed[at]].number for at in doubtful if run.laps[changed[at]].counts
        ),
    )


# Entries


def run_of_entry(change: Change, entry_id: int) -> tuple[Run, EntryRow]:
    """Return an entry of the team and the run it is about.

    Raises:
        NotFound: It was taken back.
    """
    found = find_entry(change, entry_id)
    if found is None:
        raise NotFound("Those laps are taken back already; /heat show tells what stands.")
    return found


def find_entry(change: Change, entry_id: int) -> tuple[Run, EntryRow] | None:
    """Return an entry of the team and the run it is about; None where it was taken back."""
    known = {"entry_id": min(entry_id, LARGEST_ID), "team_id": change.team.id}
    found = change.unit.db.execute(_ENTRY, known).first()
    if found is None:
        return None
    *entry, racer, session = found[len(DRIVEN) :]
    return Run(change.unit, session, driven_of(found), racer), EntryRow(*entry)


def require_newest(change: Change, run: Run, entry: EntryRow) -> None:
    """Refuse to take back what other laps were stored after.

    Raises:
        NotAllowed: There is a newer entry, or it is somebody else's and the caller is not crew.
    """
    change.require_own(run.racer, "take back other racers' laps")
    if not entry.is_newest:
        raise NotAllowed("Laps were stored after these: take those back first.")
