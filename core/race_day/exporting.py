"""Laps as the run-log file has them: of a session, or of one racer."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from core.database import Unit
from core.models import Heat, HeatRacer, RacerProfile, RunLog
from core.sources.csv_file import LapRow


def laps_of(unit: Unit, team_id: int, which: ColumnElement[bool]) -> list[LapRow]:
    """Return a team's laps by heat, racer and number.

    Args:
        unit: The transaction.
        team_id: The team.
        which: Which of its laps.
    """
    rows = unit.connection.execute(
        select(
            Heat.opened_at,
            Heat.id,
            Heat.session_id,
            Heat.name,
            Heat.class_name,
            RacerProfile.name,
            RacerProfile.discord_user_id,
            HeatRacer.note,
            RunLog.lap_number,
            RunLog.lap_time_ms,
            RunLog.confidence_rating,
            RunLog.created_at,
            RunLog.counts,
        )
        .join(Heat, Heat.id == RunLog.heat_id)
        .join(RacerProfile, RacerProfile.id == RunLog.racer_id)
        .outerjoin(
            HeatRacer,
            (HeatRacer.heat_id == RunLog.heat_id) & (HeatRacer.racer_id == RunLog.racer_id),
        )
        .where(which, RacerProfile.team_id == team_id)
        .order_by(RacerProfile.discord_user_id, RunLog.lap_number)
    )
    # Names are sorted here: databases order letters differently from one another.
    in_order = sorted(rows, key=lambda row: (row[0], row[1], row[5].casefold()))
    return [
        LapRow(
            session_id=session_id,
            heat_name=heat,
            lap_number=number,
            lap_time_ms=time_ms,
            confidence_rating=confidence,
            created_at=created_at,
            class_name=class_name,
            racer=racer,
            racer_id=user_id or 0,
            counts=counts,
            note=note,
        )
        for (
            _,
            _,
            session_id,
            heat,
            class_name,
            racer,
            user_id,
            note,
            number,
            time_ms,
            confidence,
            created_at,
            counts,
        ) in in_order
    ]
