"""``/orp`` and the user menu *ORP card*: the score and what is behind it."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import App
from bot.discord.context import caller_of, racer_of
from bot.discord.cooldowns import costly
from bot.discord.replies import reply
from bot.discord.transformers import HeatNameOrAll, SessionName
from bot.views.card import card, side_by_side
from bot.views.waiting import with_waiting


class CardCog(commands.Cog):
    """ORP cards."""

    def __init__(self, app: App, tree: app_commands.CommandTree) -> None:
        self._services = app.services
        self._studio = app.studio
        # A cog collects its slash commands by itself, its menus it does not.
        tree.add_command(app_commands.ContextMenu(name="ORP card", callback=self.card_of_member))

    @costly()
    @app_commands.command(description="Your ORP: score, figures and what to do next")
    @app_commands.rename(other="with")
    @app_commands.describe(
        heat="A heat, or all for the whole session; left out: the latest",
        racer="Whose card, if not yours",
        other="A team-mate to put beside it",
        session="Another session than yours",
    )
    async def orp(
        self,
        interaction: discord.Interaction,
        heat: HeatNameOrAll | None = None,
        racer: discord.User | None = None,
        other: discord.User | None = None,
        session: SessionName | None = None,
    ) -> None:
        """Show an ORP card, or two racers side by side."""
        caller, mate = caller_of(interaction), racer_of(other)
        if mate is None:
            found = await self._services.card.show(caller, heat, racer_of(racer), session)
            answer, view = with_waiting(card(found, caller), found)
            picture = await self._studio.picture(found)
        else:
            both = await self._services.card.side_by_side(
                caller, mate, heat, racer_of(racer), session
            )
            answer, view = with_waiting(side_by_side(both), both)
            picture = await self._studio.picture(both)
        await reply(interaction, answer, view=view, file=picture)

    @costly()
    async def card_of_member(
        self, interaction: discord.Interaction, member: discord.Member
    ) -> None:
        """Show a member's card of their latest heat."""
        caller = caller_of(interaction)
        found = await self._services.card.show(caller, racer=racer_of(member))
        answer, view = with_waiting(card(found, caller), found)
        picture = await self._studio.picture(found)
        await reply(interaction, answer, view=view, file=picture)
