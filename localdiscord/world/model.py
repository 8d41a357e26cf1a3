"""The things in a Discord that know one another, and how they look on the wire.

A message knows its channel, a channel its server and its messages, a server its members.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from localdiscord.rules.permissions import ALL, MEMBER, Overwrite, Permissions, Role
from localdiscord.rules.wire import Flags, JsonObject, timestamp
from localdiscord.world.components import Button, Select, buttons_of, selects_of, texts_of
from localdiscord.world.files import Attachment
from localdiscord.world.signals import PATIENT_S, Signal
from localdiscord.world.snowflakes import moment_of

TEXT_CHANNEL: Final = 0
PUBLIC_THREAD: Final = 11


@dataclass(eq=False, repr=False)
class User:
    """A person or a bot, wherever they are."""

    id: int
    name: str
    global_name: str | None = None
    bot: bool = False
    locale: str = "en-GB"

    def __repr__(self) -> str:
        return f"<User {self.name}>"

    def payload(self) -> JsonObject:
        """Return the user object."""
        return {
            "id": str(self.id),
            "username": self.name,
            "global_name": self.global_name,
            "discriminator": "0",
            "avatar": None,
            "banner": None,
            "accent_color": None,
            "avatar_decoration_data": None,
            "collectibles": None,
            "primary_guild": None,
            "public_flags": 0,
            "flags": 0,
            "bot": self.bot,
        }


@dataclass(eq=False, repr=False)
class Member:
    """Somebody in a server."""

    guild: Guild
    user: User
    nick: str | None = None
    roles: list[Role] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Member {self.user.name} of {self.guild.name}>"

    @property
    def display_name(self) -> str:
        """The name others see."""
        return self.nick or self.user.global_name or self.user.name

    def guild_permissions(self) -> int:
        """Return what this member may do in the server, channels aside."""
        if self.user.id == self.guild.owner_id:
            return ALL
        together = int(self.guild.everyone.permissions)
        for role in self.roles:
            together |= int(role.permissions)
        return ALL if together & Permissions.ADMINISTRATOR else together

    def permissions_in(self, channel: Channel) -> int:
        """Return what this member may do in a channel, with everything the channel overrides."""
        if channel.parent is not None:
            return self.permissions_in(channel.parent)
        together = self.guild_permissions()
        if together == ALL:
            return ALL
        everyone = channel.overwrites.get(self.guild.id)
        if everyone is not None:
            together = together & ~everyone.deny | everyone.allow
        of_roles = [channel.overwrites.get(role.id) for role in self.roles]
        allow = deny = 0
        for overwrite in of_roles:
            if overwrite is not None:
                allow |= overwrite.allow
                deny |= overwrite.deny
        together = together & ~deny | allow
        own = channel.overwrites.get(self.user.id)
        if own is not None:
            together = together & ~own.deny | own.allow
        return together

    def payload(self, *, with_user: bool = True) -> JsonObject:
        """Return the member object."""
        payload: JsonObject = {
            "nick": self.nick,
            "roles": [str(role.id) for role in self.roles],
            "joined_at": timestamp(moment_of(self.user.id)),
            "premium_since": None,
            "communication_disabled_until": None,
            "avatar": None,
            "banner": None,
            "flags": 0,
            "pending": False,
            "deaf": False,
            "mute": False,
        }
        if with_user:
            payload["user"] = self.user.payload()
        return payload


@dataclass(eq=False, repr=False)
class Channel:
    """A text channel of a server, or a thread of one."""

    id: int
    guild: Guild
    name: str
    position: int = 0
    topic: str | None = None
    parent: Channel | None = None
    """For a thread the channel it belongs to."""
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    all_messages: list[Message] = field(default_factory=list)
    """Every message ever posted here, deleted and private ones included, oldest first."""

    def __repr__(self) -> str:
        return f"<Channel #{self.name} of {self.guild.name}>"

    @property
    def messages(self) -> list[Message]:
        """What everybody in the channel sees, oldest first."""
        return [
            message
            for message in self.all_messages
            if not message.deleted and not message.ephemeral
        ]

    @property
    def mention(self) -> str:
        """The text that links to it."""
        return f"<#{self.id}>"

    async def wait_for(
        self,
        wanted: Callable[[Message], bool],
        timeout_s: float = PATIENT_S,
    ) -> Message:
        """Wait for a message that everybody sees, posted or edited to be as wanted.

        Gives the newest that is, which may have been there all along.

        Raises:
            TimeoutError: there was none in ``timeout_s`` seconds.
        """
        try:
            return await self.guild.changed.wait_for(
                lambda: next(filter(wanted, reversed(self.messages)), None),
                timeout_s,
            )
        except TimeoutError as error:
            there = "; ".join(repr(message.text[:80]) for message in self.messages[-5:])
            message = f"no such message in #{self.name} within {timeout_s} s; there is: {there}"
            raise TimeoutError(message) from error

    def payload(self) -> JsonObject:
        """Return the channel object."""
        public = (item for item in reversed(self.all_messages) if not item.ephemeral)
        last = next(public, None)
        of_thread: JsonObject = {}
        if self.parent is not None:
            of_thread = {
                "type": PUBLIC_THREAD,
                "parent_id": str(self.parent.id),
                "owner_id": str(self.guild.owner_id),
                "message_count": len(self.messages),
                "member_count": 1,
                "thread_metadata": {
                    "archived": False,
                    "auto_archive_duration": 1440,
                    "archive_timestamp": timestamp(moment_of(self.id)),
                    "locked": False,
                },
            }
        return {
            "id": str(self.id),
            "guild_id": str(self.guild.id),
            "type": TEXT_CHANNEL,
            "name": self.name,
            "position": self.position,
            "topic": self.topic,
            "nsfw": False,
            "flags": 0,
            "parent_id": None,
            "rate_limit_per_user": 0,
            "last_message_id": None if last is None else str(last.id),
            "last_pin_timestamp": None,
            "permission_overwrites": [item.payload() for item in self.overwrites.values()],
            **of_thread,
        }


@dataclass(eq=False, repr=False)
class Guild:
    """A server."""

    id: int
    name: str
    owner_id: int
    locale: str = "en-GB"
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    bot_present: bool = True
    changed: Signal = field(default_factory=Signal, repr=False)

    def __repr__(self) -> str:
        return f"<Guild {self.name}>"

    def __post_init__(self) -> None:
        self.roles.setdefault(self.id, Role(self.id, "@everyone", permissions=MEMBER))

    @property
    def everyone(self) -> Role:
        """The role all members have."""
        return self.roles[self.id]

    def payload(self) -> JsonObject:
        """Return the server object, as GET answers it."""
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner_id),
            "icon": None,
            "banner": None,
            "splash": None,
            "discovery_splash": None,
            "description": None,
            "afk_channel_id": None,
            "afk_timeout": 300,
            "application_id": None,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "features": [],
            "emojis": [],
            "stickers": [],
            "max_members": 500_000,
            "max_video_channel_users": 25,
            "mfa_level": 0,
            "nsfw_level": 0,
            "preferred_locale": self.locale,
            "premium_progress_bar_enabled": False,
            "premium_subscription_count": 0,
            "premium_tier": 0,
            "public_updates_channel_id": None,
            "roles": [role.payload() for role in self.roles.values()],
            "rules_channel_id": None,
            "safety_alerts_channel_id": None,
            "system_channel_flags": 0,
            "system_channel_id": None,
            "vanity_url_code": None,
            "verification_level": 0,
            "widget_enabled": False,
        }

    def gateway_payload(self, bot: Member) -> JsonObject:
        """Return the server as GUILD_CREATE tells of it, to a bot that may not list the members."""
        return {
            **self.payload(),
            "joined_at": timestamp(moment_of(self.id)),
            "large": False,
            "unavailable": False,
            "member_count": len(self.members),
            "members": [bot.payload()],
            "channels": [
                channel.payload() for channel in self.channels.values() if channel.parent is None
            ],
            "threads": [],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


@dataclass(frozen=True)
class Pings:
    """Who gets a notification, and who is named in the message without getting one."""

    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    everyone: bool = False
    mentioned: tuple[User, ...] = field(default=(), repr=False)
    mentioned_roles: tuple[int, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.users or self.roles or self.everyone)


@dataclass(frozen=True)
class Version:
    """What a message said at one time."""

    content: str
    embeds: list[JsonObject]
    components: list[JsonObject]
    attachments: list[Attachment]
    pings: Pings
    until: datetime


class Asked(Protocol):
    """What a message needs of the interaction that it answers."""

    def metadata(self) -> JsonObject:
        """Return what the message says about it."""
        ...


@dataclass(eq=False, repr=False)
class Message:
    """A message, whoever may see it."""

    id: int
    channel: Channel
    author: User
    content: str = ""
    embeds: list[JsonObject] = field(default_factory=list)
    components: list[JsonObject] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    kind: int = 0
    nonce: str | None = None
    pings: Pings = field(default_factory=Pings)
    reference: Message | None = None
    edited: datetime | None = None
    edits: list[Version] = field(default_factory=list)
    """What it said before, oldest first."""
    deleted: bool = False
    only_for: User | None = None
    """The one person who sees it; everybody when there is none."""
    interaction: Asked | None = None

    def __repr__(self) -> str:
        return f"<Message {self.id} {self.text!r} buttons={[str(item) for item in self.buttons]}>"

    @property
    def created(self) -> datetime:
        """When it was posted."""
        return moment_of(self.id)

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.only_for is not None

    @property
    def silent(self) -> bool:
        """Whether it came without a notification."""
        return bool(self.flags & Flags.SILENT)

    @property
    def loading(self) -> bool:
        """Whether the bot is still said to be thinking."""
        return bool(self.flags & Flags.LOADING)

    @property
    def buttons(self) -> list[Button]:
        """Its buttons, in order."""
        return buttons_of(self.components)

    @property
    def selects(self) -> list[Select]:
        """Its selects, in order."""
        return selects_of(self.components)

    @property
    def text(self) -> str:
        """All there is to read: content, embeds from the title to the footer, text components."""
        parts: list[str | None] = [self.content, *texts_of(self.components)]
        for embed in self.embeds:
            parts.append((embed.get("author") or {}).get("name"))
            parts.extend((embed.get("title"), embed.get("description")))
            for item in embed.get("fields") or []:
                parts.extend((item["name"], item["value"]))
            parts.append((embed.get("footer") or {}).get("text"))
        return "\n".join(part for part in parts if part)

    def remember(self, until: datetime) -> None:
        """Keep what it says now, before an edit."""
        self.edits.append(
            Version(
                self.content,
                self.embeds,
                self.components,
                self.attachments,
                self.pings,
                until,
            ),
        )

    def payload(self, *, hide_content: bool = False) -> JsonObject:
        """Return the message object.

        Args:
            hide_content: leave out what the bot may not read without the message content intent.
        """
        shown = [] if hide_content else self.attachments
        in_embeds = str(self.embeds)
        payload: JsonObject = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.payload(),
            "content": "" if hide_content else self.content,
            "timestamp": timestamp(self.created),
            "edited_timestamp": timestamp(self.edited),
            "tts": False,
            "mention_everyone": self.pings.everyone,
            "mentions": [user.payload() for user in self.pings.mentioned],
            "mention_roles": [str(role_id) for role_id in self.pings.mentioned_roles],
            # A picture shown by an embed is not listed a second time.
            "attachments": [
                item.payload(ephemeral=self.ephemeral)
                for item in shown
                if item.url not in in_embeds
            ],
            "embeds": [] if hide_content else self.embeds,
            "components": [] if hide_content else self.components,
            "pinned": False,
            "type": self.kind,
            "flags": int(self.flags),
        }
        if self.nonce is not None:
            payload["nonce"] = self.nonce
        if self.author.bot:
            payload["application_id"] = str(self.author.id)
        if self.interaction is not None:
            payload["webhook_id"] = str(self.author.id)
            payload["interaction_metadata"] = self.interaction.metadata()
        if self.reference is not None:
            payload["message_reference"] = {
                "type": 0,
                "message_id": str(self.reference.id),
                "channel_id": str(self.reference.channel.id),
                "guild_id": str(self.reference.channel.guild.id),
            }
        return payload
