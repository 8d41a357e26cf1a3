"""The message menu *Log laps*: lap times out of any message."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.discord.context import author_of, caller_of
from bot.discord.replies import reply
from bot.views.menu import found


class MenuCog(commands.Cog):
    """Lap times found in a message."""

    def __init__(self, app: App, tree: app_commands.CommandTree) -> None:
        self._services = app.services
        tree.add_command(app_commands.ContextMenu(name="Log laps", callback=self.log_laps))

    async def log_laps(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Show the lap times in a message, to be stored for its author."""
        # The message came with the interaction; fetched again its text would be empty.
        caller, author = caller_of(interaction), author_of(message, interaction)
        result = await self._services.menu.preview(caller, message.content, author)
        answer, view = found(result)
        await reply(interaction, answer, view=view)
