"""Under an ORP card: share it."""

from __future__ import annotations

from typing import Any

import discord
from discord.ui import Button, DynamicItem, View

from bot.context import caller_of
from bot.render import cards
from bot.replies import reply
from bot.views.base import USER, UUID_HEX, Laid, OrpItem, row
from core.bootstrap import Services
from core.caller import Person
from core.results import NoLapsYet, OrpCard
from core.services.scores import WHOLE_SESSION


class ShareButton(
    OrpItem,
    DynamicItem[Button[View]],
    template=rf"share:(?P<which>{UUID_HEX}|{WHOLE_SESSION}):(?P<racer_id>{USER})",
):
    """Shows an ORP card to the whole channel."""

    private = False

    def __init__(self, which: str, racer_id: int) -> None:
        super().__init__(Button(label="Share", custom_id=f"share:{which}:{racer_id}"))
        self.which = which
        self.racer_id = racer_id

    async def pressed(self, interaction: discord.Interaction[Any], services: Services) -> None:
        """Post the card as it stands now where it was pressed."""
        racer = Person(self.racer_id, "this racer")
        shared = await services.scores.card(caller_of(interaction), self.which, racer)
        answer, _ = card(shared)
        await reply(interaction, answer)


def card(result: OrpCard | NoLapsYet) -> Laid:
    """Return an ORP card with Share under it."""
    if isinstance(result, NoLapsYet):
        return cards.no_laps_yet(result), None
    which = result.heat.id.hex if result.heat else WHOLE_SESSION
    share = ShareButton(which, result.run.racer.user_id)
    return cards.orp_card(result), row(share)
