"""What all forms share: they may be sent after a restart, and errors reach the sender.

discord.py knows only the forms that this process has opened, so none is left to it: whatever is
sent is routed by its custom_id, and read from what came with the interaction.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, dataclass_transform

import discord
from discord.ui import Modal

from bot.app import App, app_of
from bot.discord.context import picked_person
from bot.discord.custom_ids import CustomIds
from bot.discord.replies import begin, reply_to_error
from bot.limits import LONGEST_FORM_TITLE
from bot.render.text import shorten
from core.caller import Person
from core.errors import BadInput, NotFound


class Sent:
    """What a form came back with.

    Raises:
        BadInput: A field has no id.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._values = dict(_values(data.get("components")))

    def text(self, name: str) -> str:
        """Return what was typed into a field; nothing where there is no such field."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def shown_text(self, name: str) -> str | None:
        """Return what was typed into a field; None where the form had no such field."""
        return self.text(name) if name in self._values else None

    def person(self, name: str) -> Person | None:
        """Return who was picked, if anybody was.

        Raises:
            BadInput: It is a bot.
        """
        picked = self._values.get(name)
        if not isinstance(picked, list) or not picked:
            return None
        return picked_person(self._data, str(picked[0]))


def _values(components: object) -> Iterator[tuple[str, object]]:
    """Return each field's id with what it holds.

    Raises:
        BadInput: A field has no id.
    """
    for item in components if isinstance(components, list) else []:
        field = item.get("component") if isinstance(item, Mapping) else None
        if not isinstance(field, Mapping):
            continue
        if not isinstance(field.get("custom_id"), str):
            raise BadInput("That form came back incomplete: open it again.")
        yield field["custom_id"], field.get("value") or field.get("values")


@dataclass_transform(eq_default=False)
class OrpForm:
    """A form: sending it is one service call, one render, one reply.

    A subclass names its word; its own annotations are the fields that its custom_id carries.
    """

    ids: ClassVar[CustomIds]

    def __init_subclass__(cls, *, word: str) -> None:
        super().__init_subclass__()
        cls.ids = CustomIds(word, cls)
        dataclass(eq=False)(cls)

    def opened(self, title: str) -> Modal:
        """Return the form without its fields, for discord.py to open."""
        modal = Modal(title=shorten(title, LONGEST_FORM_TITLE), custom_id=self.ids.write(self))
        # Whatever is sent is routed by its custom_id: discord.py need not remember the form.
        modal.stop()
        return modal

    @abstractmethod
    async def sent(self, interaction: discord.Interaction, app: App, sent: Sent) -> None:
        """Carry out what the form came back with."""


async def route(interaction: discord.Interaction, forms: Sequence[type[OrpForm]]) -> None:
    """Carry out a form that was sent, and answer whatever happens."""
    if not await begin(interaction):
        return
    data: Any = interaction.data
    try:
        for form in forms:
            match = form.ids.pattern.fullmatch(data["custom_id"])
            if match:
                came_back = form(**form.ids.read(match))
                await came_back.sent(interaction, app_of(interaction), Sent(data))
                return
        raise NotFound("That form is of an older kind: open it again.")
    except Exception as error:
        await reply_to_error(interaction, error)
