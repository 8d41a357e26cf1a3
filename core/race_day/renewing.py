"""Advice in stored scores, renewed when what it depends on is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, select, update

from core.database import Unit
from core.models import Heat, HeatRacer, RacerProfile, RaceSession
from core.scoring.advice import ExperienceLevel, scenario_for
from core.scoring.orp import OrpResult

_UPDATE: Final = update(HeatRacer).where(
    HeatRacer.heat_id == bindparam("of_heat"), HeatRacer.racer_id == bindparam("of_racer")
)


def renew_advice(unit: Unit, which: ColumnElement[bool]) -> None:
    """Make the advice in stored scores agree with the racers' levels and the practice rounds.

    The scores themselves never move.
    """
    unit.db.flush()
    rows = unit.connection.execute(
        select(
            HeatRacer.heat_id,
            HeatRacer.racer_id,
            HeatRacer.orp_figures,
            RacerProfile.experience_level,
            RaceSession.practice_rounds,
        )
        .join(RacerProfile, RacerProfile.id == HeatRacer.racer_id)
        .join(Heat, Heat.id == HeatRacer.heat_id)
        .join(RaceSession, RaceSession.id == Heat.session_id)
        .where(which)
    )
    renewed = [
        {
            "of_heat": heat_id,
            "of_racer": racer_id,
            "orp_figures": _advised(figures, ExperienceLevel.stored(level), practice_rounds),
        }
        for heat_id, racer_id, figures, level, practice_rounds in rows
        if figures
    ]
    if renewed:
        unit.connection.execute(_UPDATE, renewed)


def _advised(
    figures: dict[str, Any], level: ExperienceLevel, practice_rounds: int
) -> dict[str, Any]:
    orp = OrpResult.from_dict(figures)
    scenario = scenario_for(practice_rounds)
    return replace(orp, experience_level=level, scenario=scenario).as_dict()
