"""Answers to laps that are entered: where they went, which event they are for, a preview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import discord
from discord.ui import Button, DynamicItem, Select, View

from bot.discord.context import caller_of
from bot.discord.replies import reply
from bot.limits import LONGEST_OPTION, MOST_OPTIONS
from bot.render.edits import laps_found
from bot.render.heats import heat_started
from bot.render.laps import which_event
from bot.views.base import UUID_HEX, Laid, OrpItem, row
from bot.views.edits import written
from core.bootstrap import Services
from core.results.edits import LapsFound
from core.results.heats import HeatStarted
from core.results.laps import RunWritten, WhichEvent


class EventSelect(OrpItem, DynamicItem[Select[View]], template=rf"event:(?P<draft_id>{UUID_HEX})"):
    """Asks which of several open sessions a waiting command is for."""

    replaces = True

    def __init__(self, draft_id: UUID, options: Sequence[discord.SelectOption] = ()) -> None:
        super().__init__(
            Select(
                custom_id=f"event:{draft_id.hex}", placeholder="Which event?", options=list(options)
            )
        )
        self.draft_id = draft_id

    async def pressed(self, interaction: discord.Interaction, services: Services) -> None:
        """Carry out the waiting command in the session that was picked."""
        done = await services.entries.choose_event(
            caller_of(interaction), self.draft_id, UUID(self.item.values[0])
        )
        answer, view = logged(done)
        await reply(interaction, answer, view=view)


class StoreButton(OrpItem, DynamicItem[Button[View]], template=rf"store:(?P<draft_id>{UUID_HEX})"):
    """Stores the laps that a preview shows."""

    replaces = True

    def __init__(self, draft_id: UUID) -> None:
        super().__init__(
            Button(
                label="Store",
                style=discord.ButtonStyle.primary,
                custom_id=f"store:{draft_id.hex}",
            )
        )
        self.draft_id = draft_id

    async def pressed(self, interaction: discord.Interaction, services: Services) -> None:
        """Store them; the answer takes the place of the preview."""
        answer, view = logged(await services.messages.store(caller_of(interaction), self.draft_id))
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


def _event_select(result: WhichEvent) -> DynamicItem[Any]:
    options = [
        discord.SelectOption(label=session.name[:LONGEST_OPTION], value=str(session.id))
        for session in result.sessions[:MOST_OPTIONS]
    ]
    return EventSelect(result.draft_id, options)
