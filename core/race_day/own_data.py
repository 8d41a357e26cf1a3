"""Everything that is stored about a racer in a team, as the files they get."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import String, and_, bindparam, cast, null, or_, select
from sqlalchemy.orm import aliased

from core.data_models import SharedCard
from core.database import Unit
from core.follow_models import Follow
from core.laptimes import FormLap, format_form, format_seconds
from core.models import (
    Draft,
    Entry,
    Heat,
    HeatRacer,
    RacerProfile,
    RaceSession,
    RunLog,
    SessionRacer,
)
from core.names import A_RACER
from core.race_day.exporting import laps_of
from core.race_day.page_tables import PageTable
from core.race_day.rows import LapRow
from core.results.data import DataExport, DataFile
from core.sources.csv_file import write_csv, write_sheet

_PROFILE: Final = ("what", "value")
_RUNS: Final = (
    "session",
    "track",
    "class",
    "heat",
    "opened_at",
    "laps",
    "best_lap",
    "orp",
    "orp_status",
    "confidence_rating",
    "note",
    "last_logged_at",
)
_ENTRIES: Final = (
    "created_at",
    "session",
    "class",
    "heat",
    "how",
    "racer",
    "typed_by",
    "note",
    "replaced_laps",
)
_REST: Final = ("what", "when", "session", "detail")
_typist: Final = aliased(RacerProfile)
_HEAT: Final = Heat.class_name + " " + Heat.name
_OF_TEAM: Final = RaceSession.team_id == bindparam("team_id")
_RACER: Final = bindparam("racer_id", type_=RacerProfile.id.type)
_HEATS: Final = (
    select(Heat.opened_at, RaceSession.session_name, _HEAT)
    .join(RaceSession, RaceSession.id == Heat.session_id)
    .where(_OF_TEAM)
    .order_by(Heat.opened_at)
)
_SESSIONS: Final = (
    select(RaceSession.created_at, RaceSession.session_name, null())
    .where(_OF_TEAM)
    .order_by(RaceSession.created_at)
)
# What they did: the moment it was opened or chosen at, the session, and more of it.
_DOINGS: Final = {
    "opened session": _SESSIONS.where(RaceSession.profile_id == _RACER),
    "closed session": _SESSIONS.where(RaceSession.closed_by == _RACER),
    "opened heat": _HEATS.where(Heat.opened_by == _RACER),
    "finished heat": _HEATS.where(Heat.finished_by == _RACER),
    "follows event": (
        select(Follow.created_at, RaceSession.session_name, Follow.event_name)
        .join(RaceSession, RaceSession.id == Follow.session_id)
        .where(_OF_TEAM, Follow.followed_by == _RACER)
        .order_by(Follow.created_at)
    ),
    "card shared": (
        select(
            SharedCard.shared_at,
            null(),
            cast(SharedCard.channel_id, String) + "/" + cast(SharedCard.message_id, String),
        )
        .where(or_(SharedCard.racer_id == _RACER, SharedCard.other_id == _RACER))
        .order_by(SharedCard.shared_at)
    ),
    "races in session, in class": (
        select(SessionRacer.chosen_at, RaceSession.session_name, SessionRacer.class_name)
        .join(RaceSession, RaceSession.id == SessionRacer.session_id)
        .where(_OF_TEAM, SessionRacer.racer_id == _RACER)
        .order_by(SessionRacer.chosen_at)
    ),
}


def export_of(unit: Unit, team_id: int, user_id: int, profile: RacerProfile | None) -> DataExport:
    """Return everything that is stored about a racer in a team.

    Args:
        unit: The transaction.
        team_id: The team.
        user_id: The racer's Discord user id.
        profile: Their profile; None where they have none.
    """
    rest = list(_drafts(unit, team_id, user_id))
    if profile is None:
        return DataExport((_sheet("other.csv", _REST, rest),)) if rest else DataExport()
    driven = select(HeatRacer.heat_id).where(HeatRacer.racer_id == profile.id)
    laps = laps_of(unit, team_id, and_(RunLog.racer_id == profile.id, RunLog.heat_id.in_(driven)))
    rest = [*_doings(unit, team_id, profile), *_pages(unit, team_id, profile), *rest]
    files = (
        DataFile("laps.csv", write_csv(laps), len(laps)),
        _sheet("runs.csv", _RUNS, _runs(unit, profile)),
        _sheet("entries.csv", _ENTRIES, _entries(unit, team_id, profile)),
        _sheet("profile.csv", _PROFILE, _profile(profile)),
        _sheet("other.csv", _REST, rest),
    )
    return DataExport(files, len(laps))


def _sheet(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> DataFile:
    written = list(rows)
    return DataFile(name, write_sheet(columns, written), len(written))


def _profile(profile: RacerProfile) -> list[tuple[str, object]]:
    return [
        ("name", profile.name),
        ("discord_user_id", profile.discord_user_id),
        ("experience_level", profile.experience_level),
        ("driving_style", profile.driving_style),
        ("driver_name", profile.liverc_name),
        ("driver_id", profile.liverc_id),
        ("told_how_to_type_at", profile.greeted_at),
        ("created_at", profile.created_at),
        ("updated_at", profile.updated_at),
    ]


def _runs(unit: Unit, profile: RacerProfile) -> list[tuple[object, ...]]:
    """Return what stands of each run beside its laps."""
    rows = unit.connection.execute(
        select(
            RaceSession.session_name,
            RaceSession.track_name,
            Heat.class_name,
            Heat.name,
            Heat.opened_at,
            HeatRacer.lap_count,
            HeatRacer.best_lap_ms,
            HeatRacer.orp_score,
            HeatRacer.orp_status,
            HeatRacer.confidence_rating,
            HeatRacer.note,
            HeatRacer.logged_at,
        )
        .join(Heat, Heat.id == HeatRacer.heat_id)
        .join(RaceSession, RaceSession.id == Heat.session_id)
        .where(HeatRacer.racer_id == profile.id)
        .order_by(Heat.opened_at, Heat.id)
    )
    return [
        (*row[:6], format_seconds(row.best_lap_ms) if row.best_lap_ms else None, *row[7:])
        for row in rows
    ]


def _entries(unit: Unit, team_id: int, profile: RacerProfile) -> list[tuple[object, ...]]:
    """Return who typed what for them, and what they typed for others."""
    is_theirs = Entry.racer_id == profile.id
    rows = unit.connection.execute(
        select(
            Entry.created_at,
            RaceSession.session_name,
            Heat.class_name,
            Heat.name,
            Entry.kind,
            RacerProfile.name,
            _typist.name,
            Entry.note,
            Entry.replaced,
            is_theirs,
        )
        .join(Heat, Heat.id == Entry.heat_id)
        .join(RaceSession, RaceSession.id == Heat.session_id)
        .join(RacerProfile, RacerProfile.id == Entry.racer_id)
        .outerjoin(_typist, _typist.id == Entry.entered_by)
        .where(RaceSession.team_id == team_id, is_theirs | (Entry.entered_by == profile.id))
        .order_by(Entry.id)
    )
    return [
        (*row, kind, racer, typed_by or _nobody(kind), note, _laps(replaced) if own else None)
        for *row, kind, racer, typed_by, note, replaced, own in rows
    ]


def _nobody(kind: str) -> str | None:
    """Return who typed an entry that is nobody's: imported laps were typed by nobody."""
    return None if kind == "import" else A_RACER


