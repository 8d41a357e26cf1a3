"""Which score a change is measured against: the last valid one of the racer before a heat.

It is looked for in the heats of the same session and class that were opened before. Where a
racer's heats are at hand they are looked through; for everybody in a heat the database is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from core.database import Unit
from core.models import Heat, HeatRacer
from core.race_day.driven import Driven
from core.race_day.rows import IS_VALID, HeatRow


class ScoreBefore(NamedTuple):
    """A racer's last valid score before a heat, and the heat it was driven in."""

    heat_id: UUID
    score: float


_SCORES_BEFORE: Final = (
    select(HeatRacer.racer_id, Heat.id, HeatRacer.orp_score)
    # An outer join goes from the session's heats to their runs, never through all of a racer's.
    .select_from(Heat)
    .outerjoin(HeatRacer, and_(HeatRacer.heat_id == Heat.id, IS_VALID))
    .where(
        Heat.session_id == bindparam("session_id"),
        Heat.class_key == bindparam("class_key"),
        Heat.opened_at < bindparam("opened_at"),
    )
    .order_by(Heat.opened_at)
)


def score_before(heats: Sequence[Driven], heat: HeatRow) -> ScoreBefore | None:
    """Return a racer's last valid score before a heat; None without one.

    Args:
        heats: The heats of its session in the order they were opened, as the racer sees them.
        heat: The heat.
    """
    for each in reversed(heats):
        score = each.score.valid_score if each.score is not None else None
        is_before = each.heat.opened_at < heat.opened_at
        if score is not None and is_before and each.heat.class_key == heat.class_key:
            return ScoreBefore(each.heat.id, score)
    return None


def scores_before(unit: Unit, heat: HeatRow) -> dict[UUID, ScoreBefore]:
    """Return the last valid score before a heat of each racer who has one."""
    known = {
        "session_id": heat.session_id,
        "class_key": heat.class_key,
        "opened_at": heat.opened_at,
    }
    # The latest comes last.
    return {
        racer_id: ScoreBefore(heat_id, score)
        for racer_id, heat_id, score in unit.connection.execute(_SCORES_BEFORE, known)
        if score is not None
    }
