"""The ORP card: one racer's score of a heat or a whole session, alone or beside a team-mate's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import bindparam, desc, func, select

from core.caller import Caller, Person
from core.database import Database, Unit
from core.errors import BadInput, NotFound
from core.laps import RaceTotal
from core.models import RacerProfile, RaceSession, RunLog
from core.names import HeatKind, name_key
from core.race_day import people, shared_cards
from core.race_day.bests import bests_of
from core.race_day.change import lock_team
from core.race_day.driven import Driven, heat_by_id, heats_of, latest_driven
from core.race_day.finding import find_heat, find_session, session_by_id
from core.race_day.outings import look_back
from core.race_day.page_tables import page_of
from core.race_day.questions import SeveralOpen
from core.race_day.reading import last_driven, session_run
from core.race_day.rows import HeatRow
from core.race_day.run import Run
from core.race_day.scores_before import score_before
from core.race_day.waiting import told
from core.race_day.where import Where, where_is
from core.results.card import HeatScore, NoLapsYet, OrpCard, SideBySide
from core.results.heat import RacerRun
from core.results.refs import Scope, ScopeKind
from core.scoring.advice import Status
from core.scoring.certainty import is_more_than_luck, score_error
from core.scoring.clean_run import typed_length_s
from core.scoring.comparison import compare
from core.scoring.fade import find_fade
from core.scoring.score_change import change_since

WHOLE_SESSION: Final = "all"
LAST_HEATS: Final = 6

Shown = TypeVar("Shown", OrpCard | NoLapsYet, SideBySide)


class CardService:
    """Scores for looking at; each call is bound to the caller's team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show(
        self,
        caller: Caller,
        heat: str | None = None,
        racer: Person | None = None,
        session: str | None = None,
    ) -> OrpCard | NoLapsYet:
        """Return a racer's card.

        Args:
            caller: Who asks; the racer when none is named.
            heat: A heat, ``all`` for the session, or None for the racer's latest run.
            racer: Whose card.
            session: The session to look in; None for the racer's, where they have laps there, else
                the last they raced.

        Raises:
            NotFound: There is no such heat.
        """
        subject = racer or caller.person
        nothing = NoLapsYet(subject, is_self=subject.user_id == caller.person.user_id)

        def found(unit: Unit, where: Where) -> OrpCard | NoLapsYet:
            if heat is not None and name_key(heat) != WHOLE_SESSION:
                found_in, driven = find_heat(
                    unit, caller.team_id, where, heat, session, elsewhere=True
                )
                return _heat_card(unit, found_in, driven, where.racer) or nothing
            if where.racer is None:
                return nothing
            try:
                found_in = find_session(unit, caller.team_id, where, session)
            except SeveralOpen:
                # Which one is no question for somebody without laps in any.
                return nothing
            heats = heats_of(unit, found_in, where.racer)
            latest = latest_driven(heats)
            if latest is None and session is None:
                raced_in, _ = last_driven(unit, caller.team_id, where.racer)
                if raced_in is None:
                    return nothing
                found_in, heats = raced_in, heats_of(unit, raced_in, where.racer)
                latest = latest_driven(heats)
            if heat is not None:
                return _session_card(unit, found_in, where.racer, heats) or nothing
            if latest is None:
                return nothing
            return _heat_card(unit, found_in, latest, where.racer, heats) or nothing

        def act(unit: Unit) -> tuple[OrpCard | NoLapsYet, bool]:
            where = where_is(unit, caller.team_id, subject.user_id, caller.person.user_id)
            shown = _placed(found(unit, where), caller, where)
            return told(shown, where.waiting), _is_to_be_greeted(caller, where)

        card, is_to_be_greeted = await self._database.read(act)
        if isinstance(card, NoLapsYet) or not is_to_be_greeted:
            return card
        return replace(card, welcome=await self._greet(caller))

    async def show_of(self, caller: Caller, scope: Scope, *, racer_id: int) -> OrpCard:
        """Return a racer's card of a heat or of a whole session.

        Args:
            caller: Who asks.
            scope: The heat or session.
            racer_id: The Discord user id of whose card it is.

        Raises:
            NotFound: There is no such heat or session, or the racer has no laps in it.
        """

        def act(unit: Unit) -> OrpCard | None:
            racer = people.find_profile(unit, caller.team_id, racer_id)
            if scope.kind is ScopeKind.HEAT:
                session, driven = heat_by_id(unit, caller.team_id, scope.id, racer)
                return _heat_card(unit, session, driven, racer)
            session = session_by_id(unit, caller.team_id, scope.id)
            if racer is None:
                return None
            return _session_card(unit, session, racer, heats_of(unit, session, racer))

        card = await self._database.read(act)
        if card is None:
            raise NotFound(shared_cards.NOTHING_LEFT)
        return card

    async def side_by_side(
        self,
        caller: Caller,
        other: Person,
        heat: str | None = None,
        racer: Person | None = None,
        session: str | None = None,
    ) -> SideBySide:
        """Return a racer's run beside a team-mate's.

        Args:
            caller: Who asks; the first of the two when no other racer is named.
            other: The second one.
            heat: A heat, ``all`` for the session, or None for the latest heat both drove in.
            racer: The first one.
            session: The session to look in; None for the first one's.

        Raises:
            BadInput: Both are the same person.
            NotFound: There is no such heat, or one of them has no laps that count in it.
            Conflict: Several sessions are open and none is the first one's.
        """
        subject = racer or caller.person
        if other.user_id == subject.user_id:
            raise BadInput("Pick a team-mate: that is the same racer on both sides.")
        team_id = caller.team_id

        def found(unit: Unit, where: Where) -> SideBySide:
            first = where.racer
            second = people.find_profile(unit, team_id, other.user_id)
            both = first or subject, second or other
            if heat is not None and name_key(heat) != WHOLE_SESSION:
                found_in, driven = find_heat(unit, team_id, where, heat, session, elsewhere=True)
                return _beside(unit, found_in, driven.heat, *both)
            found_in = find_session(unit, team_id, where, session)
            latest = None
            if heat is None and first is not None and second is not None:
                latest = _latest_of_both(unit, found_in, first, second)
                if latest is None:
                    raise NotFound(
                        f"{subject.name} and {other.name} have not driven in the same heat of "
                        f"{found_in.ref.name}; heat:{WHOLE_SESSION} compares the whole session."
                    )
            return _beside(unit, found_in, latest, *both)

        def act(unit: Unit) -> tuple[SideBySide, bool]:
            where = where_is(unit, team_id, subject.user_id, caller.person.user_id)
            shown = _placed(found(unit, where), caller, where)
            return told(shown, where.waiting), _is_to_be_greeted(caller, where)

        both, is_to_be_greeted = await self._database.read(act)
        return replace(both, welcome=await self._greet(caller)) if is_to_be_greeted else both

    async def side_by_side_of(
        self, caller: Caller, scope: Scope, *, racer_id: int, other_id: int
    ) -> SideBySide:
        """Return two racers' runs of a heat or of a whole session.

        Args:
            caller: Who asks.
            scope: The heat or session.
            racer_id: The Discord user id of the first.
            other_id: That of the second.

        Raises:
            NotFound: There is no such heat or session, or one of them has no laps that count in it.
        """

        def act(unit: Unit) -> SideBySide:
            heat = None
            if scope.kind is ScopeKind.HEAT:
                session, driven = heat_by_id(unit, caller.team_id, scope.id)
                heat = driven.heat
            else:
                session = session_by_id(unit, caller.team_id, scope.id)
            first = _known(unit, caller.team_id, racer_id)
            second = _known(unit, caller.team_id, other_id)
            return _beside(unit, session, heat, first, second)

        return await self._database.read(act)

    async def share(self, caller: Caller, message_id: int, racer_ids: Sequence[int]) -> None:
        """Note that a card, or two side by side, will stand in a message where the caller is.

        Args:
            caller: Who shares it.
            message_id: The message, which shows nobody yet.
            racer_ids: The Discord user ids of whom it will show, one or two.

        Raises:
            NotFound: One of them was forgotten meanwhile.
        """

        def act(unit: Unit) -> None:
            lock_team(unit, caller.team_id)
            shared_cards.remember(
                unit,
                caller.team_id,
                racer_ids,
                channel_id=caller.channel_id or 0,
                message_id=message_id,
            )

        await self._database.write(act)

    async def _greet(self, caller: Caller) -> bool:
        """Tell once whether a racer gets their first answer; a look else changes nothing."""

        def act(unit: Unit) -> bool:
            lock_team(unit, caller.team_id)
            return people.greet(unit, caller.team_id, caller.person.user_id)

        return await self._database.write(act)


