"""Under an ORP card, of one racer or of two side by side: share it."""

from __future__ import annotations

from uuid import UUID

import discord
from discord.ui import Button, DynamicItem, View

from bot.app import app_of
from bot.discord.context import caller_of
from bot.discord.replies import reply
from bot.render import cards, comparison
from bot.views.base import USER, UUID_HEX, Laid, OrpItem, row
from core.bootstrap import Services
from core.caller import Caller
from core.results.scores import NoLapsYet, OrpCard, SideBySide


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

    async def pressed(self, interaction: discord.Interaction, services: Services) -> None:
        """Post the card as it stands now where it was pressed."""
        scores = services.scores
        read = scores.heat_card if self.scope == "heat" else scores.session_card
        shared = await read(caller_of(interaction), self.place_id, racer_id=self.racer_id)
        picture = await app_of(interaction).studio.picture(shared)
        await reply(interaction, cards.orp_card(shared), file=picture)


class ShareBothButton(
    OrpItem,
    DynamicItem[Button[View]],
    template=(
        rf"share:(?P<scope>heat|session):(?P<place_id>{UUID_HEX})"
        rf":(?P<racer_id>{USER}):(?P<other_id>{USER})"
    ),
):
    """Shows two racers side by side, of a heat or of a whole session, to the channel."""

    private = False
    costly = True

    def __init__(self, scope: str, place_id: UUID, racer_id: int, other_id: int) -> None:
        custom_id = f"share:{scope}:{place_id.hex}:{racer_id}:{other_id}"
        super().__init__(Button(label="Share", custom_id=custom_id))
        self.scope = scope
        self.place_id = place_id
        self.racer_id = racer_id
        self.other_id = other_id

    async def pressed(self, interaction: discord.Interaction, services: Services) -> None:
        """Post both as they stand now where it was pressed."""
        scores = services.scores
        is_heat = self.scope == "heat"
        read = scores.heat_side_by_side if is_heat else scores.session_side_by_side
        shared = await read(
            caller_of(interaction), self.place_id, racer_id=self.racer_id, other_id=self.other_id
        )
        picture = await app_of(interaction).studio.picture(shared)
        await reply(interaction, comparison.side_by_side(shared), file=picture)


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


def side_by_side(result: SideBySide) -> Laid:
    """Return two racers side by side with Share under them."""
    both = result.first.racer.user_id, result.second.racer.user_id
    if result.heat is not None:
        share = ShareBothButton("heat", result.heat.id, *both)
    else:
        share = ShareBothButton("session", result.session.id, *both)
    return comparison.side_by_side(result), row(share)
