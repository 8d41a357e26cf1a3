"""What has to be said before a race is taken in: who somebody is, which class, which correction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from core.database import Unit
from core.laptimes import format_lap
from core.models import RacerProfile, RaceSession, SessionClass
from core.names import name_key
from core.race_day.change import Change
from core.race_day.driven import heats_of
from core.race_day.drivers import certain, guesses_for
from core.race_day.finding import classes_of
from core.race_day.import_drafts import Waiting
from core.race_day.importing import Plan, PlannedRun
from core.race_day.questions import LEAVE
from core.results.importing import Fate, ImportAsks
from core.sources.race import Driver, Race
from core.sources.who import Certainty, Guess, fold_name, names_nobody

# What a select holds beside an answer or two of its own.
_MOST: Final = 23
# Of more answers than a select holds; three are for the others and for all of them.
MOST_AT_ONCE: Final = 22
_MOST_LAPS_TOLD: Final = 5
# What an answer sets; the service carries it out.
WHO: Final = "who"
NOT_ME: Final = "not_me"
CALLED: Final = "called"
TAKES: Final = "takes_corrections"
TURNS: Final = "turns"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question.

    Attributes:
        asks: What it is about.
        text: The question.
        options: How each answer reads, and what it sets.
        lines: What it is asked about.
    """

    asks: ImportAsks
    text: str
    options: tuple[tuple[str, dict[str, Any]], ...]
    lines: tuple[str, ...] = ()


def so_many(
    options: Sequence[tuple[str, dict[str, Any]]], turned_to: int, further: str, back: str
) -> list[tuple[str, dict[str, Any]]]:
    """Return as many answers as a select holds, with one each that leads to those beside them.

    Args:
        options: All answers.
        turned_to: How often others were asked for, from 0.
        further: How the next are called.
        back: How those before are called.
    """
    last = (len(options) - 1) // MOST_AT_ONCE
    turned_to = min(max(turned_to, 0), last)
    shown = list(options[turned_to * MOST_AT_ONCE : (turned_to + 1) * MOST_AT_ONCE])
    if turned_to < last:
        shown.append((further, {TURNS: turned_to + 1}))
    if turned_to:
        shown.append((back, {TURNS: turned_to - 1}))
    return shown


# People


@dataclass(frozen=True, slots=True)
class Recognised:
    """Who is known in the races of an import.

    Attributes:
        profiles: The racers of the team.
        guesses: One guess for each driver, by race.
        people: Who is certain or was said, by race: the driver's place and the racer.
    """

    profiles: tuple[RacerProfile, ...]
    guesses: tuple[tuple[Guess[UUID], ...], ...]
    people: tuple[dict[int, RacerProfile], ...]


def known_in(waiting: Waiting, profiles: Sequence[RacerProfile], me: RacerProfile) -> Recognised:
    """Return who is known in the races of an import."""
    by_id = {racer.id: racer for racer in profiles}
    guesses = tuple(guesses_for(race, profiles) for race in waiting.races)
    people = []
    for place, race in enumerate(waiting.races):
        found = certain(guesses[place], profiles)
        if _is_ones_own(race):
            found = {0: me}
        for said in waiting.said:
            if said.race == place:
                found = _said(
                    found, said.driver, by_id.get(said.racer_id) if said.racer_id else None
                )
        people.append(found)
    return Recognised(tuple(profiles), guesses, tuple(people))


def _is_ones_own(race: Race) -> bool:
    """Tell whether a text or table names nobody: then it is whose it is that sends it."""
    return len(race.drivers) == 1 and not race.drivers[0].name


def _said(
    found: Mapping[int, RacerProfile], driver: int, racer: RacerProfile | None
) -> dict[int, RacerProfile]:
    others = {
        at: each
        for at, each in found.items()
        if at != driver and (racer is None or each.id != racer.id)
    }
    return others if racer is None else others | {driver: racer}


def who_is_meant(change: Change, waiting: Waiting, known: Recognised) -> Asked | None:
    """Ask who a driver is, where that is not certain and the caller may say so."""
    me = change.actor
    is_crew = change.caller.is_crew(change.team.crew_role_id)
    by_id = {racer.id: racer for racer in known.profiles}
    for place, driver, guess in _open(waiting, known):
        about = [by_id[key] for key in guess.keys if is_crew or key == me.id]
        if about:
            return _is_it(waiting.races[place], place, driver, about, me)
    is_there = any(racer.id == me.id for people in known.people for racer in people.values())
    is_known = me.liverc_name is not None and any(known.people)
    return None if waiting.not_me or is_there or is_known else _which_are_you(waiting, known, me)


def _open(waiting: Waiting, known: Recognised) -> Iterator[tuple[int, int, Guess[UUID]]]:
    """Yield each driver who may be somebody of the team, while nobody has said so."""
    settled = {(said.race, said.driver) for said in waiting.said}
    for place, guesses in enumerate(known.guesses):
        taken = {racer.id for racer in known.people[place].values()}
        for driver, guess in enumerate(guesses):
            is_open = (place, driver) not in settled and driver not in known.people[place]
            is_doubtful = guess.certainty in {Certainty.PROPOSED, Certainty.ASK, Certainty.CERTAIN}
            has_laps = bool(waiting.races[place].drivers[driver].laps)
            if is_open and is_doubtful and has_laps and not taken.issuperset(guess.keys):
                yield place, driver, guess


