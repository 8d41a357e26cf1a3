"""Which session, class and heat a command means.

The rules of race day live here, once, for every service: laps go where the racer's last laps went,
and where two answers are equally likely the racer is asked. Nothing is opened here. All functions
only ever look within one team.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select

from core.commands import NOT_ASKED, Answers
from core.database import Unit
from core.errors import BadInput, Conflict, NotFound
from core.models import Heat, HeatRacer, RacerProfile, RaceSession
from core.names import clean_class_name, clean_heat_name, is_near, name_key, next_heat_name
from core.race_day.driven import (
    Driven,
    heat_by_id,
    heats_in,
    heats_of,
    latest_open_heat,
    mains_next,
    match_heat,
    next_name,
    own_heat,
    own_open_heat,
)
from core.race_day.questions import (
    SeveralOpen,
    class_for_whom,
    which_class,
    which_heat,
    which_is_meant,
    which_main,
)
from core.race_day.where import Where, as_uuid

# How long laps typed without a heat still go into one that others finished, and how long a racer is
# taken to be in a heat without logging.
LATE_LAPS: Final = timedelta(minutes=10)

# Sessions

_LAST_RACED: Final = (
    select(RaceSession)
    .join(Heat, Heat.session_id == RaceSession.id)
    .join(HeatRacer, HeatRacer.heat_id == Heat.id)
    .where(HeatRacer.racer_id == bindparam("racer_id"))
    .order_by(HeatRacer.opened_at.desc())
    .limit(1)
)
_LATEST: Final = (
    select(RaceSession)
    .where(RaceSession.team_id == bindparam("team_id"))
    .order_by(RaceSession.created_at.desc())
    .limit(1)
)
_BY_ID: Final = select(RaceSession).where(
    RaceSession.id == bindparam("session_id"), RaceSession.team_id == bindparam("team_id")
)
_ALL: Final = (
    select(RaceSession)
    .where(RaceSession.team_id == bindparam("team_id"))
    # "active" sorts before "closed".
    .order_by(RaceSession.status, RaceSession.created_at.desc())
)
# Heats of that name in all sessions of a team; one with its class in front is called so too.
_NAMED: Final = (
    select(RaceSession, Heat.id)
    .join(Heat, Heat.session_id == RaceSession.id)
    .where(
        RaceSession.team_id == bindparam("team_id"),
        RaceSession.id != bindparam("but"),
        (Heat.name_key == bindparam("key")) | (Heat.class_key + Heat.name_key == bindparam("key")),
    )
    .order_by(RaceSession.created_at.desc(), Heat.opened_at.desc())
    .limit(1)
)


def session_to_read(unit: Unit, team_id: int, where: Where) -> RaceSession:
    """Return the racer's session, open or closed, else the only open one, else the team's latest.

    Raises:
        SeveralOpen: Several are open and the racer has never raced.
        NotFound: The team has none.
    """
    session = where.own
    if session is None:
        try:
            session = where.open_session()
        except SeveralOpen:
            if where.racer is None:
                raise
            session = unit.db.scalar(_LAST_RACED, {"racer_id": where.racer.id})
            if session is None:
                raise
    if session is None:
        session = unit.db.scalar(_LATEST, {"team_id": team_id})
    if session is None:
        raise NotFound("No session yet: type /lap with your times and one opens by itself.")
    return session


def find_session(unit: Unit, team_id: int, where: Where, text: str | None) -> RaceSession:
    """Return the session a name or id means, or the racer's when nothing was typed.

    Raises:
        NotFound: The team has no such session.
        SeveralOpen: Nothing was typed and several are open.
    """
    if text is None:
        return session_to_read(unit, team_id, where)
    session_id = as_uuid(text)
    if session_id is not None:
        return session_by_id(unit, team_id, session_id)
    key = name_key(text)
    for session in unit.db.scalars(_ALL, {"team_id": team_id}):
        if name_key(session.session_name or "") == key:
            return session
    raise NotFound("There is no session of that name; /session list shows them all.")


def require_open(session: RaceSession) -> None:
    """Refuse a closed session.

    Raises:
        Conflict: It is closed.
    """
    if session.status == "closed":
        raise Conflict(f"{session.session_name} is closed; pick an open session.")


def session_by_id(unit: Unit, team_id: int, session_id: UUID) -> RaceSession:
    """Return the team's session.

    Raises:
        NotFound: The team has no such session.
    """
    session = unit.db.scalar(_BY_ID, {"session_id": session_id, "team_id": team_id})
    if session is None:
        raise NotFound("That session does not exist any more; /session list shows them all.")
    return session


def session_for(unit: Unit, team_id: int, where: Where, answers: Answers) -> RaceSession | None:
    """Return the session laps go to; None where one has to be opened.

    Raises:
        Undecided: It has to be asked for.
        Conflict: The one that was picked has closed meanwhile.
    """
    if answers.new_session:
        return None
    picked = as_uuid(answers.session or "")
    if picked is None:
        return where.session(unit.now)
    session = session_by_id(unit, team_id, picked)
    if not answers.reopens:
        require_open(session)
    return session


# Classes


def known_class(
    unit: Unit, where: Where, session: RaceSession, heats: Sequence[Driven]
) -> str | None:
    """Return a racer's class in a session, empty for none; None where it has to be asked for.

    It is that of their last laps there, else the one they have said, else the only one there is.
    """
    last = own_heat(heats)
    if last is not None:
        return last.heat.class_name
    stated = where.stated_class(unit, session)
    if stated is not None:
        return _as_spelled(heats, stated)
    classes = classes_of(heats)
    if len(classes) > 1:
        return None
    return classes[0] if classes else ""


def class_for(
    unit: Unit,
    where: Where,
    session: RaceSession,
    heats: Sequence[Driven],
    stated: str | None,
    answers: Answers,
) -> str:
    """Return the class that laps or a heat belong to, empty for none.

    Args:
        unit: The transaction.
        where: Where the racer is.
        session: The session.
        heats: Its heats as the racer sees them.
        stated: The class that was typed; None for none, empty for *No class*.
        answers: What was said to earlier questions.

    Raises:
        Undecided: It has to be asked for.
    """
    if stated is None:
        known = known_class(unit, where, session, heats)
        if known is None:
            raise which_class(classes_of(heats))
        return known
    classes = classes_of(heats)
    if name_key(stated) in {name_key(name) for name in classes} or not stated:
        return _as_spelled(heats, stated)
    near = [name for name in classes if is_near(stated, name)]
    if near and not answers.is_new:
        raise which_is_meant(stated, [(name, {"class_name": name}) for name in near], "class")
    if classes == [""] and answers.for_all is None:
        raise class_for_whom(stated)
    return stated


def classes_of(heats: Sequence[Driven]) -> list[str]:
    """Return the classes of a session's heats, each once; an empty name is no class."""
    return list({each.heat.class_key: each.heat.class_name for each in reversed(heats)}.values())


