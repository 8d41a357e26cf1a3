"""A cooldown on what is costly: long tables, cards and files.

Lap entry has none, whatever the pace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import discord
from discord import app_commands

from bot.app import Cooldown, app_of

# Plenty for a person who looks things up, little for a script that does nothing else.
USES: Final = 10
PER_S: Final = 10.0

T = TypeVar("T")


def cooldown_for_costly_work() -> Cooldown:
    """Return a fresh cooldown, counted for each person in each team."""
    return Cooldown(app_commands.Cooldown(USES, PER_S), _person_in_team)


def _person_in_team(interaction: discord.Interaction) -> tuple[int | None, int]:
    return interaction.guild_id, interaction.user.id


def spend(interaction: discord.Interaction) -> bool:
    """Count one costly use.

    Raises:
        app_commands.CommandOnCooldown: There were too many of them just now.
    """
    wait_s = app_of(interaction).cooldown.update_rate_limit(interaction)
    if wait_s:
        raise app_commands.CommandOnCooldown(app_commands.Cooldown(USES, PER_S), wait_s)
    return True


def costly() -> Callable[[T], T]:
    """Mark a command as costly."""
    return app_commands.check(spend)