def _laps(replaced: dict[str, Any]) -> str:
    """Return the laps an entry has replaced, one a line; ``x`` in front of what does not count."""
    laps = [LapRow.from_data(lap) for lap in replaced.get("laps") or ()]
    return format_form(FormLap(lap.time_ms, lap.counts) for lap in laps)


def _doings(unit: Unit, team_id: int, profile: RacerProfile) -> list[tuple[object, ...]]:
    """Return what they have opened, closed and chosen."""
    known = {"team_id": team_id, "racer_id": profile.id}
    return [
        (what, *row)
        for what, statement in _DOINGS.items()
        for row in unit.connection.execute(statement, known)
    ]


def _pages(unit: Unit, team_id: int, profile: RacerProfile) -> list[tuple[object, ...]]:
    """Return what the pages that heats came from say of them."""
    rows = unit.connection.execute(
        select(Heat.opened_at, RaceSession.session_name, _HEAT, Heat.source_table)
        .join(RaceSession, RaceSession.id == Heat.session_id)
        .where(RaceSession.team_id == team_id, Heat.source.is_not(None))
        .order_by(Heat.opened_at)
    )
    found: list[tuple[object, ...]] = []
    for opened_at, session, heat, kept in rows:
        driver = PageTable.from_data(kept).of(profile.id) if kept is not None else None
        if driver is not None:
            said = (heat.strip(), driver.name, driver.source_id, driver.position, driver.result)
            words = ", ".join(str(word) for word in said if word is not None)
            found.append(("on the page of a heat", opened_at, session, words))
    return found


def _drafts(unit: Unit, team_id: int, user_id: int) -> list[tuple[object, ...]]:
    """Return what they have typed that waits for a tap."""
    rows = unit.connection.execute(
        select(Draft.kind, Draft.created_at, Draft.command)
        .where(Draft.team_id == team_id, Draft.discord_user_id == user_id)
        .order_by(Draft.created_at)
    )
    return [
        (f"waits: {kind}", created_at, None, json.dumps(command, ensure_ascii=False))
        for kind, created_at, command in rows
    ]
