"""Answers to laps that are entered: where they went, which event they are for, a preview."""

from __future__ import annotations

from uuid import UUID

import discord

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.replies import reply
from bot.limits import LONGEST_OPTION, MOST_OPTIONS
from bot.render.edits import laps_found
from bot.render.heats import heat_started
from bot.render.laps import which_event
from bot.views.base import Laid, OrpButton, OrpSelect, row
from bot.views.edits import written
from core.results.edits import LapsFound
from core.results.heats import HeatStarted
from core.results.laps import RunWritten, WhichEvent


class EventSelect(OrpSelect, word="event"):
    """Asks which of several open sessions a waiting command is for."""

    replaces = True
    placeholder = "Which event?"

    draft_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Carry out the waiting command in the session that was picked."""
        done = await app.services.entries.choose_event(
            caller_of(interaction), self.draft_id, self.picked_id
        )
        answer, view = logged(done)
        await reply(interaction, answer, view=view)


class StoreButton(OrpButton, word="store"):
    """Stores the laps that a preview shows."""

    replaces = True
    label = "Store"
    style = discord.ButtonStyle.primary

    draft_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Store them; the answer takes the place of the preview."""
        answer, view = logged(
            await app.services.messages.store(caller_of(interaction), self.draft_id)
        )
        await reply(interaction, answer, view=view)


def found(result: LapsFound) -> Laid:
    """Return the preview of laps that were found in a message."""
    return laps_found(result), row(StoreButton(result.draft_id))


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
