"""What all forms share: they may be sent after a restart, and errors reach the sender.

discord.py knows only the forms that this process has opened, so none is left to it: whatever is
sent is routed by its custom_id, and read from what came with the interaction.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import discord
from discord.ui import Modal

from bot.app import app_of
from bot.discord.context import picked_person
from bot.discord.replies import begin, reply_to_error
from bot.limits import LONGEST_FORM_TITLE
from bot.render.text import shorten
from core.caller import Person
from core.errors import NotFound

if TYPE_CHECKING:
    from core.bootstrap import Services


class Sent:
    """What a form came back with, and what its custom_id carries."""

    def __init__(self, data: Mapping[str, Any], carried: Mapping[str, str]) -> None:
        self._data = data
        self._values = dict(_values(data.get("components") or []))
        self.carried = carried

    def text(self, name: str) -> str:
        """Return what was typed into a field; nothing where there is no such field."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def person(self, name: str) -> Person | None:
        """Return who was picked, if anybody was.

        Raises:
            BadInput: It is a bot.
        """
        picked = self._values.get(name)
        if not isinstance(picked, list) or not picked:
            return None
        return picked_person(self._data, str(picked[0]))


def _values(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, object]]:
    for item in components:
        field = item.get("component")
        if field is not None:
            yield field["custom_id"], field.get("value") or field.get("values")


class OrpForm(Modal):
    """A form: sending it is one service call, one render, one reply.

    Attributes:
        template: What its custom_id looks like, and what it carries.
    """

    template: ClassVar[re.Pattern[str]]

    def __init__(self, title: str, custom_id: str) -> None:
        super().__init__(title=shorten(title, LONGEST_FORM_TITLE), custom_id=custom_id)
        # Whatever is sent is routed by its custom_id: discord.py need not remember the form.
        self.stop()

    @classmethod
    @abstractmethod
    async def sent(cls, interaction: discord.Interaction, services: Services, sent: Sent) -> None:
        """Carry out what the form came back with."""


async def route(interaction: discord.Interaction, forms: Sequence[type[OrpForm]]) -> None:
    """Carry out a form that was sent, and answer whatever happens."""
    if not await begin(interaction):
        return
    data: Any = interaction.data
    try:
        for form in forms:
            carried = form.template.fullmatch(data["custom_id"])
            if carried:
                await form.sent(
                    interaction, app_of(interaction).services, Sent(data, carried.groupdict())
                )
                return
        raise NotFound("That form is of an older kind: open it again.")
    except Exception as error:
        await reply_to_error(interaction, error)
