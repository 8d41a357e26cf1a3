"""What the team knows of a track: bests, a racer's heats, the day, which changes helped.

However many seasons are stored, only the latest sessions there are read; bests of all times are
the first rows of an index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple, get_args
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    bindparam,
    func,
    select,
    true,
    union_all,
)

from core.caller import Caller, Person
from core.database import Database, Unit
from core.errors import NotFound
from core.laps import Lap
from core.models import NO_NAME, Heat, HeatRacer, RacerProfile, RaceSession, SessionStatus
from core.names import name_key
from core.race_day.outings import Paces, RunRef, read_paces, runs_of_days
from core.race_day.reading import PERSON
from core.race_day.rows import SCORE, ScoreRow
from core.race_day.run_laps import laps_in_heats
from core.race_day.where import Where, where_is
from core.results.refs import HeatRef, SessionRef
from core.results.track import (
    ClassBests,
    ClassChanges,
    HeatPace,
    TrackBest,
    TrackDay,
    TrackKnown,
    TrackRun,
)
from core.scoring.advice import Status
from core.scoring.certainty import score_error
from core.scoring.effects import run_spread
from core.scoring.pooling import Try, pool, tries_of
from core.scoring.second_half import SecondHalf, usual_second_half
from core.scoring.track_pace import pace_over_day

BESTS: Final = 3
RUNS: Final = 10
# Over so many of the latest sessions at the track it is looked for which changes helped.
DAYS: Final = 6
NO_TRACK: Final = (
    "No session of yours names its track yet: /session edit has the option track, and /session "
    "start too."
)


class _Session(NamedTuple):
    """A session at a track."""

    id: UUID
    name: str | None
    track: str
    track_key: str
    created_at: datetime

    @property
    def ref(self) -> SessionRef:
        """The session by name."""
        return SessionRef(self.id, self.name or NO_NAME)


def _latest(status: SessionStatus, which: ColumnElement[bool], most: int) -> Select[Any]:
    """Select a team's latest sessions of a status, which lie together in an index."""
    latest = (
        select(
            RaceSession.id,
            RaceSession.session_name,
            RaceSession.track_name,
            RaceSession.track_key,
            RaceSession.created_at,
        )
        .where(RaceSession.team_id == bindparam("team_id"), RaceSession.status == status, which)
        .order_by(RaceSession.created_at.desc())
        .limit(most)
    )
    return select(latest.subquery())


def _of_team(which: ColumnElement[bool], most: int) -> CompoundSelect[Any]:
    return union_all(*(_latest(status, which, most) for status in get_args(SessionStatus)))


_AT_TRACK: Final = _of_team(RaceSession.track_key == bindparam("track_key"), DAYS)
_AT_ANY_TRACK: Final = _of_team(RaceSession.track_key.is_not(None), 1)

_classes: Final = (
    select(Heat.class_key, func.max(Heat.class_name).label("class_name"))
    .where(Heat.session_id.in_(bindparam("session_ids", expanding=True)))
    .group_by(Heat.class_key)
    .subquery()
)
_in_class: Final = (
    select(HeatRacer)
    .where(
        HeatRacer.racer_id == RacerProfile.id,
        HeatRacer.track_key == bindparam("track_key"),
        HeatRacer.class_key == _classes.c.class_key,
        HeatRacer.best_lap_ms > 0,
    )
    .order_by(HeatRacer.best_lap_ms, HeatRacer.opened_at)
    .limit(1)
    .correlate(RacerProfile, _classes)
)
# Each racer's best of each class is the first row of an index.
_BESTS: Final = (
    select(
        _classes.c.class_key,
        _classes.c.class_name,
        *PERSON,
        _in_class.with_only_columns(HeatRacer.best_lap_ms).scalar_subquery(),
        _in_class.with_only_columns(HeatRacer.opened_at).scalar_subquery(),
    )
    .select_from(RacerProfile)
    .join(_classes, true())
    .where(RacerProfile.team_id == bindparam("team_id"))
)
_RUNS: Final = (
    select(
        HeatRacer.opened_at,
        Heat.id,
        Heat.name,
        Heat.class_name,
        RaceSession.id,
        RaceSession.session_name,
        *SCORE,
    )
    .join(Heat, Heat.id == HeatRacer.heat_id)
    .join(RaceSession, RaceSession.id == Heat.session_id)
    .where(
        HeatRacer.racer_id == bindparam("racer_id"),
        HeatRacer.track_key == bindparam("track_key"),
        HeatRacer.lap_count > 0,
    )
    .order_by(HeatRacer.opened_at.desc())
    .limit(RUNS)
)
_HEATS: Final = (
    select(Heat.id, Heat.name, Heat.class_name, Heat.class_key, Heat.opened_at, Heat.source)
    .where(Heat.session_id == bindparam("session_id"))
    .order_by(Heat.opened_at, Heat.id)
)


