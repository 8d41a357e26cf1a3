"""The things in a Discord: people, servers, channels, and how they look on the wire."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localdiscord.permissions import ALL, MEMBER, NONE, Permissions
from localdiscord.signals import Signal
from localdiscord.snowflakes import moment_of
from localdiscord.wire import JsonObject, timestamp

if TYPE_CHECKING:
    from localdiscord.messages import Message

TEXT_CHANNEL = 0


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
        """The user object."""
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
class Role:
    """A role of a server; the one with the server's id is everyone's."""

    id: int
    name: str
    permissions: int = NONE
    position: int = 0
    mentionable: bool = False
    managed: bool = False

    def __repr__(self) -> str:
        return f"<Role {self.name}>"

    @property
    def mention(self) -> str:
        """The text that mentions it."""
        return f"<@&{self.id}>"

    def payload(self) -> JsonObject:
        """The role object."""
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(int(self.permissions)),
            "position": self.position,
            "mentionable": self.mentionable,
            "managed": self.managed,
            "hoist": False,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "icon": None,
            "unicode_emoji": None,
            "flags": 0,
        }


@dataclass(frozen=True)
class Overwrite:
    """What a channel allows and denies a role (kind 0) or a member (kind 1)."""

    id: int
    kind: int
    allow: int
    deny: int

    def payload(self) -> JsonObject:
        """The overwrite object."""
        return {
            "id": str(self.id),
            "type": self.kind,
            "allow": str(int(self.allow)),
            "deny": str(int(self.deny)),
        }


@dataclass(eq=False, repr=False)
class Member:
    """Somebody in a server."""

    guild: "Guild"
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
        """What this member may do in the server, channels aside."""
        if self.user.id == self.guild.owner_id:
            return ALL
        together = int(self.guild.everyone.permissions)
        for role in self.roles:
            together |= int(role.permissions)
        return ALL if together & Permissions.ADMINISTRATOR else together

    def permissions_in(self, channel: "Channel") -> int:
        """What this member may do in a channel, with everything the channel overrides."""
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
        """The member object."""
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
    """A text channel of a server."""

    id: int
    guild: "Guild"
    name: str
    position: int = 0
    topic: str | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    all_messages: list["Message"] = field(default_factory=list)
    """Every message ever posted here, deleted and private ones included, oldest first."""

    def __repr__(self) -> str:
        return f"<Channel #{self.name} of {self.guild.name}>"

    @property
    def messages(self) -> list["Message"]:
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
        wanted: Callable[["Message"], bool],
        timeout_s: float = 5.0,
    ) -> "Message":
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
        """The channel object."""
        public = (item for item in reversed(self.all_messages) if not item.ephemeral)
        last = next(public, None)
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
        """The server object, as GET answers it."""
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
        """The server as GUILD_CREATE tells of it, to a bot that may not list the members."""
        return {
            **self.payload(),
            "joined_at": timestamp(moment_of(self.id)),
            "large": False,
            "unavailable": False,
            "member_count": len(self.members),
            "members": [bot.payload()],
            "channels": [channel.payload() for channel in self.channels.values()],
            "threads": [],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }
