"""Permissions: the bits, and what a member may do in a channel."""

import enum


class Permissions(enum.IntFlag):
    """The permissions that decide anything here."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31


NONE = Permissions(0)
ALL = (1 << 53) - 1
"""Every permission Discord has or is about to have."""

MEMBER = (
    Permissions.VIEW_CHANNEL
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