def _is_it(
    race: Race, place: int, driver: int, about: Sequence[RacerProfile], me: RacerProfile
) -> Asked:
    page = _driver_label(race.drivers[driver])
    options = [
        ("That is me" if racer.id == me.id else racer.name, _who(place, driver, racer.id))
        for racer in about[:_MOST]
    ]
    options.append(("Somebody else", _who(place, driver, None)))
    whose = "you" if [racer.id for racer in about] == [me.id] else about[0].name
    text = f"Is {page} {whose}?" if len(about) == 1 else f"Who is {page}?"
    return Asked(ImportAsks.WHO, text, tuple(options))


def _which_are_you(waiting: Waiting, known: Recognised, me: RacerProfile) -> Asked | None:
    """Ask who the importer is among all drivers who are nobody's, each named once."""
    free: dict[str, tuple[str, dict[str, Any]]] = {}
    for place, race in enumerate(waiting.races):
        for at, driver in enumerate(race.drivers):
            is_nobodys = known.guesses[place][at].certainty is Certainty.NOBODY
            if driver.laps and is_nobodys and at not in known.people[place]:
                who = driver.source_id or fold_name(driver.name)
                free.setdefault(who, (_driver_label(driver), _who(place, at, me.id)))
    if not free:
        return None
    drivers = list(free.values())
    options = so_many(drivers, waiting.turned_to, "More drivers …", "Drivers before these …")
    options.append(("None of them", {NOT_ME: True}))
    return Asked(ImportAsks.WHO, "Which one are you?", tuple(options))


def _driver_label(driver: Driver) -> str:
    name = driver.name or "Somebody"
    place = f"P{driver.position} " if driver.position else ""
    return f"{place}{name} · {driver.result}"


def _who(race: int, driver: int, racer_id: UUID | None) -> dict[str, Any]:
    return {WHO: [race, driver, str(racer_id) if racer_id else None]}


def is_worth_remembering(driver: Driver) -> bool:
    """Tell whether a driver's name is one by which somebody is found again."""
    return bool(driver.name) and not names_nobody(driver.name)


# Classes


def which_class(unit: Unit, session: RaceSession, races: Sequence[Race]) -> Asked | None:
    """Ask once what the class of a page is called in a session that has others."""
    classes = [name for name in classes_of(heats_of(unit, session)) if name]
    if not classes:
        return None
    of_session = SessionClass.session_id == session.id
    said = set(unit.db.scalars(select(SessionClass.page_class_key).where(of_session)))
    known = said | {name_key(name) for name in classes}
    for race in races:
        if race.class_name is not None and name_key(race.class_name) not in known:
            key = name_key(race.class_name)
            options = [(f"This is our {name}", {CALLED: [key, name]}) for name in classes[:_MOST]]
            options.append(
                (f"{race.class_name}, a class of its own", {CALLED: [key, race.class_name]})
            )
            text = f"The page's class is {race.class_name}. Which one is that here?"
            return Asked(ImportAsks.CLASS, text, tuple(options))
    return None


def keep_class(unit: Unit, session: RaceSession, key: str, class_name: str) -> None:
    """Note what the class of a page is called in a session."""
    unit.db.merge(SessionClass(session_id=session.id, page_class_key=key, class_name=class_name))
    unit.db.flush()


# Corrections


def takes_correction(plans: Sequence[Plan]) -> Asked | None:
    """Ask before laps of an earlier import are replaced by what the page says now."""
    runs = [run for plan in plans for run in plan.runs if run.fate is Fate.CORRECTED]
    if not runs:
        return None
    return Asked(
        ImportAsks.CORRECTION,
        "The page has changed since. Take what it says now?",
        (
            ("Take what it says now", {TAKES: True}),
            ("Leave it as it is", {LEAVE: True}),
        ),
        tuple(f"{run.racer.name}: {change_words(run)}" for run in runs),
    )


def change_words(planned: PlannedRun) -> str:
    """Return what a correction changes: ``lap 3 20.377 → 20.277, 15 → 16 laps``."""
    before = [lap.lap for lap in planned.run.laps] if planned.run else []
    return difference_words(
        [(lap.time_ms, lap.counts) for lap in before],
        [(lap.time_ms, lap.counts) for lap in planned.driver.laps],
    )


def difference_words(before: Sequence[tuple[int, bool]], after: Sequence[tuple[int, bool]]) -> str:
    """Return how two versions of a run differ, lap by lap; times in ms and what counts."""
    parts = []
    for number, (one, other) in enumerate(zip(before, after, strict=False), start=1):
        if one[0] != other[0]:
            parts.append(f"lap {number} {format_lap(one[0])} → {format_lap(other[0])}")
        elif one[1] != other[1]:
            counts = "counts" if other[1] else "does not count"
            parts.append(f"lap {number} {counts}")
    if len(parts) > _MOST_LAPS_TOLD:
        parts = [*parts[:_MOST_LAPS_TOLD], f"{len(parts) - _MOST_LAPS_TOLD} more laps"]
    if len(before) != len(after):
        parts.append(f"{len(before)} → {len(after)} laps")
    return ", ".join(parts)
