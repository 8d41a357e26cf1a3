"""The rows of the outbox, as the services that change a heat or a session see them.

Written in the same transaction as the change itself; the publisher's side of the outbox is
:mod:`core.services.outbox`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    case,
    func,
    or_,
    select,
    union_all,
    update,
)

from core.database import Unit
from core.models import Heat, RaceSession, SummaryPost

# Discord slows down who edits a post faster than this.
EDIT_INTERVAL: Final = timedelta(seconds=2)


def order_heat_summary(
    unit: Unit,
    team_id: int,
    heat: Heat,
    *,
    channel_id: int | None,
    silent: bool,
) -> None:
    """Order the summary of a heat that has just finished."""
    post = _new_post(unit, team_id, heat.id, channel_id, silent=silent)
    post.heat_id = heat.id
    unit.db.add(post)


def order_wrap_up(
    unit: Unit,
    team_id: int,
    session: RaceSession,
    *,
    channel_id: int | None,
    silent: bool,
) -> None:
    """Order the wrap-up of a session that has just closed."""
    post = _new_post(unit, team_id, session.id, channel_id, silent=silent)
    post.session_id = session.id
    unit.db.add(post)


def _new_post(
    unit: Unit, team_id: int, subject_id: UUID, channel_id: int | None, *, silent: bool
) -> SummaryPost:
    unit.wakes = True
    return SummaryPost(
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
    )


def mark_stale(unit: Unit, heat: Heat) -> None:
    """Have the posts that tell of this heat brought up to date.

    Beside its own summary these are the wrap-up and the summaries of the class's later heats, which
    show the change since this one.
    """
    this_and_later = select(Heat.id).where(
        Heat.session_id == heat.session_id,
        Heat.class_key == heat.class_key,
        Heat.opened_at >= heat.opened_at,
    )
    _mark(unit, _posts_about(this_and_later, heat.session_id))


def mark_session_stale(unit: Unit, session: RaceSession) -> None:
    """Have every post of a session brought up to date."""
    _mark(unit, _posts_about(_heats_of(session), session.id))


def _heats_of(session: RaceSession) -> Select[UUID]:
    return select(Heat.id).where(Heat.session_id == session.id)


def _posts_about(heats: Select[UUID], session_id: UUID) -> CompoundSelect[UUID]:
    """Select the ids of the posts about these heats and about the session.

    Each half is found by an index of its own; by state the posts of all teams would be looked at.
    """
    return union_all(
        select(SummaryPost.id).where(SummaryPost.heat_id.in_(heats)),
        select(SummaryPost.id).where(SummaryPost.session_id == session_id),
    )


def _mark(unit: Unit, posts: CompoundSelect[UUID]) -> None:
    is_up_to_date = or_(SummaryPost.state == "posted", _lacks_only_picture())
    soonest = unit.now + EDIT_INTERVAL
    marked = unit.db.execute(
        update(SummaryPost)
        # Said by what it is not: SQLite would look for these states among the posts of all teams.
        .where(SummaryPost.id.in_(posts), SummaryPost.state.not_in(("gone", "removing")))
        .values(
            wanted=SummaryPost.wanted + 1,
            state=case((is_up_to_date, "pending"), else_=SummaryPost.state),
            next_attempt_at=case(
                (is_up_to_date & SummaryPost.attempted_at.is_(None), unit.now),
                (is_up_to_date & (SummaryPost.attempted_at < unit.now - EDIT_INTERVAL), unit.now),
                (is_up_to_date, soonest),
                else_=SummaryPost.next_attempt_at,
            ),
        )
        .returning(SummaryPost.id)
        .execution_options(synchronize_session=False)
    )
    if marked.first() is not None:
        unit.wakes = True


def _lacks_only_picture() -> ColumnElement[bool]:
    """Select posts whose message says everything; only the picture could not be added yet."""
    return and_(SummaryPost.state == "pending", SummaryPost.shown == SummaryPost.wanted)


def is_followed(unit: Unit, heat: Heat) -> bool:
    """Tell whether a change of the heat will show in the channel."""
    state = unit.db.scalar(select(SummaryPost.state).where(SummaryPost.heat_id == heat.id))
    return state in {"pending", "posted"}


def remove_posts(unit: Unit, which: ColumnElement[bool]) -> None:
    """Have posts deleted whose heat or session is about to go.

    A post that is being published stays with its publisher until it is out: only then is there a
    message to delete.
    """
    unit.wakes = True
    unit.db.execute(
        update(SummaryPost)
        .where(which)
        .values(state="removing", next_attempt_at=unit.now, attempts=0)
        .execution_options(synchronize_session=False)
    )


def remove_session_posts(unit: Unit, session: RaceSession) -> None:
    """Have the wrap-up of a session and the summaries of its heats deleted."""
    remove_posts(unit, SummaryPost.id.in_(_posts_about(_heats_of(session), session.id)))


def has_held_up(unit: Unit, team_id: int) -> bool:
    """Tell whether the team has posts that a wrong channel or permission may hold up."""
    held_up = select(SummaryPost.id).where(*_is_held_up(team_id)).limit(1)
    return unit.db.scalar(held_up) is not None


def _is_held_up(team_id: int) -> tuple[ColumnElement[bool], ...]:
    # A post that is being tried just now may be about to fail for what the team has mended.
    held_up = or_(
        SummaryPost.state.in_(("blocked", "removing")),
        _lacks_only_picture(),
        SummaryPost.claimed_until.is_not(None),
    )
    # Said twice, so that an index finds the few there are.
    states = SummaryPost.state.in_(("pending", "blocked", "removing"))
    return SummaryPost.team_id == team_id, states, held_up


def unblock(unit: Unit, team_id: int) -> None:
    """Have the team's posts tried again that a wrong channel or permission held up."""
    unit.wakes = True
    unit.db.execute(
        update(SummaryPost)
        .where(*_is_held_up(team_id))
        .values(
            state=case((SummaryPost.state == "blocked", "pending"), else_=SummaryPost.state),
            attempts=0,
            next_attempt_at=unit.now,
        )
        .execution_options(synchronize_session=False)
    )


def problems_of(unit: Unit, team_id: int) -> tuple[str, ...]:
    """Return what keeps the team's posts from being posted, latest first, each once."""
    rows = unit.db.execute(
        select(SummaryPost.last_error)
        .where(SummaryPost.team_id == team_id, SummaryPost.state == "blocked")
        .group_by(SummaryPost.last_error)
        .order_by(func.max(SummaryPost.attempted_at).desc())
    )
    return tuple(error for (error,) in rows if error)
