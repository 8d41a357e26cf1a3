"""Answers about a team's settings, and what is wrong with them."""

from __future__ import annotations

from bot.limits import CONTENT_LIMIT
from bot.render.answer import Answer
from bot.render.phrases import channel, count, problem_line
from bot.render.text import join_fitting, plain
from core.results.team import TeamInfo


def team(info: TeamInfo) -> Answer:
    """Show the team's settings."""
    return Answer(_settings("**Team settings**", info))


def team_changed(info: TeamInfo) -> Answer:
    """Show the team's settings after one was changed."""
    return Answer(_settings("✅ Saved. **Team settings**", info))


def _settings(title: str, info: TeamInfo) -> str:
    summaries = (
        channel(info.summary_channel_id)
        if info.summary_channel_id
        else "where a heat is finished; `/team channel` picks one place"
    )
    crew = (
        f"<@&{info.crew_role_id}> and Manage Server"
        if info.crew_role_id
        else "Manage Server only; `/team crew` adds a role"
    )
    finish = (
        f"after {count(info.auto_finish_minutes, 'minute')} without laps"
        if info.auto_finish_minutes
        else "off"
    )
    lines = [
        title,
        f"Summaries: {summaries}",
        f"Crew: {crew}",
        f"Time zone: {plain(info.time_zone)}",
        f"Heats finish by themselves: {finish}",
        *map(problem_line, info.problems),
    ]
    return join_fitting(lines, CONTENT_LIMIT)
