"""Racers' runs with notes and fields, as it takes to tell whether a change of the car helped.

Everybody else in a heat is its page's whole field, else the team-mates who drove it: a heat is of
one class. How much a racer's runs differ for no reason is learned from those of the same session
and from the latest before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select

from core.column_types import UtcDateTime
from core.database import Unit
from core.models import Heat, HeatRacer, RaceSession
from core.names import name_key
from core.race_day.driven import Driven
from core.race_day.page_tables import PageTable, pages_of
from core.race_day.run_laps import RunLaps, laps_in_heats
from core.scoring.effects import Effect, Outing, find_effect_at, run_spread
from core.scoring.pace import Pace, find_pace
from core.scoring.settings import last_change, lasts_until, settings_of

# So many runs of the days before are looked at: more of them would hardly tell more.
RUNS_BEFORE: Final = 12

Effects = dict[tuple[UUID, UUID], Effect]
"""What was changed before a run, by the ids of heat and racer."""


class RunRef(NamedTuple):
    """One run of a racer.

    Attributes:
        heat_id: The heat.
        session_id: Its session, which with the class makes a day.
        class_key: Its class.
        note: What was noted with it.
        is_imported: Whether the heat has a page.
    """

    heat_id: UUID
    session_id: UUID
    class_key: str
    note: str | None
    is_imported: bool

    @property
    def day(self) -> tuple[UUID, str]:
        """Which runs it is one of a row with."""
        return self.session_id, self.class_key


_REF: Final = (
    HeatRacer.heat_id,
    Heat.session_id,
    Heat.class_key,
    HeatRacer.note,
    Heat.source.is_not(None),
)
_RUNS_BEFORE: Final = (
    select(*_REF)
    .join(Heat, Heat.id == HeatRacer.heat_id)
    .where(
        HeatRacer.racer_id == bindparam("racer_id"),
        HeatRacer.opened_at < bindparam("before", type_=UtcDateTime()),
        HeatRacer.lap_count > 0,
    )
    .order_by(HeatRacer.opened_at.desc())
    .limit(RUNS_BEFORE)
)
_IN_SESSIONS: Final = (
    Heat.session_id.in_(bindparam("session_ids", expanding=True)),
    HeatRacer.lap_count > 0,
)
_NOTED_DAYS: Final = (
    select(Heat.session_id, Heat.class_key)
    .join(HeatRacer, HeatRacer.heat_id == Heat.id)
    .where(*_IN_SESSIONS, HeatRacer.note.is_not(None))
    .distinct()
)
_OF_SESSIONS: Final = (
    select(HeatRacer.racer_id, Heat.opened_at, *_REF)
    .join(Heat, Heat.id == HeatRacer.heat_id)
    .where(*_IN_SESSIONS)
    .order_by(Heat.opened_at, Heat.id, HeatRacer.logged_at)
)


def look_back(
    unit: Unit, racer_id: UUID, heats: Sequence[Driven], heat_id: UUID
) -> tuple[RunLaps, Effect | None]:
    """Return a racer's laps of a session's heats, and what the last change before one of them did.

    Where nothing was changed, nobody else's laps are read.

    Args:
        unit: The transaction.
        racer_id: Who drove.
        heats: The session's heats in the order they were opened, as the racer sees them.
        heat_id: One that the racer has driven.
    """
    today = [
        RunRef(
            each.heat.id,
            each.heat.session_id,
            each.heat.class_key,
            each.score.note,
            each.heat.is_imported,
        )
        for each in heats
        if each.score is not None and each.has_laps
    ]
    if not _was_changed(today, heat_id):
        return laps_in_heats(unit, [run.heat_id for run in today], racer_id), None
    runs = _runs_before(unit, racer_id, heats[0].heat.opened_at) + today
    laps = laps_in_heats(unit, [run.heat_id for run in runs])
    pages = pages_of(unit, {run.heat_id for run in runs if run.is_imported})
    return laps, Paces(laps, pages).effect_at(racer_id, runs, heat_id)


def effects_in(unit: Unit, session: RaceSession) -> Effects:
    """Return what each change did that was noted in a session."""
    runs: dict[UUID, list[RunRef]] = defaultdict(list)
    begun = []
    rows = unit.connection.execute(_OF_SESSIONS, {"session_ids": [session.id]})
    for racer_id, opened_at, *ref in rows:
        runs[racer_id].append(RunRef._make(ref))
        begun.append(opened_at)
    noted = [
        (run.heat_id, racer_id)
        for racer_id, today in runs.items()
        for run in today
        if run.note and _was_changed(today, run.heat_id)
    ]
    for racer_id in {racer_id for _, racer_id in noted}:
        runs[racer_id] = _runs_before(unit, racer_id, begun[0]) + runs[racer_id]
    read = [run for _, racer_id in noted for run in runs[racer_id]]
    paces = read_paces(unit, read)
    found = {
        (heat_id, racer_id): paces.effect_at(racer_id, runs[racer_id], heat_id)
        for heat_id, racer_id in noted
    }
    return {run: effect for run, effect in found.items() if effect is not None}


def runs_of_days(unit: Unit, session_ids: Collection[UUID]) -> dict[UUID, list[RunRef]]:
    """Return everybody's runs in the order driven, by racer, of days on which a car was changed.

    A day is one class of a session. Where nobody has noted anything, no run is read.

    Args:
        unit: The transaction.
        session_ids: Where to look.
    """
    known = {"session_ids": list(session_ids)}
    noted = {tuple(day) for day in unit.connection.execute(_NOTED_DAYS, known)}
    runs: dict[UUID, list[RunRef]] = defaultdict(list)
    if noted:
        for racer_id, _, *ref in unit.connection.execute(_OF_SESSIONS, known):
            run = RunRef._make(ref)
            if run.day in noted:
                runs[racer_id].append(run)
    return runs


def read_paces(unit: Unit, runs: Iterable[RunRef]) -> Paces:
    """Read everybody's laps in the heats of some runs."""
    heats = {run.heat_id: run.is_imported for run in runs}
    pages = pages_of(unit, [heat_id for heat_id, is_imported in heats.items() if is_imported])
    return Paces(laps_in_heats(unit, heats), pages)


