"""A racer's best laps in other heats of a class: each is the first row of an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from core.database import Unit
from core.models import ONE, ZERO, Heat, HeatRacer, RaceSession
from core.race_day.rows import HeatRow


@dataclass(frozen=True, slots=True)
class Bests:
    """A racer's fastest laps in other heats of a class, in milliseconds; None without one.

    Attributes:
        before_ms: At the track in earlier heats; of the session where that names no track.
        elsewhere_ms: The same, of all other heats, also later ones.
        in_session_ms: The same, of all other heats of the session.
    """

    before_ms: int | None = None
    elsewhere_ms: int | None = None
    in_session_ms: int | None = None


RacerId = ColumnElement[UUID] | InstrumentedAttribute[UUID]
Best = ScalarSelect[int | None]

_other: Final = aliased(HeatRacer)
_AT_TRACK: Final = select(_other.best_lap_ms).where(
    _other.track_key == bindparam("track_key"),
    _other.class_key == bindparam("class_key"),
    _other.heat_id != bindparam("heat_id"),
)


def _fastest(
    bests: Select[int | None], racer_id: RacerId = HeatRacer.racer_id
) -> ScalarSelect[int | None]:
    """Select the first of a racer's bests in order, which an index has at hand."""
    of_racer = bests.where(_other.racer_id == racer_id, _other.best_lap_ms > ZERO)
    return of_racer.order_by(_other.best_lap_ms).limit(ONE).correlate(HeatRacer).scalar_subquery()


def _fastest_in_session(
    racer_id: RacerId, *, only_before: bool = False
) -> ScalarSelect[int | None]:
    """Select a racer's best in the other heats of the session.

    An outer join goes from the session's heats to their runs, never through all of a racer's.
    """
    own = and_(_other.heat_id == Heat.id, _other.racer_id == racer_id)
    bests = (
        select(func.min(_other.best_lap_ms))
        .select_from(Heat)
        .outerjoin(_other, own)
        .where(
            Heat.session_id == bindparam("session_id"),
            Heat.class_key == bindparam("class_key"),
            Heat.id != bindparam("heat_id"),
        )
    )
    if only_before:
        bests = bests.where(Heat.opened_at < bindparam("opened_at"))
    return bests.correlate(HeatRacer).scalar_subquery()


def _bests(racer_id: RacerId, *, has_track: bool) -> tuple[Best, Best, Best]:
    in_session = _fastest_in_session(racer_id)
    if not has_track:
        return _fastest_in_session(racer_id, only_before=True), in_session, in_session
    before = _AT_TRACK.where(_other.opened_at < bindparam("opened_at"))
    return _fastest(before, racer_id), _fastest(_AT_TRACK, racer_id), in_session


def _of_one(*, has_track: bool) -> Select[int | None, int | None, int | None]:
    racer_id: BindParameter[UUID] = bindparam("racer_id", type_=HeatRacer.racer_id.type)
    before, elsewhere, in_session = _bests(racer_id, has_track=has_track)
    return select(before, elsewhere, in_session)


def _of_all(*, has_track: bool) -> Select[UUID, int | None, int | None, int | None]:
    before, elsewhere, in_session = _bests(HeatRacer.racer_id, has_track=has_track)
    return select(HeatRacer.racer_id, before, elsewhere, in_session).where(
        HeatRacer.heat_id == bindparam("heat_id"), HeatRacer.lap_count > ZERO
    )


# A session that names no track is compared with itself alone.
_ONE: Final = {has_track: _of_one(has_track=has_track) for has_track in (True, False)}
_ALL: Final = {has_track: _of_all(has_track=has_track) for has_track in (True, False)}


def _known(session: RaceSession, heat: HeatRow) -> dict[str, object]:
    return {
        "session_id": session.id,
        "track_key": session.track_key,
        "class_key": heat.class_key,
        "heat_id": heat.id,
        "opened_at": heat.opened_at,
    }


def bests_of(unit: Unit, session: RaceSession, heat: HeatRow, racer_id: UUID) -> Bests:
    """Return a racer's bests in the other heats of a heat's class."""
    statement = _ONE[session.track_key is not None]
    known = _known(session, heat) | {"racer_id": racer_id}
    return Bests(*unit.connection.execute(statement, known).one())


def bests_in(unit: Unit, session: RaceSession, heat: HeatRow) -> dict[UUID, Bests]:
    """Return the bests in the other heats of everybody who drove in a heat."""
    found = unit.connection.execute(_ALL[session.track_key is not None], _known(session, heat))
    return {racer_id: Bests(*bests) for racer_id, *bests in found}


def bests_before_session(unit: Unit, session: RaceSession) -> dict[tuple[str, UUID], int]:
    """Return the fastest lap by class and racer at this track before the session was opened."""
    if session.track_key is None:
        return {}
    heats = select(Heat.id).where(Heat.session_id == session.id)
    before = select(_other.best_lap_ms).where(
        _other.track_key == session.track_key,
        _other.class_key == HeatRacer.class_key,
        _other.opened_at < session.created_at,
        _other.heat_id.not_in(heats),
    )
    found = unit.connection.execute(
        select(HeatRacer.class_key, HeatRacer.racer_id, _fastest(before))
        .where(HeatRacer.heat_id.in_(heats))
        .group_by(HeatRacer.class_key, HeatRacer.racer_id)
    )
    return {(class_key, racer_id): best for class_key, racer_id, best in found if best is not None}


def renew_track(unit: Unit, session: RaceSession) -> None:
    """Make the runs of a session carry the track it has now."""
    heats = select(Heat.id).where(Heat.session_id == session.id)
    unit.connection.execute(
        update(HeatRacer).where(HeatRacer.heat_id.in_(heats)).values(track_key=session.track_key)
    )
