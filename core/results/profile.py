"""What is known of a racer: their profile."""

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
