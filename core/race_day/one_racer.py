"""Two profiles of one racer become one: what hangs off the one hangs off the other."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, delete, select, update

from core.database import Unit
from core.errors import Conflict
from core.follow_models import Follow
from core.models import Entry, Heat, HeatRacer, RacerProfile, RaceSession, RunLog, SessionRacer

_GONE: Final = bindparam("gone", type_=RacerProfile.id.type)
_STAYS: Final = bindparam("stays", type_=RacerProfile.id.type)
# Every column that names a racer, but those of sessions they have chosen.
_COLUMNS: Final = (
    RunLog.racer_id,
    HeatRacer.racer_id,
    Entry.racer_id,
    Entry.entered_by,
    Heat.opened_by,
    Heat.finished_by,
    RaceSession.profile_id,
    RaceSession.closed_by,
    Follow.followed_by,
)
_MOVES: Final = tuple(
    update(column.class_).where(column == _GONE).values({column: _STAYS}) for column in _COLUMNS
)
_own: Final = HeatRacer.__table__.alias("own")
_BOTH: Final = (
    select(Heat.name, RaceSession.session_name)
    .join(RaceSession, RaceSession.id == Heat.session_id)
    .join(HeatRacer, HeatRacer.heat_id == Heat.id)
    .join(_own, _own.c.heat_id == Heat.id)
    .where(HeatRacer.racer_id == _GONE, _own.c.racer_id == _STAYS)
    .limit(1)
)
_CHOSEN: Final = (
    update(SessionRacer)
    .where(
        SessionRacer.racer_id == _GONE,
        SessionRacer.session_id.not_in(
            select(SessionRacer.session_id).where(SessionRacer.racer_id == _STAYS)
        ),
    )
    .values(racer_id=_STAYS)
)
_DELETE: Final = delete(RacerProfile).where(RacerProfile.id == _GONE)


def become_one(unit: Unit, gone: RacerProfile, stays: RacerProfile) -> None:
    """Give all that hangs off a profile to another of the same racer, and delete it.

    Args:
        unit: The transaction, holding the team.
        gone: The profile that goes.
        stays: The one that stays, as it is.

    Raises:
        Conflict: Both have laps in one heat.
    """
    unit.db.flush()
    both = {"gone": gone.id, "stays": stays.id}
    shared = unit.connection.execute(_BOTH, both).first()
    if shared is not None:
        heat, session = shared
        raise Conflict(
            f"{gone.name} and {stays.name} both have laps in {heat} of {session}: "
            "they are two racers. Nothing was stored."
        )
    for move in (*_MOVES, _CHOSEN, _DELETE):
        unit.connection.execute(move, both)
    # What was read before names the one that is gone.
    unit.db.expunge(gone)
    unit.db.expire_all()
