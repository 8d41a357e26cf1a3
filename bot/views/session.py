"""Under answers about sessions: race in one, delete one."""

from __future__ import annotations

import io
from uuid import UUID

import discord

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.permissions import with_channel_problem
from bot.discord.replies import reply
from bot.render import session as session_text
from bot.views.base import Laid, OrpButton, laid, row
from bot.views.reopening import reopen_session
from core.results.heat import Deletion
from core.results.session import Export, SessionClosed


class RaceHereButton(OrpButton, word="race-here"):
    """Makes a session the presser's."""

    label = "Race here"

    session_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Send the presser's laps to this session from now on."""
        session = await app.services.session.race_here(caller_of(interaction), self.session_id)
        await reply(interaction, session_text.racing_here(session))


class CsvButton(OrpButton, word="csv"):
    """Hands over every lap of a session as a CSV file."""

    costly = True
    label = "CSV"

    session_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Hand over the laps as they stand now."""
        export = await app.services.session.export(caller_of(interaction), str(self.session_id))
        await reply(interaction, session_text.exported(export), file=csv_file(export))


def csv_file(export: Export) -> discord.File:
    """Return an export as Discord takes files."""
    return discord.File(io.BytesIO(export.content.encode()), export.filename)


class DeleteSessionButton(OrpButton, word="delete-session"):
    """Deletes a session; the question it stands under was the asking."""

    replaces = True
    label = "Delete"
    style = discord.ButtonStyle.danger

    session_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Delete the session with everything in it."""
        deleted = await app.services.session.delete(caller_of(interaction), self.session_id)
        await reply(interaction, session_text.session_deleted(deleted))


@laid.register
async def _closed(result: SessionClosed, interaction: discord.Interaction) -> Laid:
    answer = session_text.session_closed(await with_channel_problem(result, interaction))
    return answer, row(reopen_session(result.session))


def ask_delete_session(deletion: Deletion) -> Laid:
    """Return the question whether to delete a session."""
    return session_text.ask_delete_session(deletion), row(DeleteSessionButton(deletion.id))
