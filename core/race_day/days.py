"""The days of a session: they count from its first lap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, exists, select

from core.closing_time import closing_moment
from core.database import Unit
from core.models import Heat, HeatRacer, RaceSession
from core.race_day.driven import Driven

_IS_DRIVEN: Final = select(
    exists().where(
        HeatRacer.heat_id == Heat.id,
        Heat.session_id == bindparam("of_session"),
        HeatRacer.lap_count > 0,
    )
)


def begin_days(unit: Unit, session: RaceSession, heats: Sequence[Driven] | None) -> None:
    """Have the days of a session count from its first lap, where this is it.

    Args:
        unit: The transaction.
        session: The session.
        heats: Its heats before the lap, as far as they are known.
    """
    if session.status == "closed":
        return
    if heats is not None:
        is_driven = not all(each.is_empty for each in heats)
    else:
        is_driven = bool(unit.connection.execute(_IS_DRIVEN, {"of_session": session.id}).scalar())
    closes_at = closing_moment(unit.now, session.days, session.time_zone)
    if not is_driven and session.closes_at != closes_at:
        session.closes_at = closes_at
