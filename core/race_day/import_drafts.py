"""What was read and waits for a tap: kept parsed, so that nothing is fetched twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID, uuid4

from pydantic import TypeAdapter

from core.caller import Caller
from core.commands import ImportLaps
from core.database import Unit
from core.errors import NotFound
from core.models import Draft
from core.race_day.change import Change
from core.sources.csv_file import RunLog
from core.sources.race import Race, RaceList

KIND: Final = "ImportLaps"
_GONE: Final = "That import waits no more: it was finished, or is older than a week. Import again."


@dataclass(frozen=True, slots=True)
class SaidWho:
    """Who a driver is, as somebody has said.

    Attributes:
        race: The race's place among those that were read, from 0.
        driver: The driver's place in it, from 0.
        racer_id: The profile; None for nobody of the team.
    """

    race: int
    driver: int
    racer_id: UUID | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An import that is under way.

    Attributes:
        command: What was typed, with what was answered.
        races: The races that were read.
        offers: The page that offers races, while none of them was picked.
        rows: The rows of a run-log file.
        unread: Races that could not be read, each with why.
        said: Who drivers are, as was said.
        not_me: Whether the importer has said to be none of them.
        takes_corrections: Whether what the page says now is to be taken.
        turned_to: How often others of the offered races, or drivers, were asked for.
    """

    command: ImportLaps
    races: tuple[Race, ...] = ()
    offers: RaceList | None = None
    rows: RunLog | None = None
    unread: tuple[str, ...] = ()
    said: tuple[SaidWho, ...] = ()
    not_me: bool = False
    takes_corrections: bool = False
    turned_to: int = 0


_WAITING: Final = TypeAdapter(Waiting)


def to_data(waiting: Waiting) -> dict[str, Any]:
    """Return what waits as JSON takes it."""
    data: dict[str, Any] = _WAITING.dump_python(waiting, mode="json")
    return data


def from_data(data: dict[str, Any]) -> Waiting:
    """Return what was kept."""
    return _WAITING.validate_python(data)


def put(
    change: Change,
    waiting: Waiting,
    options: tuple[dict[str, Any], ...] = (),
    *,
    draft_id: UUID | None = None,
) -> UUID:
    """Keep an import for the caller, with what each answer to its question sets.

    Args:
        change: Who imports.
        waiting: What waits.
        options: What each answer sets, in the order they are offered.
        draft_id: The draft it waits in already; None makes one.
    """
    command = {"kind": KIND, "waiting": to_data(waiting), "options": list(options)}
    draft = _own(change.unit, change.caller, draft_id) if draft_id else None
    if draft is not None:
        draft.command = command
        return draft.id
    draft = Draft(
        id=uuid4(),
        team_id=change.team.id,
        discord_user_id=change.caller.person.user_id,
        kind="import",
        command=command,
        created_at=change.now,
    )
    change.unit.db.add(draft)
    return draft.id


def look(unit: Unit, caller: Caller, draft_id: UUID) -> Waiting:
    """Return what waits.

    Raises:
        NotFound: It waits no more, or is somebody else's.
    """
    return from_data(_found(unit, caller, draft_id).command["waiting"])


def picked(unit: Unit, caller: Caller, draft_id: UUID, answer: str) -> dict[str, Any]:
    """Return what an answer sets, by its number among those offered.

    Raises:
        NotFound: There is no such answer, or nothing waits for one.
    """
    options = _found(unit, caller, draft_id).command["options"]
    numbered = {str(number): sets for number, sets in enumerate(options)}
    if answer not in numbered:
        raise NotFound("That answer is no longer there: import again.")
    found: dict[str, Any] = numbered[answer]
    return found


def drop(change: Change, draft_id: UUID | None) -> None:
    """Forget an import that is finished."""
    draft = _own(change.unit, change.caller, draft_id) if draft_id else None
    if draft is not None:
        change.unit.db.delete(draft)


def _found(unit: Unit, caller: Caller, draft_id: UUID) -> Draft:
    draft = _own(unit, caller, draft_id)
    if draft is None or draft.command["kind"] != KIND:
        raise NotFound(_GONE)
    return draft


def _own(unit: Unit, caller: Caller, draft_id: UUID) -> Draft | None:
    draft = unit.db.get(Draft, draft_id)
    if draft is None or (draft.team_id, draft.discord_user_id) != (
        caller.team_id,
        caller.person.user_id,
    ):
        return None
    return draft


def with_who(waiting: Waiting, race: int, driver: int, racer_id: UUID | None) -> Waiting:
    """Return what waits with who a driver is."""
    return replace(waiting, said=(*waiting.said, SaidWho(race, driver, racer_id)))
