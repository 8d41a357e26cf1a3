"""What a post in the team channel looks like: its text, card, buttons and picture, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import discord
from discord.ui import View

from bot.render.answer import Answer, with_picture
from bot.render.summary import heat_summary, wrap_up
from bot.studio import Studio
from bot.views.base import Laid, row
from bot.views.confidence import confidence_buttons
from bot.views.session import CsvButton
from core.results.heat import HeatTable
from core.results.outbox import ClaimedPost


@dataclass(frozen=True, slots=True)
class PostMessage:
    """A post's message.

    Attributes:
        answer: Its text and card.
        view: The buttons under it; None for none.
        picture: None where there is no picture, or not at present.
        lacks_picture: Whether a picture belongs to it that could not be had.
    """

    answer: Answer
    view: View | None
    picture: discord.File | None
    lacks_picture: bool

    def to_edit(self) -> dict[str, Any]:
        """Return everything it shows, with None for what it shows no more."""
        return {**self._shown(), "attachments": [self.picture] if self.picture else []}

    def to_send(self) -> dict[str, Any]:
        """Return what a new message is made of; sending takes no None."""
        given = {**self._shown(), "file": self.picture}
        return {name: value for name, value in given.items() if value is not None}

    def _shown(self) -> dict[str, Any]:
        answer = with_picture(self.answer, self.picture.filename if self.picture else None)
        return {"content": answer.content, "embed": answer.embed, "view": self.view}


async def message_for(post: ClaimedPost, studio: Studio, *, may_attach: bool) -> PostMessage:
    """Return the message of a post that has something to show.

    Args:
        post: The claimed post.
        studio: Where its picture is drawn.
        may_attach: Whether the bot may send files where it goes.
    """
    table = post.content if isinstance(post.content, HeatTable) else None
    picture = await studio.picture(table) if table is not None and may_attach else None
    lacks_picture = picture is None and table is not None and table.has_laps
    answer, view = _laid(post)
    return PostMessage(answer, view, picture, lacks_picture)


def _laid(post: ClaimedPost) -> Laid:
    if isinstance(post.content, HeatTable):
        view = confidence_buttons(post.subject_id) if post.content.has_laps else None
        return heat_summary(post.content), view
    if post.content is not None:
        return wrap_up(post.content), row(CsvButton(post.subject_id))
    raise ValueError(f"post {post.id} has nothing to show")
