"""``/orp``: the score and what is behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.context import caller_of, racer_of
from bot.cooldowns import costly
from bot.replies import reply
from bot.transformers import HeatNameOrAll
from bot.views.cards import card

if TYPE_CHECKING:
    from bot.client import OrpBot


class OrpCog(commands.Cog):
    """ORP cards."""

    def __init__(self, bot: OrpBot) -> None:
        self._services = bot.services

    @costly()
    @app_commands.command(description="Your ORP: score, figures and what to do next")
    @app_commands.describe(
        heat="A heat, or all for the whole session; left out: your latest",
        racer="Whose card, if not yours",
    )
    async def orp(
        self,
        interaction: discord.Interaction[OrpBot],
        heat: HeatNameOrAll | None = None,
        racer: discord.Member | None = None,
    ) -> None:
        """Show an ORP card."""
        caller = caller_of(interaction)
        result = await self._services.scores.card(caller, heat, racer_of(racer))
        answer, view = card(result, caller)
        await reply(interaction, answer, view=view)
