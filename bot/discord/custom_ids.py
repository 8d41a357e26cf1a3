"""Custom ids: a word and some fields, written and read by the fields' types.

``Undo`` with ``entry_id: int`` is ``undo:17``. Ranges are not looked at here: any number that a
custom id holds is read, and the core says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import get_annotations
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from core.results.refs import Scope, ScopeKind

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Part(Generic[T]):
    """How a value of one type stands in a custom id."""

    pattern: str
    write: Callable[[T], str]
    read: Callable[[str], T]


def _write_scope(scope: Scope) -> str:
    return f"{scope.kind}:{scope.id.hex}"


def _read_scope(text: str) -> Scope:
    kind, scope_id = text.split(":")
    return Scope(ScopeKind(kind), UUID(scope_id))


_HEX: Final = "[0-9a-f]{32}"
# What stands where there is no id yet.
_NONE: Final = "new"
_PARTS: Final[dict[object, _Part[Any]]] = {
    UUID: _Part(_HEX, lambda value: value.hex, UUID),
    UUID | None: _Part(
        f"{_HEX}|{_NONE}",
        lambda value: _NONE if value is None else value.hex,
        lambda text: None if text == _NONE else UUID(text),
    ),
    int: _Part("[0-9]+", str, int),
    bool: _Part("[01]", lambda value: str(int(value)), lambda text: text == "1"),
    str: _Part("[0-9a-z]+", str, str),
    Scope: _Part(f"(?:{'|'.join(ScopeKind)}):{_HEX}", _write_scope, _read_scope),
}


class CustomIds:
    """The custom ids of one kind of button, select or form.

    Args:
        word: What they begin with.
        of: The class whose own annotations are the fields, in their order.
    """

    def __init__(self, word: str, of: type) -> None:
        self._word = word
        fields = get_annotations(of, eval_str=True)
        self._parts = {name: _PARTS[kind] for name, kind in fields.items()}
        groups = [f"({part.pattern})" for part in self._parts.values()]
        self.pattern = re.compile(":".join([re.escape(word), *groups]))

    def write(self, carrying: object) -> str:
        """Return the custom id of an item or form."""
        texts = [part.write(getattr(carrying, name)) for name, part in self._parts.items()]
        return ":".join([self._word, *texts])

    def read(self, match: re.Match[str]) -> dict[str, Any]:
        """Return the fields that a custom id carries, by name."""
        parts = zip(self._parts.items(), match.groups(), strict=True)
        return {name: part.read(text) for (name, part), text in parts}
