"""What all buttons and selects share: they work after a restart, and errors reach the presser.

A button is a word, the fields its custom id carries, and what a press does. discord.py only logs
what a DynamicItem raises, so the base class answers instead.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, ClassVar, Final, Self, TypeVar, dataclass_transform
from uuid import UUID

import discord
from discord.ui import Button, DynamicItem, Item, Select, View

from bot.app import App, app_of
from bot.discord.cooldowns import spend
from bot.discord.custom_ids import CustomIds
from bot.discord.replies import begin, reply_to_error
from bot.render.answer import Answer
from core.errors import NotFound

Wrapped = TypeVar("Wrapped", bound=Item[Any])
Laid = tuple[Answer, View | None]
"""An answer and the buttons under it."""

_MATCHES_NOTHING: Final = "(?!)"
# A number that a select carries, as long as a value of one can be.
_NUMBER: Final = re.compile("[0-9]{1,100}")


@singledispatch
async def laid(result: object, interaction: discord.Interaction) -> Laid:
    """Return the answer to what was done, and the buttons under it.

    Each file of views says it for the results of its feature, with ``laid.register``.
    """
    raise TypeError(f"nothing lays out a {type(result).__name__}")


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


@dataclass_transform(eq_default=False)
class OrpItem(DynamicItem[Wrapped], template=_MATCHES_NOTHING):
    """A button or select: its press is one service call, one render, one reply.

    A subclass names its word; its own annotations are the fields that its custom_id carries.

    Attributes:
        private: Whether only the presser sees the answer.
        replaces: Whether the answer takes the place of the message the item is on.
        costly: Whether presses count against the presser's cooldown.
    """

    private: ClassVar[bool] = True
    replaces: ClassVar[bool] = False
    costly: ClassVar[bool] = False
    _ids: ClassVar[CustomIds]

    def __init_subclass__(cls, *, word: str = "") -> None:
        if not word:
            super().__init_subclass__(template=_MATCHES_NOTHING)
            return
        cls._ids = CustomIds(word, cls)
        super().__init_subclass__(template=cls._ids.pattern)
        dataclass(eq=False, repr=False)(cls)

    def __post_init__(self) -> None:
        super().__init__(self._made(self._ids.write(self)))

    @abstractmethod
    def _made(self, custom_id: str) -> Wrapped:
        """Return discord.py's own button or select."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: Item[Any], match: re.Match[str], /
    ) -> Self:
        """Make the item again from what its custom_id carries."""
        return cls(**cls._ids.read(match))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Do the work and answer whatever happens."""
        if not await begin(interaction, private=self.private, replaces=self.replaces):
            return
        try:
            if self.costly:
                spend(interaction)
            await self.pressed(interaction, app_of(interaction))
        except Exception as error:
            await reply_to_error(interaction, error)

    @abstractmethod
    async def pressed(self, interaction: discord.Interaction, app: App) -> None:
        """Carry out the press."""


class OrpButton(OrpItem[Button[View]]):
    """A button.

    Attributes:
        label: What is written on it.
        style: Its colour.
    """

    label: ClassVar[str] = ""
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary

    def _made(self, custom_id: str) -> Button[View]:
        return Button(label=self.label, style=self.style, custom_id=custom_id)


class OrpSelect(OrpItem[Select[View]]):
    """A select. What is picked in it is text from a stranger, whatever was offered.

    Attributes:
        placeholder: What is written on it until something is picked.
    """

    placeholder: ClassVar[str]

    def _made(self, custom_id: str) -> Select[View]:
        return Select(custom_id=custom_id, placeholder=self.placeholder)

    def offering(self, options: list[discord.SelectOption]) -> Self:
        """Return it with something to pick from."""
        self.item.options = options
        return self

    @property
    def picked_number(self) -> int:
        """The number that was picked; 0, which nobody has, where it is none."""
        return int(self.picked) if _NUMBER.fullmatch(self.picked) else 0

    @property
    def picked_id(self) -> UUID:
        """The id that was picked; the one that nothing has, where it is none."""
        try:
            return UUID(self.picked)
        except ValueError:
            return UUID(int=0)

    @property
    def picked(self) -> str:
        """What was picked, as it came."""
        return str(self.item.values[0]) if self.item.values else ""


async def refuse_unknown(
    interaction: discord.Interaction, items: Sequence[type[OrpItem[Any]]]
) -> None:
    """Answer a press of what no template knows: a button of an older version."""
    data: Any = interaction.data
    custom_id = data["custom_id"]
    if any(item.__discord_ui_compiled_template__.fullmatch(custom_id) for item in items):
        return
    if await begin(interaction):
        error = NotFound("That button is of an older kind: ask for what it stands under again.")
        await reply_to_error(interaction, error)
