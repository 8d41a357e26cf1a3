"""Forgetting a racer: nothing of them stays, and nothing of others goes with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import String, bindparam, cast, delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from core.database import Unit
from core.follow_models import EventRace, Follow, SiteSlot
from core.models import (
    Draft,
    Entry,
    Heat,
    HeatRacer,
    RacerProfile,
    RaceSession,
    RunLog,
    Team,
)
from core.race_day import forgotten, outbox, shared_cards
from core.race_day.change import lock_team
from core.race_day.heats import delete_session
from core.race_day.moving import GONE
from core.race_day.page_tables import forget_driver
from core.race_day.run import PARTNER, SOURCE
from core.race_day.slots import of_user
from core.race_day.traces import Traces
from core.results.data import DataHeld
from core.sources.who import same_name

_OF_TEAM: Final = select(Heat.id).join(RaceSession, RaceSession.id == Heat.session_id)
_other_run: Final = aliased(HeatRacer)
_other_entry: Final = aliased(Entry)


def held_about(unit: Unit, team_id: int, user_id: int, racer: RacerProfile | None) -> DataHeld:
    """Return what goes when a racer is forgotten.

    Args:
        unit: The transaction.
        team_id: The team.
        user_id: The racer's Discord user id; 0 for who is on no chat.
        racer: Their profile; None where they have none.
    """
    drafts = unit.connection.execute(
        select(func.count()).where(Draft.team_id == team_id, Draft.discord_user_id == user_id)
    ).scalar_one()
    if racer is None:
        return DataHeld(None, None, waiting=drafts)
    of_racer = HeatRacer.racer_id == racer.id
    laps, runs, notes, ratings = unit.connection.execute(
        select(
            func.coalesce(func.sum(HeatRacer.lap_count), 0),
            func.count(),
            func.count(HeatRacer.note),
            func.count(HeatRacer.confidence_rating),
        ).where(of_racer)
    ).one()
    return DataHeld(
        racer.id,
        racer.person,
        laps=int(laps),
        runs=runs,
        notes=notes,
        ratings=ratings,
        heats_alone=len(_heats_alone(unit, team_id, racer.id)),
        posts=Counter(outbox.channels_of_racer(unit, racer.id)),
        cards=Counter(shared_cards.channels_of(unit, racer.id)),
        waiting=drafts,
    )


def forget(unit: Unit, team_id: int, user_id: int, racer: RacerProfile | None) -> DataHeld:
    """Forget a racer of a team that is held; return what went.

    Posts are drawn again without them, cards they were shown on are deleted, and of what others
    have, only who they were goes.
    """
    held = held_about(unit, team_id, user_id, racer)
    _forget_drafts(unit, team_id, _traces_of(user_id, racer))
    _forget_slot(unit, user_id)
    if racer is None:
        return held
    traces = _traces_of(user_id, racer)
    outbox.mark_racer_stale(unit, racer.id)
    outbox.unblock(unit, team_id)
    shared_cards.remove_of(unit, team_id, racer.id)
    _forget_in_entries(unit, team_id, racer.id, traces)
    forget_driver(unit, team_id, traces)
    _forget_in_followed(unit, team_id, racer.id, traces)
    alone = _heats_alone(unit, team_id, racer.id)
    _delete_runs(unit, team_id, racer.id)
    _remove_heats(unit, alone)
    # What they opened, finished, followed and typed stays: their keys are set null.
    unit.db.flush()
    unit.connection.execute(delete(RacerProfile).where(RacerProfile.id == racer.id))
    unit.db.expunge_all()
    forgotten.note_racer(unit, team_id, racer.id, traces)
    return held


def is_anybody_back(unit: Unit) -> bool:
    """Tell whether anybody who was forgotten is there as before."""
    return bool(forgotten.racers_back(unit) or forgotten.teams_back(unit))


def forget_all_again(unit: Unit) -> int:
    """Forget who was forgotten and is back with an older copy; return how many racers and teams."""
    teams = forgotten.teams_back(unit)
    for team_id in teams:
        while forget_piece_of_team(unit, team_id):
            pass
    # Each stands on the list once more for each time it was forgotten again.
    back = {racer.id for racer in forgotten.racers_back(unit)}
    for racer_id in back:
        racer = unit.db.get_one(RacerProfile, racer_id)
        lock_team(unit, racer.team_id or 0)
        forget(unit, racer.team_id or 0, racer.discord_user_id or 0, racer)
    return len(teams) + len(back)


def forget_piece_of_team(unit: Unit, team_id: int) -> bool:
    """Delete a piece of all that a team has: a session, a racer, at last the team itself.

    In pieces nobody's lap of another team waits for long. What is posted stays: the bot is not in
    the server any more.

    Returns:
        Whether anything is left.
    """
    session = select(RaceSession.id).where(RaceSession.team_id == team_id).limit(1)
    session_id = unit.connection.execute(session).scalar_one_or_none()
    if session_id is not None:
        unit.connection.execute(delete(RaceSession).where(RaceSession.id == session_id))
        return True
    racers = select(RacerProfile.id, RacerProfile.discord_user_id)
    racer = unit.connection.execute(racers.where(RacerProfile.team_id == team_id).limit(1)).first()
    if racer is not None:
        _forget_slot(unit, racer.discord_user_id)
        unit.connection.execute(delete(RacerProfile).where(RacerProfile.id == racer.id))
        return True
    gone = delete(Team).where(Team.id == team_id).returning(Team.created_at)
    if unit.connection.execute(gone).first() is not None:
        forgotten.note_team(unit, team_id)
    return False


def _traces_of(user_id: int, racer: RacerProfile | None) -> Traces:
    if racer is None:
        return Traces(user_id, None, (), None)
    names = tuple(name for name in (racer.name, racer.liverc_name) if name)
    return Traces(user_id or None, racer.id, names, racer.liverc_id)


def _forget_slot(unit: Unit, user_id: int | None) -> None:
    """Forget when somebody last had a page read: another team they are in misses nothing by it."""
    unit.connection.execute(delete(SiteSlot).where(SiteSlot.name == of_user(user_id or 0)))


def _heats_alone(unit: Unit, team_id: int, racer_id: UUID) -> list[UUID]:
    """Return the heats in which nobody but a racer has, or had, laps."""
    own_run = exists().where(HeatRacer.heat_id == Heat.id, HeatRacer.racer_id == racer_id)
    own_entry = exists().where(Entry.heat_id == Heat.id, Entry.racer_id == racer_id)
    others_run = exists().where(_other_run.heat_id == Heat.id, _other_run.racer_id != racer_id)
    others_entry = exists().where(
        _other_entry.heat_id == Heat.id, _other_entry.racer_id != racer_id
    )
    return list(
        unit.connection.execute(
            _OF_TEAM.where(
                RaceSession.team_id == team_id,
                or_(own_run, own_entry),
                ~others_run,
                ~others_entry,
            )
        ).scalars()
    )


def _delete_runs(unit: Unit, team_id: int, racer_id: UUID) -> None:
    """Delete laps, entries and scores; heat by heat, which is how an index finds them."""
    heats = _OF_TEAM.where(RaceSession.team_id == team_id)
    for table in (RunLog, Entry, HeatRacer):
        unit.connection.execute(
            delete(table).where(table.racer_id == racer_id, table.heat_id.in_(heats))
        )


def _remove_heats(unit: Unit, heat_ids: Sequence[UUID]) -> None:
    """Delete heats with their posts, and the sessions that a lap had opened for them."""
    if not heat_ids:
        return
    sessions = unit.db.scalars(
        select(RaceSession)
        .join(Heat, Heat.session_id == RaceSession.id)
        .where(Heat.id.in_(heat_ids), RaceSession.implicit)
        .distinct()
    ).all()
    outbox.remove_heat_posts(unit, heat_ids)
    unit.connection.execute(delete(Heat).where(Heat.id.in_(heat_ids)))
    for session in sessions:
        left = select(Heat.id).where(Heat.session_id == session.id).limit(1)
        if unit.connection.execute(left).first() is None:
            delete_session(unit, session)


def _forget_drafts(unit: Unit, team_id: int, traces: Traces) -> None:
    """Delete what the racer typed that waits, and what others typed about them."""
    for draft in unit.db.scalars(select(Draft).where(Draft.team_id == team_id)).all():
        without = traces.without_done_by(draft.command)
        if draft.discord_user_id == traces.user_id or traces.are_in(without):
            unit.db.delete(draft)
        elif without != draft.command:
            draft.command = without
    unit.db.flush()


# In what others' entries have replaced


_SET_REPLACED: Final = update(Entry).where(Entry.id == bindparam("of_entry"))


def _forget_in_entries(unit: Unit, team_id: int, racer_id: UUID, traces: Traces) -> None:
    """Take a racer out of what others' entries have replaced.

    A run that was moved to or from them was theirs on one side: that side goes.
    """
    in_team = Entry.heat_id.in_(_OF_TEAM.where(RaceSession.team_id == team_id))
    text = cast(Entry.replaced, String)
    own = set(unit.connection.scalars(select(Entry.id).where(in_team, Entry.racer_id == racer_id)))
    others = unit.connection.execute(
        select(Entry.id, Entry.replaced).where(
            in_team,
            Entry.racer_id != racer_id,
            or_(text.like(f"%{racer_id}%"), text.like(f'%"{PARTNER}"%')),
        )
    ).all()
    for entry_id, replaced in others:
        without = _without(replaced, str(racer_id), own, traces)
        if without is None:
            unit.connection.execute(delete(Entry).where(Entry.id == entry_id))
        elif without != replaced:
            known = {"of_entry": entry_id, "replaced": without}
            unit.connection.execute(_SET_REPLACED, known)


def _without(
    replaced: dict[str, Any], racer_id: str, own: set[int], traces: Traces
) -> dict[str, Any] | None:
    """Return what an entry has replaced without a racer; None where all of it was theirs."""
    left: dict[str, Any] = traces.without_done_by(replaced)
    source = left.get(SOURCE)
    if left.get(PARTNER) in own and source is None:
        # It emptied a run that is the racer's now.
        return None
    if source is not None and source["racer"] == racer_id:
        return {name: value for name, value in left.items() if name not in (SOURCE, PARTNER, GONE)}
    return left


# On the pages of events that the team follows


def _forget_in_followed(unit: Unit, team_id: int, racer_id: UUID, traces: Traces) -> None:
    """Forget who a driver is on pages that are shared, unless another team knows them so."""
    events = select(Follow.event_id).where(Follow.team_id == team_id)
    races = unit.db.scalars(select(EventRace).where(EventRace.event_id.in_(events))).all()
    if not races or _are_known_elsewhere(unit, racer_id, traces):
        return
    for race in races:
        race.parsed = traces.race_without(race.parsed)
    unit.db.flush()


def _are_known_elsewhere(unit: Unit, racer_id: UUID, traces: Traces) -> bool:
    """Tell whether a team that follows something has a racer of the same name or id."""
    teams = select(Follow.team_id)
    others = unit.connection.execute(
        select(RacerProfile.liverc_name, RacerProfile.liverc_id).where(
            RacerProfile.team_id.in_(teams),
            RacerProfile.id != racer_id,
            RacerProfile.liverc_name.is_not(None),
        )
    )
    return any(
        (source_id is not None and source_id == traces.source_id)
        or any(same_name(name, own) for own in traces.names)
        for name, source_id in others
        if name is not None
    )
