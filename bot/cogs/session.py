"""``/session``: race days and events."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.cooldowns import costly
from bot.discord.replies import reply
from bot.discord.transformers import Days, HeatMinutes, Rounds, SessionName, TrackName, ZoneName
from bot.render import session as session_text
from bot.views.follow import asked, followed
from bot.views.session import ask_delete_session, csv_file
from bot.views.tables import standings
from bot.views.waiting import told, with_waiting
from core.commands import SessionFields
from core.results.follow import WhichSession

_FIELDS = {
    "name": "Like Club Race",
    "days": "How many days it lasts, 1 to 7",
    "track": "Where it is; personal bests are kept by track",
    "practice_rounds": "How many practice rounds; from 3 on there is room to try things",
    "qualifying_rounds": "How many qualifiers before the main",
    "heat_minutes": "How long heats last, 1 to 60; a clean run then comes in laps",
    "timezone": "Where the track is, like Europe/Berlin; left out: the team's",
}


class SessionCog(commands.GroupCog, group_name="session", group_description="Race days"):
    """Sessions: start, follow, show, list, edit, close, delete, export."""

    def __init__(self, app: App) -> None:
        self._services = app.services

    @app_commands.command(description="Open a session: a race day or event")
    @app_commands.describe(**_FIELDS)
    async def start(
        self,
        interaction: discord.Interaction,
        name: str,
        days: Days | None = None,
        track: TrackName | None = None,
        practice_rounds: Rounds | None = None,
        qualifying_rounds: Rounds | None = None,
        heat_minutes: HeatMinutes | None = None,
        timezone: ZoneName | None = None,
    ) -> None:
        """Open a session."""
        fields = SessionFields(
            name, days, track, practice_rounds, qualifying_rounds, timezone, heat_minutes
        )
        started = await self._services.session.start(caller_of(interaction), fields)
        answer, view = with_waiting((session_text.session_started(started), None), started)
        await reply(interaction, answer, view=view)

    @app_commands.command(description="Heats come in by themselves from now on, from an event page")
    @app_commands.describe(url="The event's page on LiveRC or MyRCM; left out: what is followed")
    async def follow(self, interaction: discord.Interaction, url: str | None = None) -> None:
        """Follow an event, or show what is followed."""
        caller, service = caller_of(interaction), self._services.follow
        following = await (service.follow(caller, url) if url else service.show(caller))
        if isinstance(following, WhichSession):
            answer, view = asked(following)
        else:
            answer, view = followed(following)
        await reply(interaction, answer, view=view)

    @costly()
    @app_commands.command(description="Show a session's standings")
    @app_commands.describe(session="Left out: yours")
    async def show(
        self, interaction: discord.Interaction, session: SessionName | None = None
    ) -> None:
        """Show standings."""
        result = await self._services.session.show(caller_of(interaction), session)
        answer, view = with_waiting(standings(result), result)
        await reply(interaction, answer, view=view)

    @app_commands.command(name="list", description="List the team's sessions")
    async def list_sessions(self, interaction: discord.Interaction) -> None:
        """List sessions."""
        listed = await self._services.session.list_sessions(caller_of(interaction))
        answer, view = with_waiting((session_text.session_list(listed), None), listed)
        await reply(interaction, answer, view=view)

    @app_commands.command(description="Change a session")
    @app_commands.describe(session="Left out: yours", **_FIELDS)
    async def edit(
        self,
        interaction: discord.Interaction,
        session: SessionName | None = None,
        name: str | None = None,
        days: Days | None = None,
        track: TrackName | None = None,
        practice_rounds: Rounds | None = None,
        qualifying_rounds: Rounds | None = None,
        heat_minutes: HeatMinutes | None = None,
        timezone: ZoneName | None = None,
    ) -> None:
        """Change a session."""
        fields = SessionFields(
            name, days, track, practice_rounds, qualifying_rounds, timezone, heat_minutes
        )
        edited = await self._services.session.edit(caller_of(interaction), session, fields)
        await reply(interaction, session_text.session_edited(edited))

    @app_commands.command(description="Close a session; its open heats finish")
    @app_commands.describe(session="Left out: yours")
    async def close(
        self, interaction: discord.Interaction, session: SessionName | None = None
    ) -> None:
        """Close a session."""
        closed = await self._services.session.close(caller_of(interaction), session)
        answer, view = await told(closed, interaction)
        await reply(interaction, answer, view=view)

    @app_commands.command(description="Delete a session with all its laps (crew only, asks first)")
    @app_commands.describe(session="Left out: yours")
    async def delete(
        self, interaction: discord.Interaction, session: SessionName | None = None
    ) -> None:
        """Ask whether to delete a session."""
        deletion = await self._services.session.ask_delete(caller_of(interaction), session)
        answer, view = ask_delete_session(deletion)
        await reply(interaction, answer, view=view)

    @costly()
    @app_commands.command(description="Get every lap of a session as a CSV file")
    @app_commands.describe(session="Left out: yours")
    async def export(
        self, interaction: discord.Interaction, session: SessionName | None = None
    ) -> None:
        """Hand over a CSV file."""
        export = await self._services.session.export(caller_of(interaction), session)
        await reply(interaction, session_text.exported(export), file=csv_file(export))
