"""A racer's best laps in other heats of a class: each is the first row of an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import BindParameter, ScalarSelect, Select, bindparam, select, update
from sqlalchemy.orm import aliased

from core.database import Unit
from core.models import Heat, HeatRacer, RaceSession
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


_other: Final = aliased(HeatRacer)
_IN_SESSION: Final = (
    select(_other.best_lap_ms)
    .join(Heat, Heat.id == _other.heat_id)
    .where(
        Heat.session_id == bindparam("session_id"),
        Heat.class_key == bindparam("class_key"),
        Heat.id != bindparam("heat_id"),
    )
)
_AT_TRACK: Final = select(_other.best_lap_ms).where(
    _other.track_key == bindparam("track_key"),
    _other.class_key == bindparam("class_key"),
    _other.heat_id != bindparam("heat_id"),
)


def _fastest(
    bests: Select[int | None], racer_id: object = HeatRacer.racer_id
) -> ScalarSelect[int | None]:
    """Select the first of a racer's bests in order, which an index has at hand."""
    of_racer = bests.where(_other.racer_id == racer_id, _other.best_lap_ms > 0)
    return of_racer.order_by(_other.best_lap_ms).limit(1).correlate(HeatRacer).scalar_subquery()


def _bests(elsewhere: Select[int | None]) -> Sequence[Select[int | None]]:
    return elsewhere.where(_other.opened_at < bindparam("opened_at")), elsewhere, _IN_SESSION


def _of_one(elsewhere: Select[int | None]) -> Select[int | None, int | None, int | None]:
    before, elsewhere, in_session = _bests(elsewhere)
    of_one: BindParameter[UUID] = bindparam("racer_id")
    return select(
        _fastest(before, of_one), _fastest(elsewhere, of_one), _fastest(in_session, of_one)
    )


def _of_all(elsewhere: Select[int | None]) -> Select[UUID, int | None, int | None, int | None]:
    before, elsewhere, in_session = _bests(elsewhere)
    return select(
        HeatRacer.racer_id, _fastest(before), _fastest(elsewhere), _fastest(in_session)
    ).where(HeatRacer.heat_id == bindparam("heat_id"), HeatRacer.lap_count > 0)


# A session that names no track is compared with itself alone.
_ONE: Final = {True: _of_one(_AT_TRACK), False: _of_one(_IN_SESSION)}
_ALL: Final = {True: _of_all(_AT_TRACK), False: _of_all(_IN_SESSION)}


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
