"""Parsed races and what event pages say of them, as JSON for storing, and back."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

from pydantic import TypeAdapter

from core.sources.race import Race, RaceLink

_RACE: Final = TypeAdapter(Race)
_LINK: Final = TypeAdapter(RaceLink)


def race_to_data(race: Race) -> dict[str, Any]:
    """Return a race as JSON takes it."""
    data: dict[str, Any] = _RACE.dump_python(race, mode="json")
    return data


def race_from_data(data: dict[str, Any]) -> Race:
    """Return the race that was kept."""
    return _RACE.validate_python(data)


def link_to_data(link: RaceLink) -> dict[str, Any]:
    """Return what an event page says of a race as JSON takes it."""
    data: dict[str, Any] = _LINK.dump_python(link, mode="json")
    return data


def link_from_data(data: dict[str, Any]) -> RaceLink:
    """Return what an event page has said of a race."""
    return _LINK.validate_python(data)


def content_hash(data: bytes) -> str:
    """Return what tells one version of a page from the next: 64 letters."""
    return sha256(data).hexdigest()
