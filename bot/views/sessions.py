"""Under answers about sessions: race in one, delete one."""

from __future__ import annotations

import io
from uuid import UUID

import discord
from discord.ui import Button, DynamicItem, View

from bot.discord.context import caller_of
from bot.discord.replies import reply
from bot.render import sessions
from bot.views.base import UUID_HEX, Laid, OrpItem, row
from core.bootstrap import Services
from core.results.heats import Deletion
from core.results.sessions import Export


class RaceHereButton(
    OrpItem, DynamicItem[Button[View]], template=rf"race-here:(?P<session_id>{UUID_HEX})"
):
    """Makes a session the presser's."""

    def __init__(self, session_id: UUID) -> None:
        super().__init__(Button(label="Race here", custom_id=f"race-here:{session_id.hex}"))
        self.session_id = session_id

    async def pressed(self, interaction: discord.Interaction, services: Services) -> None:
        """Send the presser's laps to this session from now on."""
        session = await services.sessions.race_here(caller_of(interaction), self.session_id)
        await reply(interaction, sessions.racing_here(session))


class CsvButton(OrpItem, DynamicItem[Button[View]], template=rf"csv:(?P<session_id>{UUID_HEX})"):
    """Hands over every lap of a session as a CSV file."""

    costly = True

    def __init__(self, session_id: UUID) -> None:
        super().__init__(Button(label="CSV", custom_id=f"csv:{session_id.hex}"))
        self.session_id = session_id

    async def pressed(self, interaction: discord.Interaction, services: Services) -> None:
        """Hand over the laps as they stand now."""
        export = await services.sessions.export(caller_of(interaction), str(self.session_id))
        await reply(interaction, sessions.exported(export), file=csv_file(export))


def csv_file(export: Export) -> discord.File:
    """Return an export as Discord takes files."""
    return discord.File(io.BytesIO(export.content.encode()), export.filename)


class DeleteSessionButton(
    OrpItem, DynamicItem[Button[View]], template=rf"delete-session:(?P<session_id>{UUID_HEX})"
):
    """Deletes a session; the question it stands under was the asking."""

    replaces = True

    def __init__(self, session_id: UUID) -> None:
        super().__init__(
            Button(
                label="Delete",
                style=discord.ButtonStyle.danger,
                custom_id=f"delete-session:{session_id.hex}",
            )
        )
        self.session_id = session_id

    async def pressed(self, interaction: discord.Interaction, services: Services) -> None:
        """Delete the session with everything in it."""
        deleted = await services.sessions.delete(caller_of(interaction), self.session_id)
        await reply(interaction, sessions.session_deleted(deleted))


def ask_delete_session(deletion: Deletion) -> Laid:
    """Return the question whether to delete a session."""
    return sessions.ask_delete_session(deletion), row(DeleteSessionButton(deletion.id))
