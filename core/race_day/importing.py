"""A race that was read, taken into a session: for an import and for what is followed alike.

What would become of it is planned first and can be shown; carrying the plan out writes it. What a
racer has changed, taken back or deleted since the page was read stays so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from core.database import Unit
from core.laps import Lap
from core.models import RacerProfile, RaceSession, SessionClass, Team
from core.names import HeatKind, name_key
from core.race_day import outbox
from core.race_day.driven import Driven, heats_in, heats_of, next_name
from core.race_day.drivers import remember_ids
from core.race_day.forgotten import without_forgotten
from core.race_day.heats import finish_heat, open_heat
from core.race_day.moving import take_over, without
from core.race_day.page_tables import (
    PageTable,
    deleted_in,
    keep_page,
    pages_in,
    table_of,
)
from core.race_day.rows import HeatRow, LapRow
from core.race_day.run import Run
from core.race_day.sessions import race_in
from core.race_day.typed_before import (
    TypedRun,
    heat_of_most,
    is_typed,
    times_of,
    typed_run_of,
)
from core.race_day.where import where_is
from core.results.importing import STORES, Fate, TakenIn, TakenRun
from core.sources.race import Driver, Race, free_heat_name
from core.sources.same_race import is_same_race, laps_of

# What is brought in later comes without a notification.
FRESH_FOR: Final = timedelta(hours=3)

_CLASS: Final = select(SessionClass.class_name).where(
    SessionClass.session_id == bindparam("of_session"),
    SessionClass.page_class_key == bindparam("key"),
)


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """What would become of one racer's laps.

    Attributes:
        racer: Who drove.
        driver: Their part of the race.
        run: Their run as it stands; None where they have none in the heat.
        fate: What would become of it.
        typed: The run typed in another heat that would come into this one with its note and
            rating; None for none.
    """

    racer: RacerProfile
    driver: Driver
    run: Run | None
    fate: Fate
    typed: Run | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would become of a race.

    Attributes:
        race: What was read.
        session: Where it belongs.
        heat: The heat it is; None where one has to be opened.
        table: What the page said when it was last read; None where it never was.
        name: The name of the heat.
        class_name: Its class; empty for none.
        runs: The team's racers in it.
        racers: Who of the team is which driver, by the driver's place from 0.
        beside: The typed heat of that name that it would stand beside.
        deleted: How its heat was called that somebody has deleted on purpose.
    """

    race: Race
    session: RaceSession
    heat: HeatRow | None
    table: PageTable | None
    name: str
    class_name: str
    runs: tuple[PlannedRun, ...]
    racers: Mapping[int, RacerProfile]
    beside: HeatRow | None = None
    deleted: str | None = None

    @property
    def corrects(self) -> bool:
        """Whether laps that came from the page before would be replaced."""
        return any(run.fate is Fate.CORRECTED for run in self.runs)


def take_in(
    unit: Unit,
    team: Team,
    session: RaceSession,
    race: Race,
    *,
    by: RacerProfile | None,
    is_fresh: bool,
    channel_id: int | None,
    people: Mapping[int, RacerProfile],
) -> TakenIn:
    """Take a race into a session: laps are stored, its heat is finished, its summary ordered.

    Nothing is stored where nobody of the team has laps in it, where all stands already, or where
    the heat was deleted on purpose.

    Args:
        unit: The transaction, holding the team.
        team: Whose session it is.
        session: The session.
        race: The race, under the class and name its heat is to have; what was said of the page's
            class in this session is followed.
        by: Who asks for it; None where it comes by itself.
        is_fresh: Whether it was driven just now; else its summary comes without a notification.
        channel_id: Where it was asked for, for a team that has set no channel.
        people: Who of the team is which driver, by the driver's place in the race from 0.
    """
    plan = plan_for(unit, session, race, people)
    return carry_out(unit, team, plan, by=by, is_fresh=is_fresh, channel_id=channel_id)


def class_in(unit: Unit, session: RaceSession, page_class: str | None) -> str:
    """Return the class of a page as it is called in a session; empty for none."""
    if page_class is None:
        return ""
    known = {"of_session": session.id, "key": name_key(page_class)}
    said: str | None = unit.connection.execute(_CLASS, known).scalar_one_or_none()
    return page_class if said is None else said


# Planning


