"""By what a racer can be told in what is kept as JSON: ids and names, of them or of what they did.

Pure: what is kept goes in, and what may stay comes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from core.names import A_RACER
from core.sources.who import same_name

# Who opened, finished or typed something; it stays, done by nobody.
_DONE_BY: Final = frozenset({"opened_by", "finished_by", "closed_by", "profile_id", "entered_by"})
# Of a driver of a parsed race, beside the name.
_TELLING: Final = ("source_id", "number", "transponder")


@dataclass(frozen=True)
class Traces:
    """By what a racer can be told.

    Attributes:
        user_id: Their Discord user id; None for who is on no chat.
        racer_id: Their profile; None where they have none.
        names: What they are called, in the chat and on result pages.
        source_id: Their id on LiveRC, once it is known.
    """

    user_id: int | None
    racer_id: UUID | None
    names: tuple[str, ...]
    source_id: str | None

    def are_of(self, name: str, source_id: str | None) -> bool:
        """Tell whether a driver of a page is this racer, by id or name."""
        if source_id is not None and source_id == self.source_id:
            return True
        return any(same_name(name, own) for own in self.names)

    def are_in(self, kept: object) -> bool:
        """Tell whether anything that was kept names the racer, by an id or a name."""
        return any(self._telling.search(text) for text in _texts(kept))

    @cached_property
    def _telling(self) -> re.Pattern[str]:
        words = [*self.names, *([str(self.user_id)] if self.user_id else [])]
        if self.racer_id is not None:
            words += [str(self.racer_id), self.racer_id.hex]
        any_word = "|".join(re.escape(word) for word in words)
        return re.compile(rf"(?<!\w)(?:{any_word})(?!\w)", re.IGNORECASE)

    def without_done_by(self, kept: dict[str, Any]) -> dict[str, Any]:
        """Return what was kept with nobody for what the racer has opened, finished or typed."""
        own = str(self.racer_id)
        return {
            name: None if name in _DONE_BY and value == own else self._within(value)
            for name, value in kept.items()
        }

    def _within(self, value: object) -> object:
        if isinstance(value, dict):
            return self.without_done_by(value)
        return [self._within(each) for each in value] if isinstance(value, list) else value

    def race_without(self, race: dict[str, Any]) -> dict[str, Any]:
        """Return a parsed race, as it is kept, with ``a racer`` for the racer; the laps stay."""
        own = {
            driver["name"]
            for driver in race["drivers"]
            if self.are_of(driver["name"], driver["source_id"])
        }
        return race | {
            "drivers": [
                driver | {"name": A_RACER} | dict.fromkeys(_TELLING)
                if driver["name"] in own
                else driver
                for driver in race["drivers"]
            ],
            "differences": [
                each | {"driver": A_RACER} if each["driver"] in own else each
                for each in race["differences"]
            ],
        }


def _texts(kept: object) -> Iterator[str]:
    if isinstance(kept, dict):
        for value in kept.values():
            yield from _texts(value)
    elif isinstance(kept, list):
        for each in kept:
            yield from _texts(each)
    else:
        yield str(kept)
