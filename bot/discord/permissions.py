"""What the bot needs in the team channel, and what to say when it lacks it."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import discord

from core.results.heats import HeatFinished
from core.results.sessions import SessionClosed
from core.results.settings import TeamInfo

Ended = TypeVar("Ended", HeatFinished, SessionClosed)

CHANNEL_GONE = "The channel for summaries is gone, or hidden from me: set one with /team channel."
NO_CHANNEL = "No channel for summaries is set: use /team channel."

_NEEDED_TO_POST = discord.Permissions(
    view_channel=True, send_messages=True, embed_links=True, read_message_history=True
)


def not_allowed(channel_id: int | None) -> str:
    """Return the sentence for a channel the bot may not post in."""
    return (
        f"I may not post in <#{channel_id}>: allow me View Channel, Send Messages, Embed Links, "
        "Attach Files and Read Message History there."
    )


def with_channel_problem(result: Ended, guild: discord.Guild | None) -> Ended:
    """Return the result with what will keep its post out of the channel, if anything will."""
    problem = result.problem or _problem_with(guild, result.channel_id)
    return replace(result, problem=problem)


def with_channel_problems(info: TeamInfo, guild: discord.Guild | None) -> TeamInfo:
    """Return the settings with what is wrong with the team channel, once."""
    channel_id = info.summary_channel_id
    problem = _problem_with(guild, channel_id) or _problem_with_pictures(guild, channel_id)
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
    allowed = channel.permissions_for(guild.me)
    return None if allowed >= _NEEDED_TO_POST else not_allowed(channel_id)


def _problem_with_pictures(guild: discord.Guild | None, channel_id: int | None) -> str | None:
    """Return what keeps pictures out of a channel the bot may otherwise post in."""
    channel = guild.get_channel_or_thread(channel_id) if guild and channel_id else None
    if channel is None or channel.permissions_for(channel.guild.me).attach_files:
        return None
    return f"Summaries in <#{channel_id}> come without pictures: allow me Attach Files there."
