"""Under an ORP card, of one racer or of two side by side: share it."""

from __future__ import annotations

import discord

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.replies import reply
from bot.render import card as card_text
from bot.render import side_by_side as side_by_side_text
from bot.views.base import Laid, OrpButton, row
from core.caller import Caller
from core.results.card import NoLapsYet, OrpCard, SideBySide
from core.results.refs import Scope


class ShareButton(OrpButton, word="share"):
    """Shows an ORP card, of a heat or of a whole session, to the channel."""

    private = False
    costly = True
    label = "Share"

    scope: Scope
    racer_id: int

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Post the card as it stands now where it was pressed."""
        caller = caller_of(interaction)
        shared = await app.services.card.show_of(caller, self.scope, racer_id=self.racer_id)
        picture = await app.studio.picture(shared)
        await reply(interaction, card_text.orp_card(shared), file=picture)


class ShareBothButton(OrpButton, word="share"):
    """Shows two racers side by side, of a heat or of a whole session, to the channel."""

    private = False
    costly = True
    label = "Share"

    scope: Scope
    racer_id: int
    other_id: int

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Post both as they stand now where it was pressed."""
        shared = await app.services.card.side_by_side_of(
            caller_of(interaction), self.scope, racer_id=self.racer_id, other_id=self.other_id
        )
        picture = await app.studio.picture(shared)
        await reply(interaction, side_by_side_text.side_by_side(shared), file=picture)


def card(result: OrpCard | NoLapsYet, caller: Caller) -> Laid:
    """Return an ORP card with Share under it, in the words for the person who asked."""
    if isinstance(result, NoLapsYet):
        return card_text.no_laps_yet(result), None
    racer_id = result.run.racer.user_id
    is_self = racer_id == caller.person.user_id
    return card_text.orp_card(result, is_self=is_self), row(ShareButton(result.scope, racer_id))


def side_by_side(result: SideBySide) -> Laid:
    """Return two racers side by side with Share under them."""
    first, second = result.first.racer.user_id, result.second.racer.user_id
    share = ShareBothButton(result.scope, first, second)
    return side_by_side_text.side_by_side(result), row(share)
