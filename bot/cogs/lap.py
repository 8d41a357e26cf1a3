"""``/lap``: what the day is about."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.discord.context import author_of, caller_of, racer_of
from bot.discord.replies import reply
from bot.discord.transformers import ClassName, Confidence, HeatName
from bot.views.laps import found, logged
from core.commands import LogLaps
from core.scoring.orp import FULL_CONFIDENCE, LEAST_CONFIDENCE


class LapCog(commands.Cog):
    """Lap entry."""

    def __init__(self, app: App, tree: app_commands.CommandTree) -> None:
        self._services = app.services
        tree.add_command(app_commands.ContextMenu(name="Log laps", callback=self.log_laps))

    async def log_laps(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Show the lap times in a message, to be stored for its author."""
        # The message came with the interaction; fetched again its text would be empty.
        caller, author = caller_of(interaction), author_of(message, interaction)
        result = await self._services.messages.preview(caller, message.content, author)
        answer, view = found(result)
        await reply(interaction, answer, view=view)

    @app_commands.command(description="Store one lap or many")
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        times="Your lap times: 58.2 or 1:02.345, one or many, blanks or commas between them",
        heat="A heat, or a new name to open one; left out: the one you are in",
        class_name="Your class, like Buggy; it sticks for the session",
        confidence=f"How sure you are of the car: {LEAST_CONFIDENCE} (not at all) "
        f"to {FULL_CONFIDENCE} (fully)",
        note="What you changed on the car",
        racer="Whose laps they are, if not yours (crew only)",
    )
    async def lap(
        self,
        interaction: discord.Interaction,
        times: str,
        heat: HeatName | None = None,
        class_name: ClassName | None = None,
        confidence: Confidence | None = None,
        note: str | None = None,
        racer: discord.Member | None = None,
    ) -> None:
        """Store laps and answer with what was stored."""
        command = LogLaps(times, heat, class_name, confidence, note, racer_of(racer))
        result = await self._services.entries.log(caller_of(interaction), command)
        answer, view = logged(result)
        await reply(interaction, answer, view=view)
