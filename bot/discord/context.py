"""From an interaction to what the core wants to know: who asks, where, with which rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import discord

from core.caller import Caller, Person
from core.errors import BadInput
from core.names import RACER_NAME_LENGTH, clean_text

_BOTS_DO_NOT_RACE: Final = "Bots do not race; pick a person."
_NOBODY: Final = "There is nobody like that; pick a person from the list."


def person_of(user: discord.User | discord.Member) -> Person:
    """Return a member under the name the server shows: nick, then global name."""
    name = clean_text(user.display_name)[:RACER_NAME_LENGTH] or user.name
    return Person(user.id, name)


def caller_of(interaction: discord.Interaction) -> Caller:
    """Return who is behind an interaction.

    Raises:
        BadInput: It does not come from a server.
    """
    if interaction.guild_id is None:
        raise BadInput("Laps belong to a team: use this in your team's server.")
    member = interaction.user
    roles = member.roles if isinstance(member, discord.Member) else []
    return Caller(
        team_id=interaction.guild_id,
        person=person_of(member),
        role_ids=frozenset(role.id for role in roles),
        manages_server=interaction.permissions.manage_guild,
        channel_id=interaction.channel_id,
        interaction_id=interaction.id,
    )


def picked_person(data: Mapping[str, Any], user_id: str) -> Person:
    """Return a member who was picked in a form, from what came with the interaction.

    Raises:
        BadInput: It is a bot, or nobody at all.
    """
    resolved = data.get("resolved") or {}
    user = (resolved.get("users") or {}).get(user_id)
    member = (resolved.get("members") or {}).get(user_id)
    if user is None:
        raise BadInput(_NOBODY)
    if user.get("bot"):
        raise BadInput(_BOTS_DO_NOT_RACE)
    nick = (member or {}).get("nick")
    shown = nick or user.get("global_name") or user["username"]
    name = clean_text(shown)[:RACER_NAME_LENGTH] or user["username"]
    return Person(int(user_id), name, has_left=member is None)


def racer_of(user: object) -> Person | None:
    """Return the racer an option names, or None when it was left out.

    Raises:
        BadInput: It is a bot, or nobody at all: an id may be forged.
    """
    if user is None:
        return None
    if not isinstance(user, discord.User | discord.Member):
        raise BadInput(_NOBODY)
    if user.bot:
        raise BadInput(_BOTS_DO_NOT_RACE)
    return replace(person_of(user), has_left=isinstance(user, discord.User))


def author_of(message: discord.Message, interaction: discord.Interaction) -> Person:
    """Return who wrote a message; who asks about their own is shown as the server shows them.

    Raises:
        BadInput: It is a bot.
    """
    if message.author.bot:
        raise BadInput("A bot wrote that; pick a message in which a person gives their lap times.")
    own = message.author.id == interaction.user.id
    return person_of(interaction.user if own else message.author)
