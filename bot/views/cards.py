"""Under an ORP card: share it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import discord
from discord.ui import Button, DynamicItem, View

from bot.context import caller_of
from bot.render import cards
from bot.replies import reply
from bot.views.base import USER, UUID_HEX, Laid, OrpItem, row
from core.bootstrap import Services
from core.caller import Caller
from core.results import NoLapsYet, OrpCard


class ShareButton(
    OrpItem,
    DynamicItem[Button[View]],
    template=rf"share:(?P<scope>heat|session):(?P<place_id>{UUID_HEX}):(?P<racer_id>{USER})",
):
    """Shows an ORP card, of a heat or of a whole session, to the channel."""

    private = False
    costly = True

    def __init__(self, scope: str, place_id: UUID, racer_id: int) -> None:
        super().__init__(
            Button(label="Share", custom_id=f"share:{scope}:{place_id.hex}:{racer_id}")
        )
        self.scope = scope
        self.place_id = place_id
        self.racer_id = racer_id

    async def pressed(self, interaction: discord.Interaction[Any], services: Services) -> None:
        """Post the card as it stands now where it was pressed."""
        scores = services.scores
        read = scores.heat_card if self.scope == "heat" else scores.session_card
        shared = await read(caller_of(interaction), self.place_id, racer_id=self.racer_id)
        await reply(interaction, cards.orp_card(shared))


def card(result: OrpCard | NoLapsYet, caller: Caller) -> Laid:
    """Return an ORP card with Share under it, in the words for the person who asked."""
    if isinstance(result, NoLapsYet):
        return cards.no_laps_yet(result), None
    racer_id = result.run.racer.user_id
    is_self = racer_id == caller.person.user_id
    if result.heat is not None:
        share = ShareButton("heat", result.heat.id, racer_id)
    else:
        share = ShareButton("session", result.session.id, racer_id)
    return cards.orp_card(result, is_self=is_self), row(share)
