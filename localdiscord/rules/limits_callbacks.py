"""Discord's limits for first answers to interactions."""

from __future__ import annotations

from typing import Final

from localdiscord.rules import limits, limits_commands, limits_components
from localdiscord.rules.checks import Problems, not_among, objects, wrong_type
from localdiscord.rules.errors import Path, Problem
from localdiscord.rules.wire import CallbackType, InteractionType, JsonObject

CHOICES: Final = 25

_MESSAGES: Final = {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE}
_UPDATES: Final = {CallbackType.DEFERRED_UPDATE, CallbackType.UPDATE}

ALLOWED: dict[InteractionType, set[CallbackType]] = {
    InteractionType.COMMAND: _MESSAGES | {CallbackType.MODAL},
    InteractionType.COMPONENT: _MESSAGES | _UPDATES | {CallbackType.MODAL},
    InteractionType.AUTOCOMPLETE: {CallbackType.CHOICES},
    # A form cannot answer a form.
    InteractionType.MODAL: _MESSAGES | _UPDATES,
}


def callback(body: object) -> list[Problem]:
    """Return what is wrong with a first answer, whatever it answers."""
    if not isinstance(body, dict):
        return [wrong_type((), "an object")]
    return list(_callback(body))


def fits(kind: InteractionType, body: JsonObject, *, has_source: bool) -> list[Problem]:
    """Tell whether this may answer an interaction of that type.

    Args:
        kind: what the person did.
        body: the answer.
        has_source: whether it was done on a message, which alone can be updated.
    """
    allowed = ALLOWED[kind]
    if not has_source:
        allowed = allowed - _UPDATES
    if body["type"] in allowed:
        return []
    return [not_among(("type",), ", ".join(str(int(item)) for item in sorted(allowed)))]


def _callback(body: JsonObject) -> Problems:
    kind, data = body.get("type"), body.get("data")
    path: Path = ("data",)
    if kind not in tuple(CallbackType):
        yield not_among(("type",), "4, 5, 6, 7, 8, 9")
    elif kind == CallbackType.MODAL:
        yield from limits_components.modal(path, data)
    elif kind == CallbackType.CHOICES:
        yield from _choices(path, data)
    elif data is not None:
        yield from limits.message(data, path)


def _choices(path: Path, data: object) -> Problems:
    if not isinstance(data, dict):
        yield wrong_type(path, "an object")
        return
    where = (*path, "choices")
    yield from objects(where, data.get("choices"), CHOICES, limits_commands.choice)
