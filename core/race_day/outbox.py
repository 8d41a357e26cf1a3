"""The rows of the outbox, as the services that change a heat or a session see them.

Written in the same transaction as the change itself. The publisher's side, with the table of a
row's states, is :mod:`core.services.outbox`; nothing beside these two writes the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Update,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from core.column_types import UtcDateTime
from core.database import Unit
from core.models import Heat, HeatRacer, RaceSession, SummaryPost
from core.race_day.rows import HeatRow

# Discord slows down who edits a post faster than this.
EDIT_INTERVAL: Final = timedelta(seconds=2)
# How far the clocks of processes that share a database, and Discord's, may differ. A clock that is
# set back by no more than this lengthens a wait by as much; one that is set back further, by none.
CLOCK_DIFFERENCE: Final = timedelta(minutes=1)


def _lacks_only_picture() -> ColumnElement[bool]:
    """Select posts whose message says everything; only the picture could not be added yet."""
    return and_(SummaryPost.state == "pending", SummaryPost.shown == SummaryPost.wanted)


def _is_up_to_date() -> ColumnElement[bool]:
    return or_(SummaryPost.state == "posted", _lacks_only_picture())


def _posts_about(heats: Select[UUID]) -> CompoundSelect[UUID]:
    """Select the ids of the posts about these heats and about the session of ``session_id``.

    Each half is found by an index of its own; by state the posts of all teams would be looked at.
    """
    return union_all(
        select(SummaryPost.id).where(SummaryPost.heat_id.in_(heats)),
        select(SummaryPost.id).where(SummaryPost.session_id == bindparam("of_session")),
    )


def _marking(posts: CompoundSelect[UUID]) -> Update:
    is_up_to_date = _is_up_to_date()
    now = bindparam("now", type_=UtcDateTime())
    is_rested = or_(
        SummaryPost.attempted_at.is_(None), SummaryPost.attempted_at < bindparam("rested")
    )
    return (
        update(SummaryPost)
        # Said by what it is not: SQLite would look for these states among the posts of all teams.
        .where(SummaryPost.id.in_(posts), SummaryPost.state.not_in(("gone", "removing")))
        .values(
            wanted=SummaryPost.wanted + 1,
            state=case((is_up_to_date, "pending"), else_=SummaryPost.state),
            next_attempt_at=case(
                (and_(is_up_to_date, is_rested), now),
                (is_up_to_date, bindparam("soonest", type_=UtcDateTime())),
                else_=SummaryPost.next_attempt_at,
            ),
        )
        .returning(SummaryPost.id)
    )


_DRIVEN: Final = select(HeatRacer.heat_id).where(HeatRacer.racer_id == bindparam("of_racer"))
_DRIVEN_IN: Final = select(Heat.session_id).where(Heat.id.in_(_DRIVEN))
_POSTS_OF_RACER: Final = union_all(
    select(SummaryPost.id).where(SummaryPost.heat_id.in_(_DRIVEN)),
    select(SummaryPost.id).where(SummaryPost.session_id.in_(_DRIVEN_IN)),
)
_MARK_RACER: Final = _marking(_POSTS_OF_RACER)
# Where they are, as far as they are out.
_SHOWN_OF_RACER: Final = select(SummaryPost.channel_id).where(
    SummaryPost.id.in_(_POSTS_OF_RACER),
    SummaryPost.message_id.is_not(None),
    SummaryPost.state.not_in(("gone", "removing")),
)
_OF_SESSION: Final = select(Heat.id).where(Heat.session_id == bindparam("of_session"))
_MARK_SESSION: Final = _marking(_posts_about(_OF_SESSION))
_MARK_HEAT: Final = _marking(
    _posts_about(
        _OF_SESSION.where(
            Heat.class_key == bindparam("of_class"), Heat.opened_at >= bindparam("since")
        )
    )
)


def order_heat_summary(
    unit: Unit, team_id: int, heat: HeatRow, *, channel_id: int | None, silent: bool
) -> None:
    """Order the summary of a heat that has just finished."""
    _order(unit, team_id, heat.id, channel_id, silent=silent, heat_id=heat.id)


def order_wrap_up(
    unit: Unit, team_id: int, session: RaceSession, *, channel_id: int | None, silent: bool
) -> None:
    """Order the wrap-up of a session that has just closed."""
    _order(unit, team_id, session.id, channel_id, silent=silent, session_id=session.id)


def _order(
    unit: Unit,
    team_id: int,
    subject_id: UUID,
    channel_id: int | None,
    *,
    silent: bool,
    **about: UUID,
) -> None:
    unit.wakes = True
    insert_or_update = sqlite.insert if unit.is_sqlite else postgresql.insert
    ordered = insert_or_update(SummaryPost).values(
        id=uuid4(),
        team_id=team_id,
        subject_id=subject_id,
        fallback_channel_id=channel_id,
        silent=silent,
        state="pending",
        wanted=1,
        shown=0,
        attempts=0,
        next_attempt_at=unit.now,
        created_at=unit.now,
        **about,
    )
    # What was opened again has its post: that one follows.
    unit.connection.execute(
        ordered.on_conflict_do_update(
            index_elements=list(about),
            set_={
                "wanted": SummaryPost.wanted + 1,
                "state": case((_is_up_to_date(), "pending"), else_=SummaryPost.state),
                "next_attempt_at": unit.now,
            },
        )
    )


def mark_stale(unit: Unit, heat: HeatRow) -> None:
    """Have the posts that tell of this heat brought up to date.

    Beside its own summary these are the wrap-up and the summaries of the class's later heats, which
    show the change since this one.
    """
    _mark(
        unit,
        _MARK_HEAT,
        of_session=heat.session_id,
        of_class=heat.class_key,
        since=heat.opened_at,
    )


def mark_session_stale(unit: Unit, session: RaceSession) -> None:
    """Have every post of a session brought up to date."""
    _mark(unit, _MARK_SESSION, of_session=session.id)


def mark_racer_stale(unit: Unit, racer_id: UUID) -> None:
    """Have every post that shows a racer brought up to date; what was held up is tried again."""
    _mark(unit, _MARK_RACER, of_racer=racer_id)


def channels_of_racer(unit: Unit, racer_id: UUID) -> list[int]:
    """Return the channel of each post that shows a racer and is out."""
    found = unit.connection.execute(_SHOWN_OF_RACER, {"of_racer": racer_id})
    return [channel_id for channel_id in found.scalars() if channel_id is not None]


def _mark(unit: Unit, statement: Update, **of: object) -> None:
    rested, soonest = unit.now - EDIT_INTERVAL, unit.now + EDIT_INTERVAL
    moments = {"now": unit.now, "rested": rested, "soonest": soonest}
    if unit.connection.execute(statement, of | moments).first() is not None:
        unit.wakes = True


def remove_heat_post(unit: Unit, heat: HeatRow) -> None:
    """Have the summary of a heat deleted that is about to go."""
    _remove(unit, SummaryPost.heat_id == heat.id)


def remove_heat_posts(unit: Unit, heat_ids: Sequence[UUID]) -> None:
    """Have the summaries of heats deleted that are about to go."""
    _remove(unit, SummaryPost.heat_id.in_(heat_ids))


def remove_message(unit: Unit, team_id: int, *, channel_id: int, message_id: int) -> None:
    """Have a message of the bot's deleted that is no summary, such as a card that was shared."""
    unit.wakes = True
    unit.connection.execute(
        insert(SummaryPost).values(
            id=uuid4(),
            team_id=team_id,
            subject_id=uuid4(),
            channel_id=channel_id,
            message_id=message_id,
            state="removing",
            next_attempt_at=unit.now,
            created_at=unit.now,
        )
    )


