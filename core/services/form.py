"""The form: a racer's whole run in a heat, written again at once or not at all.

A racer may write their own run again, whoever has typed it; crew anybody's. Every such change is an
entry, and taking it back brings the run, its heat and its racer as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from core.caller import Caller, Person
from core.commands import Answers, EditLaps, FixedLaps, LogLaps
from core.database import Database, Unit
from core.errors import BadInput, Conflict, NotFound, RacerError
from core.laptimes import MAX_LAPS, FormLap, format_form, format_seconds, parse_form
from core.models import RacerProfile, RaceSession
from core.names import clean_heat_name, clean_note, clean_text, name_key
from core.oddities import repeated_run
from core.race_day import drafts, people
from core.race_day.carrying_out import carry_out
from core.race_day.change import Change, change
from core.race_day.drafts import Laps
from core.race_day.driven import (
    Driven,
    heat_by_id,
    heats_of,
    match_heat,
    own_heat,
    version_of,
)
from core.race_day.finding import (
    Foreseen,
    Typed,
    find_session,
    foresee,
    known_class,
    without_class,
)
from core.race_day.fixing import edited_again, fixed, handed_back, typed_again
from core.race_day.heats import open_heat
from core.race_day.moving import move
from core.race_day.questions import Undecided
from core.race_day.reading import last_driven
from core.race_day.run import Run
from core.race_day.sessions import race_in
from core.race_day.where import Where, as_uuid, where_is
from core.race_day.writing import pair, run_of_entry, write_again
from core.results.form import NO_HEAT_YET, LapForm
from core.results.question import LeftAlone, Question
from core.results.run_written import RunWritten, Way

_TO_DO: Final = "correct other racers' laps"
_UNDECIDED: Final = Foreseen(None, None, "", "")
_NO_LAPS: Final = "There are no laps in the form: type or paste them, one a line."


class ChangedMeanwhile(Conflict):
    """The laps are no longer those that the form was opened with."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody changed these laps meanwhile, so yours were not saved: look with /heat show; "
            "Fix it saves yours over what stands now."
        )


