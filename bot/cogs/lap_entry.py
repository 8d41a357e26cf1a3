"""``/lap``: what the day is about."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.discord.context import caller_of, racer_of
from bot.discord.replies import reply
from bot.discord.transformers import ClassName, Confidence, HeatName
from bot.views.run_written import hand_back
from bot.views.waiting import told
from core.commands import LogLaps
from core.scoring.orp import FULL_CONFIDENCE, LEAST_CONFIDENCE


class LapEntryCog(commands.Cog):
    """Lap entry."""

    def __init__(self, app: App) -> None:
        self._services = app.services

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
        racer: discord.User | None = None,
    ) -> None:
        """Store laps and answer with what was stored."""
        caller = caller_of(interaction)
        command = LogLaps(times, heat, class_name, confidence, note)
        try:
            command = replace(command, racer=racer_of(racer))
            result = await self._services.lap_entry.log(caller, command)
        except Exception as error:
            kept = partial(self._services.form.keep, caller, command)
            await hand_back(interaction, error, kept)
        else:
            answer, view = await told(result, interaction)
            await reply(interaction, answer, view=view)