class TrackService:
    """The tracks of every team; each call is bound to the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show(
        self, caller: Caller, track: str | None = None, racer: Person | None = None
    ) -> TrackKnown:
        """Return what the team knows of a track.

        Args:
            caller: Who asks; the racer when none is named.
            track: Its name; None for that of the racer's session, else the team's latest.
            racer: Whose heats are shown.

        Raises:
            NotFound: The team has no session at such a track, or none that names one.
        """
        subject = racer or caller.person

        def act(unit: Unit) -> TrackKnown:
            where = where_is(unit, caller.team_id, subject.user_id, caller.person.user_id)
            sessions = _sessions(unit, caller.team_id, where, track)
            shown = where.racer.person if where.racer else subject
            is_self = subject.user_id == caller.person.user_id
            known = TrackKnown(sessions[0].track, shown, is_self, days=len(sessions))
            return _filled(unit, caller.team_id, where, sessions, known)

        return await self._database.read(act)


def _sessions(unit: Unit, team_id: int, where: Where, track: str | None) -> list[_Session]:
    """Return the latest sessions at the track that is meant, the newest first; one at least."""
    known: dict[str, object] = {"team_id": team_id}
    if track is None:
        own = [where.own] if where.own is not None else []
        near = [session.track_key for session in (*own, *(each for each, _ in where.open))]
        key = next((key for key in near if key), None)
        if key is None:
            latest = _read(unit, _AT_ANY_TRACK, known)
            if not latest:
                raise NotFound(NO_TRACK)
            key = latest[0].track_key
    else:
        key = name_key(track)
    sessions = _read(unit, _AT_TRACK, known | {"track_key": key})[:DAYS]
    if not sessions:
        raise NotFound(f"No session of the team was at {track}; pick one of the tracks offered.")
    return sessions


def _read(unit: Unit, statement: CompoundSelect[Any], known: dict[str, object]) -> list[_Session]:
    found = map(_Session._make, unit.connection.execute(statement, known))
    return sorted(found, key=lambda session: session.created_at, reverse=True)


def _filled(
    unit: Unit, team_id: int, where: Where, sessions: Sequence[_Session], known: TrackKnown
) -> TrackKnown:
    """Return what is known of a track with everything in it."""
    key, ids = sessions[0].track_key, [session.id for session in sessions]
    classes = _classes_driven(unit, team_id, key, ids)
    runs, second_half = _runs_of(unit, where.racer, key) if where.racer else ((), None)
    heats = _latest_day(unit, runs[0] if runs else None, sessions[0])
    noted = runs_of_days(unit, ids)
    read = [heat.ref for heat in heats] + [run for driven in noted.values() for run in driven]
    paces = read_paces(unit, read)
    return replace(
        known,
        bests=tuple(each for _, each in sorted(classes.items()) if each.bests),
        runs=runs,
        day=_moved(heats, paces),
        changes=_changes(noted, paces, classes),
        second_half=second_half,
        waiting=where.waiting,
    )


def _classes_driven(
    unit: Unit, team_id: int, track_key: str, session_ids: Sequence[UUID]
) -> dict[str, ClassBests]:
    """Return the classes of some sessions by their keys, with the fastest racers at a track."""
    known = {"team_id": team_id, "track_key": track_key, "session_ids": session_ids}
    names: dict[str, str] = {}
    bests: dict[str, list[TrackBest]] = defaultdict(list)
    rows = unit.connection.execute(_BESTS, known)
    for class_key, class_name, user_id, name, lap_ms, driven_at in rows:
        names[class_key] = class_name
        if lap_ms is not None:
            bests[class_key].append(TrackBest(lap_ms, Person(user_id or 0, name), driven_at))
    for laps in bests.values():
        laps.sort(key=lambda best: (best.lap_ms, best.driven_at))
    return {key: ClassBests(name, tuple(bests[key][:BESTS])) for key, name in names.items()}


def _runs_of(
    unit: Unit, racer: RacerProfile, track_key: str
) -> tuple[tuple[TrackRun, ...], SecondHalf | None]:
    """Return a racer's latest runs at a track, and what the second half usually costs.

    That is of the class of the newest of them.
    """
    known = {"racer_id": racer.id, "track_key": track_key}
    rows = unit.connection.execute(_RUNS, known).all()
    laps = laps_in_heats(unit, [row[1] for row in rows], racer.id)
    runs = []
    for driven_at, heat_id, heat, class_name, session_id, session, *columns in rows:
        score = ScoreRow(*columns)
        is_valid = score.valid_score is not None
        times = laps.get((heat_id, racer.id), [])
        runs.append(
            TrackRun(
                heat=HeatRef(heat_id, heat, class_name),
                session=SessionRef(session_id, session or NO_NAME),
                driven_at=driven_at,
                best_lap_ms=score.best_lap_ms,
                score=score.valid_score,
                rejected=score.is_rejected,
                error=score_error(times, Status.VALID) if is_valid else None,
                note=score.note,
            )
        )
    same_class = [run for run in runs if run.heat.class_name == runs[0].heat.class_name]
    times_of = [laps.get((run.heat.id, racer.id), []) for run in same_class]
    numbered = [[Lap(at, time) for at, time in enumerate(times, start=1)] for times in times_of]
    return tuple(runs), usual_second_half(numbered)


class _HeatOfDay(NamedTuple):
    """A heat of the day that is looked at."""

    heat: HeatRef
    ref: RunRef
    session: SessionRef
    driven_at: datetime


def _latest_day(unit: Unit, latest: TrackRun | None, session: _Session) -> list[_HeatOfDay]:
    """Return the heats of one class of a session in their order.

    Those of the racer's latest run at the track; who has none there sees the class of the latest
    heat of the latest session.
    """
    ref = latest.session if latest is not None else session.ref
    rows = unit.connection.execute(_HEATS, {"session_id": ref.id}).all()
    if not rows:
        return []
    class_key = next((row.class_key for row in rows if latest and row.id == latest.heat.id), None)
    if class_key is None:
        class_key = rows[-1].class_key
    return [
        _HeatOfDay(
            HeatRef(row.id, row.name, row.class_name),
            RunRef(row.id, ref.id, class_key, None, row.source is not None),
            ref,
            row.opened_at,
        )
        for row in rows
        if row.class_key == class_key
    ]


def _moved(heats: Sequence[_HeatOfDay], paces: Paces) -> TrackDay | None:
    """Return how everybody's pace moved over some heats; None where that is not known."""
    over_day = pace_over_day([paces.everybody(each.heat.id) for each in heats])
    moved = [
        HeatPace(each.heat, pace.change_ms, pace.error_ms)
        for each, pace in zip(heats, over_day, strict=True)
        if pace is not None
    ]
    if len(moved) < 2:
        return None
    return TrackDay(heats[0].session, heats[0].driven_at, tuple(moved))


def _changes(
    noted: Mapping[UUID, Sequence[RunRef]], paces: Paces, classes: Mapping[str, ClassBests]
) -> tuple[ClassChanges, ...]:
    """Return what changes did in each class, the surest first."""
    tries: dict[str, list[tuple[UUID, Try]]] = defaultdict(list)
    for racer_id, runs in noted.items():
        if not any(run.note for run in runs):
            continue
        days = paces.days_of(racer_id, runs)
        spread_pct = run_spread(days.values())
        for (_, class_key), outings in days.items():
            tries[class_key] += [(racer_id, each) for each in tries_of(outings, spread_pct)]
    return tuple(
        ClassChanges(
            classes[key].class_name,
            tuple(sorted(pool(of_class), key=lambda pooled: pooled.chance_of_luck)),
        )
        for key, of_class in sorted(tries.items())
        if of_class
    )
