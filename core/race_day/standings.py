"""Reading a session as its standings, racers × heats, also as the wrap-up tells them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select

from core.caller import Person
from core.database import Unit
from core.laps import Lap
from core.models import ZERO, Heat, HeatRacer, RacerProfile, RaceSession
from core.names import HeatKind
from core.race_day.bests import bests_before_session
from core.race_day.driven import heats_of
from core.race_day.outings import Effects, effects_in
from core.race_day.reading import PERSON, session_info
from core.race_day.rows import SCORE, HeatRow, ScoreRow
from core.race_day.run_laps import RunLaps, laps_in_session
from core.results.standings import ClassStandings, StandingCell, StandingRow, Standings
from core.scoring.advice import Status
from core.scoring.certainty import ScoreError, score_error
from core.scoring.finish import is_short
from core.scoring.mistakes import find_mistakes
from core.scoring.score_change import changes, have_moved

_DROVE: Final = (
    select(HeatRacer.heat_id, HeatRacer.racer_id, *PERSON, *SCORE)
    .join(RacerProfile, RacerProfile.id == HeatRacer.racer_id)
    .join(Heat, Heat.id == HeatRacer.heat_id)
    .where(Heat.session_id == bindparam("session_id"), HeatRacer.lap_count > ZERO)
)


def standings(unit: Unit, session: RaceSession, *, is_own: bool = False) -> Standings:
    """Return a session's racers × heats, by class.

    Args:
        unit: The transaction.
        session: The session.
        is_own: Whether it is the session of whoever looks.
    """
    return _standings(unit, session, {}, is_own=is_own)


def wrap_up(unit: Unit, session: RaceSession) -> Standings:
    """Return a session's racers × heats with what each change of a car did."""
    return _standings(unit, session, effects_in(unit, session), is_own=False)


def _standings(unit: Unit, session: RaceSession, effects: Effects, *, is_own: bool) -> Standings:
    heats = [driven.heat for driven in heats_of(unit, session)]
    people: dict[UUID, Person] = {}
    scores: dict[tuple[UUID, UUID], ScoreRow] = {}
    drove = unit.connection.execute(_DROVE, {"session_id": session.id})
    for heat_id, racer_id, user_id, name, *score in drove:
        people[racer_id] = Person(user_id or 0, name)
        scores[heat_id, racer_id] = ScoreRow(*score)
    cells = _Cells(scores, laps_in_session(unit, session), effects)
    bests = bests_before_session(unit, session)
    classes = []
    for class_key, class_name in {heat.class_key: heat.class_name for heat in heats}.items():
        of_class = [heat for heat in heats if heat.class_key == class_key]
        table = [
            StandingRow(person, driven, bests.get((class_key, racer_id)))
            for racer_id, person in people.items()
            if any(driven := cells.of(racer_id, of_class))
        ]
        table.sort(key=_standing_rank)
        classes.append(
            ClassStandings(class_name, tuple(heat.ref for heat in of_class), tuple(table))
        )
    info = session_info(session, len(heats), has_laps=bool(people))
    return Standings(info, tuple(classes), is_own)


def _standing_rank(row: StandingRow) -> tuple[bool, float, str]:
    """Sort by best score, then who has none by name."""
    return row.best_score is None, -(row.best_score or 0.0), row.racer.name.casefold()


class _Cells:
    """What stands of each racer in each heat."""

    def __init__(
        self, scores: Mapping[tuple[UUID, UUID], ScoreRow], laps: RunLaps, effects: Effects
    ) -> None:
        self._scores = scores
        self._laps = laps
        self._effects = effects
        self._longest: Counter[UUID] = Counter()
        for (heat_id, _), times in laps.items():
            self._longest[heat_id] = max(self._longest[heat_id], len(times))

    def of(self, racer_id: UUID, heats: Sequence[HeatRow]) -> tuple[StandingCell | None, ...]:
        """Return a racer's cells of the heats of one class, in their order."""
        driven = [self._scores.get((heat.id, racer_id)) for heat in heats]
        scores = [stands.valid_score if stands else None for stands in driven]
        errors = [
            None
            if score is None
            else score_error(self._laps.get((heat.id, racer_id), []), Status.VALID)
            for heat, score in zip(heats, scores, strict=True)
        ]
        since = zip(errors, changes(scores), have_moved(scores, errors), strict=True)
        return tuple(
            None
            if stands is None
            else self._cell(stands, heat, racer_id, error, change, has_moved=has_moved)
            for heat, stands, (error, change, has_moved) in zip(heats, driven, since, strict=True)
        )

    def _cell(
        self,
        stands: ScoreRow,
        heat: HeatRow,
        racer_id: UUID,
        error: ScoreError | None,
        change: float | None,
        *,
        has_moved: bool,
    ) -> StandingCell:
        times = self._laps.get((heat.id, racer_id), [])
        # A mistake is one whatever its number.
        laps = [Lap(number, time_ms) for number, time_ms in enumerate(times, start=1)]
        is_practice = heat.kind == HeatKind.PRACTICE
        return StandingCell(
            score=stands.valid_score,
            rejected=stands.is_rejected,
            change=change,
            best_lap_ms=stands.best_lap_ms,
            lap_count=stands.lap_count,
            note=stands.note,
            lost_ms=find_mistakes(laps).lost_ms,
            is_short=is_short(len(times), self._longest[heat.id], practice=is_practice),
            has_moved=has_moved,
            error=error,
            effect=self._effects.get((heat.id, racer_id)),
        )
