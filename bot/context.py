"""From an interaction to what the core wants to know: who asks, where, with which rights."""

from __future__ import annotations

from typing import Any

import discord

from core.caller import Caller, Person
from core.errors import BadInput
from core.names import RACER_NAME_LENGTH, clean_text


def person_of(user: discord.User | discord.Member) -> Person:
    """Return a member under the name the server shows: nick, then global name."""
    name = clean_text(user.display_name)[:RACER_NAME_LENGTH] or user.name
    return Person(user.id, name)


def caller_of(interaction: discord.Interaction[Any]) -> Caller:
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


def racer_of(user: discord.User | discord.Member | None) -> Person | None:
    """Return the racer an option names, or None when it was left out.

    Raises:
        BadInput: It is a bot.
    """
    if user is None:
        return None
    if user.bot:
        raise BadInput("Bots do not race; pick a person.")
    return person_of(user)
