"""What the bot may do in a channel, and what to say when it lacks what it needs there."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import discord

from core.results.heat import HeatFinished
from core.results.posts import PostTask
from core.results.session import SessionClosed
from core.results.team import TeamInfo

Ended = TypeVar("Ended", HeatFinished, SessionClosed)

CHANNEL_GONE = "The channel for summaries is gone, or hidden from me: set one with /team channel."
NO_CHANNEL = "No channel for summaries is set: use /team channel."

_TO_POST = discord.Permissions(view_channel=True, send_messages=True, embed_links=True)
# What else a request about a post takes.
_TO_REACH = discord.Permissions(view_channel=True)
# An earlier attempt is looked for in what was posted.
_TO_FIND_AGAIN = discord.Permissions(read_message_history=True)
_TO_ATTACH = discord.Permissions(attach_files=True)

SomeChannel = discord.abc.GuildChannel | discord.Thread | discord.abc.PrivateChannel | None


def _allowed_in(channel: SomeChannel) -> discord.Permissions:
    """Return what the bot may do in a channel, as far as can be seen from here.

    What is not known here is tried, and so is a thread, which has rights of its own.
    """
    if not isinstance(channel, discord.abc.GuildChannel):
        return discord.Permissions.all()
    return channel.permissions_for(channel.guild.me)


def may_carry_out(task: PostTask, channel: SomeChannel) -> bool:
    """Tell whether Discord may take what is to be done for a post."""
    if task is PostTask.NOTHING:
        return True
    return _allowed_in(channel) >= (_TO_POST if task is PostTask.POST else _TO_REACH)


def may_attach_in(channel: SomeChannel) -> bool:
    """Tell whether a post in a channel may have a picture."""
    return _allowed_in(channel) >= _TO_ATTACH


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
    is_allowed = _allowed_in(channel) >= _TO_POST | _TO_FIND_AGAIN
    return None if is_allowed else not_allowed(channel_id)


def _problem_with_pictures(guild: discord.Guild | None, channel_id: int | None) -> str | None:
    """Return what keeps pictures out of a channel the bot may otherwise post in."""
    channel = guild.get_channel_or_thread(channel_id) if guild and channel_id else None
    if may_attach_in(channel):
        return None
    return f"Summaries in <#{channel_id}> come without pictures: allow me Attach Files there."