def _remove(unit: Unit, which: ColumnElement[bool]) -> None:
    """Have posts deleted whose heat or session is about to go.

    A post that is being published stays with its publisher until it is out: only then is there a
    message to delete.
    """
    unit.wakes = True
    unit.connection.execute(
        update(SummaryPost)
        .where(which)
        .values(state="removing", next_attempt_at=unit.now, attempts=0)
    )


def remove_session_posts(unit: Unit, session: RaceSession) -> None:
    """Have the wrap-up of a session and the summaries of its heats deleted."""
    about = _posts_about(_OF_SESSION).params(of_session=session.id)
    _remove(unit, SummaryPost.id.in_(about))


def has_held_up(unit: Unit, team_id: int) -> bool:
    """Tell whether the team has posts that a wrong channel or permission may hold up."""
    held_up = select(SummaryPost.id).where(*_is_held_up(team_id)).limit(1)
    return unit.connection.execute(held_up).first() is not None


def _is_held_up(team_id: int) -> tuple[ColumnElement[bool], ...]:
    # A post that is being tried just now may be about to fail for what the team has mended. One
    # that is being claimed is not seen as claimed yet: it is waited for because it is not out.
    held_up = or_(
        SummaryPost.state.in_(("blocked", "removing")),
        _lacks_only_picture(),
        SummaryPost.claimed_until.is_not(None),
        SummaryPost.message_id.is_(None),
    )
    # Said twice, so that an index finds the few there are.
    states = SummaryPost.state.in_(("pending", "blocked", "removing"))
    return SummaryPost.team_id == team_id, states, held_up


