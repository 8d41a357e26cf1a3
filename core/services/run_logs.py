"""The run log service: laps in and out of a session, under the earlier system's names.

Lap times go in and come out in seconds here; inside they are whole milliseconds. ``racer`` is a
Discord user id. A heat that does not exist yet is opened by its first lap.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, select

from core.caller import Person
from core.database import Database, Unit
from core.errors import BadInput, NotFound
from core.models import Entry, Heat, HeatRacer, RacerProfile, RaceSession, RunLog
from core.names import clean_heat_name
from core.results.laps import SessionSummary, StoredLap
from core.rounding import round_half_even
from core.scoring.advice import ExperienceLevel
from core.scoring.orp import OrpResult, calculate_orp
from core.services import lapbook, outbox_rows, people, places

Seconds = float | int | str | Decimal

LONGEST_LAP_MS: Final = 999_999


def milliseconds(lap_time: Seconds) -> int:
    """Return a lap time in whole milliseconds, rounded half up.

    Raises:
        BadInput: It is no number, or outside 0.001 to 999.999 s.
    """
    try:
        time_ms = int((Decimal(str(lap_time)) * 1000).quantize(Decimal(1), ROUND_HALF_UP))
    except (ArithmeticError, ValueError):
        time_ms = 0
    if not 1 <= time_ms <= LONGEST_LAP_MS:
        raise BadInput("A lap time is between 0.001 and 999.999 seconds.")
    return time_ms


class RunLogsService:
    """Everything about the stored laps of one team."""

    def __init__(self, database: Database, team_id: int) -> None:
        self._database = database
        self._team_id = team_id

    async def add_lap(
        self,
        session_id: UUID | str,
        *,
        heat_name: str,
        racer: int,
        lap_time: Seconds,
        lap_number: int | None = None,
        confidence_rating: int | None = None,
    ) -> StoredLap:
        """Store one lap.

        Args:
            session_id: The session.
            heat_name: The heat; opened when it is new.
            racer: The racer's Discord user id.
            lap_time: In seconds, 0.001 to 999.999.
            lap_number: From 1; None takes the next one.
            confidence_rating: 1 to 5, or None.

        Raises:
            BadInput: A value is outside its range.
            NotFound: The team has no such session.
            Conflict: A lap of that number is there already.
        """
        time_ms = milliseconds(lap_time)

        def act(unit: Unit) -> StoredLap:
            return self._store(
                unit, session_id, heat_name, racer, [time_ms], confidence_rating, lap_number
            )

        return await self._database.write(act)

    async def add_laps_batch(
        self,
        session_id: UUID | str,
        *,
        heat_name: str,
        racer: int,
        lap_times: Sequence[Seconds],
        confidence_rating: int | None = None,
    ) -> int:
        """Store laps behind those already there: all of them, or none.

        Returns:
            How many were stored.

        Raises:
            BadInput: A value is outside its range; the text names the lap.
            NotFound: The team has no such session.
        """
        times_ms = []
        for place, lap_time in enumerate(lap_times, start=1):
            try:
                times_ms.append(milliseconds(lap_time))
            except BadInput as error:
                raise BadInput(f"Lap {place} of {len(lap_times)}: {error.sentence}") from None
        if not times_ms:
            return 0

        def act(unit: Unit) -> int:
            self._store(unit, session_id, heat_name, racer, times_ms, confidence_rating)
            return len(times_ms)

        return await self._database.write(act)

    async def get_session_laps(self, session_id: UUID | str, *, racer: int) -> list[float]:
        """Return the racer's lap times in seconds, in the order they were driven."""

        def act(unit: Unit) -> list[float]:
            session = self._session(unit, session_id)
            times = unit.db.scalars(
                select(RunLog.lap_time_ms)
                .join(Heat, Heat.id == RunLog.heat_id)
                .where(RunLog.session_id == session.id, self._is(racer))
                .order_by(Heat.opened_at, Heat.id, RunLog.lap_number)
            )
            return [time_ms / 1000 for time_ms in times]

        return await self._database.read(act)

    async def get_laps_by_heat(
        self, session_id: UUID | str, *, heat_name: str, racer: int
    ) -> list[StoredLap]:
        """Return the racer's laps of a heat in lap order; none when there is no such heat."""

        def act(unit: Unit) -> list[StoredLap]:
            session = self._session(unit, session_id)
            heat = self._heat(unit, session, heat_name)
            if heat is None:
                return []
            laps = unit.db.scalars(
                select(RunLog)
                .where(RunLog.heat_id == heat.id, self._is(racer))
                .order_by(RunLog.lap_number)
            )
            return [_stored(lap, heat) for lap in laps]

        return await self._database.read(act)

    async def calculate_orp_from_session(
        self,
        session_id: UUID | str,
        *,
        racer: int,
        heat_name: str | None = None,
        experience_level: ExperienceLevel | str | None = None,
        driver_confidence: int | None = None,
    ) -> OrpResult | None:
        """Work out ORP over a heat, or over the whole session in the order it was driven.

        Args:
            session_id: The session.
            racer: The racer's Discord user id.
            heat_name: One heat; None for the whole session.
            experience_level: None takes the profile's.
            driver_confidence: 1 to 5; None takes the heat's, for a whole session that of its
                latest rated heat.

        Returns:
            The result, or None below 2 laps that count.

        Raises:
            BadInput: The level or the confidence does not exist.
            NotFound: The team has no such session.
        """
        level = _level(experience_level)
        lapbook.check_confidence(driver_confidence)

        def act(unit: Unit) -> OrpResult | None:
            session = self._session(unit, session_id)
            heat = self._heat(unit, session, heat_name) if heat_name is not None else None
            profile = people.find_profile(unit, self._team_id, racer)
            if profile is None or (heat_name is not None and heat is None):
                return None
            return score_run(unit, session, profile, heat, level, driver_confidence)

        return await self._database.read(act)

    async def get_session_summary(
        self, session_id: UUID | str, *, racer: int | None = None
    ) -> SessionSummary | None:
        """Return figures over the laps that count, of one racer or all; None without laps."""

        def act(unit: Unit) -> SessionSummary | None:
            session = self._session(unit, session_id)
            time = RunLog.lap_time_ms
            query = select(func.count(), func.min(time), func.max(time), func.sum(time)).where(
                RunLog.session_id == session.id, RunLog.counts
            )
            if racer is not None:
                query = query.where(self._is(racer))
            total, best, worst, driven = (unit.db.execute(query)).one()
            if not total:
                return None
            return SessionSummary(
                total_laps=total,
                best_lap=best / 1000,
                worst_lap=worst / 1000,
                average_lap=round_half_even(driven, total) / 1000,
                consistency=(worst - best) / 1000,
            )

        return await self._database.read(act)

    async def delete_session_laps(self, session_id: UUID | str) -> int:
        """Delete every lap of a session and tell how many there were; its heats stay."""

        def act(unit: Unit) -> int:
            people.lock_team(unit, self._team_id)
            session = self._session(unit, session_id)
            heats = select(Heat.id).where(Heat.session_id == session.id).scalar_subquery()
            deleted = unit.db.execute(
                delete(RunLog).where(RunLog.session_id == session.id).returning(RunLog.id)
            )
            count = len(deleted.all())
            unit.db.execute(delete(Entry).where(Entry.heat_id.in_(heats)))
            unit.db.execute(delete(HeatRacer).where(HeatRacer.heat_id.in_(heats)))
            outbox_rows.mark_session_stale(unit, session)
            return count

        return await self._database.write(act)

    def _store(
        self,
        unit: Unit,
        session_id: UUID | str,
        heat_name: str,
        racer: int,
        times_ms: Sequence[int],
        confidence: int | None,
        lap_number: int | None = None,
    ) -> StoredLap:
        """Store laps and return the first of them."""
        team = people.lock_team(unit, self._team_id)
        session = self._session(unit, session_id)
        profile = people.find_profile(unit, team.id, racer) or people.profile_of(
            unit, team.id, Person(racer, f"Racer {racer}")
        )
        heat = self._heat(unit, session, heat_name) or places.open_heat(
            unit,
            session,
            profile,
            name=clean_heat_name(heat_name),
            class_name="",
            implicit=True,
            channel_id=None,
        )
        before = lapbook.laps_of(unit, heat, profile)
        entry = lapbook.append_laps(
            unit,
            session,
            heat,
            profile,
            entered_by=profile,
            kind="service",
            times_ms=times_ms,
            before=before,
            lap_number=lap_number,
            confidence=confidence,
        )
        first = unit.db.scalars(
            select(RunLog).where(RunLog.entry_id == entry.id).order_by(RunLog.lap_number).limit(1)
        )
        return _stored(first.one(), heat)

    def _session(self, unit: Unit, session_id: UUID | str) -> RaceSession:
        as_id = session_id if isinstance(session_id, UUID) else places.as_uuid(session_id)
        if as_id is None:
            raise NotFound("There is no such session; /session list shows them all.")
        return places.session_by_id(unit, self._team_id, as_id)

    def _heat(self, unit: Unit, session: RaceSession, name: str) -> Heat | None:
        heats = places.heats_of(unit, session)
        return places.match_heat(heats, clean_heat_name(name), None, other_classes=True)

    def _is(self, racer: int) -> ColumnElement[bool]:
        profile = select(RacerProfile.id).where(
            RacerProfile.team_id == self._team_id, RacerProfile.discord_user_id == racer
        )
        return RunLog.racer_id == profile.scalar_subquery()


