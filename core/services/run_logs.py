"""The run log service: laps in and out of a session, under the earlier system's names.

Lap times go in and come out in seconds here; inside they are whole milliseconds. ``racer`` is a
Discord user id. A heat that does not exist yet is opened by its first lap.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select

from core.caller import Person
from core.database import Database, Unit
from core.errors import BadInput, NotFound
from core.models import Entry, Heat, HeatRacer, RacerProfile, RaceSession, RunLog
from core.names import clean_heat_name
from core.race_day import outbox, people
from core.race_day.change import team_held
from core.race_day.driven import Driven, heats_of, match_heat
from core.race_day.finding import session_by_id
from core.race_day.heats import open_heat
from core.race_day.reading import laps_in_session, latest_confidence
from core.race_day.rows import LapRow
from core.race_day.run import Run
from core.race_day.where import as_uuid
from core.results.run_logs import SessionSummary, StoredLap
from core.rounding import round_half_even
from core.scoring.advice import ExperienceLevel
from core.scoring.orp import OrpResult, calculate_orp, check_confidence

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
        for number, lap_time in enumerate(lap_times, start=1):
            try:
                times_ms.append(milliseconds(lap_time))
            except BadInput as error:
                raise BadInput(f"Lap {number} of {len(lap_times)}: {error.sentence}") from None
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
            profile = people.find_profile(unit, self._team_id, racer)
            laps = laps_in_session(unit, session, profile) if profile else ()
            return [lap.time_ms / 1000 for lap in laps]

        return await self._database.read(act)

    async def get_laps_by_heat(
        self, session_id: UUID | str, *, heat_name: str, racer: int
    ) -> list[StoredLap]:
        """Return the racer's laps of a heat in lap order; none when there is no such heat."""

        def act(unit: Unit) -> list[StoredLap]:
            session = self._session(unit, session_id)
            profile = people.find_profile(unit, self._team_id, racer)
            driven = _match(heats_of(unit, session, profile), heat_name)
            if driven is None or profile is None:
                return []
            run = Run(unit, session, driven, profile)
            return [_stored(run, lap) for lap in run.laps]

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
        check_confidence(driver_confidence)

        def act(unit: Unit) -> OrpResult | None:
            session = self._session(unit, session_id)
            profile = people.find_profile(unit, self._team_id, racer)
            heats = heats_of(unit, session, profile)
            driven = None if heat_name is None else _match(heats, heat_name)
            if profile is None or (heat_name is not None and driven is None):
                return None
            if driven is None:
                laps = laps_in_session(unit, session, profile)
                rated = latest_confidence(heats)
            else:
                run = Run(unit, session, driven, profile)
                laps, rated = tuple(lap.lap for lap in run.laps), run.confidence
            return calculate_orp(
                [lap.time_ms for lap in laps if lap.counts],
                confidence=rated if driver_confidence is None else driver_confidence,
                experience_level=level or ExperienceLevel.stored(profile.experience_level),
                practice_rounds=session.practice_rounds,
            )

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
            total, best, worst, driven = (unit.connection.execute(query)).one()
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
            team_held(unit, self._team_id)
            session = self._session(unit, session_id)
            heats = select(Heat.id).where(Heat.session_id == session.id).scalar_subquery()
            deleted = unit.connection.execute(
                delete(RunLog).where(RunLog.session_id == session.id).returning(RunLog.id)
            )
            count = len(deleted.all())
            unit.connection.execute(delete(Entry).where(Entry.heat_id.in_(heats)))
            unit.connection.execute(delete(HeatRacer).where(HeatRacer.heat_id.in_(heats)))
            outbox.mark_session_stale(unit, session)
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
        team = team_held(unit, self._team_id)
        session = self._session(unit, session_id)
        profile = people.find_profile(unit, team.id, racer) or people.profile_of(
            unit, team.id, Person(racer, f"Racer {racer}")
        )
        heats = heats_of(unit, session, profile)
        driven = _match(heats, heat_name) or Driven(
            open_heat(
                unit,
                session,
                heats,
                profile,
                name=clean_heat_name(heat_name),
                class_name="",
                implicit=True,
                channel_id=None,
            )
        )
        run = Run(unit, session, driven, profile, heats)
        entry = run.append(
            times_ms, by=profile, kind="service", lap_number=lap_number, confidence=confidence
        )
        return _stored(run, next(lap for lap in run.laps if lap.entry_id == entry.id))

    def _session(self, unit: Unit, session_id: UUID | str) -> RaceSession:
        as_id = session_id if isinstance(session_id, UUID) else as_uuid(session_id)
        if as_id is None:
            raise NotFound("There is no such session; /session list shows them all.")
        return session_by_id(unit, self._team_id, as_id)

    def _is(self, racer: int) -> ColumnElement[bool]:
        profile = select(RacerProfile.id).where(
            RacerProfile.team_id == self._team_id, RacerProfile.discord_user_id == racer
        )
        return RunLog.racer_id == profile.scalar_subquery()


def _match(heats: list[Driven], name: str) -> Driven | None:
    return match_heat(heats, clean_heat_name(name), None, other_classes=True)


def _level(level: ExperienceLevel | str | None) -> ExperienceLevel | None:
    if level is None:
        return None
    try:
        return ExperienceLevel(level)
    except ValueError:
        words = ", ".join(member.value for member in ExperienceLevel)
        raise BadInput(f"The experience level is one of {words}.") from None


def _stored(run: Run, lap: LapRow) -> StoredLap:
    return StoredLap(
        session_id=run.session.id,
        heat_name=run.heat.name,
        lap_number=lap.number,
        lap_time_ms=lap.time_ms,
        confidence_rating=lap.confidence,
        counts=lap.counts,
    )