def unblock(unit: Unit, team_id: int) -> None:
    """Have the team's posts tried again that a wrong channel or permission held up."""
    unit.wakes = True
    unit.connection.execute(
        update(SummaryPost)
        .where(*_is_held_up(team_id))
        .values(
            state=case((SummaryPost.state == "blocked", "pending"), else_=SummaryPost.state),
            attempts=0,
            next_attempt_at=unit.now,
        )
    )


# The states are told so that an index finds the few there are.
_CLAIMED: Final = (
    SummaryPost.state.in_(("pending", "removing")),
    SummaryPost.claimed_until.is_not(None),
)


def has_claims(unit: Unit) -> bool:
    """Tell whether any post of any team is claimed."""
    claimed = select(SummaryPost.id).where(*_CLAIMED).limit(1)
    return unit.connection.execute(claimed).first() is not None


def free_claims(unit: Unit) -> None:
    """Free every claimed post, of all teams."""
    unit.connection.execute(update(SummaryPost).where(*_CLAIMED).values(claimed_until=None))


def _are_ahead(now: datetime) -> tuple[ColumnElement[bool], ...]:
    # A row waits since its last attempt or, where there was none, since it was ordered.
    waits_since = func.coalesce(SummaryPost.attempted_at, SummaryPost.created_at)
    return SummaryPost.state.in_(("pending", "removing")), waits_since > now + CLOCK_DIFFERENCE


def has_waits_ahead(unit: Unit) -> bool:
    """Tell whether any post waits since a moment that is yet to come."""
    ahead = select(SummaryPost.id).where(*_are_ahead(unit.now)).limit(1)
    return unit.connection.execute(ahead).first() is not None


def end_waits_ahead(unit: Unit) -> None:
    """End every wait that has begun at a moment that is yet to come, of all teams."""
    unit.connection.execute(
        update(SummaryPost)
        .where(*_are_ahead(unit.now))
        .values(next_attempt_at=unit.now, attempted_at=unit.now)
    )


def problem_of(unit: Unit, team_id: int, subject_id: UUID) -> str | None:
    """Return what keeps the post of a heat or session from being posted, if anything does."""
    # What is out already has been posted; whatever keeps it from being edited is told by its own.
    not_out = and_(SummaryPost.state == "blocked", SummaryPost.message_id.is_(None))
    return unit.connection.execute(
        select(SummaryPost.last_error)
        .where(SummaryPost.team_id == team_id, not_out, SummaryPost.subject_id == subject_id)
        .order_by(SummaryPost.attempted_at.desc())
        .limit(1)
    ).scalar_one_or_none()


def problems_of(unit: Unit, team_id: int) -> tuple[str, ...]:
    """Return what keeps the team's posts from being posted or edited, latest first, each once."""
    rows = unit.connection.execute(
        select(SummaryPost.last_error)
        .where(SummaryPost.team_id == team_id, SummaryPost.state == "blocked")
        .group_by(SummaryPost.last_error)
        .order_by(func.max(SummaryPost.attempted_at).desc())
    )
    return tuple(error for (error,) in rows if error)
