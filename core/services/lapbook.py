"""Writing a racer's laps in a heat, and keeping everything that follows from them true.

Every change of laps, whoever asks for it, ends in :func:`settle`: it looks at the first crossing,
works out ORP, stores both, and tells the outbox that a post has to change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from core.database import UnitOfWork
from core.errors import BadInput, Conflict
from core.laps import Lap
from core.models import Entry, EntryKind, Heat, HeatRacer, RacerProfile, RaceSession, RunLog
from core.oddities import is_first_crossing
from core.scoring.advice import ExperienceLevel, recommendation, scenario_for
from core.scoring.orp import OrpResult, calculate_orp
from core.services import outbox_rows

FIRST_LAP = 1
LONGEST_RUN = 2_000


@dataclass(frozen=True, slots=True)
class WantedLap:
    """A lap as it shall stand after a run was written anew.

    Attributes:
        time_ms: 1 to 999,999 ms.
        counts: Whether it counts.
        is_decided: Whether that is the racer's decision.
        confidence: What was rated with it.
        entry_id: The entry it belongs to; None for the one that writes the run anew.
        created_at: When it was first stored; None for now.
    """

    time_ms: int
    counts: bool = True
    is_decided: bool = False
    confidence: int | None = None
    entry_id: int | None = None
    created_at: datetime | None = None

    @classmethod
    def kept(cls, row: RunLog) -> WantedLap:
        """Return a stored lap as it stands."""
        return cls(
            row.lap_time_ms,
            row.counts,
            row.counts_decided,
            row.confidence_rating,
            row.entry_id,
            row.created_at,
        )


def check_confidence(confidence: int | None) -> None:
    """Refuse a confidence outside 1..5.

    Raises:
        BadInput: It is outside.
    """
    if confidence is not None and not 1 <= confidence <= 5:
        raise BadInput("Confidence goes from 1 (no trust in the car) to 5 (full trust).")


def as_lap(row: RunLog) -> Lap:
    """Return the lap as the formulas take it."""
    return Lap(row.lap_number, row.lap_time_ms, row.counts)


async def laps_of(uow: UnitOfWork, heat: Heat, racer: RacerProfile) -> list[RunLog]:
    """Return the racer's stored laps of the heat in lap order."""
    rows = await uow.db.scalars(
        select(RunLog)
        .where(RunLog.heat_id == heat.id, RunLog.racer_id == racer.id)
        .order_by(RunLog.lap_number)
    )
    return list(rows)


async def append_laps(
    uow: UnitOfWork,
    session: RaceSession,
    heat: Heat,
    racer: RacerProfile,
    *,
    entered_by: RacerProfile,
    kind: EntryKind,
    times_ms: Sequence[int],
    before: Sequence[RunLog],
    lap_number: int | None = None,
    confidence: int | None = None,
    note: str | None = None,
    channel_id: int | None = None,
) -> Entry:
    """Store laps behind those already there (or one at ``lap_number``) and settle the heat.

    Args:
        uow: The transaction, holding the team.
        session: The session of the heat.
        heat: Where they go.
        racer: Who drove them.
        entered_by: Who typed them.
        kind: How they came.
        times_ms: The lap times, 1 to 999999 ms.
        before: The racer's laps of the heat so far.
        lap_number: The number of a single lap; None counts on.
        confidence: 1 to 5; None keeps what was rated.
        note: What was changed on the car; None keeps what was noted.
        channel_id: Where it was typed.

    Raises:
        BadInput: The confidence, a lap number below 1, or too many laps.
        Conflict: A lap of that number is there already.
    """
    check_confidence(confidence)
    if lap_number is not None and not 1 <= lap_number <= LONGEST_RUN:
        raise BadInput(f"Lap numbers go from 1 to {LONGEST_RUN}.")
    if len(before) + len(times_ms) > LONGEST_RUN:
        raise BadInput(f"A run in one heat has {LONGEST_RUN} laps at most.")
    if any(lap.lap_number == lap_number for lap in before):
        raise Conflict(f"Lap {lap_number} is there already; correct it or leave the number out.")
    standing = await standing_of(uow, session, heat, racer)
    # Only what the entry itself sets is in it: Undo leaves a rating alone that came otherwise.
    replaced: dict[str, Any] = {"laps": None}
    if confidence is not None:
        replaced["confidence"] = standing.confidence_rating
    if note is not None:
        replaced["note"] = standing.note
    entry = Entry(
        heat_id=heat.id,
        racer_id=racer.id,
        entered_by=entered_by.id,
        kind=kind,
        note=note,
        replaced=replaced,
        created_at=uow.now,
    )
    uow.db.add(entry)
    await uow.db.flush()
    first = lap_number or max((lap.lap_number for lap in before), default=0) + 1
    await uow.db.execute(
        insert(RunLog),
        [
            {
                "session_id": session.id,
                "heat_id": heat.id,
                "racer_id": racer.id,
                "lap_number": first + offset,
                "lap_time_ms": time_ms,
                "confidence_rating": confidence,
                "counts": True,
                "counts_decided": False,
                "entry_id": entry.id,
                "created_at": uow.now,
                "updated_at": uow.now,
            }
            for offset, time_ms in enumerate(times_ms)
        ],
    )
    if confidence is not None:
        standing.confidence_rating = confidence
    if note is not None:
        standing.note = note
    heat.last_activity_at = uow.now
    if channel_id is not None:
        heat.last_channel_id = channel_id
    await settle(uow, session, heat, racer)
    return entry


