"""Reading a heat or a session as the tables that answers and posts show."""

from __future__ import annotations

from collections import defaultdict
from math import inf
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, String, and_, cast, func, select
from sqlalchemy.orm import aliased

from core.database import Unit
from core.laps import Lap
from core.models import Heat, HeatRacer, RacerProfile, RaceSession, RunLog
from core.names import HeatKind
from core.results.heats import HeatTable, RacerRun
from core.results.sessions import ClassStandings, SessionInfo, StandingCell, StandingRow, Standings
from core.scoring.advice import Status
from core.scoring.mistakes import find_mistakes
from core.scoring.orp import OrpResult
from core.services.places import heats_of


def stored_orp(standing: HeatRacer) -> OrpResult | None:
    """Return the score that was worked out when the laps last changed."""
    return OrpResult.from_dict(standing.orp_figures) if standing.orp_figures else None


def session_info(session: RaceSession, heat_count: int) -> SessionInfo:
    """Return a session with its settings."""
    return SessionInfo(
        id=session.id,
        name=session.ref.name,
        track=session.track_name,
        days=session.days,
        practice_rounds=session.practice_rounds,
        qualifying_rounds=session.qualifying_rounds,
        time_zone=session.time_zone,
        is_open=session.status == "active",
        created_at=session.created_at,
        closes_at=session.closes_at,
        closed_at=session.closed_at,
        heat_count=heat_count,
    )


def count_heats(unit: Unit, session: RaceSession) -> int:
    """Return how many heats a session has."""
    return (
        unit.db.scalar(select(func.count()).select_from(Heat).where(Heat.session_id == session.id))
        or 0
    )


def heat_table(unit: Unit, session: RaceSession, heat: Heat) -> HeatTable:
    """Return a heat with everybody's run, ranked."""
    return HeatTable(
        heat=heat.ref,
        session=session.ref,
        kind=HeatKind(heat.kind),
        is_open=heat.status == "open",
        length_s=heat.length_s,
        runs=tuple(sorted(racer_runs(unit, session, heat), key=_rank)),
    )


def _rank(run: RacerRun) -> tuple[int, float, float, str]:
    """Sort by score, then fewer than two laps, then rejected; equal scores by fast lap."""
    if run.orp is None:
        group, score = 1, 0.0
    elif run.orp.status is Status.REJECTED:
        group, score = 2, 0.0
    else:
        group, score = 0, -run.orp.orp_score
    return group, score, run.best_lap_ms or inf, run.racer.name.casefold()


def racer_runs(
    unit: Unit, session: RaceSession, heat: Heat, racer: RacerProfile | None = None
) -> list[RacerRun]:
    """Return the runs of a heat, or one racer's, each with change and personal best."""
    drivers = (
        select(HeatRacer, RacerProfile)
        .join(RacerProfile, RacerProfile.id == HeatRacer.racer_id)
        .where(HeatRacer.heat_id == heat.id, HeatRacer.lap_count > 0)
    )
    lap_rows = (
        select(RunLog.racer_id, RunLog.lap_number, RunLog.lap_time_ms, RunLog.counts)
        .where(RunLog.heat_id == heat.id)
        .order_by(RunLog.lap_number)
    )
    if racer is not None:
        drivers = drivers.where(HeatRacer.racer_id == racer.id)
        lap_rows = lap_rows.where(RunLog.racer_id == racer.id)
    standings = (unit.db.execute(drivers)).all()
    laps: dict[UUID, list[Lap]] = defaultdict(list)
    for racer_id, number, time_ms, counts in unit.db.execute(lap_rows):
        laps[racer_id].append(Lap(number, time_ms, counts))
    racer_ids = [standing.racer_id for standing, _ in standings]
    earlier_scores = _scores_before(unit, heat, racer_ids)
    other_bests = _other_bests(unit, session, heat, racer_ids)
    runs = []
    for standing, profile in standings:
        orp = stored_orp(standing)
        earlier = earlier_scores.get(profile.id)
        best_before, best_elsewhere, in_session = other_bests.get(profile.id, (None, None, None))
        runs.append(
            RacerRun(
                racer=profile.person,
                laps=tuple(laps[profile.id]),
                confidence=standing.confidence_rating,
                orp=orp,
                change=_change(orp, earlier),
                note=standing.note,
                best_before_ms=best_before,
                best_elsewhere_ms=best_elsewhere,
                session_best_elsewhere_ms=in_session,
            )
        )
    return runs


