"""``/profile``: who races, and how."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.discord.context import caller_of, racer_of
from bot.discord.replies import reply
from bot.discord.transformers import Levels
from bot.render.profile import profile
from core.commands import ProfileFields


class ProfileCog(commands.Cog):
    """Racers' profiles."""

    def __init__(self, app: App) -> None:
        self._services = app.services

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
        interaction: discord.Interaction,
        experience: str | None = None,
        driving_style: str | None = None,
        driver_name: str | None = None,
        racer: discord.User | None = None,
    ) -> None:
        """Show or set a profile."""
        fields = ProfileFields(experience, driving_style, driver_name)
        caller = caller_of(interaction)
        result = await self._services.profile.show_or_update(caller, fields, racer_of(racer))
        await reply(interaction, profile(result))