async def replace_laps(
    uow: UnitOfWork,
    session: RaceSession,
    heat: Heat,
    racer: RacerProfile,
    *,
    entered_by: RacerProfile,
    before: Sequence[RunLog],
    laps: Sequence[WantedLap],
    note: str | None,
    confidence: int | None,
    channel_id: int | None = None,
) -> Entry:
    """Write a racer's run in a heat anew, numbered from 1, and settle the heat.

    Args:
        uow: The transaction, holding the team.
        session: The session of the heat.
        heat: The heat.
        racer: Who drove the laps.
        entered_by: Who asks for it.
        before: The racer's laps of the heat so far, all of which go.
        laps: What stands instead; none is allowed.
        note: The note that stands from now on.
        confidence: The confidence that stands from now on, 1 to 5.
        channel_id: Where it was asked for.

    Returns:
        The entry; taken back, it brings the laps, the note and the confidence of before.
    """
    standing = await standing_of(uow, session, heat, racer)
    replaced: dict[str, Any] = {"laps": [_as_kept(lap) for lap in before]}
    # Without laps nothing of the standing stays. Else only what changes is in it: Undo leaves a
    # rating alone that came otherwise.
    if not laps or confidence != standing.confidence_rating:
        replaced["confidence"] = standing.confidence_rating
    if not laps or note != standing.note:
        replaced["note"] = standing.note
    entry = Entry(
        heat_id=heat.id,
        racer_id=racer.id,
        entered_by=entered_by.id,
        kind="form",
        note=note,
        replaced=replaced,
        created_at=uow.now,
    )
    uow.db.add(entry)
    await uow.db.flush()
    await uow.db.execute(
        delete(RunLog).where(RunLog.heat_id == heat.id, RunLog.racer_id == racer.id)
    )
    if laps:
        await uow.db.execute(
            insert(RunLog),
            [
                {
                    "session_id": session.id,
                    "heat_id": heat.id,
                    "racer_id": racer.id,
                    "lap_number": number,
                    "lap_time_ms": lap.time_ms,
                    "confidence_rating": lap.confidence,
                    "counts": lap.counts,
                    "counts_decided": lap.is_decided,
                    "entry_id": lap.entry_id or entry.id,
                    "created_at": lap.created_at or uow.now,
                    "updated_at": uow.now,
                }
                for number, lap in enumerate(laps, FIRST_LAP)
            ],
        )
    standing.confidence_rating = confidence
    standing.note = note
    heat.last_activity_at = uow.now
    if channel_id is not None:
        heat.last_channel_id = channel_id
    await settle(uow, session, heat, racer)
    return entry


def _as_kept(lap: RunLog) -> dict[str, Any]:
    """Return what an entry keeps of a lap that it replaces."""
    return {
        "lap_number": lap.lap_number,
        "lap_time_ms": lap.lap_time_ms,
        "confidence_rating": lap.confidence_rating,
        "counts": lap.counts,
        "counts_decided": lap.counts_decided,
        "entry_id": lap.entry_id,
    }


async def settle(
    uow: UnitOfWork, session: RaceSession, heat: Heat, racer: RacerProfile
) -> list[RunLog]:
    """Make the racer's first crossing and score in the heat agree with the laps that stand.

    Returns:
        The racer's laps as they now stand.
    """
    laps = await laps_of(uow, heat, racer)
    await _look_at_first_crossing(uow, laps)
    if laps:
        standing = await standing_of(uow, session, heat, racer)
        counting = [lap.lap_time_ms for lap in laps if lap.counts]
        orp = calculate_orp(
            counting,
            confidence=standing.confidence_rating,
            experience_level=ExperienceLevel.stored(racer.experience_level),
            practice_rounds=session.practice_rounds,
        )
        standing.lap_count = len(laps)
        standing.best_lap_ms = min(counting, default=None)
        standing.orp_score = orp.orp_score if orp else None
        standing.orp_status = orp.status.value if orp else None
        standing.orp_figures = orp.as_dict() if orp else None
        standing.updated_at = uow.now
    else:
        await uow.db.execute(
            delete(HeatRacer).where(HeatRacer.heat_id == heat.id, HeatRacer.racer_id == racer.id)
        )
    await uow.db.flush()
    await outbox_rows.mark_stale(uow, heat)
    return laps


