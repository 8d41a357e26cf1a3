"""A file that came with a command, read within limits."""

from __future__ import annotations

from typing import Final

import discord

from core.errors import BadInput

# As large as a page may be.
MOST_BYTES: Final = 5_000_000


async def content_of(file: discord.Attachment | None) -> bytes | None:
    """Return what is in a file; None where there is none.

    Raises:
        BadInput: It is too large, or Discord has it no more.
    """
    if file is None:
        return None
    if file.size > MOST_BYTES:
        raise BadInput("That file has more than 5 MB: no page or file with laps is so large.")
    try:
        return await file.read()
    except (discord.NotFound, discord.Forbidden):
        raise BadInput("Discord has that file no more: send it again.") from None