def _as_spelled(heats: Sequence[Driven], stated: str) -> str:
    key = name_key(stated)
    same = (each.heat.class_name for each in heats if each.heat.class_key == key)
    return next(same, stated)


def of_one_class(heats: Sequence[Driven], class_name: str) -> list[Driven]:
    """Return the heats as they are once all of them have the class."""
    key = name_key(class_name)
    return [
        replace(each, heat=replace(each.heat, class_name=class_name, class_key=key))
        for each in heats
    ]


# Heats for looking and correcting


def find_heat(
    unit: Unit,
    team_id: int,
    where: Where,
    text: str,
    session_text: str | None = None,
    *,
    elsewhere: bool = False,
) -> tuple[RaceSession, Driven]:
    """Return the heat that a name or id means, in the session named, else in the racer's.

    Args:
        unit: The transaction.
        team_id: The team.
        where: Where the racer is.
        text: The name or id.
        session_text: The session by name or id.
        elsewhere: Whether it is looked for in the team's other sessions too, latest first.

    Raises:
        NotFound: There is none.
        BadInput: Heats of several classes have that name.
    """
    heat_id = as_uuid(text)
    if heat_id is not None:
        return heat_by_id(unit, team_id, heat_id, where.racer)
    session = find_session(unit, team_id, where, session_text)
    heats = heats_of(unit, session, where.racer)
    class_name = known_class(unit, where, session, heats)
    found = match_heat(heats, text, class_name, other_classes=True)
    if found is not None:
        return session, found
    if elsewhere and session_text is None:
        known = {"team_id": team_id, "but": session.id, "key": name_key(text)}
        other = unit.db.execute(_NAMED, known).first()
        if other is not None:
            return heat_by_id(unit, team_id, other[1], where.racer)
    raise NotFound(f"There is no such heat in {session.ref.name}; /heat list shows them all.")