class FormService:
    """Runs written again; each call is bound to the caller's team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(
        self,
        caller: Caller,
        heat: str | None = None,
        racer: Person | None = None,
        session: str | None = None,
    ) -> LapForm:
        """Return the form with a racer's laps.

        Without a heat it is their open heat, else the one of their class that is open, else the
        last they have laps in. Where there is none, or none of that name, saving opens it; where
        that cannot be told, saving asks.

        Raises:
            NotAllowed: They are somebody else's and the caller is not crew.
            NotFound: An id means nothing in this team.
            BadInput: The name cannot be used, or there are more laps than the form holds.
        """
        subject = racer or caller.person

        def act(unit: Unit) -> LapForm:
            where = where_is(unit, caller.team_id, subject.user_id)
            return _open(unit, caller, where, heat, subject, session)

        return await self._database.read(act)

    async def open_run(self, caller: Caller, heat_id: UUID, racer_id: int) -> LapForm:
        """Return the form with the laps of a run that an answer has shown.

        Raises:
            NotAllowed: They are somebody else's and the caller is not crew.
            NotFound: The heat or the racer is gone.
            BadInput: There are more laps than the form holds.
        """

        def act(unit: Unit) -> LapForm:
            where = where_is(unit, caller.team_id, racer_id)
            if where.racer is None:
                raise NotFound("That racer has no laps here; /heat edit opens the form for yours.")
            return _open(unit, caller, where, str(heat_id), where.racer.person)

        return await self._database.read(act)

    async def open_again(self, caller: Caller, draft_id: UUID) -> LapForm:
        """Return the form with what was refused.

        Raises:
            NotFound: It has been forgotten, or is somebody else's.
            NotAllowed: The laps are somebody else's and the caller is not crew.
        """

        def act(unit: Unit) -> LapForm:
            command = drafts.look_at_laps(unit, caller, draft_id)
            if isinstance(command, LogLaps):
                where = where_is(unit, caller.team_id, caller.person.user_id)
                is_crew = caller.is_crew(where.team.crew_role_id if where.team else None)
                # Who may not enter the laps of others can have meant their own.
                racer = (command.racer if is_crew else None) or caller.person
            else:
                where = where_is(unit, caller.team_id, command.racer_id)
                is_crew = _check_rights(where, caller, command.racer_id)
                racer = where.racer.person if where.racer else command.racer or caller.person
            return handed_back(unit, caller, draft_id, command, racer, is_crew=is_crew)

        return await self._database.read(act)

    async def keep(self, caller: Caller, command: Laps, reason: RacerError) -> UUID:
        """Keep what was refused, so that it can be corrected; return the draft's id.

        Whoever was told that the laps are others now saves over those the next time.
        """

        def act(change: Change) -> UUID:
            return _keep(change, command, reason)

        return await change(self._database, caller, act)

    async def keep_fixed(
        self, caller: Caller, draft_id: UUID, sent: FixedLaps, reason: RacerError
    ) -> UUID:
        """Keep what was refused again in the form that corrects it; return the draft's id.

        Raises:
            NotFound: It was stored before, or is somebody else's.
        """

        def act(change: Change) -> UUID:
            was = drafts.look_at_laps(change.unit, caller, draft_id)
            if isinstance(was, LogLaps):
                return _keep(change, typed_again(change.unit, caller, was, sent), reason, draft_id)
            return _keep(change, edited_again(was, sent), reason, draft_id)

        return await change(self._database, caller, act)

    async def fix(
        self, caller: Caller, draft_id: UUID, sent: FixedLaps
    ) -> RunWritten | Question | LeftAlone:
        """Store what was refused as the form has corrected it, where it would have gone.

        Laps that were typed and of which none is left in the form are dropped.

        Raises:
            BadInput: Something cannot be used; the sentence names the line of a bad lap.
            NotFound: It was stored before, or is somebody else's.
            RacerError: As for typed laps, or for the form.
        """

        def act(change: Change) -> RunWritten | Question | LeftAlone:
            command = drafts.take_laps(change, draft_id)
            if isinstance(command, LogLaps):
                if not caller.is_crew(change.team.crew_role_id):
                    command = replace(command, racer=None)
                wanted = fixed(change.unit, caller, command, sent)
                return LeftAlone() if wanted is None else carry_out(change, wanted)
            return _save(change, edited_again(command, sent))

        return await change(self._database, caller, act)

    async def save(self, caller: Caller, command: EditLaps) -> RunWritten | Question:
        """Store a run as the form has it: all of it, or nothing with an error that says why.

        Laps of a form that was opened for no heat go where typed ones go, which may ask first.

        Raises:
            BadInput: Something cannot be used; the sentence names the line of a bad lap.
            Conflict: Somebody changed the laps meanwhile, or the racer has other laps where these
                are to go.
            NotAllowed: They are somebody else's and the caller is not crew.
            NotFound: The heat or the racer is gone.
        """
        return await change(self._database, caller, lambda change: _save(change, command))

    async def remove_repeats(self, caller: Caller, entry_id: int) -> RunWritten:
        """Remove the laps of an entry that repeat ones there before, three or more in a row.

        Raises:
            Conflict: None of them does, or any more.
            NotFound: The entry was taken back.
            NotAllowed: The laps are somebody else's and the caller is not crew.
        """

        def act(change: Change) -> RunWritten:
            run, entry = run_of_entry(change, entry_id)
            change.require_own(run.racer, _TO_DO)
            new_at = [at for at, lap in enumerate(run.laps) if lap.entry_id == entry.id]
            start = new_at[0] if new_at else 0
            new = [run.laps[at].time_ms for at in new_at]
            earlier = [lap.time_ms for lap in run.laps[:start]]
            repeats = {new_at[at] for at in repeated_run(earlier, new)}
            if not repeats:
                raise Conflict("None of these laps repeats others; /heat show tells what stands.")
            kept = [lap for at, lap in enumerate(run.laps) if at not in repeats]
            removed = write_again(change, run, kept, run.note)
            return replace(removed, way=Way.REPEATS_REMOVED)

        return await change(self._database, caller, act)


def _open(
    unit: Unit,
    caller: Caller,
    where: Where,
    heat: str | None,
    subject: Person,
    session: str | None = None,
) -> LapForm:
    is_crew = _check_rights(where, caller, subject.user_id)
    seen = _heat_to_edit(unit, caller.team_id, where, heat, session)
    empty = LapForm(None, subject, NO_HEAT_YET, "", seen.label, "", is_crew, subject)
    if seen.session is None or seen.driven is None:
        return empty
    form = replace(empty, heat_id=seen.driven.heat.id, version=version_of(seen.driven))
    if where.racer is None:
        return form
    return _filled(form, Run(unit, seen.session, seen.driven, where.racer))


def _check_rights(where: Where, caller: Caller, racer_id: int) -> bool:
    """Return whether the caller is crew, which they must be for another racer's laps.

    Raises:
        NotAllowed: They are not.
    """
    crew_role_id = where.team.crew_role_id if where.team else None
    if racer_id != caller.person.user_id:
        caller.require_crew(crew_role_id, _TO_DO)
    return caller.is_crew(crew_role_id)


def _version_now(change: Change, command: EditLaps) -> str:
    heat_id = as_uuid(command.heat_id or "")
    racer = people.find_profile(change.unit, change.team.id, command.racer_id)
    if heat_id is None or racer is None:
        return command.version
    session, driven = heat_by_id(change.unit, change.team.id, heat_id, racer)
    return Run(change.unit, session, driven, racer).version


def _heat_to_edit(
    unit: Unit, team_id: int, where: Where, text: str | None, session_text: str | None
) -> Foreseen:
    """Return the heat to correct, or the one that saving opens.

    Raises:
        NotFound: An id means nothing in this team, or a closed session has no such heat.
        Undecided: It cannot be told which one.
    """
    if session_text is not None or (text is not None and where.own and as_uuid(text) is None):
        session = find_session(unit, team_id, where, session_text)
        heats = heats_of(unit, session, where.racer)
        found = own_heat(heats)
        if text is not None:
            known = known_class(unit, where, session, heats)
            found = match_heat(heats, text, known, other_classes=True)
        if found is not None:
            return _at(session, found)
        if session.status == "closed" and session_text is not None:
            raise NotFound(f"There is no such heat in {session.ref.name}; /heat list shows all.")
    picked = Answers(session=str(session.id)) if session_text is not None else Answers()
    if text is not None:
        return foresee(unit, team_id, where, Typed(text, answers=replace(picked, is_new=True)))
    return _heat_of_last_laps(unit, team_id, where, Typed(answers=picked))


def _heat_of_last_laps(unit: Unit, team_id: int, where: Where, typed: Typed) -> Foreseen:
    """Return where laps would go; rather than a new heat the last one that was driven."""
    try:
        seen = foresee(unit, team_id, where, typed)
    except Undecided:
        # What stands can be corrected without saying where the next laps go.
        raced_in, stands = where.own, None
        if raced_in is not None:
            stands = own_heat(heats_of(unit, raced_in, where.racer))
        if stands is None and where.racer is not None:
            raced_in, stands = last_driven(unit, team_id, where.racer)
        # New laps can be pasted before that is said: saving asks.
        return _UNDECIDED if raced_in is None or stands is None else _at(raced_in, stands)
    session, found = seen.session, seen.driven or own_heat(seen.heats)
    if session is None and where.racer is not None:
        session, found = last_driven(unit, team_id, where.racer)
    return seen if session is None or found is None else _at(session, found)


def _at(session: RaceSession, found: Driven) -> Foreseen:
    return Foreseen(session, found, found.heat.name, found.heat.class_name)


def _filled(form: LapForm, run: Run) -> LapForm:
    if len(run.laps) > MAX_LAPS:
        raise BadInput(f"The form holds {MAX_LAPS} laps, and this run has {len(run.laps)}.")
    laps = format_form(FormLap(lap.time_ms, lap.counts) for lap in run.laps)
    return replace(form, laps=laps, note=run.note or "", version=run.version)


def _keep(change: Change, command: Laps, reason: RacerError, draft_id: UUID | None = None) -> UUID:
    if isinstance(reason, ChangedMeanwhile) and isinstance(command, EditLaps):
        command = replace(command, version=_version_now(change, command))
    return drafts.put_refused(change, command, draft_id)


def _save(change: Change, command: EditLaps) -> RunWritten | Question:
    laps = parse_form(command.laps)
    note = clean_note(command.note) if clean_text(command.note) else None
    if command.racer_id != change.caller.person.user_id:
        change.require_crew(_TO_DO)
    racer = _racer(change, command)
    heat_id = as_uuid(command.heat_id or "")
    if heat_id is None:
        racer = _racer_to_be(change, racer, command)
        return carry_out(change, _as_typed(racer, command, laps), "form")
    session, driven = heat_by_id(change.unit, change.team.id, heat_id, racer)
    run = Run(change.unit, session, driven, racer)
    if run.version != command.version:
        raise ChangedMeanwhile
    had_laps = bool(run.laps)
    wanted = pair(run.laps, laps)
    to_racer = _racer_to_be(change, racer, command)
    heats = heats_of(change.unit, session, to_racer)
    to_heat, opened = _heat_to_be(change, run, heats, to_racer, command.heat)
    stays = to_heat.heat.id == run.heat.id and to_racer.id == racer.id
    if not laps and not (had_laps and stays):
        raise BadInput(_NO_LAPS)
    if stays:
        edited = write_again(change, run, wanted, note)
    else:
        edited = move(change, run, to_heat, to_racer, wanted, note, heats)
    if not had_laps and session.status == "active":
        race_in(change.unit, change.where_of(to_racer), session, to_racer)
    return replace(edited, opened_heat=opened)


def _as_typed(racer: RacerProfile, command: EditLaps, laps: Sequence[FormLap]) -> LogLaps:
    """Return the form's laps as ``/lap`` would have them: they go where its rules say.

    Raises:
        BadInput: There are none.
    """
    if not laps:
        raise BadInput(_NO_LAPS)
    return LogLaps(
        " ".join(format_seconds(lap.time_ms) for lap in laps),
        heat=command.heat if clean_text(command.heat) else None,
        note=command.note if clean_text(command.note) else None,
        racer=racer.person,
        left_out=tuple(at for at, lap in enumerate(laps) if not lap.counts),
    )


def _racer(change: Change, command: EditLaps) -> RacerProfile:
    """Return whose laps the form was opened for; one who is new comes with the form."""
    if command.racer_id == change.caller.person.user_id:
        return change.actor
    racer = people.find_profile(change.unit, change.team.id, command.racer_id)
    if racer is None and command.racer is not None and command.racer.user_id == command.racer_id:
        racer = change.profile_of(command.racer)
    if racer is None:
        raise NotFound("That racer has no laps here; pick whose laps they are in the form.")
    return racer


def _racer_to_be(change: Change, racer: RacerProfile, command: EditLaps) -> RacerProfile:
    if command.racer is None or command.racer.user_id == racer.discord_user_id:
        return racer
    change.require_crew("give laps to another racer")
    return change.profile_of(command.racer)


def _heat_to_be(
    change: Change, run: Run, heats: Sequence[Driven], racer: RacerProfile, text: str
) -> tuple[Driven, bool]:
    """Return the heat of the session that a name means, and whether it was opened just now."""
    heat, class_name = run.heat, run.heat.class_name
    if name_key(text) in {name_key(heat.ref.label), heat.name_key}:
        return next(each for each in heats if each.heat.id == heat.id), False
    name = without_class(clean_heat_name(text), class_name)
    found = match_heat(heats, name, class_name, other_classes=False)
    if found is not None:
        return found, False
    if run.session.status == "closed":
        raise Conflict(
            f"{run.session.session_name} is closed and opens no more heats: "
            "type a heat that it has; /heat list shows them."
        )
    opened = open_heat(
        change.unit,
        run.session,
        heats,
        racer,
        name=name,
        class_name=class_name,
        implicit=True,
        channel_id=change.caller.channel_id,
    )
    return Driven(opened), True
