"""What somebody does at the page: JSON in, an act of the driver, JSON out.

A client checks before it sends, and so does the driver: what it refuses comes back as ``error``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from localdiscord.client.answers import Answer, Modal
from localdiscord.client.client import Client, Picked
from localdiscord.client.driver import LocalDiscord
from localdiscord.page import faults, shown
from localdiscord.page.window import somebody
from localdiscord.rules.component_types import (
    CHANNEL_SELECT,
    FILE_UPLOAD,
    ROLE_SELECT,
    STRING_SELECT,
    TEXT_INPUT,
)
from localdiscord.rules.errors import DriverError
from localdiscord.rules.wire import JsonObject
from localdiscord.world.components import Field
from localdiscord.world.files import Upload
from localdiscord.world.model import Channel, Message

Act: TypeAlias = "Callable[[JsonObject], Awaitable[JsonObject]]"

_UNUSABLE: Final = "The page sent what cannot be read."


class Acts:
    """Everything a page may ask for, by name."""

    def __init__(self, discord: LocalDiscord, dismissed: set[int]) -> None:
        self._discord = discord
        self._dismissed = dismissed
        self.table: dict[str, Act] = {
            "type": self._type,
            "command": self._command,
            "suggest": self._suggest,
            "say": self._say,
            "press": self._press,
            "choose": self._choose,
            "submit": self._submit,
            "message-menu": self._message_menu,
            "user-menu": self._user_menu,
            "dismiss": self._dismiss,
            "delete": self._delete,
            "fault": self._fault,
            "behave": self._behave,
            "gateway": self._gateway,
            "deny": self._deny,
        }

    async def do(self, name: str, asked: JsonObject) -> JsonObject:
        """Do it; gives what came of it, or an error in a sentence.

        Raises:
            KeyError: there is nothing of that name to do.
        """
        act = self.table[name]
        try:
            return await act(asked)
        except DriverError as error:
            return {"error": str(error)}
        except (KeyError, TypeError, ValueError, AttributeError):
            return {"error": _UNUSABLE}

    # Commands

    async def _type(self, asked: JsonObject) -> JsonObject:
        return _came(await self._who(asked).type(self._channel(asked), asked["text"]))

    async def _command(self, asked: JsonObject) -> JsonObject:
        who, options = self._who(asked), _options(asked["options"])
        return _came(await who.fill_in(self._channel(asked), asked["name"], options))

    async def _suggest(self, asked: JsonObject) -> JsonObject:
        who = self._who(asked)
        choices = await who.suggestions(
            self._channel(asked),
            asked["name"],
            {name: text for name, text in asked["options"].items() if isinstance(text, str)},
            focused=(asked["focused"], asked["text"]),
        )
        return {"choices": [{"name": item.name, "value": item.value} for item in choices]}

    async def _say(self, asked: JsonObject) -> JsonObject:
        files = [_upload(item) for item in asked.get("files") or []]
        if not asked["text"].strip() and not files:
            message = "There is nothing to send."
            raise DriverError(message)
        self._who(asked).say(self._channel(asked), asked["text"], files=files)
        return {}

    # What stands under messages, and their menus

    async def _press(self, asked: JsonObject) -> JsonObject:
        message, custom_id = self._message(asked), asked["custom_id"]
        if custom_id not in [button.custom_id for button in message.buttons]:
            sentence = "That button is no longer there."
            raise DriverError(sentence)
        return _came(await self._who(asked).press(message, custom_id=custom_id))

    async def _choose(self, asked: JsonObject) -> JsonObject:
        message, custom_id = self._message(asked), asked["custom_id"]
        kinds = {select.custom_id: select.kind for select in message.selects}
        if custom_id not in kinds:
            sentence = "That menu is no longer there."
            raise DriverError(sentence)
        picked = [_picked(message.channel, kinds[custom_id], one) for one in asked["values"]]
        return _came(await self._who(asked).choose(message, picked, custom_id=custom_id))

    async def _submit(self, asked: JsonObject) -> JsonObject:
        opened_by = self._discord.world.interactions[asked["token"]]
        modal = Answer(opened_by, self._discord.world.changed).modal
        if modal is None:
            message = "That form is no longer open."
            raise DriverError(message)
        return _came(await self._who(asked).submit(modal, _values(modal, asked["values"])))

    async def _message_menu(self, asked: JsonObject) -> JsonObject:
        return _came(await self._who(asked).message_menu(self._message(asked), asked["name"]))

    async def _user_menu(self, asked: JsonObject) -> JsonObject:
        who = self._who(asked)
        target = who.member.guild.members[int(asked["user"])]
        return _came(await who.user_menu(target, asked["name"], self._channel(asked)))

    async def _dismiss(self, asked: JsonObject) -> JsonObject:
        self._dismissed.add(self._message(asked).id)
        self._discord.world.changed.notify()
        return {}

    async def _delete(self, asked: JsonObject) -> JsonObject:
        self._discord.delete_message(self._message(asked))
        return {}

    # Trouble

    async def _fault(self, asked: JsonObject) -> JsonObject:
        faults.add(self._discord, asked["kind"], asked["target"], asked["times"])
        return self._changed()

    async def _behave(self, asked: JsonObject) -> JsonObject:
        self._discord.mischief.clear()
        return self._changed()

    async def _gateway(self, asked: JsonObject) -> JsonObject:
        faults.gateway(self._discord, asked["what"])
        return self._changed()

    async def _deny(self, asked: JsonObject) -> JsonObject:
        faults.deny(self._discord, self._channel(asked), asked["names"])
        return self._changed()

    def _changed(self) -> JsonObject:
        self._discord.world.changed.notify()
        return {}

    # Who, where, on what

    def _who(self, asked: JsonObject) -> Client:
        who = somebody(self._discord, int(asked["server"]), int(asked["me"]))
        if who is None:
            message = "Whoever you were is no longer here."
            raise DriverError(message)
        return who

    def _channel(self, asked: JsonObject) -> Channel:
        channel = self._discord.world.channels.get(int(asked["channel"]))
        if channel is None or channel.guild is not self._who(asked).member.guild:
            message = "That channel is no longer there."
            raise DriverError(message)
        return channel

    def _message(self, asked: JsonObject) -> Message:
        message = self._discord.world.messages.get(int(asked["message"]))
        guild = self._who(asked).member.guild
        if (
            message is None
            or message.deleted
            or message.id in self._dismissed
            or message.channel.guild is not guild
        ):
            sentence = "That message is no longer there."
            raise DriverError(sentence)
        return message


def _came(answer: Answer) -> JsonObject:
    """Return what the page is told of an answer; messages come to every page by themselves."""
    form = answer.modal
    return {"failed": answer.failed, "form": shown.form(form) if form is not None else None}


def _options(given: Mapping[str, object]) -> dict[str, str | Upload]:
    return {
        name: value if isinstance(value, str) else _upload(value) for name, value in given.items()
    }


def _upload(given: object) -> Upload:
    if not isinstance(given, dict):
        raise TypeError
    try:
        return Upload(given["name"], base64.b64decode(given["data"], validate=True))
    except binascii.Error as error:
        raise ValueError from error


def _picked(channel: Channel, kind: int, value: str) -> Picked:
    if kind == STRING_SELECT:
        return value
    guild, snowflake = channel.guild, int(value)
    if kind == CHANNEL_SELECT:
        return guild.channels[snowflake]
    if kind == ROLE_SELECT or snowflake in guild.roles:
        return guild.roles[snowflake]
    return guild.members[snowflake]


def _values(modal: Modal, given: Mapping[str, object]) -> dict[str, object]:
    return {
        field.custom_id: _value(modal, field, given[field.custom_id])
        for field in modal.fields
        if field.custom_id in given
    }


def _value(modal: Modal, field: Field, given: object) -> object:
    if field.kind == TEXT_INPUT or not isinstance(given, list):
        return given
    if field.kind == FILE_UPLOAD:
        return [_upload(one) for one in given]
    if field.options:
        return given
    return [_picked(modal.interaction.channel, field.kind, one) for one in given]