# Where laps would go


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed about where laps belong.

    Attributes:
        heat: A heat's name or id.
        class_name: A class; empty for *No class*.
        took_ms: How long the laps took; 0 where none were typed.
        answers: What was said to earlier questions.
    """

    heat: str | None = None
    class_name: str | None = None
    took_ms: int = 0
    answers: Answers = NOT_ASKED


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Where laps would go.

    Attributes:
        session: None where one would be opened, named after today.
        driven: The heat; None where one would be opened.
        name: The name of the heat.
        class_name: Its class; empty for none.
        heats: The session's heats, as far as they were looked at.
        class_for_all: Whether the heats there get the class first.
    """

    session: RaceSession | None
    driven: Driven | None
    name: str
    class_name: str
    heats: list[Driven] = field(default_factory=list)
    class_for_all: bool = False

    @property
    def label(self) -> str:
        """The heat as people say it: ``Buggy Q1``."""
        return f"{self.class_name} {self.name}".strip()


def foresee(unit: Unit, team_id: int, where: Where, typed: Typed) -> Foreseen:
    """Return where a racer's laps would go, without opening anything.

    Raises:
        Undecided: Something has to be asked for.
        BadInput: A heat or class name cannot be used.
        NotFound: An id means nothing in this team.
    """
    heat_id = as_uuid(typed.heat) if typed.heat else None
    if heat_id is not None:
        return _foresee_picked(unit, team_id, where, heat_id, typed.class_name)
    # Checked first: a command that cannot be carried out does not wait for an answer.
    name = clean_heat_name(typed.heat) if typed.heat else None
    stated = clean_class_name(typed.class_name) if typed.class_name else typed.class_name
    session = session_for(unit, team_id, where, typed.answers)
    if session is None:
        name = name or next_heat_name([], practice_rounds=0, qualifying_rounds=0)
        return Foreseen(None, None, name, stated or "")
    heats = heats_of(unit, session, where.racer)
    if stated is None and name is not None:
        known = known_class(unit, where, session, heats)
        found = _named(heats, name, known)
        if found is not None:
            return _at(session, found, heats)
        stated = next(
            (each for each in classes_of(heats) if without_class(name, each) != name), None
        )
    class_name = class_for(unit, where, session, heats, stated, typed.answers)
    class_for_all = bool(typed.answers.for_all)
    if class_for_all:
        heats = of_one_class(heats, class_name)
    of_class = heats_in(heats, class_name)
    if name is not None:
        name = without_class(name, class_name)
        found = match_heat(of_class, name, class_name, other_classes=False)
        if found is None and not typed.answers.is_new:
            _ask_if_near(of_class, name)
    else:
        found = heat_for(of_class, where.racer, unit.now, typed.took_ms)
        mains = mains_next(heats, class_name) if found is None else ()
        if mains:
            raise which_main(mains, "heat")
        name = next_name(heats, session, class_name)
    if found is not None:
        return replace(_at(session, found, heats), class_for_all=class_for_all)
    return Foreseen(session, None, name, class_name, heats, class_for_all=class_for_all)


