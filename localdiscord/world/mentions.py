"""Whom a message pings, after what ``allowed_mentions`` lets through."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from localdiscord.rules.permissions import Permissions
from localdiscord.rules.wire import JsonObject
from localdiscord.world.model import Guild, Member, Pings, User

_CODE: Final = re.compile(r"```.*?```|``.*?``|`[^`]*`", re.DOTALL)
_USER: Final = re.compile(r"<@!?(\d+)>")
_ROLE: Final = re.compile(r"<@&(\d+)>")
_EVERYONE: Final = re.compile(r"@(everyone|here)\b")


def pings_of(
    content: str,
    allowed: JsonObject | None,
    *,
    author: Member,
    guild: Guild,
    replied_to: User | None = None,
    may: int,
) -> Pings:
    """Return whom ``content`` pings.

    Args:
        content: the message's text; embeds never ping.
        allowed: the message's ``allowed_mentions``; without it everything is let through.
        author: who posts it.
        guild: the server it is posted in.
        replied_to: the author of the message it answers.
        may: the author's permissions in the channel.
    """
    text = _CODE.sub(" ", content)
    named = [guild.members[user_id] for user_id in _ids(_USER, text) if user_id in guild.members]
    roles = [guild.roles[role_id] for role_id in _ids(_ROLE, text) if role_id in guild.roles]
    may_all = bool(may & Permissions.MENTION_EVERYONE)
    users = {
        member.user.id
        for member in named
        if _lets_through(allowed, "users", member.user.id) and member is not author
    }
    if replied_to is not None and (allowed is None or allowed.get("replied_user")):
        users.add(replied_to.id)
    return Pings(
        users=frozenset(users),
        roles=frozenset(
            role.id
            for role in roles
            if _lets_through(allowed, "roles", role.id) and (role.mentionable or may_all)
        ),
        everyone=may_all
        and _EVERYONE.search(text) is not None
        and (allowed is None or "everyone" in (allowed.get("parse") or [])),
        mentioned=tuple(member.user for member in named),
        mentioned_roles=tuple(role.id for role in roles),
    )


def _ids(pattern: re.Pattern[str], text: str) -> Iterable[int]:
    return dict.fromkeys(int(match) for match in pattern.findall(text))


def _lets_through(allowed: JsonObject | None, kind: str, snowflake: int) -> bool:
    if allowed is None or kind in (allowed.get("parse") or []):
        return True
    return snowflake in {int(item) for item in allowed.get(kind) or []}
