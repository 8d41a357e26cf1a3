"""Under the answer to laps: take them back, count lap 1, say which event they are for.

Each item carries ids and the wanted state, never "toggle": it works after a restart, and pressed
twice it does no harm. The names in a template are those of the constructor. What the presser may
do is decided in the core.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import discord
from discord.ui import Button, DynamicItem, Select, View

from bot.context import caller_of
from bot.render.heats import heat_started
from bot.render.laps import lap_counted, laps_logged, undone, which_event
from bot.replies import reply
from bot.views.base import NUMBER, USER, UUID_HEX, Laid, OrpItem, row
from bot.views.heats import FinishHeatButton
from core.bootstrap import Services
from core.results import HeatStarted, LapsLogged, WhichEvent

MOST_OPTIONS: Final = 25
LONGEST_OPTION: Final = 100


class UndoButton(OrpItem, DynamicItem[Button[View]], template=rf"undo:(?P<entry_id>{NUMBER})"):
    """Takes an entry back."""

    replaces = True

    def __init__(self, entry_id: int) -> None:
        super().__init__(Button(label="Undo", custom_id=f"undo:{entry_id}"))
        self.entry_id = entry_id

    async def pressed(self, interaction: discord.Interaction[Any], services: Services) -> None:
        """Take the entry back; the answer takes the place of what it had stored."""
        result = await services.entries.undo(caller_of(interaction), self.entry_id)
        await reply(interaction, undone(result))


class CountLapButton(
    OrpItem,
    DynamicItem[Button[View]],
    template=rf"count:(?P<heat_id>{UUID_HEX}):(?P<racer_id>{USER})"
    rf":(?P<lap_number>[0-9]{{1,4}}):(?P<counts>[01])",
):
    """Decides whether a lap counts."""

    def __init__(self, heat_id: UUID, racer_id: int, lap_number: int, *, counts: bool) -> None:
        super().__init__(
            Button(
                label="Count it" if counts else "Leave it out",
                custom_id=f"count:{heat_id.hex}:{racer_id}:{lap_number}:{int(counts)}",
            )
        )
        self.heat_id = heat_id
        self.racer_id = racer_id
        self.lap_number = lap_number
        self.counts = counts

    async def pressed(self, interaction: discord.Interaction[Any], services: Services) -> None:
        """Store the decision; the answer offers the way back."""
        counted = await services.entries.set_lap_counts(
            caller_of(interaction),
            self.heat_id,
            racer_id=self.racer_id,
            lap_number=self.lap_number,
            counts=self.counts,
        )
        back = CountLapButton(self.heat_id, self.racer_id, self.lap_number, counts=not self.counts)
        await reply(interaction, lap_counted(counted), view=row(back))


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

    async def pressed(self, interaction: discord.Interaction[Any], services: Services) -> None:
        """Carry out the waiting command in the session that was picked."""
        done = await services.entries.choose_event(
            caller_of(interaction), self.draft_id, UUID(self.item.values[0])
        )
        answer, view = logged(done)
        await reply(interaction, answer, view=view)


def logged(result: LapsLogged | HeatStarted | WhichEvent) -> Laid:
    """Return the answer to laps, to a heat started, or the question which event they are for."""
    if isinstance(result, WhichEvent):
        return which_event(result), row(_event_select(result))
    if isinstance(result, HeatStarted):
        return heat_started(result), None
    items: list[DynamicItem[Any]] = [UndoButton(result.entry_id)]
    if result.heat_is_open:
        items.append(FinishHeatButton(result.heat.id))
    if result.first_crossing:
        racer_id = result.run.racer.user_id
        items.append(CountLapButton(result.heat.id, racer_id, 1, counts=True))
    return laps_logged(result), row(*items)


def _event_select(result: WhichEvent) -> DynamicItem[Any]:
    options = [
        discord.SelectOption(label=session.name[:LONGEST_OPTION], value=str(session.id))
        for session in result.sessions[:MOST_OPTIONS]
    ]
    return EventSelect(result.draft_id, options)
