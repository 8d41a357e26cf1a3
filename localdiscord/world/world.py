"""Everything that exists in this Discord, and everything that can happen to it."""

from __future__ import annotations

import itertools
import mimetypes
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from localdiscord.rules import errors
from localdiscord.rules.permissions import MEMBER, NONE, Overwrite, Permissions, Role
from localdiscord.rules.wire import Flags, JsonObject, now
from localdiscord.world.commands import Commands
from localdiscord.world.components import numbered
from localdiscord.world.files import Attachment, Upload
from localdiscord.world.interactions import Interaction
from localdiscord.world.mentions import pings_of
from localdiscord.world.model import Channel, Guild, Member, Message, User
from localdiscord.world.signals import Signal
from localdiscord.world.snowflakes import Snowflakes, named

EDITABLE_FLAGS: Final = Flags.SUPPRESS_EMBEDS | Flags.COMPONENTS_V2


@dataclass(frozen=True)
class Event:
    """Something the gateway tells bots: which kind, about which server."""

    name: str
    guild_id: int
    data: JsonObject
    message_of: Message | None = None
    """Set for messages, whose content not everybody may read."""


class World:
    """Owns all state. What changes it also tells the gateway and wakes whoever waits."""

    def __init__(self, bot_name: str) -> None:
        self.snowflakes = Snowflakes()
        self.bot = User(named("user", bot_name), bot_name, bot=True)
        self.base_url = ""
        """Where attachments are fetched from; known once the server listens."""
        self.publish: Callable[[Event], None] = lambda event: None
        self.changed = Signal()
        self.commands = Commands(self.bot.id, self.snowflakes)
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        self.attachments: dict[int, Attachment] = {}
        self.interactions: dict[str, Interaction] = {}

    # Servers and people

    def add_guild(self, name: str, owner: User, guild_id: int | None = None) -> Guild:
        """Make a server, with the bot and its role in it.

        Raises:
            DriverError: there is a server of that name or id.
        """
        snowflake = guild_id or named("guild", name)
        if snowflake in self.guilds:
            message = f"There is a server “{name}” already."
            raise errors.DriverError(message)
        guild = Guild(snowflake, name, owner_id=owner.id, changed=self.changed)
        bot_role = Role(
            named("role", f"{name}/{self.bot.name}"),
            self.bot.name,
            permissions=MEMBER,
            position=1,
            managed=True,
        )
        guild.roles[bot_role.id] = bot_role
        guild.members[self.bot.id] = Member(guild, self.bot, roles=[bot_role])
        guild.members[owner.id] = Member(guild, owner)
        self.guilds[guild.id] = guild
        self._tell("GUILD_CREATE", guild, guild.gateway_payload(self.bot_in(guild)))
        return guild

    def add_user(self, name: str, *, global_name: str | None = None, bot: bool = False) -> User:
        """Make a person, or find the one of that name."""
        snowflake = named("user", name)
        return self.users.setdefault(
            snowflake,
            User(snowflake, name, global_name=global_name, bot=bot),
        )

    def add_channel(self, guild: Guild, name: str, *, topic: str | None = None) -> Channel:
        """Make a text channel.

        Raises:
            DriverError: the server has one of that name.
        """
        snowflake = named("channel", f"{guild.id}/{name}")
        if snowflake in self.channels:
            message = f"There is a channel #{name} in {guild.name} already."
            raise errors.DriverError(message)
        channel = Channel(snowflake, guild, name, position=len(guild.channels), topic=topic)
        guild.channels[channel.id] = channel
        self.channels[channel.id] = channel
        self._tell("CHANNEL_CREATE", guild, channel.payload())
        return channel

    def add_thread(self, parent: Channel, name: str) -> Channel:
        """Make a thread that no bot is told of, as one that was archived when they came."""
        snowflake = named("channel", f"{parent.guild.id}/{parent.name}/{name}")
        thread = Channel(snowflake, parent.guild, name, parent=parent)
        parent.guild.channels[thread.id] = thread
        self.channels[thread.id] = thread
        return thread

    def add_role(self, guild: Guild, name: str, permissions: Permissions = NONE) -> Role:
        """Make a role."""
        role = Role(
            named("role", f"{guild.name}/{name}"),
            name,
            permissions=permissions,
            position=len(guild.roles),
        )
        guild.roles[role.id] = role
        data = {"guild_id": str(guild.id), "role": role.payload()}
        self._tell("GUILD_ROLE_CREATE", guild, data)
        return role

    def delete_role(self, guild: Guild, role: Role) -> None:
        """Take a role away from the server and from all who have it."""
        del guild.roles[role.id]
        for member in guild.members.values():
            member.roles = [kept for kept in member.roles if kept is not role]
        data = {"guild_id": str(guild.id), "role_id": str(role.id)}
        self._tell("GUILD_ROLE_DELETE", guild, data)

    def update_role(self, guild: Guild, role: Role) -> None:
        """Tell of a role that was changed."""
        data = {"guild_id": str(guild.id), "role": role.payload()}
        self._tell("GUILD_ROLE_UPDATE", guild, data)

    def remove_member(self, member: Member) -> None:
        """Let somebody go; a bot without the members' intent is not told."""
        del member.guild.members[member.user.id]

    def update_guild(self, guild: Guild) -> None:
        """Tell of a server that was changed."""
        self._tell("GUILD_UPDATE", guild, guild.payload())

    def remove_bot(self, guild: Guild) -> None:
        """Throw the bot out of a server."""
        guild.bot_present = False
        self._tell("GUILD_DELETE", guild, {"id": str(guild.id)})

    def invite_bot(self, guild: Guild) -> None:
        """Let the bot back into a server."""
        guild.bot_present = True
        self._tell("GUILD_CREATE", guild, guild.gateway_payload(self.bot_in(guild)))

    def bot_in(self, guild: Guild) -> Member:
        """Return the bot as a member of a server."""
        return guild.members[self.bot.id]

    # Channels

    def update_channel(self, channel: Channel) -> None:
        """Tell of a channel that was changed."""
        self._tell("CHANNEL_UPDATE", channel.guild, channel.payload())

    def set_bot_permissions(
        self,
        channel: Channel,
        *,
        allow: Permissions = NONE,
        deny: Permissions = NONE,
    ) -> None:
        """Allow and deny the bot something in one channel; without either, as in the server."""
        channel.overwrites.pop(self.bot.id, None)
        if allow or deny:
            channel.overwrites[self.bot.id] = Overwrite(self.bot.id, 1, allow, deny)
        self.update_channel(channel)

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel with everything in it."""
        payload = channel.payload()
        del channel.guild.channels[channel.id]
        del self.channels[channel.id]
        for message in channel.all_messages:
            message.deleted = True
        self._tell("CHANNEL_DELETE", channel.guild, payload)

    # Messages

    def attach(self, channel: Channel, upload: Upload, description: str | None) -> Attachment:
        """Keep a file, and give it an address."""
        snowflake = self.snowflakes.next()
        guessed, _ = mimetypes.guess_type(upload.filename)
        attachment = Attachment(
            id=snowflake,
            filename=upload.filename,
            data=upload.data,
            content_type=guessed or "application/octet-stream",
            url=(
                f"{self.base_url}/attachments/{channel.id}/{snowflake}/"
                f"{quote(upload.filename, safe='')}"
            ),
            description=description,
        )
        self.attachments[snowflake] = attachment
        return attachment

    def post(
        self,
        channel: Channel,
        author: Member,
        body: JsonObject,
        uploads: dict[int, Upload],
        *,
        interaction: Interaction | None = None,
        kind: int = 0,
        reference: Message | None = None,
    ) -> Message:
        """Post a message."""
        flags = int(body.get("flags") or 0)
        nonce = body.get("nonce")
        message = Message(
            id=self.snowflakes.next(),
            channel=channel,
            author=author.user,
            flags=flags,
            kind=kind,
            nonce=None if nonce is None else str(nonce),
            reference=reference,
            interaction=interaction,
        )
        if flags & Flags.EPHEMERAL and interaction is not None:
            message.only_for = interaction.member.user
        self._fill(message, author, body, uploads)
        channel.all_messages.append(message)
        self.messages[message.id] = message
        self.tell_of_message("MESSAGE_CREATE", message)
        return message

    def fill_deferred(
        self,
        message: Message,
        body: JsonObject,
        uploads: dict[int, Upload],
    ) -> None:
        """Put what the bot says in the place of “is thinking …”."""
        message.flags &= ~Flags.LOADING
        wanted = int(body.get("flags") or 0) & (EDITABLE_FLAGS | Flags.SILENT)
        message.flags |= wanted
        self._fill(message, self.bot_in(message.channel.guild), body, uploads)
        self.tell_of_message("MESSAGE_UPDATE", message)

    def edit(self, message: Message, body: JsonObject, uploads: dict[int, Upload]) -> None:
        """Change what is in ``body``, leave the rest as it is."""
        if message.loading:
            self.fill_deferred(message, body, uploads)
            return
        moment = now()
        message.remember(moment)
        message.edited = moment
        if body.get("flags") is not None:
            message.flags &= ~EDITABLE_FLAGS
            message.flags |= int(body["flags"]) & EDITABLE_FLAGS
        author = message.channel.guild.members[message.author.id]
        self._fill(message, author, body, uploads)
        self.tell_of_message("MESSAGE_UPDATE", message)

    def readable(self, message: Message) -> bool:
        """Tell whether the bot may read a message without the message content intent."""
        return message.author is self.bot or self.bot in message.pings.mentioned

    def delete_message(self, message: Message) -> None:
        """Delete a message."""
        message.deleted = True
        if message.ephemeral:
            self.changed.notify()
            return
        data = {
            "id": str(message.id),
            "channel_id": str(message.channel.id),
            "guild_id": str(message.channel.guild.id),
        }
        self._tell("MESSAGE_DELETE", message.channel.guild, data)

    def tell_of_message(self, event: str, message: Message) -> None:
        """Tell of a message, unless only one person sees it."""
        if message.ephemeral:
            self.changed.notify()
            return
        guild = message.channel.guild
        data = {**message.payload(), "guild_id": str(guild.id)}
        author = guild.members.get(message.author.id)
        if author is not None:
            data["member"] = author.payload(with_user=False)
        self.publish(Event(event, guild.id, data, message_of=message))
        self.changed.notify()

    def _fill(
        self,
        message: Message,
        author: Member,
        body: JsonObject,
        uploads: dict[int, Upload],
    ) -> None:
        message.attachments = self._attachments(message, body, uploads)
        if "content" in body:
            message.content = (body["content"] or "").strip()
        if "embeds" in body:
            message.embeds = [_embed(item) for item in body["embeds"] or []]
        message.embeds = [_with_pictures(item, message.attachments) for item in message.embeds]
        if "components" in body:
            message.components = numbered(body["components"] or [])
        if "content" in body or message.edited is None:
            message.pings = pings_of(
                message.content,
                body.get("allowed_mentions"),
                author=author,
                guild=message.channel.guild,
                replied_to=None if message.reference is None else message.reference.author,
                may=author.permissions_in(message.channel),
            )

    def _attachments(
        self,
        message: Message,
        body: JsonObject,
        uploads: dict[int, Upload],
    ) -> list[Attachment]:
        listed = body.get("attachments")
        described = {int(item["id"]): item for item in listed or []}
        kept = (
            message.attachments
            if listed is None
            else [item for item in message.attachments if item.id in described]
        )
        new = []
        for index, upload in sorted(uploads.items()):
            about = described.get(index, {})
            renamed = Upload(about.get("filename") or upload.filename, upload.data)
            new.append(self.attach(message.channel, renamed, about.get("description")))
        return [*kept, *new]

    # Interactions

    def begin(self, interaction: Interaction) -> None:
        """Tell the bot of an interaction."""
        self.interactions[interaction.token] = interaction
        self.deliver(interaction)

    def deliver(self, interaction: Interaction) -> None:
        """Tell the bot of an interaction, for the first time or again in the same words."""
        guild = interaction.channel.guild
        if interaction.told is None:
            interaction.told = interaction.payload(self.bot_in(guild))
        self._tell("INTERACTION_CREATE", guild, interaction.told)

    def same_nonce(self, channel: Channel, nonce: str, since_s: float) -> Message | None:
        """Return the bot's message with that nonce in the last ``since_s`` seconds."""
        moment = now()
        recent = itertools.takewhile(
            lambda message: (moment - message.created).total_seconds() <= since_s,
            reversed(channel.all_messages),
        )
        return next(
            (item for item in recent if item.nonce == nonce and item.author is self.bot),
            None,
        )

    def forget_nonces(self, channel: Channel) -> None:
        """Make none of a channel's messages count as the same as a later one."""
        for message in channel.all_messages:
            message.nonce = None

    def _tell(self, name: str, guild: Guild, data: JsonObject) -> None:
        self.publish(Event(name, guild.id, data))
        self.changed.notify()


def _embed(embed: JsonObject) -> JsonObject:
    return {"type": "rich", **embed}


def _with_pictures(embed: JsonObject, attachments: Iterable[Attachment]) -> JsonObject:
    by_name = {f"attachment://{item.filename}": item.url for item in attachments}
    resolved = dict(embed)
    for key in ("image", "thumbnail"):
        picture = embed.get(key)
        if picture and picture.get("url") in by_name:
            url = by_name[picture["url"]]
            resolved[key] = {**picture, "url": url, "proxy_url": url}
    return resolved
