"""Under the tables of a heat and of a session: turn the page, look at one racer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import discord
from discord.ui import Button, DynamicItem, Select, View

from bot.app import app_of
from bot.discord.context import caller_of
from bot.discord.replies import reply
from bot.limits import LONGEST_OPTION
from bot.render import heats, sessions
from bot.render.pages import Page, page_of
from bot.render.text import in_code, shorten
from bot.views.base import USER, UUID_HEX, Laid, OrpItem, row
from bot.views.cards import card
from bot.views.sessions import RaceHereButton
from core.bootstrap import Services
from core.caller import Person
from core.results.heats import HeatTable
from core.results.sessions import Standings

_SCOPES: Final = "heat|session"


class RacerSelect(
    OrpItem,
    DynamicItem[Select[View]],
    template=rf"look:(?P<scope>{_SCOPES}):(?P<place_id>{UUID_HEX})",
):
    """Shows the ORP card of one racer of the table, of the heat or of the whole session."""

    costly = True

    def __init__(self, scope: str, place_id: UUID, racers: Sequence[Person] = ()) -> None:
        # Who races in two classes is in the table twice, and in the select once.
        names = {racer.user_id: racer.name for racer in racers}
        options = [
            discord.SelectOption(label=shorten(in_code(name), LONGEST_OPTION), value=str(racer_id))
            for racer_id, name in names.items()
        ]
        super().__init__(
            Select(
                custom_id=f"look:{scope}:{place_id.hex}",
                placeholder="Look at one racer",
                options=options,
            )
        )
        self.scope = scope
        self.place_id = place_id

    async def pressed(self, interaction: discord.Interaction, services: Services) -> None:
        """Show the card of who was picked."""
        picked = self.item.values[0] if self.item.values else ""
        racer_id = int(picked) if re.fullmatch(USER, picked) else 0
        caller = caller_of(interaction)
        read = services.scores.heat_card if self.scope == "heat" else services.scores.session_card
        found = await read(caller, self.place_id, racer_id=racer_id)
        answer, view = card(found, caller)
        picture = await app_of(interaction).studio.picture(found)
        await reply(interaction, answer, view=view, file=picture)


class PageButton(
    OrpItem,
    DynamicItem[Button[View]],
    template=rf"page:(?P<scope>{_SCOPES}):(?P<place_id>{UUID_HEX}):(?P<page>[0-9]{{1,4}})",
):
    """Shows another page of the table in its place."""

    replaces = True
    costly = True

    def __init__(
        self, scope: str, place_id: UUID, page: int, *, label: str = "", is_there: bool = True
    ) -> None:
        super().__init__(
            Button(
                label=label,
                custom_id=f"page:{scope}:{place_id.hex}:{page}",
                disabled=not is_there,
            )
        )
        self.scope = scope
        self.place_id = place_id
        self.page = page

    async def pressed(self, interaction: discord.Interaction, services: Services) -> None:
        """Show the page as the table stands now."""
        caller = caller_of(interaction)
        if self.scope == "heat":
            table = await services.heats.show(caller, str(self.place_id))
            answer, view = heat_table(table, self.page)
        else:
            result = await services.sessions.show(caller, str(self.place_id))
            answer, view = standings(result, self.page)
        await reply(interaction, answer, view=view)


def heat_table(table: HeatTable, page: int = 1) -> Laid:
    """Return a page of a heat's table, with its racers to look at."""
    racers = page_of([run.racer for run in table.runs], page)
    items = _items("heat", table.heat.id, racers)
    return heats.heat_table(table, page), row(*items) if items else None


def standings(result: Standings, page: int = 1) -> Laid:
    """Return a page of a session's standings, with Race here while it is open and not one's own."""
    rows = [standing.racer for of_class in result.classes for standing in of_class.rows]
    items = _items("session", result.session.id, page_of(rows, page))
    if result.session.is_open and not result.is_own:
        items.append(RaceHereButton(result.session.id))
    return sessions.standings(result, page), row(*items) if items else None


def _items(scope: str, place_id: UUID, racers: Page[Person]) -> list[DynamicItem[Any]]:
    items: list[DynamicItem[Any]] = []
    if racers.lines:
        items.append(RacerSelect(scope, place_id, racers.lines))
    if racers.last > 1:
        before, behind = racers.number - 1, racers.number + 1
        items += [
            PageButton(scope, place_id, before, label="◀", is_there=before >= 1),
            PageButton(scope, place_id, behind, label="▶", is_there=behind <= racers.last),
        ]
    return items
