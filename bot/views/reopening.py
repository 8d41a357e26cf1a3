"""Reopen: under what finished a heat or closed a session, and under their tables."""

from __future__ import annotations

import discord

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.replies import reply
from bot.limits import LONGEST_LABEL
from bot.render import heat as heat_text
from bot.render import session as session_text
from bot.render.text import in_code, shorten
from bot.views.base import OrpButton
from core.results.refs import HeatRef, Scope, ScopeKind, SessionRef


class ReopenButton(OrpButton, word="reopen"):
    """Opens a finished heat or a closed session again."""

    label = "Reopen"

    scope: Scope

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Open it again; its post stays, and follows."""
        caller, services = caller_of(interaction), app.services
        if self.scope.kind is ScopeKind.HEAT:
            answer = heat_text.heat_reopened(await services.heat.reopen(caller, self.scope.id))
        else:
            reopened = await services.session.reopen(caller, self.scope.id)
            answer = session_text.session_reopened(reopened)
        await reply(interaction, answer)


def reopen_heat(heat: HeatRef, *, named: bool = False) -> ReopenButton:
    """Return the button that opens a heat again.

    Args:
        heat: The heat.
        named: Whether the button says which one.
    """
    button = ReopenButton(Scope(ScopeKind.HEAT, heat.id))
    if named:
        button.item.label = shorten(f"Reopen {in_code(heat.label)}", LONGEST_LABEL)
    return button


def reopen_session(session: SessionRef) -> ReopenButton:
    """Return the button that opens a session again."""
    return ReopenButton(Scope(ScopeKind.SESSION, session.id))
