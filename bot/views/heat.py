"""Under answers about heats: finish one, delete one."""

from __future__ import annotations

from uuid import UUID

import discord

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.permissions import with_channel_problem
from bot.discord.replies import reply
from bot.limits import MOST_BUTTONS
from bot.render import heat as heat_text
from bot.views.base import Laid, OrpButton, laid, row
from bot.views.reopening import reopen_heat
from core.results.heat import Deletion, HeatFinished, HeatRenamed, HeatStarted


class FinishHeatButton(OrpButton, word="finish"):
    """Finishes a heat."""

    label = "Finish heat"
    style = discord.ButtonStyle.primary

    heat_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Finish the heat."""
        finished = await app.services.heat.finish_picked(caller_of(interaction), self.heat_id)
        answer, view = await laid(finished, interaction)
        await reply(interaction, answer, view=view)


class DeleteHeatButton(OrpButton, word="delete-heat"):
    """Deletes a heat; the question it stands under was the asking."""

    replaces = True
    label = "Delete"
    style = discord.ButtonStyle.danger

    heat_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Delete the heat with its laps and its post."""
        deleted = await app.services.heat.delete(caller_of(interaction), self.heat_id)
        await reply(interaction, heat_text.heat_deleted(deleted))


@laid.register
async def _started(result: HeatStarted, interaction: discord.Interaction) -> Laid:
    # As many as a row holds: more than one is rare.
    finished, several = result.finished[:MOST_BUTTONS], len(result.finished) > 1
    back = [reopen_heat(heat, named=several) for heat in finished]
    return heat_text.heat_started(result), row(*back) if back else None


@laid.register
async def _finished(result: HeatFinished, interaction: discord.Interaction) -> Laid:
    answer = heat_text.heat_finished(await with_channel_problem(result, interaction))
    return answer, None if result.already else row(reopen_heat(result.heat))


@laid.register
async def _renamed(result: HeatRenamed, interaction: discord.Interaction) -> Laid:
    return heat_text.heat_renamed(result), None


def ask_delete_heat(deletion: Deletion) -> Laid:
    """Return the question whether to delete a heat."""
    return heat_text.ask_delete_heat(deletion), row(DeleteHeatButton(deletion.id))
