"""Lap entry: what a racer types between two heats, and taking it back."""

from __future__ import annotations

from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import delete, select

from core.caller import Caller
from core.commands import LogLaps, StartHeat
from core.database import Database, Unit
from core.errors import NotAllowed, NotFound
from core.laps import Lap
from core.laptimes import parse_lap_times
from core.models import Entry, EntryKind, Heat, RacerProfile, RaceSession, RunLog, SummaryPost, Team
from core.names import clean_note
from core.oddities import MIN_LAPS_FOR_CROSSING, doubtful_laps, is_first_crossing, repeated_run
from core.results.heats import HeatStarted, RacerRun
from core.results.laps import ConfidenceRated, LapCounted, LapsLogged, NewBest, Undone, WhichEvent
from core.services import drafts, lap_places, lapbook, outbox_rows, people, places, tables
from core.services.heats import remove_heat, start_heat

# In what an entry has replaced: the id of the other entry of a move.
PARTNER: Final = "partner"
_LAP_IS_GONE = "That lap does not exist any more; /heat show tells what stands."

Stored: TypeAlias = tuple[RaceSession, Heat, RacerProfile, Entry]


class EntryService:
    """Laps typed by racers; each call is bound to the caller's team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def log(self, caller: Caller, command: LogLaps) -> LapsLogged | WhichEvent:
        """Store one lap or many: all of them, or none with an error that says why.

        With several sessions open and none the racer's, the command waits as a draft.

        Raises:
            LapTimesError: A lap time cannot be read; the sentence names it.
            BadInput: Another option cannot be used.
            NotAllowed: They are somebody else's and the caller is not crew.
        """
        times_ms = parse_lap_times(command.times)

        def act(unit: Unit) -> LapsLogged | WhichEvent:
            team = people.begin(unit, caller)
            try:
                return log_laps(unit, team, caller, command, times_ms)
            except places.SeveralOpen as several:
                return drafts.keep(unit, caller, command, several.sessions, times_ms)

        return await self._database.write(act)

    async def choose_event(
        self, caller: Caller, draft_id: UUID, session_id: UUID
    ) -> LapsLogged | HeatStarted:
        """Carry out a waiting command in the session its racer has picked.

        Raises:
            NotFound: The draft is used up or somebody else's, or the session is gone.
            Conflict: The session has closed meanwhile.
        """

        def act(unit: Unit) -> LapsLogged | HeatStarted:
            team = people.begin(unit, caller)
            session = places.session_by_id(unit, team.id, session_id)
            places.require_open(session)
            kind, fields = drafts.take(unit, caller, draft_id, [LogLaps, StartHeat])
            person = fields.get("racer") or caller.person
            places.race_in(unit, session, people.profile_of(unit, team.id, person))
            unit.db.flush()
            done: LapsLogged | HeatStarted
            if kind == StartHeat.__name__:
                done = start_heat(unit, team, caller, StartHeat(**fields))
            else:
                command = LogLaps(**fields)
                done = log_laps(unit, team, caller, command, parse_lap_times(command.times))
            return done

        return await self._database.write(act)

    async def undo(self, caller: Caller, entry_id: int) -> Undone:
        """Take an entry back whole, newest first, bringing back what it replaced.

        A heat or session that a lap had opened and that is now empty goes too.

        Raises:
            NotFound: It was taken back before.
            NotAllowed: It is somebody else's and the caller is not crew.
        """

        def act(unit: Unit) -> Undone:
            team = people.begin(unit, caller)
            stored = [entry_of(unit, team, entry_id)]
            partner = stored[0][3].replaced.get(PARTNER)
            if partner is not None:
                stored.append(entry_of(unit, team, partner))
            for _, heat, racer, entry in stored:
                _check_undo(unit, team, caller, heat, racer, entry)
            # A run is taken from where it was moved to before it stands again where it was.
            stored.sort(key=lambda one: one[3].id, reverse=True)
            counts = [lapbook.take_back(unit, *one) for one in stored]
            session, heat, racer, _ = stored[-1]
            run = run_of(unit, session, heat, racer)
            heat_removed, session_removed = _remove_if_empty(unit, session, stored[0][1])
            return Undone(
                heat=heat.ref,
                laps_removed=sum(removed for removed, _ in counts),
                laps_restored=sum(restored for _, restored in counts),
                run=run,
                heat_removed=heat_removed,
                session_removed=session_removed,
            )

        return await self._database.write(act)

    async def set_lap_counts(
        self, caller: Caller, heat_id: UUID, *, racer_id: int, lap_number: int, counts: bool
    ) -> LapCounted:
        """Store the racer's decision whether a lap counts.

        Args:
            caller: Who decides.
            heat_id: The heat.
            racer_id: The Discord user id of whose lap it is.
            lap_number: Which lap.
            counts: The wanted state.

        Raises:
            NotFound: There is no such lap.
            NotAllowed: It is somebody else's and the caller is not crew.
        """

        def act(unit: Unit) -> LapCounted:
            team = people.begin(unit, caller)
            if caller.person.user_id != racer_id:
                caller.require_crew(team.crew_role_id, "decide on other racers' laps")
            session, heat = places.heat_by_id(unit, team.id, heat_id)
            racer = people.find_profile(unit, team.id, racer_id)
            if racer is None:
                raise NotFound(_LAP_IS_GONE)
            lap = lapbook.decide_whether_lap_counts(
                unit, session, heat, racer, lap_number=lap_number, counts=counts
            )
            if lap is None:
                raise NotFound(_LAP_IS_GONE)
            return LapCounted(
                heat.ref,
                lapbook.as_lap(lap),
                run_of(unit, session, heat, racer),
            )

        return await self._database.write(act)

    async def rate_confidence(
        self, caller: Caller, heat_id: UUID, confidence: int
    ) -> ConfidenceRated:
        """Store how sure the caller is of their car in a heat they have driven.

        Raises:
            BadInput: The confidence is outside 1..5.
            NotFound: There is no such heat.
            NotAllowed: The caller has no laps in it.
        """
        lapbook.check_confidence(confidence)

        def act(unit: Unit) -> ConfidenceRated:
            team = people.begin(unit, caller)
            session, heat = places.heat_by_id(unit, team.id, heat_id)
            racer = people.profile_of(unit, team.id, caller.person)
            if not lapbook.rate_confidence(unit, session, heat, racer, confidence):
                raise NotAllowed("Only who has laps in this heat can rate the car in it.")
            return ConfidenceRated(heat.ref, run_of(unit, session, heat, racer))

        return await self._database.write(act)


def log_laps(
    unit: Unit,
    team: Team,
    caller: Caller,
    command: LogLaps,
    times_ms: tuple[int, ...],
    kind: EntryKind = "command",
) -> LapsLogged:
    """Store laps inside the caller's transaction."""
    actor, racer = people.subject_of(
        unit, team, caller, command.racer, "enter laps for other racers"
    )
    lapbook.check_confidence(command.confidence)
    note = clean_note(command.note) if command.note else None
    place = lap_places.place_for_laps(
        unit,
        team,
        racer,
        heat_text=command.heat,
        class_text=command.class_name,
        channel_id=caller.channel_id,
    )
    session, heat = place.session, place.heat
    before = lapbook.laps_of(unit, heat, racer)
    counted_before = bool(before) and before[0].counts
    entry = lapbook.append_laps(
        unit,
        session,
        heat,
        racer,
        entered_by=actor,
        kind=kind,
        times_ms=times_ms,
        before=before,
        confidence=command.confidence,
        note=note,
        channel_id=caller.channel_id,
    )
    places.race_in(unit, session, racer, heat.class_name, is_own=place.is_own_session)
    run = run_of(unit, session, heat, racer)
    new_laps = tuple(
        lap for lap in run.laps if lap.number > (before[-1].lap_number if before else 0)
    )
    first_lap = run.laps[0]
    doubtful = tuple(
        new_laps[place].number
        for place in doubtful_laps(times_ms, [lap.lap_time_ms for lap in before if lap.counts])
        # The first crossing is explained, not doubted.
        if new_laps[place].counts
    )
    return LapsLogged(
        heat=heat.ref,
        session=session.ref,
        run=run,
        for_other=racer.id != actor.id,
        entry_id=entry.id,
        new_laps=new_laps,
        opened_heat=place.opened_heat,
        opened_session=place.opened_session,
        finished_by=_finisher(unit, heat, actor),
        heat_is_open=heat.status == "open",
        post_follows=heat.status == "finished" and outbox_rows.is_followed(unit, heat),
        note=note,
        first_crossing=not first_lap.counts and (counted_before or not before),
        doubtful=doubtful,
        repeated=tuple(
            new_laps[place].number
            for place in repeated_run([lap.lap_time_ms for lap in before], times_ms)
        ),
        welcome=people.greet(team, unit.now),
        new_best=_new_best(session, run, new_laps, doubtful),
    )


