"""Under an ORP card, of one racer or of two side by side: more of it, and share it."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord.ui import View

from bot.app import App, app_of
from bot.discord.context import caller_of
from bot.discord.replies import make_message, reply
from bot.render import card as card_text
from bot.render import side_by_side as side_by_side_text
from bot.render.answer import Answer
from bot.render.card_more import card_more
from bot.views.base import Laid, OrpButton, row
from core.caller import Caller
from core.results.card import NoLapsYet, OrpCard, SideBySide
from core.results.refs import Scope


class MoreButton(OrpButton, word="more"):
    """Shows what stands behind an ORP card, of a heat or of a whole session."""

    costly = True
    label = "More"

    scope: Scope
    racer_id: int

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Show the rest of the card as it stands now."""
        caller = caller_of(interaction)
        shown = await app.services.card.show_of(caller, self.scope, racer_id=self.racer_id)
        await reply(interaction, card_more(shown))


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
        more = row(MoreButton(self.scope, self.racer_id))
        answer = card_text.orp_card(shared)
        await _share(interaction, answer, (self.racer_id,), view=more, file=picture)


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
        caller, racers = caller_of(interaction), (self.racer_id, self.other_id)
        shared = await app.services.card.side_by_side_of(
            caller, self.scope, racer_id=self.racer_id, other_id=self.other_id
        )
        picture = await app.studio.picture(shared)
        answer = side_by_side_text.side_by_side(shared)
        await _share(interaction, answer, racers, file=picture)


async def _share(
    interaction: discord.Interaction,
    answer: Answer,
    racer_ids: Sequence[int],
    *,
    view: View | None = None,
    file: discord.File | None,
) -> None:
    """Show racers to the channel, in a message that goes when one of them is forgotten.

    It is noted while nothing is in it yet: however the bot ends, no card stands there unnoted.
    """
    message_id = await make_message(interaction)
    if message_id is None:
        return
    await app_of(interaction).services.card.share(caller_of(interaction), message_id, racer_ids)
    await reply(interaction, answer, view=view, file=file)


def card(result: OrpCard | NoLapsYet, caller: Caller) -> Laid:
    """Return an ORP card with More and Share under it, in the words for the person who asked."""
    if isinstance(result, NoLapsYet):
        return card_text.no_laps_yet(result), None
    racer_id = result.run.racer.user_id
    is_self = racer_id == caller.person.user_id
    more, share = MoreButton(result.scope, racer_id), ShareButton(result.scope, racer_id)
    return card_text.orp_card(result, is_self=is_self), row(more, share)


def side_by_side(result: SideBySide) -> Laid:
    """Return two racers side by side with Share under them."""
    first, second = result.first.racer.user_id, result.second.racer.user_id
    share = ShareBothButton(result.scope, first, second)
    return side_by_side_text.side_by_side(result), row(share)
