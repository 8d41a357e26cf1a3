"""The steps of an import within one transaction: what is answered, asked and stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from core.caller import Person
from core.commands import Answers
from core.errors import BadInput
from core.models import RacerProfile, RaceSession
from core.names import (
    SESSION_NAME_LENGTH,
    TRACK_NAME_LENGTH,
    clean_class_name,
    clean_heat_name,
    clean_text,
    name_key,
)
from core.race_day import import_drafts as drafts
from core.race_day.change import Change
from core.race_day.drivers import profiles_in, remember
from core.race_day.finding import session_by_id, session_for
from core.race_day.import_drafts import Waiting, with_who
from core.race_day.import_offers import marks_of, which_races
from core.race_day.import_questions import (
    CALLED,
    NOT_ME,
    TAKES,
    TURNS,
    WHO,
    Asked,
    Recognised,
    is_worth_remembering,
    keep_class,
    known_in,
    takes_correction,
    which_class,
    who_is_meant,
)
from core.race_day.import_rows import store_rows
from core.race_day.importing import Plan, carry_out, is_fresh, plan_for
from core.race_day.page_tables import pages_in
from core.race_day.questions import Undecided
from core.race_day.sessions import open_session, reopen_if_asked, session_of_today
from core.race_day.where import as_uuid
from core.results.importing import (
    ImportAsks,
    Imported,
    OnlyShown,
    RaceRead,
    RowsImported,
    TakenIn,
)
from core.results.refs import SessionRef
from core.sources.race import Race, RaceList
from core.sources.same_race import is_same_race, laps_of
from core.sources.who import Certainty

_ANSWERS: Final = frozenset(Answers.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Ready:
    """Several races of which all is said: each is stored in a transaction of its own.

    Attributes:
        waiting: What was read.
        session: The session.
        opened_session: Whether it was opened for them.
        draft_id: Where they are kept until the last of them is stored.
    """

    waiting: Waiting
    session: SessionRef
    opened_session: bool
    draft_id: UUID


def answered(change: Change, waiting: Waiting, sets: dict[str, Any]) -> Waiting:
    """Return what waits after an answer; what is to be remembered is stored.

    Raises:
        NotAllowed: It is about somebody else and the caller is not crew.
    """
    answers = {name: value for name, value in sets.items() if name in _ANSWERS}
    if answers:
        said = replace(waiting.command.answers, **answers)
        waiting = replace(waiting, command=replace(waiting.command, answers=said))
    if WHO in sets:
        race, driver, racer = sets[WHO]
        racer_id = as_uuid(racer) if racer else None
        if racer_id is not None:
            profile = change.unit.db.get_one(RacerProfile, racer_id)
            _remember(change, waiting.races[race], driver, profile)
        waiting = with_who(waiting, race, driver, racer_id)
    if CALLED in sets:
        session = _session_of(change, waiting)
        if session is not None:
            keep_class(change.unit, session, *sets[CALLED])
    return replace(
        waiting,
        not_me=waiting.not_me or NOT_ME in sets,
        takes_corrections=waiting.takes_corrections or TAKES in sets,
        turned_to=sets.get(TURNS, waiting.turned_to),
    )


def say_who(change: Change, waiting: Waiting, driver: int, person: Person) -> Waiting:
    """Return what waits with a driver who is a member of the team, and remember it.

    Raises:
        NotAllowed: It is about somebody else and the caller is not crew.
    """
    racer = change.profile_of(person)
    _remember(change, waiting.races[0], driver, racer)
    return with_who(waiting, 0, driver, racer.id)


def _remember(change: Change, race: Race, driver: int, racer: RacerProfile) -> None:
    change.require_own(racer, "say who others are")
    if is_worth_remembering(race.drivers[driver]):
        remember(race, race.drivers[driver], racer)
        change.unit.db.flush()


def settled(
    change: Change, waiting: Waiting, draft_id: UUID | None
) -> Asked | Ready | Imported | RowsImported | OnlyShown:
    """Ask the next thing or, where all is said, take in what was read.

    Raises:
        BadInput: A page offers no races, or an option cannot be used.
        NotAllowed: A file has rows of others and the caller is not crew.
    """
    me = change.actor
    try:
        session = _session_of(change, waiting)
    except Undecided as undecided:
        options = tuple((option.label, option.sets) for option in undecided.options)
        return Asked(ImportAsks.PLACE, undecided.text, options)
    if waiting.offers is not None:
        return _offered(change, waiting, waiting.offers, session)
    if waiting.rows is not None:
        drafts.drop(change, draft_id)
        opened = session is None
        session = session or session_of_today(
            change.unit, change.team, change.where, me, has_laps=True
        )
        runs = store_rows(change, session, waiting.rows)
        return RowsImported(session.ref, opened, runs)
    return _races_settled(change, waiting, session, draft_id)


def _session_of(change: Change, waiting: Waiting) -> RaceSession | None:
    """Return the session that laps go to; None where one has to be opened.

    What is brought in again goes where it is, even where that is closed by now.
    """
    unit, where, answers = change.unit, change.where, waiting.command.answers
    own = where.own
    if own is not None and own.status == "closed" and _is_in(change, own, waiting.races):
        return own
    reopen_if_asked(unit, where, change.team, answers)
    return session_for(unit, change.team.id, where, answers)


def _is_in(change: Change, session: RaceSession, races: Sequence[Race]) -> bool:
    tables = [table.times_ms for _, table in pages_in(change.unit, session)]
    return any(is_same_race(table, laps_of(race)) for race in races for table in tables)


def _offered(
    change: Change, waiting: Waiting, offers: RaceList, session: RaceSession | None
) -> Asked | OnlyShown:
    unit = change.unit
    marks = marks_of(
        unit,
        offers,
        profiles_in(unit, change.team.id),
        session,
        [each for each, _ in change.where.open if each is not session],
    )
    asked = which_races(offers, marks, change.actor, waiting.turned_to)
    if asked is not None:
        return asked
    if not offers.races and not offers.classes:
        raise BadInput("No race on that page has been published yet: come back later.")
    return OnlyShown(offers.page.value, tuple(race.title for race in offers.races))


def _races_settled(
    change: Change, waiting: Waiting, session: RaceSession | None, draft_id: UUID | None
) -> Asked | Ready | Imported:
    unit, me = change.unit, change.actor
    races = _under_their_names(waiting)
    if session is not None and waiting.command.class_name is None:
        asked = which_class(unit, session, races)
        if asked is not None:
            return asked
    known = known_in(waiting, profiles_in(unit, change.team.id), me)
    asked = who_is_meant(change, waiting, known)
    if asked is not None:
        return asked
    if not any(known.people):
        return _nobody(change, waiting, known, session, draft_id)
    opened = session is None
    if session is None:
        session = _session_like(change, waiting, races[-1], me)
    plans = [
        _plan(change, waiting, session, race, known.people[place])
        for place, race in enumerate(races)
    ]
    asked = None if waiting.takes_corrections else takes_correction(plans)
    if asked is not None:
        return asked
    if len(races) > 1:
        answers = replace(waiting.command.answers, session=str(session.id), reopens=True)
        waiting = replace(waiting, command=replace(waiting.command, answers=answers))
        kept = drafts.put(change, waiting, draft_id=draft_id)
        return Ready(waiting, session.ref, opened, kept)
    read = _taken(change, session, plans[0], waiting.races[0])
    return replace(
        _told(change, waiting, known, (read,), draft_id),
        session=session.ref,
        opened_session=opened,
        own_entry=next(
            (run.entry_id for run in read.taken.runs if change.is_about(run.racer)), None
        ),
    )


def take_one(ready: Ready, place: int, change: Change) -> list[RaceRead]:
    """Take in one of several races; nothing is told of one that nobody of the team drove in."""
    session = session_by_id(change.unit, change.team.id, ready.session.id)
    waiting = ready.waiting
    known = known_in(waiting, profiles_in(change.unit, change.team.id), change.actor)
    race = _under_their_names(waiting)[place]
    if not known.people[place]:
        return []
    plan = _plan(change, waiting, session, race, known.people[place])
    return [_taken(change, session, plan, waiting.races[place])]


def _plan(
    change: Change,
    waiting: Waiting,
    session: RaceSession,
    race: Race,
    people: dict[int, RacerProfile],
) -> Plan:
    is_crew = change.caller.is_crew(change.team.crew_role_id)
    named = waiting.command.class_name
    return plan_for(
        change.unit,
        session,
        race,
        people,
        class_name=None if named is None else race.class_name or "",
        replaces=None if is_crew else {change.actor.id},
    )


def _taken(change: Change, session: RaceSession, plan: Plan, read: Race) -> RaceRead:
    taken = carry_out(
        change.unit,
        change.team,
        plan,
        by=change.actor,
        is_fresh=is_fresh(plan.race, session.time_zone, change.now),
        channel_id=change.caller.channel_id,
    )
    ours = {run.driver for run in taken.runs}
    return RaceRead(
        title=" ".join(filter(None, (read.class_name, read.heat_name))) or plan.name,
        taken=taken,
        differences=tuple(each.text() for each in read.differences),
        left_out=tuple(
            f"{name}: lap {lap.number} ({lap.text})" for name, lap in read.left_out if name in ours
        ),
    )


def _under_their_names(waiting: Waiting) -> list[Race]:
    """Return the races under the heat and class that were typed, where these were.

    Raises:
        BadInput: A name cannot be used, or names one heat for several races.
    """
    command, races = waiting.command, list(waiting.races)
    if command.heat is not None:
        if len(races) > 1:
            raise BadInput("heat:… names one heat; leave it out to import several races.")
        races = [replace(races[0], heat_name=clean_heat_name(command.heat))]
    if command.class_name is not None:
        class_name = clean_class_name(command.class_name) if command.class_name else None
        races = [replace(race, class_name=class_name) for race in races]
    return races


def _session_like(change: Change, waiting: Waiting, race: Race, me: RacerProfile) -> RaceSession:
    """Open a session that is named like the race's event; without one after today."""
    name = clean_text(race.event or "")[:SESSION_NAME_LENGTH].strip()
    if not name_key(name):
        is_new = waiting.command.answers.new_session
        return session_of_today(
            change.unit, change.team, change.where, me, is_new=is_new, has_laps=True
        )
    fields: dict[str, object] = {"session_name": name}
    track = clean_text(race.track or "")[:TRACK_NAME_LENGTH].strip()
    if name_key(track):
        fields |= {"track_name": track, "track_key": name_key(track)}
    return open_session(
        change.unit, change.team, change.where, me, fields, implicit=True, has_laps=True
    )


