"""What everybody sees, as JSON to be kept, and brought back into another world of the same names.

Ids stay, so a bot finds and edits what it posted before. What one person sees goes, as in Discord.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime

from localdiscord.rules.wire import JsonObject, timestamp
from localdiscord.world.files import Attachment
from localdiscord.world.model import Message
from localdiscord.world.world import World


def posts_of(world: World) -> JsonObject:
    """Return everything everybody sees."""
    messages = [item for channel in world.channels.values() for item in channel.messages]
    return {"base_url": world.base_url, "messages": [_kept(item) for item in messages]}


def bring_back(world: World, posts: JsonObject) -> None:
    """Put posts where they were, unless channel or author is not there.

    Raises:
        KeyError, TypeError, ValueError: these are no posts; nothing was put anywhere.
    """
    # The files are served where this Discord listens, which is elsewhere each time.
    text = json.dumps(posts["messages"]).replace(posts["base_url"], world.base_url)
    found = [_message(world, item) for item in json.loads(text)]
    for message in sorted((item for item in found if item is not None), key=lambda one: one.id):
        message.channel.all_messages.append(message)
        world.messages[message.id] = message
        for attachment in message.attachments:
            world.attachments[attachment.id] = attachment


def _kept(message: Message) -> JsonObject:
    return {
        "id": message.id,
        "channel": message.channel.id,
        "author": message.author.id,
        "content": message.content,
        "embeds": message.embeds,
        "components": message.components,
        "flags": int(message.flags),
        "kind": message.kind,
        "edited": timestamp(message.edited),
        "attachments": [
            {
                "id": item.id,
                "filename": item.filename,
                "data": base64.b64encode(item.data).decode(),
                "content_type": item.content_type,
                "url": item.url,
                "description": item.description,
            }
            for item in message.attachments
        ],
    }


def _message(world: World, item: JsonObject) -> Message | None:
    channel, author = world.channels.get(item["channel"]), world.users.get(item["author"])
    if channel is None or author is None:
        return None
    files = [
        Attachment(**{**one, "data": base64.b64decode(one["data"])}) for one in item["attachments"]
    ]
    return Message(
        id=item["id"],
        channel=channel,
        author=author,
        content=item["content"],
        embeds=item["embeds"],
        components=item["components"],
        attachments=files,
        flags=item["flags"],
        kind=item["kind"],
        edited=datetime.fromisoformat(item["edited"]) if item["edited"] else None,
    )
