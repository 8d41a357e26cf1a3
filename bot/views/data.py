"""Whose data it is: the file a racer gets."""

from __future__ import annotations

import asyncio
import io
import zipfile
from typing import Final

import discord

from bot.render import data as data_text
from core.results.data import DataExport

_FILENAME: Final = "my-orp-data.zip"
_README: Final = "README.txt"


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