def _change(orp: OrpResult | None, earlier: float | None) -> float | None:
    if orp is None or orp.status is Status.REJECTED or earlier is None:
        return None
    return round(orp.orp_score - earlier, 1)


def _scores_before(unit: Unit, heat: Heat, racer_ids: list[UUID]) -> dict[UUID, float]:
    """Return each racer's latest valid score in the class before this heat."""
    # An outer join goes from the session's heats to their runs, never through all of a racer's.
    valid = and_(
        HeatRacer.heat_id == Heat.id,
        HeatRacer.racer_id.in_(racer_ids),
        HeatRacer.orp_status == Status.VALID.value,
    )
    rows = unit.db.execute(
        select(HeatRacer.racer_id, HeatRacer.orp_score)
        .select_from(Heat)
        .outerjoin(HeatRacer, valid)
        .where(
            Heat.session_id == heat.session_id,
            Heat.class_key == heat.class_key,
            Heat.opened_at < heat.opened_at,
        )
        .order_by(Heat.opened_at)
    )
    return {racer_id: score for racer_id, score in rows if score is not None}


def _other_bests(
    unit: Unit, session: RaceSession, heat: Heat, racer_ids: list[UUID]
) -> dict[UUID, tuple[int | None, int | None, int | None]]:
    """Return each racer's fastest lap in other heats of the class.

    That is at the track before this heat, at the track in all others, and in the session in all
    others. A session that names no track is compared with itself alone.
    """
    other = aliased(HeatRacer)
    in_session = (
        select(other.best_lap_ms)
        .join(Heat, Heat.id == other.heat_id)
        .where(
            other.racer_id == HeatRacer.racer_id,
            Heat.session_id == session.id,
            Heat.class_key == heat.class_key,
            Heat.id != heat.id,
        )
    )
    elsewhere = in_session
    if session.track_key is not None:
        elsewhere = _bests_at(session.track_key, other).where(
            other.class_key == heat.class_key, other.heat_id != heat.id
        )
    before = elsewhere.where(other.opened_at < heat.opened_at)
    rows = unit.db.execute(
        select(
            HeatRacer.racer_id,
            _fastest(before, other),
            _fastest(elsewhere, other),
            _fastest(in_session, other),
        ).where(HeatRacer.heat_id == heat.id, HeatRacer.racer_id.in_(racer_ids))
    )
    return {
        racer_id: (before, at_track, in_session) for racer_id, before, at_track, in_session in rows
    }


def _bests_at(track_key: str, other: type[HeatRacer]) -> Select[int | None]:
    """Select a racer's best laps at a track, one for each heat."""
    return select(other.best_lap_ms).where(
        other.racer_id == HeatRacer.racer_id, other.track_key == track_key
    )


def _fastest(bests: Select[int | None], other: type[HeatRacer]) -> ScalarSelect[int | None]:
    """Select the first of them in order, which an index has at hand."""
    fastest = bests.where(other.best_lap_ms > 0).order_by(other.best_lap_ms).limit(1)
    return fastest.correlate(HeatRacer).scalar_subquery()