def _at(session: RaceSession, found: Driven, heats: list[Driven]) -> Foreseen:
    return Foreseen(session, found, found.heat.name, found.heat.class_name, heats)


def _foresee_picked(
    unit: Unit, team_id: int, where: Where, heat_id: UUID, class_text: str | None
) -> Foreseen:
    session, picked = heat_by_id(unit, team_id, heat_id, where.racer)
    heat = picked.heat
    if class_text and name_key(class_text) != heat.class_key:
        raise BadInput(
            f"{heat.ref.label} is no {class_text.strip()} heat: leave class out, "
            "or type the heat's name instead of picking it."
        )
    heats = heats_of(unit, session, where.racer)
    return _at(session, picked, heats)


def _named(heats: Sequence[Driven], name: str, known: str | None) -> Driven | None:
    """Return the heat of a name that was typed without a class.

    Raises:
        Undecided: Several classes have one, and the racer's class is not known.
    """
    named = [each for each in heats if each.heat.name_key == name_key(name)]
    if known is None and len(named) > 1:
        raise which_class([each.heat.class_name for each in reversed(named)])
    return match_heat(heats, name, known, other_classes=known is None)


def without_class(name: str, class_name: str) -> str:
    """Return a heat's name without the class that was typed in front of it."""
    words = name.split(" ")
    for length in range(1, len(words)):
        if class_name and name_key(" ".join(words[:length])) == name_key(class_name):
            return clean_heat_name(" ".join(words[length:]))
    return name


def _ask_if_near(of_class: Sequence[Driven], name: str) -> None:
    near = [each.heat for each in reversed(of_class) if is_near(name, each.heat.name)]
    if near:
        options = [(heat.ref.label, {"heat": str(heat.id)}) for heat in near]
        raise which_is_meant(name, options, "heat")


def heat_for(
    of_class: Sequence[Driven], racer: RacerProfile | None, now: datetime, took_ms: int = 0
) -> Driven | None:
    """Return the heat of a class that laps without a heat go to; None for a new one.

    An imported heat takes typed laps only when it is named.

    Args:
        of_class: The class's heats in their order, as the racer sees them.
        racer: Whose laps they are.
        now: The moment.
        took_ms: How long the laps took.

    Raises:
        Undecided: Two heats are equally likely.
    """
    of_class = [each for each in of_class if not each.heat.is_imported]
    own = own_open_heat(of_class)
    if own is not None:
        behind = of_class[of_class.index(own) + 1 :]
        later = [each for each in behind if each.heat.is_open and not each.has_laps]
        if later and own.logged_at is not None and now - own.logged_at >= LATE_LAPS:
            raise which_heat([own, *later])
        return own
    late = _finished_by_others(of_class, racer, now)
    still_open = latest_open_heat(of_class)
    if still_open is None:
        return late if late is not None and _takes_late_laps(late, now, took_ms) else None
    if late is not None and not late.has_laps and late.heat.opened_at < still_open.heat.opened_at:
        raise which_heat([late, still_open])
    return still_open


def _finished_by_others(
    of_class: Sequence[Driven], racer: RacerProfile | None, now: datetime
) -> Driven | None:
    """Return the latest heat that others finished just now, unless the racer drove a later one."""
    for each in reversed(of_class):
        heat = each.heat
        by_others = heat.finished_by is not None and (racer is None or heat.finished_by != racer.id)
        if by_others and heat.finished_at is not None and now - heat.finished_at <= LATE_LAPS:
            return each
        if each.has_laps:
            return None
    return None


def _takes_late_laps(late: Driven, now: datetime, took_ms: int) -> bool:
    """Tell whether laps belong to a heat that is over: none are there, or they began before."""
    if not late.has_laps or late.heat.finished_at is None:
        return True
    return timedelta(milliseconds=took_ms) > now - late.heat.finished_at
