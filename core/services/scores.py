"""The ORP card: one racer's score of a heat or a whole session, alone or beside a team-mate's."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from core.caller import Caller, Person
from core.database import Database, Unit
from core.errors import BadInput, NotFound
from core.laps import Lap
from core.models import Heat, HeatRacer, RacerProfile, RaceSession, RunLog
from core.names import name_key
from core.results.heats import RacerRun
from core.results.scores import HeatScore, NoLapsYet, OrpCard, SideBySide
from core.scoring.advice import Status
from core.scoring.comparison import compare
from core.services import people, places, tables
from core.services.run_logs import score_run

WHOLE_SESSION = "all"
LAST_HEATS = 6


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

        def act(unit: Unit) -> OrpCard | NoLapsYet:
            profile = people.find_profile(unit, caller.team_id, subject.user_id)
            if heat is not None and name_key(heat) != WHOLE_SESSION:
                session, found = places.find_heat(unit, caller.team_id, profile, heat)
                return (_heat_card(unit, session, found, profile) if profile else None) or nothing
            if profile is None:
                return nothing
            try:
                session = places.session_to_read(unit, caller.team_id, profile)
            except places.SeveralOpen:
                # Which one is no question for somebody without laps in any.
                return nothing
            if heat is not None:
                return _session_card(unit, session, profile) or nothing
            latest = _latest_heat(unit, session, profile)
            if latest is None:
                return nothing
            return _heat_card(unit, session, latest, profile) or nothing

        return await self._database.read(act)

    async def heat_card(self, caller: Caller, heat_id: UUID, *, racer_id: int) -> OrpCard:
        """Return a racer's card of a heat.

        Raises:
            NotFound: There is no such heat, or the racer has no laps in it.
        """

        def act(unit: Unit) -> OrpCard:
            session, heat = places.heat_by_id(unit, caller.team_id, heat_id)
            racer = people.find_profile(unit, caller.team_id, racer_id)
            card = _heat_card(unit, session, heat, racer) if racer else None
            return _present(card)

        return await self._database.read(act)

    async def session_card(self, caller: Caller, session_id: UUID, *, racer_id: int) -> OrpCard:
        """Return a racer's card of a whole session.

        Raises:
            NotFound: There is no such session, or the racer has no laps in it.
        """

        def act(unit: Unit) -> OrpCard:
            session = places.session_by_id(unit, caller.team_id, session_id)
            racer = people.find_profile(unit, caller.team_id, racer_id)
            card = _session_card(unit, session, racer) if racer else None
            return _present(card)

        return await self._database.read(act)

    async def side_by_side(
        self, caller: Caller, other: Person, heat: str | None = None, racer: Person | None = None
    ) -> SideBySide:
        """Return a racer's run beside a team-mate's.

        Args:
            caller: Who asks; the first of the two when no other racer is named.
            other: The second one.
            heat: A heat, ``all`` for the session, or None for the latest heat both drove in.
            racer: The first one.

        Raises:
            BadInput: Both are the same person.
            NotFound: There is no such heat, or one of them has no laps that count in it.
            Conflict: Several sessions are open and none is the first one's.
        """
        subject = racer or caller.person
        if other.user_id == subject.user_id:
            raise BadInput("Pick a team-mate: that is the same racer on both sides.")
        team_id = caller.team_id

        def act(unit: Unit) -> SideBySide:
            first = people.find_profile(unit, team_id, subject.user_id)
            second = people.find_profile(unit, team_id, other.user_id)
            if heat is not None and name_key(heat) != WHOLE_SESSION:
                session, found = places.find_heat(unit, team_id, first, heat)
                return _beside(unit, session, found, first or subject, second or other)
            session = places.session_to_read(unit, team_id, first)
            latest = None
            if heat is None and first is not None and second is not None:
                latest = _latest_heat(unit, session, first, second)
                if latest is None:
                    raise NotFound(
                        f"{subject.name} and {other.name} have not driven in the same heat of "
                        f"{session.ref.name}; heat:{WHOLE_SESSION} compares the "
                        "whole session."
                    )
            return _beside(unit, session, latest, first or subject, second or other)

        return await self._database.read(act)

    async def heat_side_by_side(
        self, caller: Caller, heat_id: UUID, *, racer_id: int, other_id: int
    ) -> SideBySide:
        """Return two racers' runs of a heat.

        Raises:
            NotFound: There is no such heat, or one of them has no laps that count in it.
        """

        def act(unit: Unit) -> SideBySide:
            session, heat = places.heat_by_id(unit, caller.team_id, heat_id)
            first = _known(unit, caller.team_id, racer_id)
            second = _known(unit, caller.team_id, other_id)
            return _beside(unit, session, heat, first, second)

        return await self._database.read(act)

    async def session_side_by_side(
        self, caller: Caller, session_id: UUID, *, racer_id: int, other_id: int
    ) -> SideBySide:
        """Return two racers' runs of a whole session.

        Raises:
            NotFound: There is no such session, or one of them has no laps that count in it.
        """

        def act(unit: Unit) -> SideBySide:
            session = places.session_by_id(unit, caller.team_id, session_id)
            first = _known(unit, caller.team_id, racer_id)
            second = _known(unit, caller.team_id, other_id)
            return _beside(unit, session, None, first, second)

        return await self._database.read(act)


def _present(card: OrpCard | None) -> OrpCard:
    if card is None:
        raise NotFound("There are no laps left for that card; /orp shows a new one.")
    return card


def _latest_heat(unit: Unit, session: RaceSession, *racers: RacerProfile) -> Heat | None:
    """Return the session's latest heat that all of them drove in."""
    drove = [
        select(HeatRacer.heat_id)
        .where(
            HeatRacer.heat_id == Heat.id,
            HeatRacer.racer_id == racer.id,
            HeatRacer.lap_count > 0,
        )
        .exists()
        for racer in racers
    ]
    return unit.db.scalar(
        select(Heat)
        .where(Heat.session_id == session.id, *drove)
        .order_by(Heat.opened_at.desc())
        .limit(1)
    )


