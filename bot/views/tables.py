"""Under the tables of a heat and of a session: turn the page, look at one racer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord.ui import DynamicItem

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.replies import reply
from bot.limits import LONGEST_OPTION
from bot.render import heat as heat_text
from bot.render import standings as standings_text
from bot.render.pages import Page, page_of
from bot.render.text import in_code, shorten
from bot.views.base import Laid, OrpButton, OrpSelect, row
from bot.views.card import card
from bot.views.reopening import reopen_heat, reopen_session
from bot.views.session import RaceHereButton
from core.caller import Person
from core.results.heat import HeatTable
from core.results.refs import Scope, ScopeKind, SessionRef
from core.results.standings import Standings


class RacerSelect(OrpSelect, word="look"):
    """Shows the ORP card of one racer of the table, of the heat or of the whole session."""

    costly = True
    placeholder = "Look at one racer"

    scope: Scope

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Show the card of who was picked."""
        caller = caller_of(interaction)
        found = await app.services.card.show_of(caller, self.scope, racer_id=self.picked_number)
        answer, view = card(found, caller)
        picture = await app.studio.picture(found)
        await reply(interaction, answer, view=view, file=picture)


class PageButton(OrpButton, word="page"):
    """Shows another page of the table in its place."""

    replaces = True
    costly = True

    scope: Scope
    page: int

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Show the page as the table stands now."""
        caller, scope_id = caller_of(interaction), str(self.scope.id)
        if self.scope.kind is ScopeKind.HEAT:
            answer, view = heat_table(await app.services.heat.show(caller, scope_id), self.page)
        else:
            answer, view = standings(await app.services.session.show(caller, scope_id), self.page)
        await reply(interaction, answer, view=view)


def heat_table(table: HeatTable, page: int = 1) -> Laid:
    """Return a page of a heat's table, with its racers to look at."""
    racers = page_of([run.racer for run in table.runs], page)
    items = _items(Scope.of(table.session, table.heat), racers)
    if table.may_reopen:
        items.append(reopen_heat(table.heat))
    return heat_text.heat_table(table, page), row(*items) if items else None


def standings(result: Standings, page: int = 1) -> Laid:
    """Return a page of a session's standings, with Race here while it is open and not one's own."""
    rows = [standing.racer for of_class in result.classes for standing in of_class.rows]
    items = _items(Scope(ScopeKind.SESSION, result.session.id), page_of(rows, page))
    if result.session.is_open and not result.is_own:
        items.append(RaceHereButton(result.session.id))
    if result.may_reopen:
        items.append(reopen_session(SessionRef(result.session.id, result.session.name)))
    return standings_text.standings(result, page), row(*items) if items else None


def _items(scope: Scope, racers: Page[Person]) -> list[DynamicItem[Any]]:
    items: list[DynamicItem[Any]] = []
    options = _options(racers.lines)
    if options:
        items.append(RacerSelect(scope).offering(options))
    if racers.last > 1:
        before, behind = racers.number - 1, racers.number + 1
        items += [
            _turning(PageButton(scope, before), "◀", is_there=before >= 1),
            _turning(PageButton(scope, behind), "▶", is_there=behind <= racers.last),
        ]
    return items


def _options(racers: Sequence[Person]) -> list[discord.SelectOption]:
    # Who races in two classes is in the table twice, and in the select once.
    # The earlier system's racers may be nobody on Discord: there is no card to ask for by an id.
    names = {racer.user_id: racer.name for racer in racers if racer.user_id}
    return [
        discord.SelectOption(label=shorten(in_code(name), LONGEST_OPTION), value=str(racer_id))
        for racer_id, name in names.items()
    ]


def _turning(button: PageButton, label: str, *, is_there: bool) -> PageButton:
    button.item.label, button.item.disabled = label, not is_there
    return button
