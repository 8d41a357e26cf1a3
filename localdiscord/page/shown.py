"""What a client shows of the things in a Discord, as JSON: ids are texts, times in ms."""

from __future__ import annotations

from typing import Final

from localdiscord.client.answers import Modal
from localdiscord.client.client import Client
from localdiscord.rules.wire import CommandType, InteractionType, JsonObject, OptionType
from localdiscord.world.files import Attachment
from localdiscord.world.interactions import Interaction
from localdiscord.world.model import Channel, Guild, Member, Message

_NESTING: Final = (OptionType.SUBCOMMAND, OptionType.GROUP)


def message(item: Message, viewer: Client) -> JsonObject:
    """Return a message as ``viewer`` sees it."""
    author = item.channel.guild.members.get(item.author.id)
    return {
        "id": str(item.id),
        "channel": str(item.channel.id),
        "author": {
            "id": str(item.author.id),
            "name": author.display_name if author else item.author.name,
            "bot": item.author.bot,
        },
        "content": item.content,
        "time": round(item.created.timestamp() * 1000),
        "edited": item.edited is not None,
        "private": item.ephemeral,
        "loading": item.loading,
        "pings": _pings(item, viewer),
        "used": _used(item),
        "reply_to": _reply(item.reference),
        "embeds": item.embeds,
        "components": item.components,
        "files": [file(one) for one in item.attachments],
    }


def file(item: Attachment) -> JsonObject:
    """Return a file that came with a message, to be fetched by its id."""
    return {
        "id": str(item.id),
        "name": item.filename,
        "bytes": len(item.data),
        "type": item.content_type,
        "description": item.description or "",
        "url": item.url,
    }


def form(modal: Modal) -> JsonObject:
    """Return a form that has opened; its token is what sends it off."""
    return {
        "token": modal.interaction.token,
        "title": modal.title,
        "components": modal.components,
    }


def server(guild: Guild) -> JsonObject:
    """Return a server and everybody in it but bots."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "people": [_person(item) for item in guild.members.values() if not item.user.bot],
        "roles": [{"id": str(role.id), "name": role.name} for role in guild.roles.values()],
    }


def channel(item: Channel) -> JsonObject:
    """Return a channel."""
    return {
        "id": str(item.id),
        "name": item.name,
        "topic": item.topic or "",
        "parent": str(item.parent.id) if item.parent else None,
    }


def _person(member: Member) -> JsonObject:
    everyone = member.guild.everyone
    return {
        "id": str(member.user.id),
        "name": member.display_name,
        "user_name": member.user.name,
        "owner": member.user.id == member.guild.owner_id,
        "roles": [role.name for role in member.roles if role is not everyone],
    }


def _pings(item: Message, viewer: Client) -> bool:
    roles = {role.id for role in viewer.member.roles}
    return item.pings.everyone or viewer.id in item.pings.users or bool(item.pings.roles & roles)


def _used(item: Message) -> JsonObject | None:
    """Return who used which command, for what answers one; buttons and forms leave no line."""
    asked = item.interaction
    if not isinstance(asked, Interaction) or asked.kind is not InteractionType.COMMAND:
        return None
    words = [asked.data["name"]]
    options = asked.data.get("options") or []
    while options and options[0]["type"] in _NESTING:
        words.append(options[0]["name"])
        options = options[0].get("options") or []
    slash = "/" if asked.data["type"] == CommandType.CHAT_INPUT else ""
    return {
        "id": str(asked.member.user.id),
        "name": asked.member.display_name,
        "command": slash + " ".join(words),
    }


def _reply(item: Message | None) -> JsonObject | None:
    if item is None:
        return None
    return {
        "id": str(item.id),
        "name": item.author.global_name or item.author.name,
        "text": "" if item.deleted else item.text[:200],
    }
