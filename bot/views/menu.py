"""Under a preview of lap times found in a message: store them."""

from __future__ import annotations

from uuid import UUID

import discord

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.replies import reply
from bot.render.menu import laps_found
from bot.views.base import Laid, OrpButton, laid, row
from core.results.menu import LapsFound


class StoreButton(OrpButton, word="store"):
    """Stores the laps that a preview shows."""

    replaces = True
    label = "Store"
    style = discord.ButtonStyle.primary

    draft_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Store them; the answer takes the place of the preview."""
        stored = await app.services.menu.store(caller_of(interaction), self.draft_id)
        answer, view = await laid(stored, interaction)
        await reply(interaction, answer, view=view)


class StoreKeptButton(OrpButton, word="store-kept"):
    """Stores the laps of a preview from below another answer, which stays."""

    label = "Store"
    style = discord.ButtonStyle.primary

    draft_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Store them."""
        stored = await app.services.menu.store(caller_of(interaction), self.draft_id)
        answer, view = await laid(stored, interaction)
        await reply(interaction, answer, view=view)


def found(result: LapsFound) -> Laid:
    """Return the preview of laps that were found in a message."""
    return laps_found(result), row(StoreButton(result.draft_id))
