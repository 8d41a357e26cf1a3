"""Finding what somebody means: a channel of a server, a button or select of what is shown there."""

from __future__ import annotations

from typing import TypeAlias

from localdiscord.client.answers import Answer
from localdiscord.rules.errors import DriverError
from localdiscord.world.components import Button, Select
from localdiscord.world.model import Channel, Guild, Message

Place: TypeAlias = Message | Answer
"""Where one may press and choose."""


def channel_in(guild: Guild, name: str) -> Channel:
    """Return a channel by name, with or without its #.

    Raises:
        DriverError: there is none of that name.
    """
    for channel in guild.channels.values():
        if channel.name == name.lstrip("#"):
            return channel
    message = f"There is no channel #{name} in {guild.name}."
    raise DriverError(message)


def _messages(where: Place) -> list[Message]:
    messages = where.messages if isinstance(where, Answer) else [where]
    if not messages:
        sentence = "There is no message to act on."
        raise DriverError(sentence)
    return messages


def button_in(
    where: Place,
    label: str | None,
    custom_id: str | None,
) -> tuple[Message, Button | None]:
    """Return a button by label or custom id; None for a custom id that is not there.

    Raises:
        DriverError: there is no button with that label.
    """
    messages = _messages(where)
    there = [(message, button) for message in messages for button in message.buttons]
    for message, button in there:
        if button.custom_id is None:
            continue
        if custom_id is not None and button.custom_id == custom_id:
            return message, button
        if label is not None and button.is_called(label):
            return message, button
    if custom_id is not None:
        return messages[0], None
    labels = " ".join(f"[{button}]" for _, button in there) or "no buttons"
    sentence = f"There is no button [{label}], only: {labels}."
    raise DriverError(sentence)


def select_in(where: Place, custom_id: str | None) -> tuple[Message, Select | None]:
    """Return a select, the first unless a custom id is given; None for one that is not there.

    Raises:
        DriverError: there is no select at all.
    """
    messages = _messages(where)
    for message in messages:
        for select in message.selects:
            if custom_id in (None, select.custom_id):
                return message, select
    if custom_id is not None:
        return messages[0], None
    sentence = "There is no select to choose in."
    raise DriverError(sentence)
