"""Where laps go and heats start: sessions and heats are opened as they are needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.caller import Caller
from core.commands import StartHeat
from core.database import Unit
from core.models import RacerProfile, RaceSession, Team
from core.names import clean_class_name, clean_heat_name, name_key
from core.race_day.change import Change
from core.race_day.driven import (
    Driven,
    heats_in,
    heats_of,
    latest_open_heat,
    mains_next,
    next_name,
    own_heat,
)
from core.race_day.finding import (
    Foreseen,
    Typed,
    class_for,
    foresee,
    of_one_class,
    session_for,
    without_class,
)
from core.race_day.heats import finish_heat, give_class, open_heat, refuse_taken_name
from core.race_day.questions import others_are_at_it, which_main
from core.race_day.sessions import (
    race_in,
    reopen_if_asked,
    session_of_today,
    state_class,
)
from core.race_day.where import Where
from core.results.heat import HeatStarted

# How long others are taken to be still at it after a lap.
STILL_AT_IT: Final = timedelta(minutes=2)

# Heats that are started


def start_heat(change: Change, command: StartHeat) -> HeatStarted:
    """Open a heat in the caller's session; the open heats of its class are finished first.

    Without a name one that is open and empty is used, else it counts on.

    Raises:
        BadInput: A name cannot be used.
        Conflict: The class has a heat of that name.
        Undecided: Something has to be asked for.
    """
    name = clean_heat_name(command.name) if command.name else None
    stated = clean_class_name(command.class_name) if command.class_name else command.class_name
    unit, actor, answers = change.unit, change.actor, command.answers
    reopen_if_asked(unit, change.where, change.team, answers)
    found = session_for(unit, change.team.id, change.where, answers)
    session = found or session_of_today(
        unit, change.team, change.where, actor, is_new=answers.new_session
    )
    heats = heats_of(unit, session, actor)
    class_name = class_for(unit, change.where, session, heats, stated, answers)
    if answers.for_all:
        give_class(unit, session, class_name)
        heats = of_one_class(heats, class_name)
    of_class = heats_in(heats, class_name)
    name = _name_to_start(of_class, session, class_name, name)
    before = _finished_before(change, of_class, name, is_sure=answers.is_sure)
    heat = open_heat(
        unit,
        session,
        heats,
        actor,
        name=name,
        class_name=class_name,
        implicit=False,
        channel_id=change.caller.channel_id,
    )
    if not change.where.own_is_open or answers.session:
        race_in(unit, change.where, session, actor)
    if stated and own_heat(heats) is None:
        state_class(unit, change.where, session, actor, class_name)
    return HeatStarted(
        heat=heat.ref,
        session=session.ref,
        opened_session=found is None,
        finished=tuple(each.heat.ref for each in before),
    )


def _name_to_start(
    of_class: list[Driven], session: RaceSession, class_name: str, name: str | None
) -> str:
    if name is not None:
        name = without_class(name, class_name)
        refuse_taken_name(of_class, name)
        return name
    unused = latest_open_heat([each for each in of_class if each.is_empty])
    if unused is not None:
        return unused.heat.name
    mains = mains_next(of_class, class_name)
    if mains:
        raise which_main(mains, "name")
    return next_name(of_class, session, class_name)


def _finished_before(
    change: Change, of_class: list[Driven], name: str, *, is_sure: bool
) -> list[Driven]:
    """Finish what is open of a class: typed names can leave several, which laps go into."""
    unit = change.unit
    to_be = [each for each in of_class if each.heat.is_open and not _is_unused(each, name)]
    for each in to_be:
        logged_at = each.others_logged_at
        if not is_sure and logged_at is not None and abs(unit.now - logged_at) < STILL_AT_IT:
            raise others_are_at_it(each.heat)
    for each in to_be:
        finish_heat(
            unit,
            change.team.id,
            each.heat,
            by=change.actor,
            channel_id=change.caller.channel_id,
        )
    return to_be


def _is_unused(driven: Driven, name: str) -> bool:
    return driven.is_empty and name_key(driven.heat.name) == name_key(name)


# Laps


@dataclass(frozen=True, slots=True)
class OpenedForLaps:
    """Where laps go.

    Attributes:
        session: The session.
        driven: The heat, as the racer sees it.
        heats: The session's heats, as the racer sees them.
        opened_session: Whether it was opened just now.
        reopened_session: Whether it was opened again.
        opened_heat: Whether the heat was opened.
    """

    session: RaceSession
    driven: Driven
    heats: list[Driven]
    opened_session: bool
    reopened_session: bool
    opened_heat: bool


def open_for_laps(
    unit: Unit, team: Team, where: Where, racer: RacerProfile, caller: Caller, typed: Typed
) -> OpenedForLaps:
    """Return where a racer's laps go, opening session and heat as needed.

    Raises:
        Undecided: Something has to be asked for.
        BadInput: A heat or class name cannot be used.
        NotFound: An id means nothing in this team.
    """
    reopened = reopen_if_asked(unit, where, team, typed.answers)
    seen = foresee(unit, team.id, where, typed)
    session, opened = seen.session, seen.session is None
    if session is None:
        is_new = typed.answers.new_session
        session = session_of_today(unit, team, where, racer, is_new=is_new, has_laps=True)
        if session.created_at != unit.now:
            # The day goes on: its heats count.
            opened, reopened = False, True
            seen = foresee(unit, team.id, where, typed)
    if seen.class_for_all:
        give_class(unit, session, seen.class_name)
    driven = seen.driven or _opened_for_laps(unit, session, racer, caller, seen)
    return OpenedForLaps(
        session,
        driven,
        seen.heats,
        opened_session=opened,
        reopened_session=reopened,
        opened_heat=seen.driven is None,
    )


def _opened_for_laps(
    unit: Unit,
    session: RaceSession,
    racer: RacerProfile,
    caller: Caller,
    seen: Foreseen,
) -> Driven:
    heat = open_heat(
        unit,
        session,
        seen.heats,
        racer,
        name=seen.name,
        class_name=seen.class_name,
        implicit=True,
        channel_id=caller.channel_id,
    )
    return Driven(heat)