def _placed(shown: Shown, caller: Caller, where: Where) -> Shown:
    """Return a card, or two side by side, with whether it is of the caller's own open session."""
    racer = where.racer
    if isinstance(shown, NoLapsYet) or racer is None:
        return shown
    is_own = racer.discord_user_id == caller.person.user_id
    return replace(shown, is_here=is_own and where.races_in(shown.session.id))


def _is_to_be_greeted(caller: Caller, where: Where) -> bool:
    """Tell whether the caller looks at their own laps and has never been told how to type a run."""
    racer = where.racer
    if racer is None or racer.discord_user_id != caller.person.user_id:
        return False
    return racer.greeted_at is None


def _latest_of_both(
    unit: Unit, session: RaceSession, first: RacerProfile, second: RacerProfile
) -> HeatRow | None:
    """Return the session's latest heat that both drove in."""
    seconds = {each.heat.id for each in heats_of(unit, session, second) if each.has_laps}
    both = [each for each in heats_of(unit, session, first) if each.heat.id in seconds]
    latest = latest_driven(both)
    return latest.heat if latest else None


def _heat_card(
    unit: Unit,
    session: RaceSession,
    driven: Driven,
    racer: RacerProfile | None,
    heats: Sequence[Driven] | None = None,
) -> OrpCard | None:
    """Return a racer's card of a heat; None without laps there."""
    if racer is None or not driven.has_laps:
        return None
    heats = heats_of(unit, session, racer) if heats is None else heats
    heat = driven.heat
    so_far = [
        each
        for each in heats
        if each.heat.class_key == heat.class_key and each.heat.opened_at <= heat.opened_at
    ]
    run = Run(unit, session, driven, racer, heats).result(bests_of(unit, session, heat, racer.id))
    laps, effect = look_back(unit, racer.id, heats, heat.id)
    last_heats = _last_heats(
        so_far, {heat_id: times for (heat_id, driver), times in laps.items() if driver == racer.id}
    )
    return OrpCard(
        session=session.ref,
        heat=heat.ref,
        length_s=_length_s(unit, session, heat),
        run=replace(run, has_moved=last_heats[-1].has_moved),
        practice_rounds=session.practice_rounds,
        last_heats=last_heats,
        rivals=_rivals(unit, heat, racer),
        fade=find_fade(run.laps),
        effect=effect,
    )


