"""The form: a racer's whole run in a heat, written anew at once or not at all.

A racer may write their own run anew, whoever has typed it; crew anybody's. Every such change is an
entry, and taking it back brings the run, its heat and its racer as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import select

from core.caller import Caller, Person
from core.commands import EditLaps
from core.database import Database, Unit
from core.errors import BadInput, Conflict, NotFound, RacerError
from core.laptimes import MAX_LAPS, FormLap, format_form, parse_form
from core.models import Heat, HeatRacer, RacerProfile, RaceSession, Team
from core.names import clean_heat_name, clean_note, clean_text, name_key
from core.oddities import repeated_run
from core.results.edits import LapForm, LapsEdited
from core.services import drafts, entries, lap_places, people, places, rewriting
from core.services.lapbook import WantedLap

# What a form stands at that was opened for no heat.
NO_HEAT_YET: Final = "none"
_TO_DO: Final = "correct other racers' laps"


class ChangedMeanwhile(Conflict):
    """The laps are no longer those that the form was opened with."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody changed these laps meanwhile, so yours were not saved: look with /heat show; "
            "Edit again saves yours over what stands now."
        )


class EditService:
    """Runs written anew; each call is bound to the caller's team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(
        self, caller: Caller, heat: str | None = None, racer: Person | None = None
    ) -> LapForm:
        """Return the form with a racer's laps.

        Without a heat it is their open heat, else the one of their class that is open, else the
        last they have laps in. Where there is none, or none of that name, saving opens it.

        Raises:
            NotAllowed: They are somebody else's and the caller is not crew.
            NotFound: An id means nothing in this team.
            SeveralOpen: Several sessions are open and the racer has used none of them.
            BadInput: The name cannot be used, or there are more laps than the form holds.
        """

        def act(unit: Unit) -> LapForm:
            return _open(unit, caller, heat, racer or caller.person)

        return await self._database.read(act)

    async def open_run(self, caller: Caller, heat_id: UUID, racer_id: int) -> LapForm:
        """Return the form with the laps of a run that an answer has shown.

        Raises:
            NotAllowed: They are somebody else's and the caller is not crew.
            NotFound: The heat or the racer is gone.
            BadInput: There are more laps than the form holds.
        """

        def act(unit: Unit) -> LapForm:
            racer = people.find_profile(unit, caller.team_id, racer_id)
            if racer is None:
                raise NotFound("That racer has no laps here; /heat edit opens the form for yours.")
            return _open(unit, caller, str(heat_id), racer.person)

        return await self._database.read(act)

    async def open_again(self, caller: Caller, draft_id: UUID) -> LapForm:
        """Return the form with what was refused.

        Raises:
            NotFound: It has been forgotten, or is somebody else's.
            NotAllowed: The laps are somebody else's and the caller is not crew.
        """

        def act(unit: Unit) -> LapForm:
            fields = drafts.look(unit, caller, draft_id, EditLaps)
            command = EditLaps(**fields)
            is_crew = _check_rights(unit, caller, command.racer_id)
            profile = people.find_profile(unit, caller.team_id, command.racer_id)
            racer = profile.person if profile else command.racer or caller.person
            return LapForm(
                heat_id=places.as_uuid(command.heat_id or ""),
                racer=racer,
                version=command.version,
                laps=command.laps,
                heat=command.heat,
                note=command.note,
                is_crew=is_crew,
                to_racer=command.racer or racer,
            )

        return await self._database.read(act)

    async def keep(self, caller: Caller, command: EditLaps, reason: RacerError) -> UUID:
        """Keep what was refused, so that it can be corrected; return the draft's id.

        Whoever was told that the laps are others now saves over those the next time.
        """

        def act(unit: Unit) -> UUID:
            team = people.begin(unit, caller)
            kept = command
            if isinstance(reason, ChangedMeanwhile):
                kept = replace(command, version=_version_now(unit, team, command))
            return drafts.put(unit, caller, kept)

        return await self._database.write(act)

    async def save(self, caller: Caller, command: EditLaps) -> LapsEdited:
        """Store a run as the form has it: all of it, or nothing with an error that says why.

        Raises:
            BadInput: Something cannot be used; the sentence names the line of a bad lap.
            Conflict: Somebody changed the laps meanwhile, or the racer has other laps where these
                are to go.
            NotAllowed: They are somebody else's and the caller is not crew.
            NotFound: The heat or the racer is gone.
        """
        laps = parse_form(command.laps)
        note = clean_note(command.note) if clean_text(command.note) else None

        def act(unit: Unit) -> LapsEdited:
            team = people.begin(unit, caller)
            return _save(unit, team, caller, command, laps, note)

        return await self._database.write(act)

    async def remove_repeats(self, caller: Caller, entry_id: int) -> LapsEdited:
        """Remove the laps of an entry that repeat ones there before, three or more in a row.

        Raises:
            Conflict: None of them does, or any more.
            NotFound: The entry was taken back.
            NotAllowed: The laps are somebody else's and the caller is not crew.
        """

        def act(unit: Unit) -> LapsEdited:
            team = people.begin(unit, caller)
            actor = people.profile_of(unit, team.id, caller.person)
            session, heat, racer, entry = entries.entry_of(unit, team, entry_id)
            _check_rights(unit, caller, racer.discord_user_id)
            run = rewriting.read_run(unit, session, heat, racer)
            places_of_new = [at for at, lap in enumerate(run.laps) if lap.entry_id == entry.id]
            start = places_of_new[0] if places_of_new else 0
            new = [run.laps[at].lap_time_ms for at in places_of_new]
            earlier = [lap.lap_time_ms for lap in run.laps[:start]]
            repeats = {places_of_new[at] for at in repeated_run(earlier, new)}
            if not repeats:
                raise Conflict("None of these laps repeats others; /heat show tells what stands.")
            kept = [WantedLap.kept(lap) for at, lap in enumerate(run.laps) if at not in repeats]
            return rewriting.write_anew(unit, caller, actor, run, kept, run.note)

        return await self._database.write(act)


def _open(unit: Unit, caller: Caller, heat: str | None, subject: Person) -> LapForm:
    is_crew = _check_rights(unit, caller, subject.user_id)
    profile = people.find_profile(unit, caller.team_id, subject.user_id)
    seen = _heat_to_edit(unit, caller.team_id, profile, heat)
    label = f"{seen.class_name} {seen.name}".strip()
    empty = LapForm(None, subject, NO_HEAT_YET, "", label, "", is_crew, subject)
    if seen.session is None or seen.heat is None:
        return empty
    form = replace(empty, heat_id=seen.heat.id, version=rewriting.version_of(seen.heat))
    if profile is None:
        return form
    return _filled(form, rewriting.read_run(unit, seen.session, seen.heat, profile))


def _check_rights(unit: Unit, caller: Caller, racer_id: int | None) -> bool:
    """Return whether the caller is crew, which they have to be for another racer's laps.

    Raises:
        NotAllowed: They are not.
    """
    crew_role_id = unit.db.scalar(select(Team.crew_role_id).where(Team.id == caller.team_id))
    if racer_id != caller.person.user_id:
        caller.require_crew(crew_role_id, _TO_DO)
    return caller.is_crew(crew_role_id)


def _version_now(unit: Unit, team: Team, command: EditLaps) -> str:
    heat_id = places.as_uuid(command.heat_id or "")
    racer = people.find_profile(unit, team.id, command.racer_id)
    if heat_id is None or racer is None:
        return command.version
    session, heat = places.heat_by_id(unit, team.id, heat_id)
    return (rewriting.read_run(unit, session, heat, racer)).version


def _heat_to_edit(
    unit: Unit, team_id: int, racer: RacerProfile | None, text: str | None
) -> lap_places.Foreseen:
    if text is None and racer is not None:
        session = places.own_session(unit, team_id, racer)
        heat = places.own_open_heat(unit, session, racer, None) if session else None
        if session is None or heat is None:
            seen = lap_places.foresee(unit, team_id, racer, heat_text=None, class_text=None)
            if seen.heat is not None:
                return seen
            heat = _last_driven(unit, team_id, racer, session)
            if heat is None:
                return seen
            session = places.session_by_id(unit, team_id, heat.session_id)
        return lap_places.Foreseen(session, heat, heat.name, heat.class_name)
    return lap_places.foresee(unit, team_id, racer, heat_text=text, class_text=None)


def _last_driven(
    unit: Unit, team_id: int, racer: RacerProfile, session: RaceSession | None
) -> Heat | None:
    """Return the last heat the racer has laps in, of their session when one is open."""
    query = (
        select(Heat)
        .join(HeatRacer, HeatRacer.heat_id == Heat.id)
        .join(RaceSession, RaceSession.id == Heat.session_id)
        .where(HeatRacer.racer_id == racer.id, RaceSession.team_id == team_id)
    )
    if session is not None:
        query = query.where(Heat.session_id == session.id)
    return unit.db.scalar(query.order_by(Heat.opened_at.desc()).limit(1))


def _filled(form: LapForm, run: rewriting.Run) -> LapForm:
    if len(run.laps) > MAX_LAPS:
        raise BadInput(f"The form holds {MAX_LAPS} laps, and this run has {len(run.laps)}.")
    laps = format_form(FormLap(lap.lap_time_ms, lap.counts) for lap in run.laps)
    return replace(form, laps=laps, note=run.note or "", version=run.version)


def _save(
    unit: Unit,
    team: Team,
    caller: Caller,
    command: EditLaps,
    laps: Sequence[FormLap],
    note: str | None,
) -> LapsEdited:
    actor = people.profile_of(unit, team.id, caller.person)
    _check_rights(unit, caller, command.racer_id)
    racer = _racer(unit, team, actor, command)
    heat_id = places.as_uuid(command.heat_id or "")
    if heat_id is None:
        return _save_new(unit, team, caller, actor, racer, command, laps, note)
    run = rewriting.read_run(unit, *places.heat_by_id(unit, team.id, heat_id), racer)
    if run.version != command.version:
        raise ChangedMeanwhile
    wanted = rewriting.pair(run.laps, laps)
    to_racer = _racer_to_be(unit, team, caller, racer, command)
    to_heat, opened = _heat_to_be(unit, run, to_racer, command.heat, caller)
    if not laps and (not run.laps or to_heat.id != run.heat.id or to_racer.id != racer.id):
        raise BadInput("There are no laps in the form: type or paste them, one a line.")
    if to_heat.id == run.heat.id and to_racer.id == racer.id:
        edited = rewriting.write_anew(unit, caller, actor, run, wanted, note)
    else:
        edited = rewriting.move(unit, caller, actor, run, to_heat, to_racer, wanted, note)
    if not run.laps:
        places.race_in(unit, run.session, to_racer, to_heat.class_name)
    return replace(edited, opened_heat=opened)


def _save_new(
    unit: Unit,
    team: Team,
    caller: Caller,
    actor: RacerProfile,
    racer: RacerProfile,
    command: EditLaps,
    laps: Sequence[FormLap],
    note: str | None,
) -> LapsEdited:
    """Store laps in a heat that the form was not opened for, as ``/lap`` would."""
    if not laps:
        raise BadInput("There are no laps in the form: type or paste them, one a line.")
    racer = _racer_to_be(unit, team, caller, racer, command)
    place = lap_places.place_for_laps(
        unit,
        team,
        racer,
        heat_text=command.heat if clean_text(command.heat) else None,
        class_text=None,
        channel_id=caller.channel_id,
    )
    run = rewriting.read_run(unit, place.session, place.heat, racer)
    rewriting.refuse_laps_there(run)
    edited = rewriting.write_anew(unit, caller, actor, run, rewriting.pair([], laps), note)
    places.race_in(unit, place.session, racer, place.heat.class_name, is_own=place.is_own_session)
    return replace(edited, opened_heat=place.opened_heat, opened_session=place.opened_session)


def _racer(unit: Unit, team: Team, actor: RacerProfile, command: EditLaps) -> RacerProfile:
    """Return whose laps the form was opened for; one who is new comes with the form."""
    if command.racer_id == actor.discord_user_id:
        return actor
    racer = people.find_profile(unit, team.id, command.racer_id)
    if racer is None and command.racer is not None and command.racer.user_id == command.racer_id:
        racer = people.profile_of(unit, team.id, command.racer)
    if racer is None:
        raise NotFound("That racer has no laps here; pick whose laps they are in the form.")
    return racer


def _racer_to_be(
    unit: Unit, team: Team, caller: Caller, racer: RacerProfile, command: EditLaps
) -> RacerProfile:
    if command.racer is None or command.racer.user_id == racer.discord_user_id:
        return racer
    caller.require_crew(team.crew_role_id, "give laps to another racer")
    return people.profile_of(unit, team.id, command.racer)


def _heat_to_be(
    unit: Unit, run: rewriting.Run, racer: RacerProfile, text: str, caller: Caller
) -> tuple[Heat, bool]:
    """Return the heat of the session that a name means, and whether it was opened just now."""
    label, class_name = run.heat.ref.label, run.heat.class_name
    if name_key(text) in {name_key(label), run.heat.name_key}:
        return run.heat, False
    heats = places.heats_of(unit, run.session)
    found = places.match_heat(heats, text, class_name, other_classes=False)
    if found is not None:
        return found, False
    name = clean_heat_name(text)
    if class_name and name_key(name).startswith(f"{run.heat.class_key} "):
        name = clean_heat_name(name[len(class_name) :])
        found = places.match_heat(heats, name, class_name, other_classes=False)
        if found is not None:
            return found, False
    if run.session.status == "closed":
        raise Conflict(
            f"{run.session.session_name} is closed and opens no more heats: "
            "type a heat that it has; /heat list shows them."
        )
    opened = places.open_heat(
        unit,
        run.session,
        racer,
        name=name,
        class_name=class_name,
        implicit=True,
        channel_id=caller.channel_id,
    )
    return opened, True
