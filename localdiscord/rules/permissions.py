"""Permissions: the bits, and the roles and overwrites that give and take them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from localdiscord.rules.wire import JsonObject


class Permissions(enum.IntFlag):
    """The permissions that decide anything here."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31


NONE: Final = Permissions(0)
ALL: Final = (1 << 53) - 1
"""Every permission Discord has or is about to have."""

MEMBER: Final = (
    Permissions.VIEW_CHANNEL
    | Permissions.SEND_MESSAGES_IN_THREADS
    | Permissions.SEND_MESSAGES
    | Permissions.EMBED_LINKS
    | Permissions.ATTACH_FILES
    | Permissions.READ_MESSAGE_HISTORY
    | Permissions.USE_APPLICATION_COMMANDS
)
"""What everyone may do in a server nobody has changed."""


def named(*names: str) -> Permissions:
    """Permissions by name, as ``"send_messages"``.

    Raises:
        KeyError: there is no permission of that name here.
    """
    together = NONE
    for name in names:
        together |= Permissions[name.upper()]
    return together


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
        """Return the role object."""
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
        """Return the overwrite object."""
        return {
            "id": str(self.id),
            "type": self.kind,
            "allow": str(int(self.allow)),
            "deny": str(int(self.deny)),
        }
