"""Reopen: a heat that was finished, or a session that was closed, goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from core.caller import Caller
from core.errors import Conflict, NotAllowed
from core.models import RaceSession
from core.names import name_key
from core.race_day.change import Change
from core.race_day.driven import Driven, heat_by_id, heats_of
from core.race_day.finding import session_by_id
from core.race_day.heats import go_on, remove_heat
from core.race_day.rows import HeatRow
from core.race_day.sessions import reopen_session
from core.race_day.where import Where, was_closed_early
from core.results.heat import HeatReopened
from core.results.session import SessionReopened


def may_reopen_heat(
    caller: Caller, where: Where, session: RaceSession, heat: HeatRow, *, logged_there: bool
) -> bool:
    """Tell whether the caller is offered to open a heat again."""
    if heat.is_open or session.status == "closed":
        return False
    return _may(caller, where, heat.finished_by, logged_there=logged_there)


def may_reopen_session(
    caller: Caller, where: Where, session: RaceSession, *, logged_there: bool, now: datetime
) -> bool:
    """Tell whether the caller is offered to open a session again that somebody has closed.

    Where nobody is known to have, for they were forgotten, it is offered while its day lasts.
    """
    if session.status == "active":
        return False
    if session.closed_by is None and not was_closed_early(session, now):
        return False
    return _may(caller, where, session.closed_by, logged_there=logged_there)


def _may(caller: Caller, where: Where, by: UUID | None, *, logged_there: bool) -> bool:
    """Whoever did it, crew, and everyone who logged there may take it back."""
    did_it = where.racer is not None and where.racer.id == by
    return did_it or logged_there or caller.is_crew(where.team.crew_role_id if where.team else None)


def reopen_heat(change: Change, heat_id: UUID) -> HeatReopened:
    """Open a finished heat again; its post stays, and follows.

    What was started instead goes while it is empty.

    Raises:
        NotFound: It is gone.
        NotAllowed: The caller has neither finished it nor logged there, and is not crew.
        Conflict: Its session is closed.
    """
    unit, where = change.unit, change.where
    session, driven = heat_by_id(unit, change.team.id, heat_id, where.racer)
    heat = driven.heat
    reopened = HeatReopened(heat.ref, session.ref, already=heat.is_open)
    if heat.is_open:
        return reopened
    if not _may(change.caller, where, heat.finished_by, logged_there=driven.has_laps):
        raise NotAllowed(
            f"Only who finished {heat.ref.label} or has laps in it can open it again, and crew."
        )
    if session.status == "closed":
        name = session.ref.name
        raise Conflict(f"{name} is closed: open that again first, with Reopen under /session show.")
    instead = [each.heat for each in heats_of(unit, session) if _was_started_instead(each, heat)]
    for each in instead:
        remove_heat(unit, each)
    go_on(unit, heat)
    return replace(
        reopened,
        removed=tuple(each.ref for each in instead),
        post_follows=driven.post in {"pending", "posted"},
    )


def _was_started_instead(driven: Driven, of: HeatRow) -> bool:
    """Tell whether an empty heat was started by who had finished this one, then or since."""
    heat = driven.heat
    if not (heat.is_open and driven.is_empty and heat.class_key == of.class_key):
        return False
    by_the_same = heat.opened_by is not None and heat.opened_by == of.finished_by
    return by_the_same and of.finished_at is not None and heat.opened_at >= of.finished_at


def reopen_closed_session(change: Change, session_id: UUID) -> SessionReopened:
    """Open a closed session again, with the heats that closing finished; its wrap-up follows.

    Raises:
        NotFound: It is gone.
        NotAllowed: The caller has neither closed it nor logged there, and is not crew.
        Conflict: Another open session is called so.
    """
    unit, where = change.unit, change.where
    session = session_by_id(unit, change.team.id, session_id)
    if session.status == "active":
        return SessionReopened(session.ref, already=True)
    heats = heats_of(unit, session, where.racer)
    has_logged = any(each.has_laps for each in heats)
    if not _may(change.caller, where, session.closed_by, logged_there=has_logged):
        raise NotAllowed(
            f"Only who closed {session.ref.name} or has laps in it can open it again, and crew."
        )
    for other, _ in where.open:
        if name_key(other.ref.name) == name_key(session.ref.name):
            raise Conflict(f"Another {session.ref.name} is open: close or rename that one first.")
    closed_at = session.closed_at
    finished = [each.heat.ref for each in heats if each.heat.finished_at == closed_at]
    reopen_session(unit, where, session)
    return SessionReopened(session.ref, heats=tuple(finished), closes_at=session.closes_at)
