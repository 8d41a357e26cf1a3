"""Under a heat's summary: a button a rating, how sure are you of the car?"""

from __future__ import annotations

from typing import Final
from uuid import UUID

import discord
from discord.ui import Button, DynamicItem, View

from bot.discord.context import caller_of
from bot.discord.replies import reply
from bot.render.run_written import run_written
from bot.views.base import UUID_HEX, OrpItem, row
from core.bootstrap import Services
from core.scoring.orp import FULL_CONFIDENCE, LEAST_CONFIDENCE

RATINGS: Final = range(LEAST_CONFIDENCE, FULL_CONFIDENCE + 1)


class ConfidenceButton(
    OrpItem,
    DynamicItem[Button[View]],
    template=rf"sure:(?P<heat_id>{UUID_HEX}):(?P<rating>{'|'.join(map(str, RATINGS))})",
):
    """Stores the presser's confidence in a heat."""

    def __init__(self, heat_id: UUID, rating: int) -> None:
        super().__init__(Button(label=str(rating), custom_id=f"sure:{heat_id.hex}:{rating}"))
        self.heat_id = heat_id
        self.rating = rating

    async def pressed(self, interaction: discord.Interaction, services: Services) -> None:
        """Store the rating; the post changes by itself."""
        caller = caller_of(interaction)
        rated = await services.entries.rate_confidence(caller, self.heat_id, self.rating)
        await reply(interaction, run_written(rated))


def confidence_buttons(heat_id: UUID) -> View:
    """Return the buttons of a heat's summary."""
    return row(*(ConfidenceButton(heat_id, rating) for rating in RATINGS))
