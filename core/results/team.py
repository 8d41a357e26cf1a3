"""A team's settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TeamInfo:
    """The team's settings; ``problems`` are sentences on what keeps posts from going out."""

    summary_channel_id: int | None
    crew_role_id: int | None
    time_zone: str
    auto_finish_minutes: int
    problems: tuple[str, ...]