async def renew_advice(uow: UnitOfWork, which: ColumnElement[bool]) -> None:
    """Make the advice in stored scores agree with the racers' levels and the practice rounds.

    The scores themselves never move.
    """
    rows = await uow.db.execute(
        select(HeatRacer, RacerProfile.experience_level, RaceSession.practice_rounds)
        .join(RacerProfile, RacerProfile.id == HeatRacer.racer_id)
        .join(Heat, Heat.id == HeatRacer.heat_id)
        .join(RaceSession, RaceSession.id == Heat.session_id)
        .where(which)
    )
    for standing, stored_level, practice_rounds in rows:
        if standing.orp_figures:
            orp = OrpResult.from_dict(standing.orp_figures)
            level, scenario = ExperienceLevel.stored(stored_level), scenario_for(practice_rounds)
            standing.orp_figures = replace(
                orp,
                experience_level=level,
                bias=level.bias,
                recommendation=recommendation(orp.status, orp.strategy, level, scenario),
            ).as_dict()
    await uow.db.flush()


async def renew_track(uow: UnitOfWork, session: RaceSession) -> None:
    """Make the runs of a session carry the track it has now."""
    heats = select(Heat.id).where(Heat.session_id == session.id)
    await uow.db.execute(
        update(HeatRacer)
        .where(HeatRacer.heat_id.in_(heats))
        .values(track_key=session.track_key)
        .execution_options(synchronize_session=False)
    )


async def standing_of(
    uow: UnitOfWork, session: RaceSession, heat: Heat, racer: RacerProfile
) -> HeatRacer:
    """Return the racer's standing in the heat, made if it is new."""
    standing = await uow.db.get(HeatRacer, (heat.id, racer.id))
    if standing is None:
        standing = HeatRacer(
            heat_id=heat.id,
            racer_id=racer.id,
            track_key=session.track_key,
            class_key=heat.class_key,
            opened_at=heat.opened_at,
            updated_at=uow.now,
        )
        uow.db.add(standing)
    return standing


async def _look_at_first_crossing(uow: UnitOfWork, laps: Sequence[RunLog]) -> None:
    """Leave lap 1 out, or count it again, until the racer has decided on it."""
    if not laps or laps[0].lap_number != FIRST_LAP or laps[0].counts_decided:
        return
    first = laps[0]
    counts = not is_first_crossing([lap.lap_time_ms for lap in laps])
    if first.counts != counts:
        first.counts = counts
        first.updated_at = uow.now


async def rate_confidence(
    uow: UnitOfWork, session: RaceSession, heat: Heat, racer: RacerProfile, confidence: int
) -> bool:
    """Store a racer's confidence in the heat; tell whether they have laps there at all."""
    standing = await uow.db.get(HeatRacer, (heat.id, racer.id))
    if standing is None or standing.lap_count == 0:
        return False
    standing.confidence_rating = confidence
    await settle(uow, session, heat, racer)
    return True


async def decide_whether_lap_counts(
    uow: UnitOfWork,
    session: RaceSession,
    heat: Heat,
    racer: RacerProfile,
    *,
    lap_number: int,
    counts: bool,
) -> RunLog | None:
    """Store the racer's decision on a lap; None when there is no such lap."""
    lap = await uow.db.scalar(
        select(RunLog).where(
            RunLog.heat_id == heat.id,
            RunLog.racer_id == racer.id,
            RunLog.lap_number == lap_number,
        )
    )
    if lap is None:
        return None
    lap.counts = counts
    lap.counts_decided = True
    lap.updated_at = uow.now
    heat.last_activity_at = uow.now
    await settle(uow, session, heat, racer)
    return lap


async def take_back(
    uow: UnitOfWork, session: RaceSession, heat: Heat, racer: RacerProfile, entry: Entry
) -> tuple[int, int]:
    """Undo an entry: remove its laps, bring back what it had replaced, settle the heat.

    Returns:
        How many laps were removed, and how many stand again.
    """
    replaced: list[dict[str, Any]] | None = entry.replaced["laps"]
    own = RunLog.entry_id == entry.id
    of_racer = (RunLog.heat_id == heat.id) & (RunLog.racer_id == racer.id)
    removed = await uow.db.execute(
        delete(RunLog)
        .where(own if replaced is None else of_racer)
        .returning(RunLog.id)
        .execution_options(synchronize_session=False)
    )
    count = len(removed.all())
    if replaced:
        await uow.db.execute(
            insert(RunLog),
            [
                lap
                | {
                    "session_id": session.id,
                    "heat_id": heat.id,
                    "racer_id": racer.id,
                    "created_at": uow.now,
                    "updated_at": uow.now,
                }
                for lap in replaced
            ],
        )
    standing = await standing_of(uow, session, heat, racer)
    if "confidence" in entry.replaced:
        standing.confidence_rating = entry.replaced["confidence"]
    if "note" in entry.replaced:
        standing.note = entry.replaced["note"]
    heat.last_activity_at = uow.now
    await uow.db.delete(entry)
    await uow.db.flush()
    await settle(uow, session, heat, racer)
    return count, len(replaced or ())