def _rivals(unit: Unit, heat: HeatRow, racer: RacerProfile) -> tuple[RaceTotal, ...] | None:
    """Return what everybody else on a heat's page drove; None without one, and in practice."""
    page = None if heat.kind == HeatKind.PRACTICE else page_of(unit, heat)
    return page.rivals_of(racer.id) if page is not None else None


def _session_card(
    unit: Unit, session: RaceSession, racer: RacerProfile, heats: Sequence[Driven]
) -> OrpCard | None:
    found = session_run(unit, session, racer, heats)
    if found is None:
        return None
    run, laps_by_heat = found
    laps = iter(run.laps)
    times = {
        part.heat.id: [lap.time_ms for lap in islice(laps, part.laps) if lap.counts]
        for part in laps_by_heat
    }
    return OrpCard(
        session=session.ref,
        heat=None,
        length_s=None,
        run=run,
        practice_rounds=session.practice_rounds,
        last_heats=_last_heats(heats, times),
        laps_by_heat=laps_by_heat,
        fade=find_fade(run.laps),
    )


_LONGEST_RUN: Final = (
    select(func.sum(RunLog.lap_time_ms).label("took_ms"))
    .where(RunLog.heat_id == bindparam("heat_id"))
    .group_by(RunLog.racer_id)
    .order_by(desc("took_ms"))
    .limit(1)
)