def plan_for(
    unit: Unit,
    session: RaceSession,
    race: Race,
    people: Mapping[int, RacerProfile],
    *,
    class_name: str | None = None,
    replaces: Collection[UUID] | None = None,
) -> Plan:
    """Return what would become of a race; nothing is written.

    Args:
        unit: The transaction, holding the team.
        session: Where it belongs.
        race: The race.
        people: Who of the team is which driver, by the driver's place from 0.
        class_name: The class of its heat; None for the page's, as it is called in the session.
        replaces: The racers whose typed laps may give way; None for everybody's.
    """
    if class_name is None:
        class_name = class_in(unit, session, race.class_name)
    heats = heats_of(unit, session)
    class_name = next(
        (each.heat.class_name for each in heats if each.heat.class_key == name_key(class_name)),
        class_name,
    )
    drove = {at: racer for at, racer in people.items() if race.drivers[at].laps}
    name = race.heat_name or next_name(heats, session, class_name)
    plan = Plan(race, session, None, None, name, class_name, (), people)
    laps = laps_of(race)
    for heat_id, table in pages_in(unit, session):
        if is_same_race(table.times_ms, laps):
            heat = next(each.heat for each in heats if each.heat.id == heat_id)
            return _known_or_typed(unit, replace(plan, heat=heat, table=table), drove, replaces)
    for label, table in deleted_in(unit, session):
        if is_same_race(table.times_ms, laps):
            return replace(plan, deleted=label)
    if not drove:
        return plan
    typed = heat_of_most(
        [run for at, racer in drove.items() if (run := _typed(unit, plan, at, racer))]
    )
    if typed is not None:
        return _known_or_typed(unit, replace(plan, heat=typed), drove, replaces)
    return _as_new(plan, heats, drove)


def _known_or_typed(
    unit: Unit,
    plan: Plan,
    drove: Mapping[int, RacerProfile],
    replaces: Collection[UUID] | None,
) -> Plan:
    """Plan a race whose heat is there: it was read before, or typed."""
    runs = []
    for at, racer in drove.items():
        driver, run = plan.race.drivers[at], _run_in(unit, plan, racer)
        was = plan.table.of(racer.id) if plan.table else None
        stands = [lap.lap for lap in run.laps]
        typed: TypedRun | None = None
        if plan.table is not None and _are_alike(stands, driver.laps):
            fate = Fate.SAME
        elif was is not None and was.is_taken:
            fate = Fate.CORRECTED if _are_alike(stands, was.laps) else Fate.KEPT
        else:
            typed = None if stands else _typed(unit, plan, at, racer)
            fate = Fate.BESIDE if stands else Fate.NEW
            if typed is not None or is_typed(unit, run, times_of(driver)):
                fate = Fate.TYPED if replaces is None or racer.id in replaces else Fate.OTHERS
        runs.append(PlannedRun(racer, driver, run, fate, typed.run if typed else None))
    return replace(plan, runs=tuple(runs))


def _typed(unit: Unit, plan: Plan, at: int, racer: RacerProfile) -> TypedRun | None:
    return typed_run_of(unit, plan.session, racer, times_of(plan.race.drivers[at]))


def _as_new(plan: Plan, heats: Sequence[Driven], drove: Mapping[int, RacerProfile]) -> Plan:
    """Plan a race that nobody has typed: where its name is taken it counts on."""
    of_class = heats_in(heats, plan.class_name)
    taken = [each.heat for each in of_class if not each.is_empty or each.heat.is_imported]
    beside = next((heat for heat in taken if heat.name_key == name_key(plan.name)), None)
    name = free_heat_name(plan.name, [heat.name for heat in taken])
    return replace(
        plan,
        name=name,
        beside=beside if beside is not None and not beside.is_imported else None,
        runs=tuple(
            PlannedRun(racer, plan.race.drivers[at], None, Fate.NEW) for at, racer in drove.items()
        ),
    )


def _run_in(unit: Unit, plan: Plan, racer: RacerProfile) -> Run:
    heats = heats_of(unit, plan.session, racer)
    heat = plan.heat
    driven = next(each for each in heats if heat is not None and each.heat.id == heat.id)
    return Run(unit, plan.session, driven, racer, heats)


def _are_alike(ones: Sequence[Lap], others: Sequence[Lap]) -> bool:
    """Tell whether laps are the same in time and in what counts, however they are numbered."""
    return [(lap.time_ms, lap.counts) for lap in ones] == [
        (lap.time_ms, lap.counts) for lap in others
    ]


# Carrying out