def standings(unit: Unit, session: RaceSession, *, is_own: bool = False) -> Standings:
    """Return the session's racers × heats, by class."""
    heats = heats_of(unit, session)
    rows = (
        unit.db.execute(
            select(HeatRacer, RacerProfile)
            .join(RacerProfile, RacerProfile.id == HeatRacer.racer_id)
            .join(Heat, Heat.id == HeatRacer.heat_id)
            .where(Heat.session_id == session.id, HeatRacer.lap_count > 0)
        )
    ).all()
    profiles = {profile.id: profile for _, profile in rows}
    driven = {(standing.heat_id, standing.racer_id): standing for standing, _ in rows}
    lost = _lost_times(unit, session)
    bests = _bests_before_session(unit, session)
    classes = []
    for class_key, class_name in {heat.class_key: heat.class_name for heat in heats}.items():
        of_class = [heat for heat in heats if heat.class_key == class_key]
        table = [
            StandingRow(profile.person, cells, bests.get((class_key, racer_id)))
            for racer_id, profile in profiles.items()
            if any(cells := _cells(driven, lost, of_class, racer_id))
        ]
        table.sort(key=_standing_rank)
        classes.append(
            ClassStandings(class_name, tuple(heat.ref for heat in of_class), tuple(table))
        )
    return Standings(session_info(session, len(heats)), tuple(classes), is_own)


def _standing_rank(row: StandingRow) -> tuple[bool, float, str]:
    """Sort by best score, then who has none by name."""
    return row.best_score is None, -(row.best_score or 0.0), row.racer.name.casefold()


def _lost_times(unit: Unit, session: RaceSession) -> dict[tuple[UUID, UUID], int]:
    """Return what mistakes cost each racer in each heat, in milliseconds.

    The laps of a run come as one text: a day of a large team has tens of thousands of laps, and a
    row for each would take far longer to read. Their order does not matter here.
    """
    times = func.aggregate_strings(cast(RunLog.lap_time_ms, String), " ")
    rows = unit.db.execute(
        select(RunLog.heat_id, RunLog.racer_id, times)
        .where(RunLog.session_id == session.id, RunLog.counts)
        .group_by(RunLog.heat_id, RunLog.racer_id)
    )
    return {
        (heat_id, racer_id): find_mistakes(
            [Lap(number, int(time_ms)) for number, time_ms in enumerate(text.split(), start=1)]
        ).lost_ms
        for heat_id, racer_id, text in rows
    }


def _bests_before_session(unit: Unit, session: RaceSession) -> dict[tuple[str, UUID], int]:
    """Return the fastest lap by class and racer at this track before the session was opened."""
    if session.track_key is None:
        return {}
    other = aliased(HeatRacer)
    heats = select(Heat.id).where(Heat.session_id == session.id)
    before = _bests_at(session.track_key, other).where(
        other.class_key == HeatRacer.class_key,
        other.opened_at < session.created_at,
        other.heat_id.not_in(heats),
    )
    rows = unit.db.execute(
        select(HeatRacer.class_key, HeatRacer.racer_id, _fastest(before, other))
        .where(HeatRacer.heat_id.in_(heats))
        .group_by(HeatRacer.class_key, HeatRacer.racer_id)
    )
    return {(class_key, racer_id): best for class_key, racer_id, best in rows if best is not None}


def _cells(
    driven: dict[tuple[UUID, UUID], HeatRacer],
    lost: dict[tuple[UUID, UUID], int],
    heats: list[Heat],
    racer_id: UUID,
) -> tuple[StandingCell | None, ...]:
    cells: list[StandingCell | None] = []
    earlier: float | None = None
    for heat in heats:
        standing = driven.get((heat.id, racer_id))
        if standing is None:
            cells.append(None)
            continue
        rejected = standing.orp_status == Status.REJECTED.value
        score = None if rejected else standing.orp_score
        change = round(score - earlier, 1) if score is not None and earlier is not None else None
        cells.append(
            StandingCell(
                score=score,
                rejected=rejected,
                change=change,
                best_lap_ms=standing.best_lap_ms,
                lap_count=standing.lap_count,
                note=standing.note,
                lost_ms=lost.get((heat.id, racer_id), 0),
            )
        )
        earlier = score if score is not None else earlier
    return tuple(cells)
