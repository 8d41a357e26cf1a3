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

from core.database import Unit
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


def laps_of(unit: Unit, heat: Heat, racer: RacerProfile) -> list[RunLog]:
    """Return the racer's stored laps of the heat in lap order."""
    rows = unit.db.scalars(
        select(RunLog)
        .where(RunLog.heat_id == heat.id, RunLog.racer_id == racer.id)
        .order_by(RunLog.lap_number)
    )
    return list(rows)


def append_laps(
    unit: Unit,
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
        unit: The transaction, holding the team.
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
    standing = standing_of(unit, session, heat, racer)
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
        created_at=unit.now,
    )
    unit.db.add(entry)
    unit.db.flush()
    first = lap_number or max((lap.lap_number for lap in before), default=0) + 1
    unit.db.execute(
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
                "created_at": unit.now,
                "updated_at": unit.now,
            }
            for offset, time_ms in enumerate(times_ms)
        ],
    )
    if confidence is not None:
        standing.confidence_rating = confidence
    if note is not None:
        standing.note = note
    heat.last_activity_at = unit.now
    if channel_id is not None:
        heat.last_channel_id = channel_id
    settle(unit, session, heat, racer)
    return entry


def replace_laps(
    unit: Unit,
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
        unit: The transaction, holding the team.
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
    standing = standing_of(unit, session, heat, racer)
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
        created_at=unit.now,
    )
    unit.db.add(entry)
    unit.db.flush()
    unit.db.execute(delete(RunLog).where(RunLog.heat_id == heat.id, RunLog.racer_id == racer.id))
    if laps:
        unit.db.execute(
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
                    "created_at": lap.created_at or unit.now,
                    "updated_at": unit.now,
                }
                for number, lap in enumerate(laps, FIRST_LAP)
            ],
        )
    standing.confidence_rating = confidence
    standing.note = note
    heat.last_activity_at = unit.now
    if channel_id is not None:
        heat.last_channel_id = channel_id
    settle(unit, session, heat, racer)
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


def settle(unit: Unit, session: RaceSession, heat: Heat, racer: RacerProfile) -> list[RunLog]:
    """Make the racer's first crossing and score in the heat agree with the laps that stand.

    Returns:
        The racer's laps as they now stand.
    """
    laps = laps_of(unit, heat, racer)
    _look_at_first_crossing(unit, laps)
    if laps:
        standing = standing_of(unit, session, heat, racer)
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
        standing.updated_at = unit.now
    else:
        unit.db.execute(
            delete(HeatRacer).where(HeatRacer.heat_id == heat.id, HeatRacer.racer_id == racer.id)
        )
    unit.db.flush()
    outbox_rows.mark_stale(unit, heat)
    return laps


def renew_advice(unit: Unit, which: ColumnElement[bool]) -> None:
    """Make the advice in stored scores agree with the racers' levels and the practice rounds.

    The scores themselves never move.
    """
    rows = unit.db.execute(
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
    unit.db.flush()


def renew_track(unit: Unit, session: RaceSession) -> None:
    """Make the runs of a session carry the track it has now."""
    heats = select(Heat.id).where(Heat.session_id == session.id)
    unit.db.execute(
        update(HeatRacer)
        .where(HeatRacer.heat_id.in_(heats))
        .values(track_key=session.track_key)
        .execution_options(synchronize_session=False)
    )


def standing_of(unit: Unit, session: RaceSession, heat: Heat, racer: RacerProfile) -> HeatRacer:
    """Return the racer's standing in the heat, made if it is new."""
    standing = unit.db.get(HeatRacer, (heat.id, racer.id))
    if standing is None:
        standing = HeatRacer(
            heat_id=heat.id,
            racer_id=racer.id,
            track_key=session.track_key,
            class_key=heat.class_key,
            opened_at=heat.opened_at,
            updated_at=unit.now,
        )
        unit.db.add(standing)
    return standing


def _look_at_first_crossing(unit: Unit, laps: Sequence[RunLog]) -> None:
    """Leave lap 1 out, or count it again, until the racer has decided on it."""
    if not laps or laps[0].lap_number != FIRST_LAP or laps[0].counts_decided:
        return
    first = laps[0]
    counts = not is_first_crossing([lap.lap_time_ms for lap in laps])
    if first.counts != counts:
        first.counts = counts
        first.updated_at = unit.now


def rate_confidence(
    unit: Unit, session: RaceSession, heat: Heat, racer: RacerProfile, confidence: int
) -> bool:
    """Store a racer's confidence in the heat; tell whether they have laps there at all."""
    standing = unit.db.get(HeatRacer, (heat.id, racer.id))
    if standing is None or standing.lap_count == 0:
        return False
    standing.confidence_rating = confidence
    settle(unit, session, heat, racer)
    return True


def decide_whether_lap_counts(
    unit: Unit,
    session: RaceSession,
    heat: Heat,
    racer: RacerProfile,
    *,
    lap_number: int,
    counts: bool,
) -> RunLog | None:
    """Store the racer's decision on a lap; None when there is no such lap."""
    lap = unit.db.scalar(
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
    lap.updated_at = unit.now
    heat.last_activity_at = unit.now
    settle(unit, session, heat, racer)
    return lap


def take_back(
    unit: Unit, session: RaceSession, heat: Heat, racer: RacerProfile, entry: Entry
) -> tuple[int, int]:
    """Undo an entry: remove its laps, bring back what it had replaced, settle the heat.

    Returns:
        How many laps were removed, and how many stand again.
    """
    replaced: list[dict[str, Any]] | None = entry.replaced["laps"]
    own = RunLog.entry_id == entry.id
    of_racer = (RunLog.heat_id == heat.id) & (RunLog.racer_id == racer.id)
    removed = unit.db.execute(
        delete(RunLog)
        .where(own if replaced is None else of_racer)
        .returning(RunLog.id)
        .execution_options(synchronize_session=False)
    )
    count = len(removed.all())
    if replaced:
        unit.db.execute(
            insert(RunLog),
            [
                lap
                | {
                    "session_id": session.id,
                    "heat_id": heat.id,
                    "racer_id": racer.id,
                    "created_at": unit.now,
                    "updated_at": unit.now,
                }
                for lap in replaced
            ],
        )
    standing = standing_of(unit, session, heat, racer)
    if "confidence" in entry.replaced:
        standing.confidence_rating = entry.replaced["confidence"]
    if "note" in entry.replaced:
        standing.note = entry.replaced["note"]
    heat.last_activity_at = unit.now
    unit.db.delete(entry)
    unit.db.flush()
    settle(unit, session, heat, racer)
    return count, len(replaced or ())
