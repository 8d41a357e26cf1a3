"""Discord's limits for messages and embeds."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from localdiscord.rules.checks import (
    Problems,
    address,
    as_objects,
    is_snowflake,
    number,
    objects,
    text,
    wrong_type,
)
from localdiscord.rules.errors import Path, Problem
from localdiscord.rules.limits_components import rows
from localdiscord.rules.wire import Flags, JsonObject

CONTENT: Final = 2000
EMBEDS: Final = 10
EMBED_TITLE: Final = 256
EMBED_DESCRIPTION: Final = 4096
EMBED_FIELDS: Final = 25
EMBED_FIELD_NAME: Final = 256
EMBED_FIELD_VALUE: Final = 1024
EMBED_FOOTER: Final = 2048
EMBED_AUTHOR: Final = 256
EMBEDS_TOGETHER: Final = 6000
ATTACHMENTS: Final = 10
NONCE: Final = 25
GREATEST_COLOR: Final = 0xFFFFFF
NONCE_NUMBERS: Final = 2**63
"""What a nonce that is a number must be less than."""
SCHEMES: Final = ("http", "https")
PICTURE_SCHEMES: Final = (*SCHEMES, "attachment")
NOT_HERE: Final = {"poll": "polls", "sticker_ids": "stickers"}
"""What a message of Discord may have and none here has: better refused than left out unsaid."""

_ADDRESSES: Final = (
    ("author", "url", SCHEMES),
    ("author", "icon_url", PICTURE_SCHEMES),
    ("footer", "icon_url", PICTURE_SCHEMES),
)


def message(body: object, path: Path = ()) -> list[Problem]:
    """Return what is wrong with a message, an edit of one, or a follow-up."""
    if not isinstance(body, dict):
        return [wrong_type(path, "an object")]
    return list(_message(body, path))


def _message(body: JsonObject, path: Path) -> Problems:
    yield from text((*path, "content"), body.get("content"), CONTENT)
    yield from number((*path, "flags"), body.get("flags"), 0, 2**53 - 1)
    yield from _nonce((*path, "nonce"), body.get("nonce"))
    yield from objects((*path, "embeds"), body.get("embeds"), EMBEDS, _embed)
    yield from _together((*path, "embeds"), body.get("embeds"))
    yield from objects((*path, "attachments"), body.get("attachments"), ATTACHMENTS, _attachment)
    for name, what in NOT_HERE.items():
        if body.get(name):
            yield Problem((*path, name), "NOT_SUPPORTED", f"The local Discord has no {what}.")
    allowed = body.get("allowed_mentions")
    if allowed is not None and not isinstance(allowed, dict):
        yield wrong_type((*path, "allowed_mentions"), "an object")
    elif allowed:
        yield from _allowed_mentions((*path, "allowed_mentions"), allowed)
    flags = body.get("flags")
    layout = isinstance(flags, int) and bool(flags & Flags.COMPONENTS_V2)
    yield from rows((*path, "components"), body.get("components"), layout=layout)
    if layout and (body.get("content") or body.get("embeds")):
        sentence = "The 'content' and 'embeds' fields cannot be used when using IS_COMPONENTS_V2."
        yield Problem(
            (*path, "content"),
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
            sentence,
        )


def _nonce(path: Path, value: object) -> Problems:
    if not isinstance(value, str):
        yield from number(path, value, -NONCE_NUMBERS, NONCE_NUMBERS - 1)
    elif len(value) > NONCE:
        yield Problem(path, "NONCE_TYPE_TOO_LONG", f"Must be {NONCE} or fewer in length.")


def _embed(path: Path, embed: JsonObject) -> Problems:
    yield from text((*path, "title"), embed.get("title"), EMBED_TITLE)
    yield from text((*path, "description"), embed.get("description"), EMBED_DESCRIPTION)
    yield from number((*path, "color"), embed.get("color"), 0, GREATEST_COLOR)
    yield from objects((*path, "fields"), embed.get("fields"), EMBED_FIELDS, _embed_field)
    yield from _part((*path, "footer"), embed.get("footer"), "text", EMBED_FOOTER)
    yield from _part((*path, "author"), embed.get("author"), "name", EMBED_AUTHOR)
    yield from _time((*path, "timestamp"), embed.get("timestamp"))
    if embed.get("url"):
        yield from address((*path, "url"), embed["url"], SCHEMES)
    for key in ("image", "thumbnail"):
        yield from _picture((*path, key), embed.get(key))
    for part, key, schemes in _ADDRESSES:
        inner = embed.get(part)
        if isinstance(inner, dict) and inner.get(key):
            yield from address((*path, part, key), inner[key], schemes)


def _time(path: Path, value: object) -> Problems:
    try:
        if value is not None:
            datetime.fromisoformat(str(value))
    except ValueError:
        yield Problem(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")


def _embed_field(path: Path, field: JsonObject) -> Problems:
    yield from text((*path, "name"), field.get("name"), EMBED_FIELD_NAME, least=1)
    yield from text((*path, "value"), field.get("value"), EMBED_FIELD_VALUE, least=1)


def _part(path: Path, part: object, key: str, most: int) -> Problems:
    if part is None:
        return
    if isinstance(part, dict):
        yield from text((*path, key), part.get(key), most)
    else:
        yield wrong_type(path, "an object")


def _picture(path: Path, picture: object) -> Problems:
    if picture is None:
        return
    if not isinstance(picture, dict):
        yield wrong_type(path, "an object")
        return
    yield from address((*path, "url"), picture.get("url"), PICTURE_SCHEMES)


def _together(path: Path, embeds: object) -> Problems:
    length = sum(_length(embed) for embed in as_objects(embeds) or [])
    if length > EMBEDS_TOGETHER:
        sentence = f"Embed size exceeds maximum size of {EMBEDS_TOGETHER}"
        yield Problem(path, "MAX_EMBED_SIZE_EXCEEDED", sentence)


def _length(embed: JsonObject) -> int:
    texts = [embed.get("title"), embed.get("description")]
    for part, key in (("footer", "text"), ("author", "name")):
        inner = embed.get(part)
        texts.append(inner.get(key) if isinstance(inner, dict) else None)
    for field in as_objects(embed.get("fields")) or []:
        texts.extend((field.get("name"), field.get("value")))
    return sum(len(item) for item in texts if isinstance(item, str))


def _attachment(path: Path, attachment: JsonObject) -> Problems:
    if not is_snowflake(attachment.get("id")):
        yield wrong_type((*path, "id"), "a snowflake")
    yield from text((*path, "filename"), attachment.get("filename"), 1024)
    yield from text((*path, "description"), attachment.get("description"), 1024)


def _allowed_mentions(path: Path, allowed: JsonObject) -> Problems:
    for kind in ("users", "roles"):
        named = allowed.get(kind) or []
        if not isinstance(named, list) or not all(map(is_snowflake, named)):
            yield wrong_type((*path, kind), "a list of snowflakes")
        elif len(named) > 100:
            yield Problem(
                (*path, kind),
                "BASE_TYPE_MAX_LENGTH",
                "Must be 100 or fewer in length.",
            )
        elif named and kind in (allowed.get("parse") or []):
            sentence = f"parse:[{kind!r}] and {kind}: [ids...] are mutually exclusive."
            yield Problem(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", sentence)