def _nobody(
    change: Change,
    waiting: Waiting,
    known: Recognised,
    session: RaceSession | None,
    draft_id: UUID | None,
) -> Imported:
    """Return that nobody of the team is known to have driven."""
    ref = session.ref if session else None
    reads = tuple(
        RaceRead(
            race.heat_name or "The race",
            TakenIn(ref or SessionRef(UUID(int=0), ""), None, drivers=len(race.drivers)),
        )
        for race in waiting.races[:1]
    )
    return replace(_told(change, waiting, known, reads, draft_id), session=ref)


def _told(
    change: Change,
    waiting: Waiting,
    known: Recognised,
    races: tuple[RaceRead, ...],
    draft_id: UUID | None,
) -> Imported:
    """Return what is told; one race stays at hand while crew can say who its drivers are."""
    is_crew = change.caller.is_crew(change.team.crew_role_id)
    strangers = _strangers(waiting, known) if len(waiting.races) == 1 else ()
    kept = None
    if strangers and is_crew:
        kept = drafts.put(change, waiting, draft_id=draft_id)
    else:
        drafts.drop(change, draft_id)
    return Imported(
        session=None,
        opened_session=False,
        races=races,
        unread=waiting.unread,
        draft_id=kept,
        strangers=strangers,
        is_crew=is_crew,
    )


def _strangers(waiting: Waiting, known: Recognised) -> tuple[tuple[int, str], ...]:
    return tuple(
        (at, name)
        for at, name in drivers_left(waiting)
        if at not in known.people[0] and known.guesses[0][at].certainty is not Certainty.CERTAIN
    )


def drivers_left(waiting: Waiting) -> tuple[tuple[int, str], ...]:
    """Return the drivers of a race with laps, each with its place from 0."""
    return tuple(
        (at, driver.name) for at, driver in enumerate(waiting.races[0].drivers) if driver.laps
    )
