"""REST: channels and the messages in them."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from localdiscord.api.calls import Call, Route, answer, nothing
from localdiscord.rules import errors, limits
from localdiscord.rules.errors import Problem
from localdiscord.rules.permissions import Permissions
from localdiscord.rules.wire import Flags, JsonObject
from localdiscord.world.model import Channel, Message
from localdiscord.world.world import World

NONCE_REMEMBERED_S: Final = 300.0
MESSAGES_AT_ONCE: Final = 100
MESSAGES_BY_DEFAULT: Final = 50
REPLY: Final = 19
_BOTS_FLAGS: Final = Flags.SUPPRESS_EMBEDS | Flags.SILENT | Flags.COMPONENTS_V2


_SEEN_IN_EMBEDS: Final = {
    "title",
    "description",
    "fields",
    "footer",
    "author",
    "image",
    "thumbnail",
}


def is_empty(body: JsonObject, *, files: bool) -> bool:
    """Tell whether a new message has nothing in it."""
    content = body.get("content") or ""
    shown = any(set(embed) & _SEEN_IN_EMBEDS for embed in body.get("embeds") or [])
    return not (content.strip() or shown or body.get("components") or files)


def leaves_empty(message: Message, body: JsonObject, *, files: bool) -> bool:
    """Tell whether an edit takes away everything there is in a message."""
    before: JsonObject = {
        "content": message.content,
        "embeds": message.embeds,
        "components": message.components,
    }
    kept = message.attachments if body.get("attachments") is None else body["attachments"]
    return is_empty({**before, **body}, files=files or bool(kept))


def check_files(body: JsonObject, uploads: set[int], kept: set[int]) -> list[Problem]:
    """Attachments listed that neither came with the request nor are there already, or too many."""
    if len(uploads) > limits.ATTACHMENTS:
        sentence = f"Must be {limits.ATTACHMENTS} or fewer in length."
        return [Problem(("files",), "BASE_TYPE_MAX_LENGTH", sentence)]
    return [
        Problem(
            ("attachments", index, "id"),
            "ATTACHMENT_NOT_FOUND",
            f"Attachment {item['id']} is neither uploaded nor there already.",
        )
        for index, item in enumerate(body.get("attachments") or [])
        if int(item["id"]) not in uploads | kept
    ]


class ChannelRoutes:
    """What a bot may do in channels."""

    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> list[Route]:
        """Return the routes."""
        channel = "/channels/{channel_id}"
        one = channel + "/messages/{message_id}"
        return [
            Route("GET", channel, self.get_channel),
            Route("POST", channel + "/typing", self.typing),
            Route("GET", channel + "/messages", self.list_messages),
            Route("POST", channel + "/messages", self.post, check=limits.message),
            Route("GET", one, self.get_message),
            Route("PATCH", one, self.edit, check=limits.message),
            Route("DELETE", one, self.delete),
        ]

    async def get_channel(self, call: Call) -> web.Response:
        """Return one channel."""
        return answer(self._channel(call).payload())

    async def typing(self, call: Call) -> web.Response:
        """Take note that the bot is typing; nobody looks."""
        self._channel(call, Permissions.SEND_MESSAGES)
        return nothing()

    async def list_messages(self, call: Call) -> web.Response:
        """Messages of a channel, newest first."""
        channel = self._channel(call)
        limit = call.number("limit")
        limit = MESSAGES_BY_DEFAULT if limit is None else limit
        if not 1 <= limit <= MESSAGES_AT_ONCE:
            sentence = f"Value should be between 1 and {MESSAGES_AT_ONCE}."
            raise errors.invalid_form([Problem(("limit",), "NUMBER_TYPE_MAX", sentence)])
        messages = channel.messages
        if not self._may(channel, Permissions.READ_MESSAGE_HISTORY):
            messages = []
        before, after, around = (call.number(name) for name in ("before", "after", "around"))
        if before is not None:
            found = [item for item in messages if item.id < before][-limit:]
        elif after is not None:
            found = [item for item in messages if item.id > after][:limit]
        elif around is not None:
            older = [item for item in messages if item.id <= around][-(limit // 2 + 1) :]
            newer = [item for item in messages if item.id > around][: limit // 2]
            found = [*older, *newer][:limit]
        else:
            found = messages[-limit:]
        return answer([self._payload(item) for item in reversed(found)])

    async def get_message(self, call: Call) -> web.Response:
        """Return one message."""
        channel = self._channel(call, Permissions.READ_MESSAGE_HISTORY)
        return answer(self._payload(self._message(call, channel)))

    async def post(self, call: Call) -> web.Response:
        """Post a message."""
        channel = self._channel(call, Permissions.SEND_MESSAGES)
        body = call.fields
        if call.uploads:
            self._require(channel, Permissions.ATTACH_FILES)
        if body.get("embeds"):
            self._require(channel, Permissions.EMBED_LINKS)
        if is_empty(body, files=bool(call.uploads)):
            raise errors.empty_message()
        problems = check_files(body, set(call.uploads), set())
        if problems:
            raise errors.invalid_form(problems)
        nonce = body.get("nonce")
        if nonce is not None and body.get("enforce_nonce"):
            before = self._world.same_nonce(channel, str(nonce), NONCE_REMEMBERED_S)
            if before is not None:
                return answer(self._payload(before))
        reference = self._reference(channel, body.get("message_reference"))
        message = self._world.post(
            channel,
            self._world.bot_in(channel.guild),
            {**body, "flags": int(body.get("flags") or 0) & _BOTS_FLAGS},
            call.uploads,
            kind=0 if reference is None else REPLY,
            reference=reference,
        )
        return answer(self._payload(message))

    async def edit(self, call: Call) -> web.Response:
        """Edit one of the bot's messages."""
        channel = self._channel(call)
        message = self._message(call, channel)
        if message.author is not self._world.bot:
            raise errors.not_the_author()
        if call.uploads:
            self._require(channel, Permissions.ATTACH_FILES)
        kept = {item.id for item in message.attachments}
        problems = check_files(call.fields, set(call.uploads), kept)
        if problems:
            raise errors.invalid_form(problems)
        if leaves_empty(message, call.fields, files=bool(call.uploads)):
            raise errors.empty_message()
        self._world.edit(message, call.fields, call.uploads)
        return answer(self._payload(message))

    async def delete(self, call: Call) -> web.Response:
        """Delete a message."""
        channel = self._channel(call)
        message = self._message(call, channel)
        if message.author is not self._world.bot:
            self._require(channel, Permissions.MANAGE_MESSAGES)
        self._world.delete_message(message)
        return nothing()

    def _channel(self, call: Call, needs: Permissions | None = None) -> Channel:
        channel = self._world.channels.get(call.id("channel_id"))
        if channel is None or not channel.guild.bot_present:
            raise errors.unknown_channel() if channel is None else errors.missing_access()
        if not self._may(channel, Permissions.VIEW_CHANNEL):
            raise errors.missing_access()
        if needs is not None:
            self._require(channel, needs)
        return channel

    def _message(self, call: Call, channel: Channel) -> Message:
        message = self._world.messages.get(call.id("message_id"))
        if message is None or message.deleted or message.ephemeral:
            raise errors.unknown_message()
        if message.channel is not channel:
            raise errors.unknown_message()
        return message

    def _reference(self, channel: Channel, reference: JsonObject | None) -> Message | None:
        if not reference:
            return None
        message = self._world.messages.get(int(reference.get("message_id") or 0))
        if message is not None and not message.deleted and message.channel is channel:
            return message
        if reference.get("fail_if_not_exists", True):
            problem = Problem(
                ("message_reference",),
                "REPLIES_UNKNOWN_MESSAGE",
                "Unknown message",
            )
            raise errors.invalid_form([problem])
        return None

    def _payload(self, message: Message) -> JsonObject:
        return message.payload(hide_content=not self._world.readable(message))

    def _may(self, channel: Channel, permission: Permissions) -> bool:
        if channel.parent is not None and permission is Permissions.SEND_MESSAGES:
            permission = Permissions.SEND_MESSAGES_IN_THREADS
        may = self._world.bot_in(channel.guild).permissions_in(channel)
        return bool(may & permission)

    def _require(self, channel: Channel, permission: Permissions) -> None:
        if not self._may(channel, permission):
            raise errors.missing_permissions()
