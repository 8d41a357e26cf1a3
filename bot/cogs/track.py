"""``/track``: what the team knows of a track."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.discord.context import caller_of, racer_of
from bot.discord.cooldowns import costly
from bot.discord.replies import reply
from bot.discord.transformers import TrackName
from bot.render import track as track_text
from bot.views.waiting import with_waiting


class TrackCog(commands.Cog):
    """Tracks."""

    def __init__(self, app: App) -> None:
        self._services = app.services
        self._studio = app.studio

    @costly()
    @app_commands.command(description="Bests, your heats, and which changes helped at a track")
    @app_commands.describe(
        track="Which track; left out: that of your session",
        racer="Whose heats, if not yours",
    )
    async def track(
        self,
        interaction: discord.Interaction,
        track: TrackName | None = None,
        racer: discord.User | None = None,
    ) -> None:
        """Show what the team knows of a track."""
        known = await self._services.track.show(caller_of(interaction), track, racer_of(racer))
        answer, view = with_waiting((track_text.track(known), None), known)
        picture = await self._studio.picture(known)
        await reply(interaction, answer, view=view, file=picture)