def _length_s(unit: Unit, session: RaceSession, heat: HeatRow) -> int | None:
    """Return a heat's length in seconds: measured, else what the session says of its heats."""
    is_practice = heat.kind == HeatKind.PRACTICE
    if heat.length_s is not None or session.heat_minutes is None or is_practice:
        return heat.length_s
    longest_ms = unit.connection.execute(_LONGEST_RUN, {"heat_id": heat.id}).scalar()
    # PostgreSQL sums whole numbers as decimal ones.
    return typed_length_s(session.heat_minutes, int(longest_ms or 0))


def _last_heats(
    heats: Sequence[Driven], laps: Mapping[UUID, Sequence[int]]
) -> tuple[HeatScore, ...]:
    """Return the racer's scores of the last of these heats, each with its change.

    Args:
        heats: The heats as the racer sees them.
        laps: The racer's laps that count in each, in ms, by the heat's id.
    """
    driven = [(each.heat, each.score) for each in heats if each.score and each.has_laps]
    errors = {
        heat.id: score_error(laps.get(heat.id, ()), Status.VALID)
        for heat, score in driven
        if score.valid_score is not None
    }
    last = []
    for heat, score in driven[-LAST_HEATS:]:
        before = score_before(heats, heat)
        change = change_since(score.valid_score, before.score if before else None)
        error = errors.get(heat.id)
        was = errors.get(before.heat_id) if before else None
        last.append(
            HeatScore(
                heat.ref,
                score.valid_score,
                score.is_rejected,
                change,
                score.note,
                is_more_than_luck(change, error, was),
                error,
            )
        )
    return tuple(last)


def _known(unit: Unit, team_id: int, user_id: int) -> RacerProfile:
    """Return the profile of a racer whose id a button carries."""
    profile = people.find_profile(unit, team_id, user_id)
    if profile is None:
        raise NotFound("One of the two has no laps any more; /orp shows whose there are.")
    return profile


def _beside(
    unit: Unit,
    session: RaceSession,
    heat: HeatRow | None,
    first: RacerProfile | Person,
    second: RacerProfile | Person,
) -> SideBySide:
    """Compare two racers; a person without a profile has no laps."""
    runs = [_run_that_counts(unit, session, heat, racer) for racer in (first, second)]
    return SideBySide(
        session=session.ref,
        heat=None if heat is None else heat.ref,
        first=runs[0],
        second=runs[1],
        comparison=compare(runs[0].laps, runs[1].laps),
    )


def _run_that_counts(
    unit: Unit, session: RaceSession, heat: HeatRow | None, racer: RacerProfile | Person
) -> RacerRun:
    run = None
    if isinstance(racer, RacerProfile):
        heats = heats_of(unit, session, racer)
        if heat is None:
            found = session_run(unit, session, racer, heats)
            run = found[0] if found else None
        else:
            driven = next(each for each in heats if each.heat.id == heat.id)
            bests = bests_of(unit, session, heat, racer.id)
            run = Run(unit, session, driven, racer, heats).result(bests)
    if run is None or run.best_lap_ms is None:
        where = session.ref.name if heat is None else heat.ref.label
        raise NotFound(f"{racer.name} has no laps that count in {where}; both need some.")
    return run
