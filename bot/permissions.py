"""What the bot needs in the team channel, and what to say when it lacks it."""

from __future__ import annotations

from dataclasses import replace

import discord

from core.results import HeatFinished, TeamInfo

CHANNEL_GONE = "The channel for summaries is gone, or hidden from me: set one with /team channel."
NO_CHANNEL = "No channel for summaries is set: use /team channel."

_NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)


def not_allowed(channel_id: int | None) -> str:
    """Return the sentence for a channel the bot may not post in."""
    names = ", ".join(name.replace("_", " ").title() for name, needed in _NEEDED if needed)
    return f"I may not post in <#{channel_id}>: allow me {names} there."


def with_channel_problem(finished: HeatFinished, guild: discord.Guild | None) -> HeatFinished:
    """Return the result with what will keep its summary out of the channel, if anything will."""
    problem = finished.problem or _problem_with(guild, finished.channel_id)
    return replace(finished, problem=problem)


def with_channel_problems(info: TeamInfo, guild: discord.Guild | None) -> TeamInfo:
    """Return the settings with what is wrong with the team channel, once."""
    problem = _problem_with(guild, info.summary_channel_id)
    if problem is None or problem in info.problems:
        return info
    return replace(info, problems=(problem, *info.problems))


def _problem_with(guild: discord.Guild | None, channel_id: int | None) -> str | None:
    """Return what keeps the bot from posting in a channel, as far as can be seen from here."""
    if guild is None or channel_id is None:
        return None
    channel = guild.get_channel_or_thread(channel_id)
    if channel is None:
        return CHANNEL_GONE
    return None if channel.permissions_for(guild.me) >= _NEEDED else not_allowed(channel_id)