def _new_best(
    session: RaceSession, run: RacerRun, new_laps: tuple[Lap, ...], doubtful: tuple[int, ...]
) -> NewBest | None:
    """Return the personal best that fell with laps just stored: of the track, else the session."""
    counting = [lap for lap in new_laps if lap.counts]
    fastest = min(counting, key=lambda lap: lap.time_ms, default=None)
    if fastest is None or fastest.number in doubtful:
        return None
    earlier = [lap.time_ms for lap in run.laps if lap.counts and lap.number < new_laps[0].number]
    bests = ((run.best_elsewhere_ms, session.track_name), (run.session_best_elsewhere_ms, None))
    for best_elsewhere_ms, track in bests:
        if best_elsewhere_ms is None:
            continue
        was_ms = min([best_elsewhere_ms, *earlier])
        # Too few laps in the heat to tell the run to the loop: the best so far tells.
        too_few = fastest.number == 1 and len(run.laps) < MIN_LAPS_FOR_CROSSING
        if too_few and is_first_crossing([fastest.time_ms, was_ms, was_ms, was_ms]):
            return None
        if fastest.time_ms < was_ms:
            return NewBest(fastest.time_ms, was_ms, track)
    return None


def _check_undo(
    unit: Unit, team: Team, caller: Caller, heat: Heat, racer: RacerProfile, entry: Entry
) -> None:
    if caller.person.user_id != racer.discord_user_id:
        caller.require_crew(team.crew_role_id, "take back other racers' laps")
    newest = unit.db.scalar(
        select(Entry.id)
        .where(Entry.heat_id == heat.id, Entry.racer_id == racer.id)
        .order_by(Entry.id.desc())
        .limit(1)
    )
    if newest != entry.id:
        raise NotAllowed("Laps were stored after these: take those back first.")


def _finisher(unit: Unit, heat: Heat, actor: RacerProfile) -> str | None:
    """Return the name of whoever else had finished the heat."""
    if heat.finished_by is None or heat.finished_by == actor.id:
        return None
    return unit.db.scalar(select(RacerProfile.name).where(RacerProfile.id == heat.finished_by))


def run_of(unit: Unit, session: RaceSession, heat: Heat, racer: RacerProfile) -> RacerRun:
    """Return what a racer has in a heat now, as answers show it."""
    unit.db.flush()
    runs = tables.racer_runs(unit, session, heat, racer)
    return runs[0] if runs else RacerRun(racer.person, (), None, None)


def entry_of(unit: Unit, team: Team, entry_id: int) -> Stored:
    """Return an entry of the team with what it is about.

    Raises:
        NotFound: It was taken back.
    """
    row = (
        unit.db.execute(
            select(RaceSession, Heat, RacerProfile, Entry)
            .join(Heat, Heat.session_id == RaceSession.id)
            .join(Entry, Entry.heat_id == Heat.id)
            .join(RacerProfile, RacerProfile.id == Entry.racer_id)
            .where(Entry.id == entry_id, RaceSession.team_id == team.id)
        )
    ).first()
    if row is None:
        raise NotFound("Those laps are taken back already; /heat show tells what stands.")
    return row[0], row[1], row[2], row[3]


def _remove_if_empty(unit: Unit, session: RaceSession, heat: Heat) -> tuple[bool, bool]:
    """Remove heat and session where a lap had opened them and nothing is left in them."""
    laps = unit.db.scalar(select(RunLog.id).where(RunLog.heat_id == heat.id).limit(1))
    # A run that was moved away or deleted comes back with its entry.
    entry = unit.db.scalar(select(Entry.id).where(Entry.heat_id == heat.id).limit(1))
    # A finished heat stays, and its post says that it has no laps.
    if not heat.implicit or heat.status == "finished" or laps is not None or entry is not None:
        return False, False
    remove_heat(unit, heat)
    others = unit.db.scalar(select(Heat.id).where(Heat.session_id == session.id).limit(1))
    if not session.implicit or others is not None:
        return True, False
    outbox_rows.remove_posts(unit, SummaryPost.session_id == session.id)
    unit.db.execute(delete(RaceSession).where(RaceSession.id == session.id))
    return True, True
