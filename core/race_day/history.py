"""The earlier system's racers, sessions and laps, taken into a team as they are there.

Everything keeps its id, its order and its moments. What stands already stays as it is, so that the
same files bring in nothing twice. Heats are finished, and nothing is posted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import select

from core.database import Unit
from core.errors import Conflict
from core.models import RacerProfile, RaceSession, Team
from core.names import name_key
from core.race_day.driven import Driven, heats_of
from core.race_day.history_people import HistoryPeople
from core.race_day.import_rows import add_rows, open_finished
from core.race_day.rows import LONGEST_RUN
from core.race_day.run import Run
from core.race_day.sessions import settle_earlier
from core.racer_link import RacerLink
from core.results.history import Counted, HistoryBroughtIn, KeptRun
from core.results.importing import Fate
from core.sources.csv_file import LapRow
from core.sources.csv_table import Fault, refuse
from core.sources.history_files import HistoryFile, ProfileRow, SessionRow
from core.sources.race import page_name

Tell = Callable[[int], None]
Model = TypeVar("Model", RacerProfile, RaceSession)

# As many ids as a statement takes on both databases, and to spare.
_AT_ONCE: Final = 1_000


@dataclass(slots=True)
class _Run:
    """One racer's rows in one heat, by lap number."""

    racer: RacerProfile
    laps: dict[int, LapRow] = field(default_factory=dict)


@dataclass(slots=True)
class _Heat:
    """One heat of the files.

    Attributes:
        name: What it is called.
        class_name: Its class; empty for none.
        first: When its first lap was stored.
        last: When its last lap was.
        runs: Its runs by racer.
    """

    name: str
    class_name: str
    first: datetime
    last: datetime
    runs: dict[UUID, _Run] = field(default_factory=dict)


@dataclass(slots=True)
class _Session:
    """One session with the heats the files have of it, by their keys."""

    session: RaceSession
    is_new: bool
    heats: dict[tuple[str, str], _Heat] = field(default_factory=dict)


@dataclass(slots=True)
class _Done:
    """What has been counted so far."""

    new_heats: int = 0
    heats: int = 0
    new_laps: int = 0
    same_laps: int = 0
    kept: list[KeptRun] = field(default_factory=list)


def take_in_history(
    unit: Unit, team: Team, files: Sequence[HistoryFile], said: Sequence[RacerLink], tell: Tell
) -> HistoryBroughtIn:
    """Store what the files have and the team has not: all of it, or nothing.

    Args:
        unit: The transaction, holding the team.
        team: Whose history it is.
        files: The files; what one refers to stands in another of them or in the database.
        said: Who racers are on Discord.
        tell: What is told how many laps have been looked at since it was last told.

    Raises:
        BadRows: Rows fit neither one another nor what stands; the sentence has files and lines.
        BadInput: A racer who was named is nobody.
        Conflict: Something stands that is another team's, or nobody's yet.
    """
    faults: list[str] = []
    profile_rows = _once([(file.name, row) for file in files for row in file.profiles], faults)
    session_rows = _once([(file.name, row) for file in files for row in file.sessions], faults)
    laps = [(file.name, row) for file in files for row in file.laps]
    refuse(faults)
    wanted = {row.session_id for _, row in laps if row.session_id} | {*session_rows}
    stored = _stored(unit, team, RaceSession, wanted)
    people = HistoryPeople(
        unit,
        team,
        [row for _, row in profile_rows.values()],
        _stored(unit, team, RacerProfile, profile_rows),
        [(row, stored[row.id]) for _, row in session_rows.values() if row.id in stored],
    )
    people.settle(said)
    sessions = {key: _Session(session, is_new=False) for key, session in stored.items()}
    first_laps: dict[UUID | None, datetime] = {}
    for _, lap in laps:
        if lap.created_at is not None:
            before = first_laps.setdefault(lap.session_id, lap.created_at)
            first_laps[lap.session_id] = min(before, lap.created_at)
    for file, row in session_rows.values():
        owner = people.get(row.profile_id)
        if row.profile_id is not None and owner is None:
            faults.append(f"{file} line {row.line} names a profile that is nowhere")
        elif row.id not in stored:
            sessions[row.id] = _Session(
                _session(row, owner, team, first_laps.get(row.id), unit.now), is_new=True
            )
    _sort_in(sessions, laps, people, unit.now, faults)
    refuse(faults)
    new = [each.session for each in sessions.values() if each.is_new]
    unit.db.add_all(new)
    unit.db.flush()
    done = _Done()
    for each in sessions.values():
        _store(unit, team, each, done, tell)
    return HistoryBroughtIn(
        racers=Counted(people.new, people.there),
        sessions=Counted(len(new), sum(key in stored for key in session_rows)),
        heats=Counted(done.new_heats, done.heats - done.new_heats),
        laps=Counted(done.new_laps, done.same_laps),
        kept=tuple(done.kept),
        linked=tuple(people.linked),
        unlinked=people.unlinked(),
        is_rehearsal=False,
    )


Row = TypeVar("Row", ProfileRow, SessionRow)


def _once(rows: Iterable[tuple[str, Row]], faults: list[str]) -> dict[UUID, tuple[str, Row]]:
    """Return rows by their ids, each with its file; an id stands once."""
    found: dict[UUID, tuple[str, Row]] = {}
    for file, row in rows:
        before = found.setdefault(row.id, (file, row))
        if before[1] is not row:
            faults.append(f"{file} line {row.line} has the id of {before[0]} line {before[1].line}")
    return found


