"""Under a heat's summary: a button a rating, how sure are you of the car?"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import discord
from discord.ui import View

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.replies import reply
from bot.render.run_written import run_written
from bot.views.base import OrpButton, row
from core.scoring.orp import FULL_CONFIDENCE, LEAST_CONFIDENCE

RATINGS: Final = range(LEAST_CONFIDENCE, FULL_CONFIDENCE + 1)


class ConfidenceButton(OrpButton, word="sure"):
    """Stores the presser's confidence in a heat."""

    heat_id: UUID
    rating: int

    def __post_init__(self) -> None:
        super().__post_init__()
        self.item.label = str(self.rating)

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Store the rating; the post changes by itself."""
        caller = caller_of(interaction)
        rated = await app.services.confidence.rate(caller, self.heat_id, self.rating)
        await reply(interaction, run_written(rated))


def confidence_buttons(heat_id: UUID) -> View:
    """Return the buttons of a heat's summary."""
    return row(*(ConfidenceButton(heat_id, rating) for rating in RATINGS))
