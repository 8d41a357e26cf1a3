"""Commands that wait for their racer: to answer a question, to confirm, to correct.

They wait in the database, so that nothing is retyped, also not after a restart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import bindparam, select

from core.caller import Caller, Person
from core.commands import (
    Answers,
    CloseSession,
    EditLaps,
    FinishHeat,
    LogLaps,
    RenameHeat,
    StartHeat,
)
from core.database import Unit
from core.errors import NotFound
from core.laptimes import parse_lap_times
from core.models import Draft, DraftKind
from core.race_day.change import Change
from core.race_day.questions import LEAVE, Undecided
from core.race_day.taken_back import TakenBack
from core.race_day.where import as_uuid
from core.results.question import DROP, Asks, Question

Asking = LogLaps | StartHeat | FinishHeat | RenameHeat | CloseSession
Laps = LogLaps | EditLaps
Command = TypeVar("Command")

# One tap on these settles all that wait for the same racer.
SETTLES_ALL: Final = frozenset({Asks.EVENT, Asks.CLASS})
_ASKING: Final = {
    kind.__name__: kind for kind in (LogLaps, StartHeat, FinishHeat, RenameHeat, CloseSession)
}
# What is settled together: nobody closes a session by saying where their laps go.
_ENTERING: Final = frozenset({LogLaps.__name__, StartHeat.__name__})
_ANSWERS: Final = frozenset(field.name for field in fields(Answers))
_OF_CALLER: Final = (
    select(Draft)
    .where(
        Draft.team_id == bindparam("team_id"),
        Draft.discord_user_id == bindparam("user_id"),
        Draft.kind.in_(("question", "passing")),
    )
    .order_by(Draft.created_at)
)


@dataclass(frozen=True, slots=True)
class Picked:
    """An answer to a question, and what waits for it.

    Attributes:
        drafts: The commands it settles, in the order they were typed.
        sets: The fields it sets in each.
    """

    drafts: tuple[UUID, ...]
    sets: dict[str, Any]


def keep(
    change: Change, command: Asking, undecided: Undecided, laps_ms: tuple[int, ...] = ()
) -> Question:
    """Store a command until its racer has answered."""
    asked = {
        "asks": undecided.asks.value,
        "options": [option.sets for option in undecided.options],
        "text": undecided.text,
        "labels": [option.label for option in undecided.options],
    }
    kind: DraftKind = "question" if isinstance(command, LogLaps) else "passing"
    draft_id = put(change, command, kind, asked)
    labels = tuple(option.label for option in undecided.options)
    return Question(draft_id, undecided.asks, undecided.text, labels, laps_ms)


def ask_again(unit: Unit, caller: Caller, draft_id: UUID) -> Question:
    """Return the question of a waiting command as it was asked.

    Raises:
        NotFound: It was answered before, or is somebody else's.
    """
    draft = _draft(unit, caller, draft_id)
    if draft is None or "labels" not in draft.command:
        raise NotFound("That was answered already, or is older than a day: type it again.")
    asked = draft.command
    times = asked["fields"].get("times")
    laps_ms = parse_lap_times(times) if times else ()
    labels = tuple(asked["labels"])
    return Question(
        draft_id, Asks(asked["asks"]), asked["text"], labels, tuple(laps_ms), again=True
    )


def put(
    change: Change,
    command: Asking | Laps | TakenBack,
    kind: DraftKind,
    asked: dict[str, Any] | None = None,
) -> UUID:
    """Store a command for the caller; return the draft's id."""
    draft = Draft(
        id=uuid4(),
        team_id=change.team.id,
        discord_user_id=change.caller.person.user_id,
        kind=kind,
        command=_to_data(command) | (asked or {}),
        created_at=change.now,
    )
    change.unit.db.add(draft)
    return draft.id


def put_refused(change: Change, command: Laps, draft_id: UUID | None = None) -> UUID:
    """Store laps that were refused, to be corrected; return the draft's id.

    Args:
        change: Who typed them.
        command: As they were typed.
        draft_id: What was corrected just now, and stays one draft; None where nothing was.
    """
    draft = _draft(change.unit, change.caller, draft_id) if draft_id else None
    if draft is None:
        return put(change, command, "refused")
    draft.command, draft.created_at = _to_data(command), change.now
    return draft.id


def take(change: Change, draft_id: UUID, kind: type[Command]) -> Command:
    """Return the caller's waiting command, which then waits no more.

    Raises:
        NotFound: It was carried out before, is somebody else's, or is no such command.
    """
    command = _waiting(change.unit, change.caller, draft_id, kind)
    if command is None:
        raise NotFound(_STORED)
    _settled(change, change.unit.db.get_one(Draft, draft_id))
    return command


def _settled(change: Change, draft: Draft) -> None:
    """Forget a draft that a tap has settled."""
    waiting = change.where.waiting
    if waiting is not None and waiting.draft_id == draft.id:
        change.where.waiting = None
    change.unit.db.delete(draft)


