"""What a render function hands back; buttons and files are attached by whoever sends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import discord

from bot import colours
from bot.limits import FIELD_LIMIT
from bot.render.text import join_fitting, size

CARD_COLOUR: Final = discord.Colour.from_str(colours.CARD)


@dataclass(frozen=True, slots=True)
class Answer:
    """The text and the card of one message, both within Discord's limits.

    Attributes:
        content: The message's own text; the first line is what a lock screen shows.
        embed: The card below it; None where there is none, also when a post loses the one it had.
        picture_first: A picture that comes with it stands above the card instead of in it.
    """

    content: str = ""
    embed: discord.Embed | None = None
    picture_first: bool = False


def add_section(
    embed: discord.Embed, name: str, lines: Sequence[str], limit: int = FIELD_LIMIT
) -> None:
    """Add lines under a heading, as many as fit; no heading without lines.

    Args:
        embed: The card.
        name: The heading.
        lines: Ready to be shown, the most important first.
        limit: The most characters, up to what a field takes.
    """
    if lines:
        embed.add_field(name=name, value=join_fitting(lines, limit), inline=False)


def with_picture(answer: Answer, file_name: str | None) -> Answer:
    """Return the answer with a picture that comes with it shown in its card, below the text.

    Discord shows what is in no card above all cards; that is for an answer whose picture is first.

    Args:
        answer: The answer.
        file_name: The name of the file that comes with it; what is no picture stays a file.
    """
    is_picture = file_name is not None and file_name.endswith(".png")
    if answer.embed is None or answer.picture_first or not is_picture:
        return answer
    return replace(answer, embed=answer.embed.copy().set_image(url=f"attachment://{file_name}"))


def embed_size(embed: discord.Embed) -> int:
    """Return how many characters of a message's limit a card takes so far."""
    texts = [embed.title, embed.description, embed.footer.text]
    texts += [text for field in embed.fields for text in (field.name, field.value)]
    return sum(size(text) for text in texts if text)
