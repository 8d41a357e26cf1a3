"""Under the answers of an import: a question's select, Undo, and who a driver is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

import discord
from discord.ui import DynamicItem, UserSelect, View

from bot.app import App
from bot.discord.context import caller_of, racer_of
from bot.discord.replies import reply, tell
from bot.limits import LONGEST_OPTION, MOST_OPTIONS
from bot.render import importing as importing_text
from bot.render.text import in_code, shorten
from bot.views.base import Laid, OrpItem, OrpSelect, laid, row
from bot.views.run_written import UndoButton
from core.errors import BadInput
from core.results.importing import (
    ImportAsks,
    Imported,
    ImportQuestion,
    OnlyShown,
    Progress,
    RowsImported,
)

_PLACEHOLDERS: Final = {
    ImportAsks.PLACE: "Where to?",
    ImportAsks.RACES: "Which race?",
    ImportAsks.WHO: "Who is it?",
    ImportAsks.CLASS: "Which class?",
    ImportAsks.CORRECTION: "Take it?",
}


def telling(interaction: discord.Interaction) -> Callable[[Progress], Awaitable[None]]:
    """Return what shows how far an import is."""

    async def told(doing: Progress) -> None:
        await tell(interaction, importing_text.progress(doing))

    return told


class ImportSelect(OrpSelect, word="import"):
    """Asks what an import needs to know."""

    replaces = True
    placeholder = _PLACEHOLDERS[ImportAsks.RACES]

    draft_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Go on with what was picked."""
        done = await app.services.importing.answer(
            caller_of(interaction), self.draft_id, self.picked, telling(interaction)
        )
        answer, view = await laid(done, interaction)
        await reply(interaction, answer, view=view)


class DriverSelect(OrpSelect, word="import-who"):
    """Picks a driver of the page; then it is asked which team-mate that is."""

    placeholder = "Who is this?"

    draft_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Ask which team-mate the driver is."""
        drivers = dict(await app.services.importing.drivers(caller_of(interaction), self.draft_id))
        number = self.picked_number
        if number not in drivers:
            raise BadInput("That driver is not on the page that was read.")
        answer = importing_text.which_team_mate(drivers[number])
        await reply(interaction, answer, view=row(TeamMateSelect(self.draft_id, number)))


class TeamMateSelect(OrpItem[UserSelect[View]], word="import-mate"):
    """Says which team-mate a driver of the page is."""

    replaces = True

    draft_id: UUID
    driver: int

    def _made(self, custom_id: str) -> UserSelect[View]:
        return UserSelect(custom_id=custom_id, placeholder="Which team-mate?")

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Bring the driver's laps in as the team-mate's."""
        person = racer_of(self.item.values[0] if self.item.values else object())
        if person is None:
            raise BadInput("Pick a team-mate.")
        done = await app.services.importing.who_is(
            caller_of(interaction), self.draft_id, self.driver, person, telling(interaction)
        )
        answer, view = await laid(done, interaction)
        await reply(interaction, answer, view=view)


@laid.register
async def _question(result: ImportQuestion, interaction: discord.Interaction) -> Laid:
    select = ImportSelect(result.draft_id)
    select.item.placeholder = _PLACEHOLDERS[result.asks]
    options = [
        discord.SelectOption(label=_label(label), value=str(number))
        for number, label in enumerate(result.options[:MOST_OPTIONS])
    ]
    return importing_text.question(result), row(select.offering(options))


@laid.register
async def _imported(result: Imported, interaction: discord.Interaction) -> Laid:
    items: list[DynamicItem[Any]] = []
    if result.draft_id is not None and result.is_crew and result.strangers:
        options = [
            discord.SelectOption(label=_label(name), value=str(at))
            for at, name in result.strangers[:MOST_OPTIONS]
        ]
        items.append(DriverSelect(result.draft_id).offering(options))
    if result.own_entry is not None:
        items.append(UndoButton(result.own_entry))
    return importing_text.imported(result), row(*items) if items else None


@laid.register
async def _only_shown(result: OnlyShown, interaction: discord.Interaction) -> Laid:
    return importing_text.only_shown(result), None


@laid.register
async def _rows(result: RowsImported, interaction: discord.Interaction) -> Laid:
    return importing_text.rows_imported(result), None


def _label(text: str) -> str:
    return shorten(in_code(text) or "?", LONGEST_OPTION)
