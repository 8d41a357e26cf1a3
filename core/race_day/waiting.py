"""What waits for a racer's tap: told by their next answers, from the statement that finds them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from core.column_types import UtcDateTime
from core.laptimes import format_lap
from core.models import ONE, Draft, DraftKind, HeatRacer, RacerProfile, Team
from core.race_day.taken_back import TakenBack
from core.results.refs import HeatRef
from core.results.waiting import Told, Waiting, WaitsFor

T = TypeVar("T")

# How long what waits, was refused or was taken back is kept.
KEPT_FOR: Final = timedelta(days=1)
# Heats that laps still come into are not opened longer ago.
_LATELY: Final = timedelta(days=8)
_reader: Final = aliased(RacerProfile)
# Whoever has logged laps again has been told, and has gone on.
_HAS_GONE_ON: Final = exists().where(
    _reader.team_id == Draft.team_id,
    _reader.discord_user_id == Draft.discord_user_id,
    HeatRacer.racer_id == _reader.id,
    HeatRacer.opened_at > bindparam("lately", type_=UtcDateTime()),
    HeatRacer.logged_at > Draft.created_at,
)
# The newest of the reader's that is still told: a question about laps until it is answered.
NEWEST: Final = (
    select(Draft.id)
    .where(
        Draft.team_id == Team.id,
        Draft.discord_user_id == bindparam("reader_id"),
        Draft.created_at > bindparam("kept_since", type_=UtcDateTime()),
        Draft.kind != "import",
        or_(Draft.kind == "question", ~_HAS_GONE_ON.correlate(Draft)),
    )
    .order_by(Draft.created_at.desc())
    .limit(ONE)
    .correlate(Team)
    .scalar_subquery()
)


def known_at(now: datetime) -> dict[str, datetime]:
    """Return what ``NEWEST`` has to know beside the reader."""
    return {"kept_since": now - KEPT_FOR, "lately": now - _LATELY}


def waiting_of(draft_id: UUID, kind: DraftKind, command: dict[str, Any]) -> Waiting:
    """Return what waits as an answer tells it."""
    fields = command["fields"]
    if kind == "taken_back":
        taken = TakenBack(**fields)
        laps = taken.own or taken.not_in(())
        heat = HeatRef(draft_id, taken.heat["name"], taken.heat["class_name"]).label
        times = " ".join(format_lap(lap.time_ms) for lap in laps)
        return Waiting(draft_id, WaitsFor.PUT_BACK, times, heat)
    typed = str(fields.get("times") or fields.get("laps") or "")
    if kind == "refused":
        return Waiting(draft_id, WaitsFor.FIX, typed)
    if "asks" not in command:
        return Waiting(draft_id, WaitsFor.STORE, typed)
    return Waiting(draft_id, WaitsFor.ANSWER, typed)


def told(result: T, waiting: Waiting | None) -> T:
    """Return a result that also tells what waits, where it is one that can."""
    if waiting is None or not isinstance(result, Told):
        return result
    # What the type of the result says stays true; the checker only sees the part that tells.
    return replace(result, waiting=waiting)
