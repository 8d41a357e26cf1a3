"""Under a question that a command asks first: the select that answers it."""

from __future__ import annotations

from uuid import UUID

import discord

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.replies import reply
from bot.limits import LONGEST_OPTION, MOST_OPTIONS
from bot.render.heat import heat_started
from bot.render.question import which_event
from bot.views.base import Laid, OrpSelect, row
from bot.views.run_written import written
from core.results.heat import HeatStarted
from core.results.question import WhichEvent
from core.results.run_written import RunWritten


class EventSelect(OrpSelect, word="event"):
    """Asks which of several open sessions a waiting command is for."""

    replaces = True
    placeholder = "Which event?"

    draft_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Carry out the waiting command in the session that was picked."""
        done = await app.services.lap_entry.choose_event(
            caller_of(interaction), self.draft_id, self.picked_id
        )
        answer, view = logged(done)
        await reply(interaction, answer, view=view)


def logged(result: RunWritten | HeatStarted | WhichEvent) -> Laid:
    """Return the answer to laps, to a heat started, or the question which event they are for."""
    if isinstance(result, WhichEvent):
        return which_event(result), row(_event_select(result))
    if isinstance(result, HeatStarted):
        return heat_started(result), None
    return written(result)


def _event_select(result: WhichEvent) -> EventSelect:
    options = [
        discord.SelectOption(label=session.name[:LONGEST_OPTION], value=str(session.id))
        for session in result.sessions[:MOST_OPTIONS]
    ]
    return EventSelect(result.draft_id).offering(options)