def take_laps(change: Change, draft_id: UUID) -> Laps:
    """Return laps of the caller that were refused, which then wait no more.

    Raises:
        NotFound: They were stored before, or are somebody else's.
    """
    laps = look_at_laps(change.unit, change.caller, draft_id)
    _settled(change, change.unit.db.get_one(Draft, draft_id))
    return laps


def pick(unit: Unit, caller: Caller, draft_id: UUID, answer: str) -> Picked:
    """Return what an answer to a waiting command's question settles.

    Args:
        unit: The transaction.
        caller: Who answers.
        draft_id: What waits.
        answer: The number of the answer among those offered, from 0, or ``drop``. A select that
            was posted before answers had numbers says the id of the session that was picked.

    Raises:
        NotFound: There is no such answer.
    """
    draft = _draft(unit, caller, draft_id)
    if draft is None or draft.command["kind"] not in _ASKING:
        # Whoever takes it is told; first of all whether the press came twice.
        return Picked((draft_id,), {})
    if answer == DROP:
        return Picked((draft_id,), {LEAVE: True})
    sets = _sets(draft, answer)
    if draft.command["kind"] not in _ENTERING or (
        draft.command.get("asks", Asks.EVENT) not in SETTLES_ALL
    ):
        return Picked((draft_id,), sets)
    known = {"team_id": caller.team_id, "user_id": caller.person.user_id}
    alike = [each.id for each in unit.db.scalars(_OF_CALLER, known) if _are_alike(each, draft)]
    return Picked(tuple(alike), sets)


def take_answered(change: Change, draft_id: UUID, sets: dict[str, Any]) -> Asking:
    """Return a waiting command with an answer, which then waits no more.

    Raises:
        NotFound: It was carried out before, or is somebody else's.
    """
    draft = _draft(change.unit, change.caller, draft_id)
    if draft is None or draft.command["kind"] not in _ASKING:
        raise NotFound(_STORED)
    _settled(change, draft)
    command = _ASKING[draft.command["kind"]](**_fields(draft))
    answers = {name: value for name, value in sets.items() if name in _ANSWERS}
    own = {name: value for name, value in sets.items() if name not in _ANSWERS}
    return replace(command, **own, answers=replace(command.answers, **answers))


def look_at_laps(unit: Unit, caller: Caller, draft_id: UUID) -> Laps:
    """Return laps of the caller that were refused, which go on waiting.

    Raises:
        NotFound: They were stored, have been forgotten, or are somebody else's.
    """
    laps = _waiting(unit, caller, draft_id, LogLaps) or _waiting(unit, caller, draft_id, EditLaps)
    if laps is None:
        raise NotFound("I have that text no more: it was stored, or is older than a day.")
    return laps


_STORED: Final = "That has been stored already; /heat show tells what stands."


def _sets(draft: Draft, answer: str) -> dict[str, Any]:
    options: Sequence[dict[str, Any]] = draft.command.get("options", ())
    numbered = {str(number): option for number, option in enumerate(options)}
    if answer in numbered:
        return numbered[answer]
    if as_uuid(answer) is not None and draft.command.get("asks", Asks.EVENT) == Asks.EVENT:
        return {"session": answer}
    raise NotFound("That answer is no longer there: type the command again.")


def _are_alike(one: Draft, other: Draft) -> bool:
    """Tell whether two commands ask the same of the same racer."""
    asked = [
        (
            draft.command.get("asks", Asks.EVENT),
            (draft.command["fields"].get("racer") or {}).get("user_id"),
        )
        for draft in (one, other)
        if draft.command["kind"] in _ENTERING and (draft is other or "asks" in draft.command)
    ]
    return len(asked) == 2 and asked[0] == asked[1]


def _draft(unit: Unit, caller: Caller, draft_id: UUID) -> Draft | None:
    draft = unit.db.get(Draft, draft_id)
    if draft is None or (draft.team_id, draft.discord_user_id) != (
        caller.team_id,
        caller.person.user_id,
    ):
        return None
    return draft


def _waiting(unit: Unit, caller: Caller, draft_id: UUID, kind: type[Command]) -> Command | None:
    draft = _draft(unit, caller, draft_id)
    if draft is None or draft.command["kind"] != kind.__name__:
        return None
    return kind(**_fields(draft))


def _to_data(command: Asking | Laps | TakenBack) -> dict[str, Any]:
    return {"kind": type(command).__name__, "fields": asdict(command)}


def _fields(draft: Draft) -> dict[str, Any]:
    stored = dict(draft.command["fields"])
    if isinstance(stored.get("racer"), dict):
        stored["racer"] = Person(**stored["racer"])
    if isinstance(stored.get("answers"), dict):
        stored["answers"] = Answers(**stored["answers"])
    if "left_out" in stored:
        stored["left_out"] = tuple(stored["left_out"])
    return stored