def score_run(
    unit: Unit,
    session: RaceSession,
    racer: RacerProfile,
    heat: Heat | None,
    level: ExperienceLevel | None = None,
    confidence: int | None = None,
) -> OrpResult | None:
    """Work out ORP from the stored laps of a heat, or of the whole session."""
    scope: list[Any] = [Heat.session_id == session.id]
    if heat is not None:
        scope.append(Heat.id == heat.id)
    times = unit.db.scalars(
        select(RunLog.lap_time_ms)
        .join(Heat, Heat.id == RunLog.heat_id)
        .where(RunLog.racer_id == racer.id, RunLog.counts, *scope)
        .order_by(Heat.opened_at, Heat.id, RunLog.lap_number)
    )
    if confidence is None:
        # An outer join goes from the session's heats to their runs, never through all of a racer's.
        own = and_(HeatRacer.heat_id == Heat.id, HeatRacer.racer_id == racer.id)
        ratings = unit.db.scalars(
            select(HeatRacer.confidence_rating)
            .select_from(Heat)
            .outerjoin(HeatRacer, own)
            .where(*scope)
            .order_by(Heat.opened_at.desc())
        )
        confidence = next((rating for rating in ratings if rating is not None), None)
    return calculate_orp(
        times.all(),
        confidence=confidence,
        experience_level=level or ExperienceLevel.stored(racer.experience_level),
        practice_rounds=session.practice_rounds,
    )


def _level(level: ExperienceLevel | str | None) -> ExperienceLevel | None:
    if level is None:
        return None
    try:
        return ExperienceLevel(level)
    except ValueError:
        words = ", ".join(member.value for member in ExperienceLevel)
        raise BadInput(f"The experience level is one of {words}.") from None


def _stored(lap: RunLog, heat: Heat) -> StoredLap:
    return StoredLap(
        session_id=lap.session_id,
        heat_name=heat.name,
        lap_number=lap.lap_number,
        lap_time_ms=lap.lap_time_ms,
        confidence_rating=lap.confidence_rating,
        counts=lap.counts,
    )
