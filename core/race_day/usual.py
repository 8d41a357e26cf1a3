"""What laps a racer usually does: what the first laps of a run are held against."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, literal, select, union_all

from core.database import Unit
from core.models import ONE, ZERO, Heat, HeatRacer, RunLog
from core.race_day.run import Run

_OF_RACER: Final = (RunLog.racer_id == bindparam("racer_id"), RunLog.counts)
_IN_SESSION: Final = (
    select(RunLog.lap_time_ms, literal(0).label("distance"))
    .join(Heat, Heat.id == RunLog.heat_id)
    .where(
        Heat.session_id == bindparam("session_id"),
        Heat.class_key == bindparam("class_key"),
        Heat.id != bindparam("heat_id"),
        *_OF_RACER,
    )
)
# The run with the best lap there, which an index has at hand.
_BEST_RUN_AT_TRACK: Final = (
    select(HeatRacer.heat_id)
    .where(
        HeatRacer.racer_id == bindparam("racer_id"),
        HeatRacer.track_key == bindparam("track_key"),
        HeatRacer.class_key == bindparam("class_key"),
        HeatRacer.best_lap_ms > ZERO,
        HeatRacer.heat_id != bindparam("heat_id"),
    )
    .order_by(HeatRacer.best_lap_ms)
    .limit(ONE)
    .scalar_subquery()
)
_AT_TRACK: Final = select(RunLog.lap_time_ms, literal(1)).where(
    RunLog.heat_id == _BEST_RUN_AT_TRACK, *_OF_RACER
)
_USUAL: Final = union_all(_IN_SESSION, _AT_TRACK)


def usual_laps(unit: Unit, run: Run) -> list[int]:
    """Return a racer's laps in other heats of a run's class, in ms: of the session, else the track.

    Those that count; of the track they are the laps of the racer's best run there. None where the
    racer has never driven the class in the session nor at its track.
    """
    if run.session.track_key is None and run.session.created_at == unit.now:
        # It has just opened: there is nowhere to look.
        return []
    known = {
        "racer_id": run.racer.id,
        "session_id": run.session.id,
        "class_key": run.heat.class_key,
        "heat_id": run.heat.id,
        "track_key": run.session.track_key,
    }
    rows = unit.connection.execute(_USUAL, known).all()
    nearest = min((distance for _, distance in rows), default=0)
    return [time_ms for time_ms, distance in rows if distance == nearest]
