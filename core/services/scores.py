"""The ORP card: one racer's score of a heat or a whole session, with what is behind it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from core.analysis import Lap
from core.caller import Caller, Person
from core.database import Database, UnitOfWork
from core.errors import NotFound
from core.models import Heat, HeatRacer, RacerProfile, RaceSession, RunLog
from core.names import name_key
from core.results import NoLapsYet, OrpCard, RacerRun
from core.services import people, places, tables
from core.services.run_logs import score_run

WHOLE_SESSION = "all"


class ScoreService:
    """Scores for looking at; each call is bound to the caller's team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def card(
        self, caller: Caller, heat: str | None = None, racer: Person | None = None
    ) -> OrpCard | NoLapsYet:
        """Return a racer's card.

        Args:
            caller: Who asks; the racer when none is named.
            heat: A heat, ``all`` for the session, or None for the racer's latest heat.
            racer: Whose card.

        Raises:
            NotFound: There is no such heat.
        """
        subject = racer or caller.person
        nothing = NoLapsYet(subject, is_self=subject.user_id == caller.person.user_id)
        async with self._database.read() as uow:
            profile = await people.find_profile(uow, caller.team_id, subject.user_id)
            if heat is not None and name_key(heat) != WHOLE_SESSION:
                session, found = await places.find_heat(uow, caller.team_id, profile, heat)
                return (
                    await _heat_card(uow, session, found, profile) if profile else None
                ) or nothing
            if profile is None:
                return nothing
            try:
                session = await places.session_to_read(uow, caller.team_id, profile)
            except places.SeveralOpen:
                # Which one is no question for somebody without laps in any.
                return nothing
            if heat is not None:
                return await _session_card(uow, session, profile) or nothing
            latest = await _latest_heat(uow, session, profile)
            if latest is None:
                return nothing
            return await _heat_card(uow, session, latest, profile) or nothing

    async def heat_card(self, caller: Caller, heat_id: UUID, *, racer_id: int) -> OrpCard:
        """Return a racer's card of a heat.

        Raises:
            NotFound: There is no such heat, or the racer has no laps in it.
        """
        async with self._database.read() as uow:
            session, heat = await places.heat_by_id(uow, caller.team_id, heat_id)
            racer = await people.find_profile(uow, caller.team_id, racer_id)
            card = await _heat_card(uow, session, heat, racer) if racer else None
        return _present(card)

    async def session_card(self, caller: Caller, session_id: UUID, *, racer_id: int) -> OrpCard:
        """Return a racer's card of a whole session.

        Raises:
            NotFound: There is no such session, or the racer has no laps in it.
        """
        async with self._database.read() as uow:
            session = await places.session_by_id(uow, caller.team_id, session_id)
            racer = await people.find_profile(uow, caller.team_id, racer_id)
            card = await _session_card(uow, session, racer) if racer else None
        return _present(card)


def _present(card: OrpCard | None) -> OrpCard:
    if card is None:
        raise NotFound("There are no laps left for that card; /orp shows a new one.")
    return card


async def _latest_heat(uow: UnitOfWork, session: RaceSession, racer: RacerProfile) -> Heat | None:
    return await uow.db.scalar(
        select(Heat)
        .join(HeatRacer, HeatRacer.heat_id == Heat.id)
        .where(
            Heat.session_id == session.id,
            HeatRacer.racer_id == racer.id,
            HeatRacer.lap_count > 0,
        )
        .order_by(Heat.opened_at.desc())
        .limit(1)
    )


async def _heat_card(
    uow: UnitOfWork, session: RaceSession, heat: Heat, racer: RacerProfile
) -> OrpCard | None:
    runs = await tables.racer_runs(uow, session, heat, racer)
    if not runs:
        return None
    return OrpCard(
        session=places.session_ref(session),
        heat=places.heat_ref(heat),
        length_s=heat.length_s,
        run=runs[0],
        practice_rounds=session.practice_rounds,
    )


async def _session_card(
    uow: UnitOfWork, session: RaceSession, racer: RacerProfile
) -> OrpCard | None:
    rows = await uow.db.execute(
        select(RunLog.lap_time_ms, RunLog.counts)
        .join(Heat, Heat.id == RunLog.heat_id)
        .where(RunLog.session_id == session.id, RunLog.racer_id == racer.id)
        .order_by(Heat.opened_at, Heat.id, RunLog.lap_number)
    )
    # Laps of several heats in a row are numbered through.
    laps = tuple(
        Lap(number, time_ms, counts) for number, (time_ms, counts) in enumerate(rows, start=1)
    )
    if not laps:
        return None
    orp = await score_run(uow, session, racer, None)
    confidence = orp.components.confidence if orp and orp.components.confidence_rated else None
    return OrpCard(
        session=places.session_ref(session),
        heat=None,
        length_s=None,
        run=RacerRun(racer=tables.person(racer), laps=laps, confidence=confidence, orp=orp),
        practice_rounds=session.practice_rounds,
    )
