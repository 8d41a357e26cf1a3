"""The rows of a run-log file, taken into a session: as they are, and without a post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, update

from core.caller import Person
from core.database import Unit
from core.errors import BadInput
from core.first_crossing import is_first_crossing
from core.models import Heat, RacerProfile, RaceSession
from core.names import NOTE_LENGTH, RACER_NAME_LENGTH, clean_text, name_key
from core.race_day.change import Change
from core.race_day.driven import Driven, heats_of
from core.race_day.drivers import profiles_in
from core.race_day.heats import open_heat
from core.race_day.people import find_profile
from core.race_day.rows import LONGEST_RUN, HeatRow, LapRow
from core.race_day.run import FIRST_LAP, Run
from core.race_day.sessions import race_in
from core.results.importing import Fate, RowsStored
from core.sources.csv_file import LapRow as CsvLap
from core.sources.csv_file import RunLog
from core.sources.race import Source, page_name

_KEPT: Final = update(Heat).where(Heat.id == bindparam("of_heat"))


def store_rows(change: Change, session: RaceSession, log: RunLog) -> tuple[RowsStored, ...]:
    """Store a file's laps, all of them or none; heats that are opened for them are finished.

    A run that stands already is left as it is.

    Raises:
        BadInput: A racer is not known, or a heat has no name that can be used.
        NotAllowed: There are rows of others and the caller is not crew.
    """
    racers = _racers_of(change, log.rows)
    heats: dict[tuple[str, str], tuple[str, str]] = {}
    runs: dict[tuple[tuple[str, str], RacerProfile], list[CsvLap]] = {}
    for row in log.rows:
        name, class_name = _heat_name(row), clean_text(row.class_name)
        class_name = page_name(class_name) or ""
        key = name_key(class_name), name_key(name)
        heats.setdefault(key, (name, class_name))
        runs.setdefault((key, racers[_whose(row)]), []).append(row)
    stored = []
    for (key, racer), rows in runs.items():
        heat = _heat(change, session, key, *heats[key])
        stored.append(_store(change, session, heat, racer, rows))
    if any(each.racer == change.actor.person for each in stored):
        race_in(change.unit, change.where, session, change.actor)
    change.unit.tell("file imported", guild=change.team.id, heats=len(heats), runs=len(stored))
    return tuple(stored)


def _whose(row: CsvLap) -> tuple[int | None, str]:
    return row.racer_id or None, clean_text(row.racer) if not row.racer_id else ""


def _heat_name(row: CsvLap) -> str:
    name = page_name(row.heat_name)
    if name is None:
        raise BadInput(f"No heat can be called “{clean_text(row.heat_name)}”; mend the file.")
    return name


def _racers_of(
    change: Change, rows: Sequence[CsvLap]
) -> dict[tuple[int | None, str], RacerProfile]:
    """Return whose rows there are; rows that name nobody are the caller's."""
    named = {_whose(row): row for row in rows}
    racers = {}
    for whose, row in named.items():
        racer = _racer_of(change, *whose, row)
        change.require_own(racer, "import other racers' laps")
        racers[whose] = racer
    return racers


def _racer_of(change: Change, user_id: int | None, name: str, row: CsvLap) -> RacerProfile:
    me = change.actor
    if user_id is not None:
        if user_id == change.caller.person.user_id:
            return me
        found = find_profile(change.unit, change.team.id, user_id)
        shown = clean_text(row.racer)[:RACER_NAME_LENGTH] or f"Racer {user_id}"
        return found or change.profile_of(Person(user_id, shown))
    if not name or name_key(name) == name_key(me.name):
        return me
    known = profiles_in(change.unit, change.team.id)
    called = [racer for racer in known if name_key(racer.name) == name_key(name)]
    if len(called) != 1:
        raise BadInput(f"Who is “{name}”? Give their Discord user id in the column racer_id.")
    return called[0]


def _heat(
    change: Change, session: RaceSession, key: tuple[str, str], name: str, class_name: str
) -> HeatRow:
    heats = heats_of(change.unit, session)
    for each in heats:
        if (each.heat.class_key, each.heat.name_key) == key:
            return each.heat
    return open_finished(
        change.unit, session, heats, change.actor, name, class_name, finished_at=change.now
    )


def open_finished(
    unit: Unit,
    session: RaceSession,
    heats: Sequence[Driven],
    opener: RacerProfile | None,
    name: str,
    class_name: str,
    *,
    finished_at: datetime,
) -> HeatRow:
    """Open a heat for a file's rows: finished without a post, none of those typed laps go to."""
    heat = open_heat(
        unit,
        session,
        heats,
        opener,
        name=name,
        class_name=class_name,
        implicit=False,
        channel_id=None,
    )
    kept = {"source": Source.CSV.value, "status": "finished", "finished_at": finished_at}
    unit.connection.execute(_KEPT, {"of_heat": heat.id} | kept)
    return heat


def _store(
    change: Change,
    session: RaceSession,
    heat: HeatRow,
    racer: RacerProfile,
    rows: Sequence[CsvLap],
) -> RowsStored:
    if max(row.lap_number for row in rows) > LONGEST_RUN:
        raise BadInput(f"Lap numbers go from 1 to {LONGEST_RUN}.")
    heats = heats_of(change.unit, session, racer)
    driven = next((each for each in heats if each.heat.id == heat.id), Driven(heat))
    run = Run(change.unit, session, driven, racer, heats)
    return RowsStored(heat.ref, racer.person, len(rows), add_rows(run, rows, change.now))


def add_rows(run: Run, rows: Sequence[CsvLap], now: datetime) -> Fate:
    """Store a file's rows in a run that has no laps; one that has some stays as it is."""
    laps = _laps(rows)
    if run.laps:
        stands = [lap._replace(entry_id=None, is_decided=False) for lap in run.laps]
        is_same = stands == [lap._replace(is_decided=False) for lap in laps]
        return Fate.SAME if is_same else Fate.BESIDE
    rated = [row.confidence_rating for row in rows if row.confidence_rating is not None]
    note = next((row.note for row in rows if row.note), None)
    run.add(
        laps,
        by=None,
        kind="import",
        confidence=rated[-1] if rated else None,
        note=clean_text(note)[:NOTE_LENGTH] if note else None,
        # Nothing was stored at a moment that is yet to come.
        stored_at={row.lap_number: min(row.created_at, now) for row in rows if row.created_at},
    )
    return Fate.NEW


def _laps(rows: Sequence[CsvLap]) -> list[LapRow]:
    """Return rows as laps; the rule of the first crossing leaves them as the file has them."""
    laps = [
        LapRow(
            row.lap_number,
            row.lap_time_ms,
            counts=row.counts,
            is_decided=not row.counts and row.lap_number != FIRST_LAP,
            confidence=row.confidence_rating,
        )
        for row in sorted(rows, key=lambda row: row.lap_number)
    ]
    first = laps[0]
    # Whose file has no racers is the earlier system's, which knew no such rule.
    is_exported = any(row.racer_id is not None for row in rows)
    crosses = is_first_crossing([lap.time_ms for lap in laps])
    if first.number != FIRST_LAP:
        return laps
    if first.counts == crosses and (is_exported or not first.counts):
        laps[0] = first._replace(is_decided=True)
    else:
        laps[0] = first._replace(counts=not crosses)
    return laps
