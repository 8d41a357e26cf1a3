"""What the bot may do in a channel, and what to say when it lacks what it needs there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Final, TypeVar

import discord
import structlog

from bot.discord.trouble import CONNECTION_LOST, reason_of
from core.results.data import DataForgotten
from core.results.heat import HeatFinished
from core.results.outbox import ClaimedPost, PostTask
from core.results.session import SessionClosed
from core.results.team import TeamInfo

Ended = TypeVar("Ended", HeatFinished, SessionClosed)

CHANNEL_GONE = "The channel for summaries is gone, or hidden from me: set one with /team channel."
NO_CHANNEL = "No channel for summaries is set: use /team channel."
_CREW_ROLE_GONE: Final = "The crew role was deleted: set another one with /team crew."

_TO_POST = discord.Permissions(view_channel=True, send_messages=True, embed_links=True)
# What else a request about a post takes.
_TO_REACH = discord.Permissions(view_channel=True)
# An earlier attempt is looked for in what was posted.
_TO_FIND_AGAIN = discord.Permissions(read_message_history=True)
_TO_ATTACH = discord.Permissions(attach_files=True)
# Without one of these the channel allows nothing else that could be named.
_BEFORE_ALL: Final = (_TO_REACH, discord.Permissions(send_messages=True))
# What discord.py calls otherwise than Discord's own settings do.
_NAMES: Final = {"read_messages": "View Channel"}
_DOING: Final = {
    PostTask.POST: "post in",
    PostTask.NOTHING: "post in",
    PostTask.EDIT: "edit my posts in",
    PostTask.REMOVE: "delete my posts in",
}

SomeChannel = discord.abc.GuildChannel | discord.Thread | discord.abc.PrivateChannel | None

log = structlog.get_logger(__name__)


def _allowed_in(channel: SomeChannel) -> discord.Permissions:
    """Return what the bot may do in a channel, as far as can be seen from here.

    What is not known here is tried, and so is a thread whose channel is not known.
    """
    if isinstance(channel, discord.Thread) and channel.parent is not None:
        return _in_a_thread(channel.permissions_for(channel.guild.me))
    if not isinstance(channel, discord.abc.GuildChannel):
        return discord.Permissions.all()
    return channel.permissions_for(channel.guild.me)


def _in_a_thread(allowed: discord.Permissions) -> discord.Permissions:
    """Return what is allowed, with the right to send that threads have of their own."""
    there = discord.Permissions(allowed.value)
    there.send_messages = allowed.send_messages_in_threads
    return there


def may_carry_out(task: PostTask, channel: SomeChannel) -> bool:
    """Tell whether Discord may take what is to be done for a post."""
    if task is PostTask.NOTHING:
        return True
    return _allowed_in(channel) >= (_TO_POST if task is PostTask.POST else _TO_REACH)


def may_attach_in(channel: SomeChannel) -> bool:
    """Tell whether a post in a channel may have a picture."""
    return _allowed_in(channel) >= _TO_ATTACH


def not_allowed(post: ClaimedPost, channel: SomeChannel) -> str:
    """Return the sentence on what the bot may not do for a post, and what it lacks for it."""
    needed = _TO_POST if post.task is PostTask.POST else _TO_REACH
    if post.look_since is not None and post.message_id is None:
        needed = needed | _TO_FIND_AGAIN
    missing = _missing(needed, _allowed_in(channel))
    doing = f"I may not {_DOING[post.task]} <#{post.channel_id}>"
    if not missing:
        return f"{doing}, and Discord does not say why: look into it, then use /team channel."
    return f"{doing}: allow me {missing} there."


def _missing(needed: discord.Permissions, allowed: discord.Permissions) -> str:
    """Return the names of what is needed and not allowed; nothing where all of it is."""
    for first in _BEFORE_ALL:
        if needed >= first and not allowed >= first:
            needed = first
            break
    names = [
        _NAMES.get(name, name.replace("_", " ").title())
        for name, is_missing in discord.Permissions(needed.value & ~allowed.value)
        if is_missing
    ]
    return " and ".join(names)


async def with_channel_problem(result: Ended, interaction: discord.Interaction) -> Ended:
    """Return the result with what will keep its post out of the channel, if anything will."""
    if result.problem is not None or result.channel_id is None:
        return result
    allowed = await _allowed_there(interaction, result.channel_id)
    return replace(result, problem=_problem_with_posts(result.channel_id, allowed))


async def with_problems(info: TeamInfo, interaction: discord.Interaction) -> TeamInfo:
    """Return the settings with what is wrong with them, each once."""
    problems = [*info.problems]
    channel_id, guild = info.summary_channel_id, interaction.guild
    if channel_id is not None:
        allowed = await _allowed_there(interaction, channel_id)
        problem = _problem_with_posts(channel_id, allowed) or _problem_beside(channel_id, allowed)
        if problem is not None and problem not in problems:
            problems.insert(0, problem)
    if guild is not None and _lacks_role(guild, info.crew_role_id):
        problems.append(_CREW_ROLE_GONE)
    return replace(info, problems=tuple(problems))


async def with_unreachable(
    result: DataForgotten, interaction: discord.Interaction
) -> DataForgotten:
    """Return the result with what keeps posts about a racer who is forgotten from following."""
    shown = Counter(result.held.posts) + Counter(result.held.cards)
    problems = []
    for channel_id, number in shown.items():
        allowed = await _allowed_there(interaction, channel_id)
        what = "a message" if number == 1 else f"{number} messages"
        if allowed is None:
            problems.append(f"{what} in <#{channel_id}>: it is gone, or hidden from me")
        elif not allowed >= _TO_REACH:
            missing = _missing(_TO_REACH, allowed)
            problems.append(f"{what} in <#{channel_id}>: allow me {missing} there")
    told = tuple(f"I may not change {problem}." for problem in problems)
    return replace(result, problems=told)


def _lacks_role(guild: discord.Guild, role_id: int | None) -> bool:
    # A server the bot has not been told of has no roles at all.
    return role_id is not None and bool(guild.roles) and guild.get_role(role_id) is None


async def _allowed_there(
    interaction: discord.Interaction, channel_id: int
) -> discord.Permissions | None:
    """Return what the bot may do in a channel of the server; None where there is no such channel.

    What the client has not seen, such as an archived thread, is looked up.
    """
    if channel_id == interaction.channel_id:
        allowed = interaction.app_permissions
        is_thread = isinstance(interaction.channel, discord.Thread)
        return _in_a_thread(allowed) if is_thread else allowed
    guild = interaction.guild
    if guild is None:
        return discord.Permissions.all()
    channel = guild.get_channel_or_thread(channel_id)
    if channel is None:
        try:
            channel = await guild.fetch_channel(channel_id)
        except (discord.NotFound, discord.Forbidden, discord.InvalidData):
            return None
        except (discord.HTTPException, *CONNECTION_LOST) as error:
            log.warning(
                "a channel could not be looked up", channel=channel_id, reason=reason_of(error)
            )
            return discord.Permissions.all()
    return _allowed_in(channel)


def _problem_with_posts(channel_id: int, allowed: discord.Permissions | None) -> str | None:
    """Return what keeps the bot from posting in a channel, as far as can be seen from here."""
    if allowed is None:
        return CHANNEL_GONE
    missing = _missing(_TO_POST, allowed)
    return f"I may not post in <#{channel_id}>: allow me {missing} there." if missing else None


def _problem_beside(channel_id: int, allowed: discord.Permissions | None) -> str | None:
    """Return what is missing in a channel the bot may post in."""
    if allowed is None or allowed >= _TO_ATTACH | _TO_FIND_AGAIN:
        return None
    if not allowed >= _TO_ATTACH:
        return f"Summaries in <#{channel_id}> come without pictures: allow me Attach Files there."
    return (
        f"After trouble I cannot see in <#{channel_id}> whether a post is out already: "
        "allow me Read Message History there."
    )


async def problems_in(
    client: discord.Client, team_id: int, channel_id: int
) -> tuple[str, tuple[str, ...]]:
    """Return how a team's channel is called, and what the bot lacks there; for the host.

    The client is logged in, and need not be connected: Discord is asked.
    """
    try:
        guild = await client.fetch_guild(team_id, with_counts=False)
        me = await guild.fetch_member(client.user.id if client.user else 0)
        channel = next(each for each in await guild.fetch_channels() if each.id == channel_id)
    except (discord.NotFound, discord.Forbidden):
        return f"server {team_id}", ("the bot is not there any more",)
    except StopIteration:
        return guild.name, (CHANNEL_GONE,)
    where = f"{guild.name}, #{channel.name}"
    allowed = channel.permissions_for(me)
    problem = _problem_with_posts(channel_id, allowed) or _problem_beside(channel_id, allowed)
    return where, (problem.replace(f"<#{channel_id}>", "it"),) if problem else ()
