"""Whose data it is: the file a racer gets, and the button under the question to forget them."""

from __future__ import annotations

import asyncio
import io
import zipfile
from typing import Final
from uuid import UUID

import discord

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.permissions import with_unreachable
from bot.discord.replies import reply
from bot.render import data as data_text
from bot.views.base import Laid, OrpButton, row
from core.results.data import DataExport, DataHeld

_FILENAME: Final = "my-orp-data.zip"
_README: Final = "README.txt"


class ForgetButton(OrpButton, word="forget"):
    """Forgets a racer; the question it stands under was the asking."""

    replaces = True
    label = "Forget"
    style = discord.ButtonStyle.danger

    racer_id: UUID | None

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Forget the racer, and name the posts that cannot follow."""
        forgotten = await app.services.data.forget(caller_of(interaction), self.racer_id)
        told = await with_unreachable(forgotten, interaction)
        await reply(interaction, data_text.forgotten(told))


def ask_forget(held: DataHeld) -> Laid:
    """Return the question whether to forget a racer."""
    view = None if held.is_nothing else row(ForgetButton(held.racer_id))
    return data_text.ask_forget(held), view


async def data_file(export: DataExport) -> discord.File | None:
    """Return an export as Discord takes files; None where there is nothing to hand over."""
    if not export.files:
        return None
    # A racer of many years takes a while to pack.
    return discord.File(await asyncio.to_thread(_packed, export), _FILENAME)


def _packed(export: DataExport) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_README, data_text.readme(export))
        for file in export.files:
            archive.writestr(file.name, file.content)
    packed.seek(0)
    return packed
