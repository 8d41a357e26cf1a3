"""A cooldown on what is costly: long tables, cards and files.

Lap entry has none, whatever the pace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import discord
from discord import app_commands
from discord.ext.commands import CooldownMapping

# Plenty for a person who looks things up, little for a script that does nothing else.
USES: Final = 10
PER_S: Final = 10.0

Costly = CooldownMapping[discord.Interaction[Any]]
T = TypeVar("T")


def cooldown_for_costly_work() -> Costly:
    """Return a fresh cooldown, counted for each person in each team."""
    return CooldownMapping(app_commands.Cooldown(USES, PER_S), _person_in_team)


def _person_in_team(interaction: discord.Interaction[Any]) -> tuple[int | None, int]:
    return interaction.guild_id, interaction.user.id


def spend(interaction: discord.Interaction[Any]) -> bool:
    """Count one costly use.

    Raises:
        app_commands.CommandOnCooldown: There were too many of them just now.
    """
    costly: Costly = interaction.client.costly
    wait_s = costly.update_rate_limit(interaction)
    if wait_s:
        raise app_commands.CommandOnCooldown(app_commands.Cooldown(USES, PER_S), wait_s)
    return True


def costly() -> Callable[[T], T]:
    """Mark a command as costly."""
    return app_commands.check(spend)
