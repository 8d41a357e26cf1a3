"""``/data``: what the bot holds about a racer."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.cooldowns import costly
from bot.discord.replies import reply
from bot.discord.transformers import RacerName
from bot.render import data as data_text
from bot.views.data import ask_forget, data_file


class DataCog(commands.GroupCog, group_name="data", group_description="What I hold about you"):
    """Whose data it is: export, forget."""

    def __init__(self, app: App) -> None:
        self._services = app.services

    @costly()
    @app_commands.command(description="Get everything I hold about you in this team as a file")
    async def export(self, interaction: discord.Interaction) -> None:
        """Hand over everything about the caller."""
        export = await self._services.data.export(caller_of(interaction))
        await reply(interaction, data_text.exported(export), file=await data_file(export))

    @app_commands.command(
        description="Remove everything I hold about you in this team (asks first)"
    )
    @app_commands.describe(racer="Who has left, if it is not about you (crew only)")
    async def forget(
        self, interaction: discord.Interaction, racer: RacerName | None = None
    ) -> None:
        """Ask whether to forget a racer."""
        held = await self._services.data.ask_forget(caller_of(interaction), racer)
        answer, view = ask_forget(held)
        await reply(interaction, answer, view=view)
