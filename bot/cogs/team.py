"""``/team``: the team's settings; changing them takes Manage Server."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.permissions import with_problems
from bot.discord.replies import reply
from bot.discord.transformers import Minutes, ZoneName
from bot.render import team as team_text
from core.errors import BadInput


class TeamCog(commands.GroupCog, group_name="team", group_description="The team's settings"):
    """Settings: show, channel, crew, timezone, auto_finish."""

    def __init__(self, app: App) -> None:
        self._services = app.services

    @app_commands.command(description="Show the team's settings, and what is wrong with them")
    async def show(self, interaction: discord.Interaction) -> None:
        """Show settings."""
        info = await self._services.team.show(caller_of(interaction))
        await reply(interaction, team_text.team(await with_problems(info, interaction)))

    @app_commands.command(description="Set the channel that heat summaries go to (Manage Server)")
    @app_commands.describe(channel="The team channel")
    async def channel(self, interaction: discord.Interaction, channel: discord.TextChannel) -> None:
        """Set the team channel."""
        info = await self._services.team.set_channel(caller_of(interaction), channel.id)
        await reply(interaction, team_text.team_changed(await with_problems(info, interaction)))

    @app_commands.command(description="Set the crew role: who may correct everybody's laps")
    @app_commands.describe(role="The role of the crew")
    async def crew(self, interaction: discord.Interaction, role: discord.Role) -> None:
        """Set the crew role."""
        # A forged one is only an id.
        if not isinstance(role, discord.Role):
            raise BadInput("There is no such role; pick one from the list.")
        info = await self._services.team.set_crew(caller_of(interaction), role.id)
        await reply(interaction, team_text.team_changed(await with_problems(info, interaction)))

    @app_commands.command(description="Set the team's time zone (Manage Server)")
    @app_commands.describe(name="Like Europe/Berlin")
    async def timezone(self, interaction: discord.Interaction, name: ZoneName) -> None:
        """Set the time zone."""
        info = await self._services.team.set_time_zone(caller_of(interaction), name)
        await reply(interaction, team_text.team_changed(await with_problems(info, interaction)))

    @app_commands.command(description="Set when an untouched heat finishes by itself")
    @app_commands.describe(minutes="Minutes without a lap; 0 is never")
    async def auto_finish(self, interaction: discord.Interaction, minutes: Minutes) -> None:
        """Set auto-finish."""
        info = await self._services.team.set_auto_finish(caller_of(interaction), minutes)
        await reply(interaction, team_text.team_changed(await with_problems(info, interaction)))
