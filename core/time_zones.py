"""Time zones by name, and when a session that is raced in one closes itself."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from core.errors import BadInput
from core.results.refs import Choice

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


@cache
def _names() -> list[str]:
    """Return all names, sorted; looking them up goes through some hundred files."""
    return sorted(available_timezones())


def parse_time_zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name such as ``Europe/Berlin``.

    Raises:
        BadInput: There is no such zone.
    """
    known = {zone.casefold(): zone for zone in _names()}
    try:
        return ZoneInfo(known[name.strip().casefold().replace(" ", "_")])
    except KeyError:
        raise BadInput(
            f"“{name.strip()[:40]}” is no time zone; pick one from the list, like Europe/Berlin."
        ) from None


def day_name(moment: datetime) -> str:
    """Return a day as people say it, in English wherever the bot runs: ``Tue 24 Nov``."""
    return f"{_DAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]}"


def name_with_day(name: str, opened_at: datetime, time_zone: str, between: str) -> str:
    """Return a session's name with its day behind, unless it is named after that."""
    day = day_name(opened_at.astimezone(ZoneInfo(time_zone)))
    return name if name.startswith(day) else f"{name}{between}{day}"


def suggest_time_zones(typed: str) -> list[Choice]:
    """Return the time zones whose name has what was typed; blanks stand for underscores."""
    wanted = typed.strip().casefold().replace(" ", "_")
    names = [name for name in _names() if wanted in name.casefold()]
    # Area/City first: the old one-word aliases mean less to people.
    names.sort(key=lambda name: "/" not in name or name.startswith("Etc/"))
    return [Choice(name, name) for name in names]
