"""The statements that read and write a run, built once."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, delete, func, insert, select, update

from core.column_types import UtcDateTime
from core.models import Entry, Heat, HeatRacer, RunLog
from core.race_day.rows import LAP

OF_RUN: Final = (
    RunLog.heat_id == bindparam("of_heat"),
    RunLog.racer_id == bindparam("of_racer"),
)
SCORE_OF_RUN: Final = (
    HeatRacer.heat_id == bindparam("of_heat"),
    HeatRacer.racer_id == bindparam("of_racer"),
)
READ: Final = select(*LAP).where(*OF_RUN).order_by(RunLog.lap_number)
READ_STORED: Final = select(RunLog.lap_number, RunLog.entry_id, RunLog.created_at).where(*OF_RUN)
DELETE: Final = delete(RunLog).where(*OF_RUN)
DELETE_OF_ENTRY: Final = DELETE.where(RunLog.entry_id == bindparam("of_entry"))
DELETE_SCORE: Final = delete(HeatRacer).where(*SCORE_OF_RUN)
DELETE_ENTRY: Final = delete(Entry).where(Entry.id == bindparam("of_entry"))
ENTER: Final = insert(Entry).returning(Entry.id)
INSERT: Final = insert(RunLog)
INSERT_SCORE: Final = insert(HeatRacer)
UPDATE_SCORE: Final = update(HeatRacer).where(*SCORE_OF_RUN)
NEWEST_ENTRY: Final = (
    select(func.max(Entry.created_at))
    .where(Entry.heat_id == bindparam("of_heat"), Entry.racer_id == bindparam("of_racer"))
    .scalar_subquery()
)
# As though what was taken back had never come.
UPDATE_SCORE_BACK: Final = UPDATE_SCORE.values(
    logged_at=func.coalesce(NEWEST_ENTRY, HeatRacer.logged_at)
)
INSERT_SCORE_BACK: Final = INSERT_SCORE.values(
    logged_at=func.coalesce(NEWEST_ENTRY, bindparam("now", type_=UtcDateTime()))
)
# Said after all that was typed so far.
UPDATE_SCORE_RATED: Final = UPDATE_SCORE.values(
    rated_after=select(func.max(Entry.id))
    .where(Entry.heat_id == bindparam("of_heat"), Entry.racer_id == bindparam("of_racer"))
    .scalar_subquery()
)
DECIDE: Final = (
    update(RunLog)
    .where(*OF_RUN, RunLog.lap_number == bindparam("number"))
    .values(
        counts=bindparam("does_count"),
        counts_decided=bindparam("decided"),
        updated_at=bindparam("now"),
    )
)
TOUCH: Final = update(Heat).where(Heat.id == bindparam("of_heat"))