def _heat_card(unit: Unit, session: RaceSession, heat: Heat, racer: RacerProfile) -> OrpCard | None:
    runs = tables.racer_runs(unit, session, heat, racer)
    if not runs:
        return None
    so_far = and_(Heat.class_key == heat.class_key, Heat.opened_at <= heat.opened_at)
    return OrpCard(
        session=session.ref,
        heat=heat.ref,
        length_s=heat.length_s,
        run=runs[0],
        practice_rounds=session.practice_rounds,
        last_heats=_last_heats(unit, session, racer, so_far),
    )


def _session_card(unit: Unit, session: RaceSession, racer: RacerProfile) -> OrpCard | None:
    run = _session_run(unit, session, racer)
    if run is None:
        return None
    return OrpCard(
        session=session.ref,
        heat=None,
        length_s=None,
        run=run,
        practice_rounds=session.practice_rounds,
        last_heats=_last_heats(unit, session, racer),
    )


def _session_run(unit: Unit, session: RaceSession, racer: RacerProfile) -> RacerRun | None:
    rows = unit.db.execute(
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
    orp = score_run(unit, session, racer, None)
    confidence = orp.components.confidence if orp and orp.components.confidence_rated else None
    return RacerRun(racer=racer.person, laps=laps, confidence=confidence, orp=orp)


def _last_heats(
    unit: Unit, session: RaceSession, racer: RacerProfile, *which: ColumnElement[bool]
) -> tuple[HeatScore, ...]:
    """Return the racer's scores of the session's last heats, each against the one before."""
    # An outer join goes from the session's heats to their runs, never through all of a racer's.
    driven = and_(
        HeatRacer.heat_id == Heat.id, HeatRacer.racer_id == racer.id, HeatRacer.lap_count > 0
    )
    rows = unit.db.execute(
        select(Heat, HeatRacer.lap_count, HeatRacer.orp_score, HeatRacer.orp_status, HeatRacer.note)
        .outerjoin(HeatRacer, driven)
        .where(Heat.session_id == session.id, *which)
        .order_by(Heat.opened_at)
    )
    scores: list[HeatScore] = []
    before: dict[str, float] = {}
    for heat, lap_count, stored_score, status, note in rows:
        if lap_count is None:
            continue
        rejected = status == Status.REJECTED.value
        score = None if rejected else stored_score
        earlier = before.get(heat.class_key)
        change = round(score - earlier, 1) if score is not None and earlier is not None else None
        scores.append(HeatScore(heat.ref, score, rejected, change, note))
        if score is not None:
            before[heat.class_key] = score
    return tuple(scores[-LAST_HEATS:])


def _known(unit: Unit, team_id: int, user_id: int) -> RacerProfile:
    """Return the profile of a racer whose id a button carries."""
    profile = people.find_profile(unit, team_id, user_id)
    if profile is None:
        raise NotFound("One of the two has no laps any more; /orp shows whose there are.")
    return profile


def _beside(
    unit: Unit,
    session: RaceSession,
    heat: Heat | None,
    first: RacerProfile | Person,
    second: RacerProfile | Person,
) -> SideBySide:
    """Compare two racers; a person without a profile has no laps."""
    runs = [_run_that_counts(unit, session, heat, racer) for racer in (first, second)]
    return SideBySide(
        session=session.ref,
        heat=None if heat is None else heat.ref,
        first=runs[0],
        second=runs[1],
        comparison=compare(runs[0].laps, runs[1].laps),
    )


def _run_that_counts(
    unit: Unit, session: RaceSession, heat: Heat | None, racer: RacerProfile | Person
) -> RacerRun:
    run = None
    if isinstance(racer, RacerProfile):
        if heat is None:
            run = _session_run(unit, session, racer)
        else:
            run = next(iter(tables.racer_runs(unit, session, heat, racer)), None)
    if run is None or run.best_lap_ms is None:
        place = session.ref.name if heat is None else heat.ref.label
        raise NotFound(f"{racer.name} has no laps that count in {place}; both need some.")
    return run
