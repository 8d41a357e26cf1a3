"""Reading a heat, or a racer's whole session, as answers and posts show them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, func, select

from core.caller import Person
from core.database import Unit
from core.laps import Lap
from core.models import ONE, ZERO, Heat, HeatRacer, RacerProfile, RaceSession, RunLog
from core.names import HeatKind
from core.race_day.bests import Bests, bests_in
from core.race_day.driven import Driven, heat_by_id
from core.race_day.page_tables import PageTable, page_of
from core.race_day.rows import SCORE, HeatRow, ScoreRow
from core.race_day.run_laps import RunLaps, laps_in_heats
from core.race_day.scores_before import ScoreBefore, scores_before
from core.results.card import HeatLaps
from core.results.heat import HeatTable, RacerRun
from core.results.ranking import ranked
from core.results.session import SessionInfo
from core.scoring.advice import ExperienceLevel, Status
from core.scoring.certainty import is_more_than_luck, score_error
from core.scoring.finish import Place
from core.scoring.orp import OrpResult, calculate_orp
from core.scoring.score_change import change_since

PERSON: Final = (RacerProfile.discord_user_id, RacerProfile.name)


def session_info(session: RaceSession, heat_count: int, *, has_laps: bool) -> SessionInfo:
    """Return a session with its settings; when it closes is known from its first lap."""
    return SessionInfo(
        id=session.id,
        name=session.ref.name,
        track=session.track_name,
        days=session.days,
        practice_rounds=session.practice_rounds,
        qualifying_rounds=session.qualifying_rounds,
        heat_minutes=session.heat_minutes,
        time_zone=session.time_zone,
        is_open=session.status == "active",
        created_at=session.created_at,
        closes_at=session.closes_at if has_laps else None,
        closed_at=session.closed_at,
        heat_count=heat_count,
    )


def count_heats(unit: Unit, session: RaceSession) -> int:
    """Return how many heats a session has."""
    counted = select(func.count()).select_from(Heat).where(Heat.session_id == session.id)
    return unit.connection.execute(counted).scalar_one()


_SESSION_LAPS: Final = (
    select(RunLog.heat_id, RunLog.lap_time_ms, RunLog.counts)
    .join(Heat, Heat.id == RunLog.heat_id)
    .where(RunLog.session_id == bindparam("session_id"), RunLog.racer_id == bindparam("racer_id"))
    .order_by(Heat.opened_at, Heat.id, RunLog.lap_number)
)


def laps_in_session(unit: Unit, session: RaceSession, racer: RacerProfile) -> tuple[Lap, ...]:
    """Return a racer's laps of all heats in the order they were driven, numbered through."""
    return tuple(lap for _, lap in _laps_with_heat(unit, session, racer))


def _laps_with_heat(
    unit: Unit, session: RaceSession, racer: RacerProfile
) -> list[tuple[UUID, Lap]]:
    known = {"session_id": session.id, "racer_id": racer.id}
    rows = unit.connection.execute(_SESSION_LAPS, known)
    return [
        (heat_id, Lap(number, time_ms, counts))
        for number, (heat_id, time_ms, counts) in enumerate(rows, start=1)
    ]


def session_run(
    unit: Unit, session: RaceSession, racer: RacerProfile, heats: Sequence[Driven]
) -> tuple[RacerRun, tuple[HeatLaps, ...]] | None:
    """Return a racer's whole session as one run, and how many laps of it are each heat's.

    It is scored behind the confidence of the latest rated heat. None without laps.

    Args:
        unit: The transaction.
        session: The session.
        racer: Who drove.
        heats: The session's heats as the racer sees them.
    """
    driven = _laps_with_heat(unit, session, racer)
    if not driven:
        return None
    laps = tuple(lap for _, lap in driven)
    # The laps of a heat stand together, and a counter keeps their order.
    by_heat = Counter(heat_id for heat_id, _ in driven)
    named = {each.heat.id: each.heat.ref for each in heats}
    confidence = latest_confidence(heats)
    orp = calculate_orp(
        [lap.time_ms for lap in laps if lap.counts],
        confidence=confidence,
        experience_level=ExperienceLevel.stored(racer.experience_level),
        practice_rounds=session.practice_rounds,
    )
    shown = confidence if orp else None
    run = RacerRun(racer=racer.person, laps=laps, confidence=shown, orp=orp)
    return run, tuple(HeatLaps(named[heat_id], number) for heat_id, number in by_heat.items())


