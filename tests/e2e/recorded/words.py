"""Ids and moments, which differ from one race day to the next, in words that stay.

The same thing gets the same word wherever it stands, numbered as they appear: an id that is mixed
up shows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

_UUID: Final = re.compile(
    r"\b(?:(?P<dashed>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|(?P<plain>[0-9a-f]{32}))\b"
)
# In custom_ids: what Undo and Remove repeats carry, and what tells a form that laps have changed.
_ENTRY: Final = re.compile(r"(?P<before>\b(?:undo|repeats|move):)(?P<id>[0-9]{1,18})\b")
_VERSION: Final = re.compile(r"(?P<before>\brun:[^:]+:[0-9]+:)(?P<id>(?!none\b)[0-9a-z]{1,16})\b")
# The zone stands at the end of the line before.
_CLOSING: Final = re.compile(
    r"(?P<before>(?P<zone>\S+)\n\W*It closes by itself <t:)(?P<at>[0-9]+)(?=:f>)"
)
_MOMENT: Final = re.compile(r"(?<=<t:)[0-9]+(?=:[a-zA-Z]>)")
_DATE: Final = re.compile(
    r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}(?P<time>[T ][0-9]{2}:[0-9]{2}:[0-9]{2})?(?:\.[0-9]+)?"
)
# What a session is called that a lap has opened.
_DAY: Final = re.compile(
    r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [0-9]{1,2} "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"
)
_SNOWFLAKE: Final = re.compile(r"\b[0-9]{17,20}\b")


class Words:
    """The words of one race day."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._numbered: dict[str, dict[str, str]] = defaultdict(dict)

    def name(self, snowflake: int, name: str) -> None:
        """Have something that Discord knows appear under its name."""
        self._names[str(snowflake)] = f"‹{name}›"

    def steady(self, text: str) -> str:
        """Return a text with words in the place of all that differs from run to run."""
        text = _UUID.sub(self._uuid, text)
        text = _ENTRY.sub(partial(self._behind, "entry"), text)
        text = _VERSION.sub(partial(self._behind, "version"), text)
        text = _CLOSING.sub(_closing_time, text)
        text = _MOMENT.sub("‹moment›", text)
        text = _DATE.sub(lambda found: "‹moment›" if found["time"] else "‹date›", text)
        text = _DAY.sub("‹date›", text)
        return _SNOWFLAKE.sub(self._snowflake, text)

    def _uuid(self, found: re.Match[str]) -> str:
        word = self._word("id", found[0].replace("-", ""))
        return f"{word}-" if found["dashed"] else word

    def _behind(self, kind: str, found: re.Match[str]) -> str:
        return found["before"] + self._word(kind, found["id"])

    def _snowflake(self, found: re.Match[str]) -> str:
        return self._names.get(found[0]) or self._word("snowflake", found[0])

    def _word(self, kind: str, id_: str) -> str:
        of_kind = self._numbered[kind]
        return of_kind.setdefault(id_, f"‹{kind} {len(of_kind) + 1}›")


def _closing_time(found: re.Match[str]) -> str:
    """Return when a session closes on the clock at the track: the date is another every day."""
    zone = ZoneInfo(found["zone"].replace("\\", ""))
    local = datetime.fromtimestamp(int(found["at"]), zone)
    return f"{found['before']}‹{local:%H:%M:%S} {zone.key}›"