def _runs_before(unit: Unit, racer_id: UUID, before: datetime) -> list[RunRef]:
    """Return a racer's latest runs before a moment, in the order driven."""
    known = {"racer_id": racer_id, "before": before}
    latest = unit.connection.execute(_RUNS_BEFORE, known).all()
    return [RunRef._make(ref) for ref in reversed(latest)]


def _was_changed(runs: Sequence[RunRef], heat_id: UUID) -> bool:
    """Tell whether the car of a run had been another one before, on the same day."""
    at, day = _day_of(runs, heat_id)
    settings = settings_of([run.note for run in day])
    return last_change(settings[: lasts_until(settings, at)]) is not None


def _day_of(runs: Sequence[RunRef], heat_id: UUID) -> tuple[int, list[RunRef]]:
    """Return the place of a run among those of its session and class, and all of these."""
    this = next(run for run in runs if run.heat_id == heat_id)
    day = [run for run in runs if run.day == this.day]
    return day.index(this), day


class Paces:
    """Everybody's pace in some heats.

    Args:
        laps: Everybody's laps there.
        pages: The pages of those that were imported, each with whether it still names everybody.
    """

    def __init__(self, laps: RunLaps, pages: Mapping[UUID, tuple[PageTable, bool]]) -> None:
        self._of_team: dict[UUID, dict[str, Pace]] = defaultdict(dict)
        names = {racer_id: str(racer_id) for _, racer_id in laps}
        for (heat_id, racer_id), times in laps.items():
            pace = find_pace(times)
            if pace is not None:
                self._of_team[heat_id][names[racer_id]] = pace
        self._of_page = {
            heat_id: dict(_page_paces(page, has_names=has_names))
            for heat_id, (page, has_names) in pages.items()
            if not page.is_of_one
        }

    def effect_at(self, racer_id: UUID, runs: Sequence[RunRef], heat_id: UUID) -> Effect | None:
        """Return what the last change before one of a racer's runs did.

        Args:
            racer_id: Who drove.
            runs: The racer's runs in the order driven.
            heat_id: The heat of one of them.
        """
        days = self.days_of(racer_id, runs)
        at, day = _day_of(runs, heat_id)
        return find_effect_at(days[day[at].day], at, run_spread(days.values()))

    def days_of(
        self, racer_id: UUID, runs: Iterable[RunRef]
    ) -> dict[tuple[UUID, str], list[Outing]]:
        """Return a racer's runs, given in the order driven, by session and class."""
        days: dict[tuple[UUID, str], list[Outing]] = defaultdict(list)
        name = str(racer_id)
        for run in runs:
            field = self.everybody(run.heat_id)
            others = {driver: pace for driver, pace in field.items() if driver != name}
            own = self._of_team[run.heat_id].get(name)
            days[run.day].append(Outing(run.note, own, others))
        return days

    def everybody(self, heat_id: UUID) -> Mapping[str, Pace]:
        """Return the pace of each driver of a heat by what names the same one in another."""
        return self._of_page.get(heat_id) or self._of_team[heat_id]


def _page_paces(page: PageTable, *, has_names: bool) -> Iterator[tuple[str, Pace]]:
    """Yield the paces of a page's drivers by what names the same one on another page.

    Of a page whose names are forgotten only who is of the team is known again.
    """
    for driver in page.drivers:
        pace = find_pace([lap.time_ms for lap in driver.laps if lap.counts])
        if pace is None:
            continue
        if driver.racer_id is not None:
            yield str(driver.racer_id), pace
        elif has_names:
            yield driver.source_id or name_key(driver.name), pace
