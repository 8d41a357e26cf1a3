"""``/profile``: who races, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.context import caller_of, racer_of
from bot.render.profiles import profile
from bot.replies import reply
from bot.transformers import Levels
from core.commands import ProfileFields

if TYPE_CHECKING:
    from bot.client import OrpBot


class ProfileCog(commands.Cog):
    """Racers' profiles."""

    def __init__(self, bot: OrpBot) -> None:
        self._services = bot.services

    @app_commands.command(description="Show your profile, or set it")
    @app_commands.describe(
        experience="Sportsman, Intermediate or Pro: the advice follows it, the score never does",
        driving_style="In your words, like smooth or aggressive",
        driver_name="Your name on LiveRC",
        racer="Whose profile, if not yours",
    )
    @app_commands.choices(experience=Levels)
    async def profile(
        self,
        interaction: discord.Interaction[OrpBot],
        experience: str | None = None,
        driving_style: str | None = None,
        driver_name: str | None = None,
        racer: discord.Member | None = None,
    ) -> None:
        """Show or set a profile."""
        fields = ProfileFields(experience, driving_style, driver_name)
        caller = caller_of(interaction)
        result = await self._services.profiles.show_or_update(caller, fields, racer_of(racer))
        await reply(interaction, profile(result))
