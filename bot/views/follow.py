"""Under what is followed: a button an event that stops it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import discord

from bot.app import App
from bot.discord.context import caller_of
from bot.discord.replies import reply
from bot.limits import LONGEST_OPTION, MOST_OPTIONS
from bot.render import follow as follow_text
from bot.render.text import shorten
from bot.views.base import Laid, OrpButton, OrpSelect, row
from core.results.follow import Following, WhichSession

LONGEST_LABEL: Final = 80


class StopButton(OrpButton, word="stop-follow"):
    """Stops following an event; what has come in stays."""

    replaces = True
    label = "Stop"

    follow_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Stop it; what is still followed takes the place of the answer."""
        following = await app.services.follow.stop(caller_of(interaction), self.follow_id)
        answer, view = followed(following)
        await reply(interaction, answer, view=view)


class FollowForSelect(OrpSelect, word="follow-for"):
    """Asks which of several sessions follows an event that has been read."""

    replaces = True
    placeholder = "Which event?"

    page_id: UUID

    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Follow it for the session that was picked."""
        following = await app.services.follow.follow_for(
            caller_of(interaction), self.page_id, self.picked_id
        )
        answer, view = followed(following)
        await reply(interaction, answer, view=view)


def asked(which: WhichSession) -> Laid:
    """Return the question which session follows an event."""
    select = FollowForSelect(which.page_id).offering(
        [
            discord.SelectOption(label=each.name[:LONGEST_OPTION], value=each.id.hex)
            for each in which.sessions[:MOST_OPTIONS]
        ]
    )
    return follow_text.which_session(which), row(select)


def followed(following: Following) -> Laid:
    """Return what a team follows, with a button for each event the reader may stop."""
    stops = []
    mine = [each for each in following.followed if each.may_stop]
    for each in mine:
        button = StopButton(each.id)
        if len(mine) > 1:
            button.item.label = shorten(f"Stop {each.event}", LONGEST_LABEL)
        stops.append(button)
    return follow_text.following(following), row(*stops) if stops else None