def carry_out(
    unit: Unit,
    team: Team,
    plan: Plan,
    *,
    by: RacerProfile | None,
    is_fresh: bool,
    channel_id: int | None,
) -> TakenIn:
    """Write what was planned in this very transaction."""
    told = TakenIn(
        session=plan.session.ref,
        heat=plan.heat.ref if plan.heat else None,
        beside=plan.beside.ref if plan.beside else None,
        deleted=plan.deleted,
        drivers=sum(bool(driver.laps) for driver in plan.race.drivers),
    )
    left = {Fate.BESIDE, Fate.OTHERS}
    taken = {each.racer.id for each in plan.runs if each.fate not in left}
    racers = {at: racer.id for at, racer in plan.racers.items()}
    table = without_forgotten(unit, team.id, table_of(plan.race, racers, taken))
    if plan.deleted is not None or (plan.heat is None and not plan.runs):
        return told
    heat, is_new = plan.heat, plan.heat is None
    if heat is None:
        heats = heats_of(unit, plan.session)
        heat = open_heat(
            unit,
            plan.session,
            heats,
            by,
            name=plan.name,
            class_name=plan.class_name,
            implicit=False,
            channel_id=channel_id,
        )
    remember_ids(plan.race, plan.racers)
    runs = tuple(_written(unit, plan, heat, each, channel_id) for each in plan.runs)
    if is_fresh and plan.session.status == "active":
        _race_here(unit, team, plan)
    if plan.table != table:
        also: dict[str, object] = {"kind": plan.race.kind.value} if is_new else {}
        if plan.race.length_s is not None:
            also["length_s"] = plan.race.length_s
        keep_page(unit, heat, plan.race, table, **also)
        outbox.mark_stale(unit, heat)
    if heat.is_open and (is_new or plan.table is None):
        is_practice = plan.race.kind is HeatKind.PRACTICE
        silent = not is_fresh or is_practice
        finish_heat(unit, team.id, heat, by=by, channel_id=channel_id, silent=silent)
    stored = sum(each.fate in STORES for each in runs)
    if is_new or stored:
        ids = {"guild": team.id, "heat": str(heat.id)}
        unit.tell("race imported", **ids, runs=stored, by_itself=by is None)
    return replace(told, heat=heat.ref, is_new=is_new, runs=runs)


def _race_here(unit: Unit, team: Team, plan: Plan) -> None:
    """Have the session be that of everybody whose laps came into it just now."""
    for each in plan.runs:
        if each.fate in STORES:
            where = where_is(unit, team.id, each.racer.discord_user_id or 0)
            race_in(unit, where, plan.session, each.racer)


def _written(
    unit: Unit, plan: Plan, heat: HeatRow, planned: PlannedRun, channel_id: int | None
) -> TakenRun:
    run = planned.run
    typed = planned.typed
    stood = typed or run
    before = tuple(lap.lap for lap in stood.laps) if stood else ()
    entry_id = None
    if planned.fate in STORES:
        if run is None:
            heats = heats_of(unit, plan.session, planned.racer)
            driven = next(each for each in heats if each.heat.id == heat.id)
            run = Run(unit, plan.session, driven, planned.racer, heats)
        entry_id = _store(unit, run, typed, plan.race, planned.driver, channel_id)
    return TakenRun(
        racer=planned.racer.person,
        driver=planned.driver.name,
        fate=planned.fate,
        page=planned.driver.laps,
        before=before,
        entry_id=entry_id,
        typed_in=typed.heat.ref if typed else None,
    )


def _store(
    unit: Unit,
    run: Run,
    typed: Run | None,
    race: Race,
    driver: Driver,
    channel_id: int | None,
) -> int:
    """Write a driver's laps as the racer's run; name, note and rating stay."""
    # The page has decided on lap 1: the rule of the first crossing leaves it alone.
    decided = {at: False for at, lap in enumerate(driver.laps) if not lap.counts}
    if race.lap_one_counts is not None:
        decided[0] = driver.laps[0].counts
    times_ms = [lap.time_ms for lap in driver.laps]
    if typed is None and not run.laps:
        entry = run.append(times_ms, by=None, kind="import", channel_id=channel_id, decided=decided)
        return entry.id
    laps = [
        LapRow(number, time_ms, counts=decided.get(at, True), is_decided=at in decided)
        for at, (number, time_ms) in enumerate(enumerate(times_ms, start=1))
    ]
    if typed is not None:
        run.heats = without(typed.heat, run.heats or ())
        return take_over(
            unit, typed, run, laps, typed.note, by=None, channel_id=channel_id, kind="import"
        ).id
    return run.replace(
        laps,
        run.note,
        by=None,
        kind="import",
        confidence=run.confidence,
        channel_id=channel_id,
    ).id


# When


def is_fresh(race: Race, time_zone: str, now: datetime) -> bool:
    """Tell whether a race was driven within the last 3 hours, as far as its page tells.

    Args:
        race: The race; its times are the track's own clock.
        time_zone: Where its session is raced.
        now: The moment, with its zone.
    """
    zone = ZoneInfo(time_zone)
    at = race.completed_at or race.page_time
    if at is not None:
        return now - at.replace(tzinfo=zone) <= FRESH_FOR
    # A page that says nothing of its time is as fresh as laps that are typed.
    return race.day is None or race.day == now.astimezone(zone).date()
