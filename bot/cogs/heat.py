"""``/heat``: heats from start to finish."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.discord.attached import content_of
from bot.discord.context import caller_of, racer_of
from bot.discord.cooldowns import costly
from bot.discord.replies import reply, reply_with_form
from bot.discord.transformers import ClassName, HeatName, SessionName
from bot.render import heat as heat_text
from bot.views.base import laid
from bot.views.heat import ask_delete_heat
from bot.views.importing import telling
from bot.views.run_written import run_form
from bot.views.tables import heat_table
from core.commands import ImportLaps, RenameHeat, StartHeat

_SESSION = "Another session than yours"


class HeatCog(commands.GroupCog, group_name="heat", group_description="Heats"):
    """Heats: start, finish, show, list, edit, rename, delete, import."""

    def __init__(self, app: App) -> None:
        self._services = app.services

    @app_commands.command(description="Open a heat; the open heat of its class is finished first")
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        name="Like Q1 or A-Main; left out: counts on from the last heat",
        class_name="The class, like Buggy; left out: yours",
    )
    async def start(
        self,
        interaction: discord.Interaction,
        name: str | None = None,
        class_name: ClassName | None = None,
    ) -> None:
        """Open a heat."""
        command = StartHeat(name, class_name)
        result = await self._services.heat.start(caller_of(interaction), command)
        answer, view = await laid(result, interaction)
        await reply(interaction, answer, view=view)

    @app_commands.command(description="Finish a heat; its ORP summary goes to the team channel")
    @app_commands.describe(heat="Left out: the heat you are in")
    async def finish(self, interaction: discord.Interaction, heat: HeatName | None = None) -> None:
        """Finish a heat."""
        finished = await self._services.heat.finish(caller_of(interaction), heat)
        answer, view = await laid(finished, interaction)
        await reply(interaction, answer, view=view)

    @costly()
    @app_commands.command(description="Show a heat's table as it stands")
    @app_commands.describe(heat="Left out: the heat you are in", session=_SESSION)
    async def show(
        self,
        interaction: discord.Interaction,
        heat: HeatName | None = None,
        session: SessionName | None = None,
    ) -> None:
        """Show a heat."""
        table = await self._services.heat.show(caller_of(interaction), heat, session)
        answer, view = heat_table(table)
        await reply(interaction, answer, view=view)

    @app_commands.command(name="list", description="List the session's heats")
    @app_commands.describe(session=_SESSION)
    async def list_heats(
        self, interaction: discord.Interaction, session: SessionName | None = None
    ) -> None:
        """List heats."""
        listed = await self._services.heat.list_heats(caller_of(interaction), session)
        await reply(interaction, heat_text.heat_list(listed))

    @app_commands.command(
        description="Open the form with all laps; empty, it is the place to paste"
    )
    @app_commands.describe(
        heat="Left out: the heat you are in, or were in last",
        racer="Whose laps they are, if not yours (crew only)",
        session=_SESSION,
    )
    async def edit(
        self,
        interaction: discord.Interaction,
        heat: HeatName | None = None,
        racer: discord.User | None = None,
        session: SessionName | None = None,
    ) -> None:
        """Open the form with a run's laps."""
        opening = self._services.form.open(caller_of(interaction), heat, racer_of(racer), session)
        await reply_with_form(interaction, run_form(opening))

    @app_commands.command(
        description="Give a heat another name or class; two that then agree become one"
    )
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        heat="The heat", name="Its new name", class_name="Its new class", session=_SESSION
    )
    async def rename(
        self,
        interaction: discord.Interaction,
        heat: HeatName,
        name: str | None = None,
        class_name: ClassName | None = None,
        session: SessionName | None = None,
    ) -> None:
        """Rename a heat."""
        command = RenameHeat(heat, name, class_name, session)
        renamed = await self._services.heat.rename(caller_of(interaction), command)
        answer, view = await laid(renamed, interaction)
        await reply(interaction, answer, view=view)

    @app_commands.command(description="Delete a heat with its laps (crew only, asks first)")
    @app_commands.describe(heat="The heat")
    async def delete(self, interaction: discord.Interaction, heat: HeatName) -> None:
        """Ask whether to delete a heat."""
        deletion = await self._services.heat.ask_delete(caller_of(interaction), heat)
        answer, view = ask_delete_heat(deletion)
        await reply(interaction, answer, view=view)

    @costly()
    @app_commands.command(
        name="import", description="Laps from a result page, an event, a saved page or a CSV file"
    )
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        url="The link of a race, an event, or practice on LiveRC or MyRCM",
        file="A saved page, a CSV file or a text with laps",
        heat="The heat's name; left out: the page's",
        class_name="The class; left out: the page's",
    )
    async def import_laps(
        self,
        interaction: discord.Interaction,
        url: str | None = None,
        file: discord.Attachment | None = None,
        heat: str | None = None,
        class_name: ClassName | None = None,
    ) -> None:
        """Import laps."""
        command = ImportLaps(url, heat, class_name)
        done = await self._services.importing.begin(
            caller_of(interaction), command, await content_of(file), telling(interaction)
        )
        answer, view = await laid(done, interaction)
        await reply(interaction, answer, view=view)