def _stored(unit: Unit, team: Team, model: type[Model], ids: Iterable[UUID]) -> dict[UUID, Model]:
    """Return the rows of the team that stand under these ids.

    Raises:
        Conflict: One is another team's, or nobody's yet.
    """
    wanted = list(ids)
    found: dict[UUID, Model] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = select(model).where(model.id.in_(wanted[start : start + _AT_ONCE]))
        found |= {row.id: row for row in unit.db.scalars(some)}
    for row in found.values():
        if row.team_id is None:
            raise Conflict(
                f"The earlier system's own rows are in this database: run adopt {team.id} first. "
                "Nothing was stored."
            )
        if row.team_id != team.id:
            raise Conflict(
                f"{row.id} is another team's in this database already. Nothing was stored."
            )
    return found


def _session(
    row: SessionRow,
    owner: RacerProfile | None,
    team: Team,
    first_lap: datetime | None,
    now: datetime,
) -> RaceSession:
    created_at = min(row.created_at or first_lap or now, now)
    return RaceSession(
        id=row.id,
        team_id=team.id,
        profile_id=owner.id if owner else None,
        session_name=row.session_name,
        track_name=row.track_name,
        practice_rounds=row.practice_rounds,
        qualifying_rounds=row.qualifying_rounds,
        days=1,
        time_zone=team.time_zone,
        status=row.status,
        implicit=False,
        created_at=created_at,
        closed_at=row.closed_at,
        updated_at=row.updated_at or created_at,
    )


# --- whose laps, of which heat ------------------------------------------------------------------


def _sort_in(
    sessions: dict[UUID, _Session],
    laps: Iterable[tuple[str, LapRow]],
    people: HistoryPeople,
    now: datetime,
    faults: list[str],
) -> None:
    """Give each lap to its session, heat and run."""
    places: dict[int, str] = {}
    racers: dict[tuple[object, ...], RacerProfile] = {}
    for file, row in laps:
        try:
            of_session = sessions.get(row.session_id) if row.session_id else None
            if of_session is None:
                raise Fault("names a session that is nowhere")
            whose = row.session_id, row.racer_id, row.racer
            if whose not in racers:
                racers[whose] = _racer(people, of_session.session, row)
            racer = racers[whose]
            heat = _heat(of_session, row, now)
            run = heat.runs.setdefault(racer.id, _Run(racer))
            if row.lap_number > LONGEST_RUN:
                raise Fault(f"has a lap number over {LONGEST_RUN}")
            before = run.laps.setdefault(row.lap_number, row)
            if before is not row:
                raise Fault(f"has lap {row.lap_number} of {places[id(before)]} again")
            places[id(row)] = f"{file} line {row.line}"
        except Fault as fault:
            faults.append(f"{file} line {row.line} {fault}")


def _racer(people: HistoryPeople, session: RaceSession, row: LapRow) -> RacerProfile:
    """Return whose lap it is: who the row names, else the racer of its session."""
    if row.racer_id:
        return people.member(row.racer_id, row.racer)
    owner = people.get(session.profile_id)
    if not name_key(row.racer):
        if owner is None:
            raise Fault("is nobody's: its session names no racer")
        return owner
    called = people.called(row.racer)
    if owner in called:
        return owner
    if len(called) != 1:
        raise Fault("names a racer who is nowhere, or of whom there are several")
    return called[0]


def _heat(of_session: _Session, row: LapRow, now: datetime) -> _Heat:
    name = page_name(row.heat_name)
    if name is None:
        raise Fault("has a heat_name without letters or digits")
    class_name = page_name(row.class_name) or ""
    at = min(row.created_at or of_session.session.created_at, now)
    key = name_key(class_name), name_key(name)
    heat = of_session.heats.setdefault(key, _Heat(name, class_name, at, at))
    heat.first, heat.last = min(heat.first, at), max(heat.last, at)
    return heat


# --- storing ------------------------------------------------------------------------------------


def _store(unit: Unit, team: Team, each: _Session, done: _Done, tell: Tell) -> None:
    session = each.session
    if each.is_new:
        settle_earlier(session, team, unit.now)
    closes_at = session.closes_at
    heats: list[Driven] = [] if each.is_new else heats_of(unit, session)
    owner = unit.db.get(RacerProfile, session.profile_id) if session.profile_id else None
    seen: dict[UUID, list[Driven]] = {}
    for key, rows in sorted(each.heats.items(), key=lambda item: item[1].first):
        driven = next((at for at in heats if (at.heat.class_key, at.heat.name_key) == key), None)
        done.heats += 1
        if driven is None:
            # Everything about it is of the moment it was driven at.
            then = Unit(unit.connection, rows.first)
            driven = Driven(
                open_finished(
                    then, session, heats, owner, rows.name, rows.class_name, finished_at=rows.last
                )
            )
            heats.append(driven)
            done.new_heats += 1
        for run in rows.runs.values():
            if not each.is_new and run.racer.id not in seen:
                seen[run.racer.id] = heats_of(unit, session, run.racer)
            of_racer = seen.get(run.racer.id, [])
            own = next((at for at in of_racer if at.heat.id == driven.heat.id), driven)
            _store_run(unit, session, own, run, done)
            tell(len(run.laps))
    if closes_at is not None and session.closes_at is not None:
        # Laps of long ago end no session that is open today.
        session.closes_at = max(closes_at, session.closes_at)


def _store_run(unit: Unit, session: RaceSession, driven: Driven, run: _Run, done: _Done) -> None:
    rows = list(run.laps.values())
    last = max((row.created_at for row in rows if row.created_at), default=session.created_at)
    then = Unit(unit.connection, min(last, unit.now))
    fate = add_rows(Run(then, session, driven, run.racer), rows, unit.now)
    if fate is Fate.NEW:
        done.new_laps += len(rows)
    elif fate is Fate.SAME:
        done.same_laps += len(rows)
    else:
        heat = driven.heat.ref.label
        done.kept.append(KeptRun(session.ref.name, heat, run.racer.name, len(rows)))
