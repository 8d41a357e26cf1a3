"""Under answers about heats: finish one, delete one."""

from __future__ import annotations

from uuid import UUID

import discord
from discord.ui import Button, DynamicItem, View

from bot.discord.context import caller_of
from bot.discord.permissions import with_channel_problem
from bot.discord.replies import reply
from bot.render import heats
from bot.views.base import UUID_HEX, Laid, OrpItem, row
from core.bootstrap import Services
from core.results.heats import Deletion


class FinishHeatButton(
    OrpItem, DynamicItem[Button[View]], template=rf"finish:(?P<heat_id>{UUID_HEX})"
):
    """Finishes a heat."""

    def __init__(self, heat_id: UUID) -> None:
        super().__init__(
            Button(
                label="Finish heat",
                style=discord.ButtonStyle.primary,
                custom_id=f"finish:{heat_id.hex}",
            )
        )
        self.heat_id = heat_id

    async def pressed(self, interaction: discord.Interaction, services: Services) -> None:
        """Finish the heat."""
        finished = await services.heats.finish(caller_of(interaction), str(self.heat_id))
        told = with_channel_problem(finished, interaction.guild)
        await reply(interaction, heats.heat_finished(told))


class DeleteHeatButton(
    OrpItem, DynamicItem[Button[View]], template=rf"delete-heat:(?P<heat_id>{UUID_HEX})"
):
    """Deletes a heat; the question it stands under was the asking."""

    replaces = True

    def __init__(self, heat_id: UUID) -> None:
        super().__init__(
            Button(
                label="Delete",
                style=discord.ButtonStyle.danger,
                custom_id=f"delete-heat:{heat_id.hex}",
            )
        )
        self.heat_id = heat_id

    async def pressed(self, interaction: discord.Interaction, services: Services) -> None:
        """Delete the heat with its laps and its post."""
        deleted = await services.heats.delete(caller_of(interaction), self.heat_id)
        await reply(interaction, heats.heat_deleted(deleted))


def ask_delete_heat(deletion: Deletion) -> Laid:
    """Return the question whether to delete a heat."""
    return heats.ask_delete_heat(deletion), row(DeleteHeatButton(deletion.id))
