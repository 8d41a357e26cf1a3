"""Laps that were refused: the form that hands them back, and what it came back with."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from uuid import UUID

from core.caller import Caller, Person
from core.commands import EditLaps, FixedLaps, LogLaps
from core.database import Unit
from core.errors import BadInput, NotFound
from core.laptimes import format_lap, parse_form
from core.names import name_key
from core.race_day.drafts import Laps
from core.race_day.driven import heat_by_id
from core.race_day.where import as_uuid
from core.results.form import LapForm
from core.scoring.orp import check_confidence


def handed_back(
    unit: Unit, caller: Caller, draft_id: UUID, command: Laps, racer: Person, *, is_crew: bool
) -> LapForm:
    """Return the form with what was typed.

    Args:
        unit: The transaction.
        caller: Who typed it.
        draft_id: What was refused.
        command: As it was typed.
        racer: Whose laps the form is opened for.
        is_crew: Whether the caller may give them to others.
    """
    if isinstance(command, EditLaps):
        return LapForm(
            heat_id=as_uuid(command.heat_id or ""),
            racer=racer,
            version=command.version,
            laps=command.laps,
            heat=command.heat,
            note=command.note,
            is_crew=is_crew,
            to_racer=command.racer or racer,
            draft_id=draft_id,
        )
    return LapForm(
        heat_id=None,
        racer=racer,
        version="",
        laps=command.times,
        heat=_heat_name(unit, caller.team_id, command),
        note=command.note or "",
        is_crew=is_crew,
        to_racer=racer,
        draft_id=draft_id,
        class_name=command.class_name,
        confidence=command.confidence,
    )


def edited_again(command: EditLaps, sent: FixedLaps) -> EditLaps:
    """Return a form that was refused as it has come back since, readable or not."""
    return replace(
        command,
        laps=sent.laps,
        heat=command.heat if sent.heat is None else sent.heat,
        note=command.note if sent.note is None else sent.note,
        racer=sent.racer or command.racer,
    )


def typed_again(unit: Unit, caller: Caller, command: LogLaps, sent: FixedLaps) -> LogLaps:
    """Return a ``/lap`` that was refused as its form has come back, readable or not."""
    note = command.note if sent.note is None else sent.note
    fixed = replace(command, times=sent.laps, note=note or None, left_out=())
    if sent.heat is not None and not _is_same_heat(unit, caller.team_id, command, sent.heat):
        fixed = replace(fixed, heat=sent.heat.strip() or None)
    if sent.class_name is not None:
        fixed = replace(fixed, class_name=sent.class_name.strip() or None)
    if sent.confidence is not None:
        with contextlib.suppress(BadInput):
            fixed = replace(fixed, confidence=_confidence(sent.confidence))
    if sent.racer is not None:
        fixed = replace(fixed, racer=sent.racer)
    return fixed


def fixed(unit: Unit, caller: Caller, command: LogLaps, sent: FixedLaps) -> LogLaps | None:
    """Return what ``/lap`` would have been given; None where no lap is left in the form.

    Raises:
        BadInput: Something cannot be used; the sentence names the line of a bad lap.
    """
    laps = parse_form(sent.laps)
    if sent.confidence is not None:
        check_confidence(_confidence(sent.confidence))
    if not laps:
        return None
    times = " ".join(format_lap(lap.time_ms) for lap in laps)
    left_out = tuple(at for at, lap in enumerate(laps) if not lap.counts)
    again = typed_again(unit, caller, command, sent)
    return replace(again, times=times, left_out=left_out)


def _heat_name(unit: Unit, team_id: int, command: LogLaps) -> str:
    """Return the heat as it was typed, or the name of one that was picked."""
    heat_id = as_uuid(command.heat or "")
    if heat_id is None:
        return command.heat or ""
    try:
        return heat_by_id(unit, team_id, heat_id)[1].heat.ref.label
    except NotFound:
        return ""


def _is_same_heat(unit: Unit, team_id: int, command: LogLaps, text: str) -> bool:
    """Tell whether the form has the heat still that was picked."""
    if as_uuid(command.heat or "") is None:
        return False
    name = _heat_name(unit, team_id, command)
    return bool(name) and name_key(name) == name_key(text)


def _confidence(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise BadInput("Type the confidence as a number from 1 to 5.") from None
