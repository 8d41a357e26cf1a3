"""What all buttons and selects share: they work after a restart, and errors reach the presser.

discord.py only logs what a DynamicItem raises, so the base class answers instead.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self
from uuid import UUID

import discord
from discord.ui import DynamicItem, Item, View

from bot.app import app_of
from bot.discord.cooldowns import spend
from bot.discord.replies import begin, reply_to_error
from bot.render.answer import Answer

if TYPE_CHECKING:
    from core.bootstrap import Services

# How an id stands in a custom_id.
UUID_HEX: Final = "[0-9a-f]{32}"
NUMBER: Final = "[0-9]{1,18}"
USER: Final = "[0-9]{1,20}"


def _yes_or_no(text: str) -> bool:
    return text == "1"


_READERS: Final[dict[str, Callable[[str], object]]] = {
    "counts": _yes_or_no,
    "draft_id": UUID,
    "entry_id": int,
    "heat_id": UUID,
    "lap_number": int,
    "other_id": int,
    "page": int,
    "place_id": UUID,
    "racer_id": int,
    "rating": int,
    "scope": str,
    "session_id": UUID,
}


Laid = tuple[Answer, View | None]
"""An answer and the buttons under it."""


def row(*items: DynamicItem[Any]) -> View:
    """Return a row of buttons that works for as long as its message exists.

    Each press makes its item again from the custom_id. discord.py need not remember the view, which
    it would do for a quarter of an hour, with a task for each.
    """
    view = View(timeout=None)
    for item in items:
        view.add_item(item)
    view.stop()
    return view


def carries(message: discord.Message, subject_id: UUID) -> bool:
    """Tell whether a message has an item that carries this id."""
    return any(
        subject_id.hex in (getattr(item, "custom_id", None) or "")
        for component in message.components
        if isinstance(component, discord.ActionRow)
        for item in component.children
    )


class OrpItem:
    """Mixed into a DynamicItem: its press is one service call, one render, one reply.

    Attributes:
        private: Whether only the presser sees the answer.
        replaces: Whether the answer takes the place of the message the item is on.
        costly: Whether presses count against the presser's cooldown.
    """

    private: ClassVar[bool] = True
    replaces: ClassVar[bool] = False
    costly: ClassVar[bool] = False

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the item again from what its custom_id carries."""
        return cls(**{name: _READERS[name](text) for name, text in match.groupdict().items()})

    async def callback(self, interaction: discord.Interaction) -> None:
        """Do the work and answer whatever happens."""
        if not await begin(interaction, private=self.private, replaces=self.replaces):
            return
        try:
            if self.costly:
                spend(interaction)
            await self.pressed(interaction, app_of(interaction).services)
        except Exception as error:
            await reply_to_error(interaction, error)

    @abstractmethod
    async def pressed(self, interaction: discord.Interaction, services: Services) -> None:
        """Carry out the press."""