def latest_confidence(heats: Sequence[Driven]) -> int | None:
    """Return the confidence of the racer's latest rated heat; None where none was rated."""
    rated = (each.score.confidence_rating for each in reversed(heats) if each.score)
    return next((rating for rating in rated if rating is not None), None)


_LAST_DRIVEN: Final = (
    select(HeatRacer.heat_id)
    .where(HeatRacer.racer_id == bindparam("racer_id"), HeatRacer.lap_count > ZERO)
    .order_by(HeatRacer.opened_at.desc())
    .limit(ONE)
)


def last_driven(
    unit: Unit, team_id: int, racer: RacerProfile
) -> tuple[RaceSession | None, Driven | None]:
    """Return the last heat a racer has laps in, of whatever session; None where there is none."""
    heat_id = unit.connection.execute(_LAST_DRIVEN, {"racer_id": racer.id}).scalar()
    if heat_id is None:
        return None, None
    return heat_by_id(unit, team_id, heat_id, racer)


def heat_table(unit: Unit, session: RaceSession, heat: HeatRow) -> HeatTable:
    """Return a heat with everybody's run, ranked."""
    kind = HeatKind(heat.kind)
    runs = _runs_of(unit, session, heat)
    page = page_of(unit, heat)
    return HeatTable(
        heat=heat.ref,
        session=session.ref,
        kind=kind,
        is_open=heat.is_open,
        length_s=heat.length_s,
        runs=ranked([run for run, _ in runs], kind, _page_places(page, runs)),
    )


_DROVE: Final = (
    select(*SCORE, HeatRacer.orp_figures, RacerProfile.id, *PERSON)
    .join(RacerProfile, RacerProfile.id == HeatRacer.racer_id)
    .where(HeatRacer.heat_id == bindparam("heat_id"), HeatRacer.lap_count > ZERO)
)
_LAPS: Final = (
    select(RunLog.racer_id, RunLog.lap_number, RunLog.lap_time_ms, RunLog.counts)
    .where(RunLog.heat_id == bindparam("heat_id"))
    .order_by(RunLog.lap_number)
)


def _page_places(
    page: PageTable | None, runs: Sequence[tuple[RacerRun, UUID]]
) -> list[Place | None] | None:
    """Return where each finished as the heat's page says; None where it names no field."""
    if page is None or page.is_of_one:
        return None
    found = page.places()
    return [found.get(racer_id) for _, racer_id in runs]


def _runs_of(unit: Unit, session: RaceSession, heat: HeatRow) -> list[tuple[RacerRun, UUID]]:
    """Return everybody's run in a heat, with change and bests, and the id of their profile."""
    known = {"heat_id": heat.id}
    drove = unit.connection.execute(_DROVE, known).all()
    laps: dict[UUID, list[Lap]] = defaultdict(list)
    for racer_id, number, time_ms, counts in unit.connection.execute(_LAPS, known):
        laps[racer_id].append(Lap(number, time_ms, counts))
    last = scores_before(unit, heat)
    times_before = laps_in_heats(unit, {before.heat_id for before in last.values()})
    bests = bests_in(unit, session, heat)
    runs = []
    for *score, figures, racer_id, user_id, name in drove:
        stands = ScoreRow(*score)
        orp = OrpResult.from_dict(figures) if figures else None
        best = bests.get(racer_id, Bests())
        run = RacerRun(
            racer=Person(user_id or 0, name),
            laps=tuple(laps[racer_id]),
            confidence=stands.confidence_rating,
            orp=orp,
            note=stands.note,
            best_before_ms=best.before_ms,
            best_elsewhere_ms=best.elsewhere_ms,
            session_best_elsewhere_ms=best.in_session_ms,
        )
        runs.append((_moved(run, last.get(racer_id), times_before, racer_id), racer_id))
    return runs


def _moved(run: RacerRun, before: ScoreBefore | None, times: RunLaps, racer_id: UUID) -> RacerRun:
    """Return a run with its change since a score before it, and whether that is more than luck."""
    if before is None or run.orp is None:
        return run
    change = change_since(run.orp.valid_score, before.score)
    was = score_error(times.get((before.heat_id, racer_id), ()), Status.VALID)
    return replace(run, change=change, has_moved=is_more_than_luck(change, run.error, was))
