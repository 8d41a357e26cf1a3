"""A racer's profile and a team's settings."""

from __future__ import annotations

from dataclasses import dataclass

from core.caller import Person
from core.scoring.advice import ExperienceLevel


@dataclass(frozen=True, slots=True)
class ProfileInfo:
    """A racer's profile."""

    racer: Person
    experience_level: ExperienceLevel
    driving_style: str | None
    driver_name: str | None
    is_self: bool
    changed: bool
    welcome: bool = False


@dataclass(frozen=True, slots=True)
class TeamInfo:
    """The team's settings; ``problems`` are sentences on what keeps summaries from being posted."""

    summary_channel_id: int | None
    crew_role_id: int | None
    time_zone: str
    auto_finish_minutes: int
    problems: tuple[str, ...]
    welcome: bool = False
