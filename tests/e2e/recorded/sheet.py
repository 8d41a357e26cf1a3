"""How messages, forms and commands are written down: all that a client shows, and all it sends."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from localdiscord.client.answers import Choice, Modal
from localdiscord.rules.component_types import ACTION_ROW, BUTTON, SELECTS
from localdiscord.rules.wire import JsonObject
from localdiscord.world.components import Button, Field, Select, buttons_of, selects_of
from localdiscord.world.files import Attachment
from localdiscord.world.model import Message

_INDENT: Final = "  "
_STYLES: Final = {1: "blue", 2: "grey", 3: "green", 4: "red", 5: "link"}
_MENUS: Final = {2: "menu of a person", 3: "menu of a message"}
_KINDS: Final = {
    3: "text",
    4: "whole number",
    6: "person",
    7: "channel",
    8: "role",
    11: "file",
}
_SUBCOMMANDS: Final = (1, 2)
_TOLD_OF_EMBED: Final = frozenset({"type", "color", "title", "description", "fields", "footer"})
_PICTURES: Final = ("image", "thumbnail")
_TOLD_OF_OPTION: Final = frozenset(
    {"type", "name", "description", "required", "autocomplete", "choices", "options"}
)
_UNSEEN: Final = {"\n": "⏎", "\t": "⇥"}
_DISCORDS_OWN: Final = frozenset({"id", "application_id", "version", "guild_id"})


def quoted(text: str) -> list[str]:
    """Return a text line by line, with whatever nobody sees on a screen made visible."""
    return [f"{_INDENT}| {visible(line)}" for line in text.split("\n")] if text else []


def visible(line: str) -> str:
    """Return a line in which blanks of all kinds, control characters and the like can be told."""
    if line.isascii() and line.isprintable() and not line.endswith(" "):
        return line
    shown = "".join(
        _UNSEEN.get(character, f"‹U+{ord(character):04X}›") if _is_unseen(character) else character
        for character in line
    )
    return f"{shown[:-1]}‹blank›" if shown.endswith(" ") else shown


def _is_unseen(character: str) -> bool:
    return character != " " and unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Zs"}


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


# Messages


def message_lines(message: Message) -> list[str]:
    """Return everything a message shows."""
    lines = quoted(message.content)
    if message.pings:
        lines.append(f"{_INDENT}pings somebody: {message.pings}")
    if message.silent:
        lines.append(f"{_INDENT}without a notification")
    for embed in message.embeds:
        lines += _embed_lines(embed, message.attachments)
    for attachment in message.attachments:
        lines += _file_lines(attachment)
    for component in message.components:
        lines += _component_lines(component)
    return lines or [f"{_INDENT}nothing"]


def _embed_lines(embed: JsonObject, files: Sequence[Attachment]) -> list[str]:
    lines = [f"{_INDENT}card of colour {embed.get('color') or 0:#08x}"]
    for part in ("title", "description"):
        if embed.get(part):
            lines += [f"{_INDENT}{part}", *quoted(embed[part])]
    for field in embed.get("fields") or []:
        inline = " (inline)" if field.get("inline") else ""
        lines += [f"{_INDENT}field{inline}", *quoted(field["name"])]
        lines += [f"{_INDENT}says", *quoted(field["value"])]
    if embed.get("footer"):
        lines += [f"{_INDENT}footer", *quoted(embed["footer"]["text"])]
    for part in _PICTURES:
        if embed.get(part):
            lines.append(f"{_INDENT}{part} {_picture(embed[part]['url'], files)}")
    more = {key: embed[key] for key in embed.keys() - _TOLD_OF_EMBED - {*_PICTURES} if embed[key]}
    return [*lines, *([f"{_INDENT}{_as_json(more)}"] if more else [])]


def _picture(url: str, files: Sequence[Attachment]) -> str:
    return next((file.filename for file in files if file.url == url), f"from elsewhere: {url}")


def _file_lines(file: Attachment) -> list[str]:
    """Return a file's name, and what is in it where that is text; pictures are not compared."""
    lines = [f"{_INDENT}file {file.filename}"]
    if file.description is not None:
        lines += [f"{_INDENT}described as", *quoted(file.description)]
    if not file.content_type.startswith("image/"):
        lines += quoted(file.data.decode())
    return lines


def _component_lines(component: JsonObject) -> list[str]:
    children = component.get("components") or []
    if component["type"] != ACTION_ROW or any(
        item["type"] != BUTTON and item["type"] not in SELECTS for item in children
    ):
        return [f"{_INDENT}{_as_json(component)}"]
    lines = [f"{_INDENT}row"]
    lines += [_INDENT + button_words(button) for button in buttons_of([component])]
    for select in selects_of([component]):
        lines += _select_lines(select)
    return lines


def button_words(button: Button) -> str:
    """Return a button on one line."""
    facts = [button.custom_id or button.url or "", _STYLES[button.style]]
    return " · ".join([f"[{button}]", *facts, *(["disabled"] if button.disabled else [])])


def _select_lines(select: Select) -> list[str]:
    facts = [f"“{select.placeholder}”", select.custom_id, f"kind {select.kind}"]
    if (select.min_values, select.max_values) != (1, 1):
        facts.append(f"{select.min_values} to {select.max_values}")
    lines = [_INDENT + " · ".join(["select", *facts, *(["disabled"] if select.disabled else [])])]
    for option in select.options:
        described = f" · {option.description}" if option.description else ""
        picked = " · picked" if option.default else ""
        lines.append(f"{_INDENT}- {visible(option.label)} = {option.value}{described}{picked}")
    return lines


# Forms and suggestions


def form_lines(form: Modal) -> list[str]:
    """Return everything a form asks for, and what it is filled with."""
    lines = [f"{_INDENT}form {form.custom_id}", *quoted(form.title)]
    for field in form.fields:
        lines += _field_lines(field)
    return lines


def _field_lines(field: Field) -> list[str]:
    facts = [
        f"field {field.custom_id}",
        f"“{visible(field.label)}”",
        *([f"below: “{visible(field.description)}”"] if field.description else []),
        *([f"when empty: “{visible(field.placeholder)}”"] if field.placeholder else []),
        f"kind {field.kind}",
        "required" if field.required else "optional",
        f"{field.min_length} to {field.max_length}",
        *(["several lines"] if field.multiline else []),
        *(f"picked {person}" for person in field.people),
    ]
    return [_INDENT + " · ".join(facts), *quoted(field.value)]


def choice_lines(choices: Iterable[Choice]) -> list[str]:
    """Return what is offered while somebody types."""
    return [f"{_INDENT}- {visible(one.name)} = {one.value}" for one in choices] or [
        f"{_INDENT}nothing"
    ]


# Commands


def command_lines(commands: Iterable[JsonObject]) -> list[str]:
    """Return all commands as they are registered, by name."""
    lines: list[str] = []
    for command in sorted(commands, key=lambda one: (one["type"], one["name"])):
        if command["type"] in _MENUS:
            lines.append(f"{_MENUS[command['type']]} · {command['name']}")
        else:
            lines += _entry_lines(f"/{command['name']}", command)
        told = _TOLD_OF_OPTION | _DISCORDS_OWN
        more = {key: command[key] for key in command.keys() - told if command[key]}
        lines.append(f"{_INDENT}{_as_json(more)}")
    return lines


def _entry_lines(name: str, command: JsonObject) -> list[str]:
    lines = [f"{name} · {command['description']}"]
    for option in command.get("options") or []:
        if option["type"] in _SUBCOMMANDS:
            lines += _entry_lines(f"{name} {option['name']}", option)
        else:
            lines += _option_lines(option)
    return lines


def _option_lines(option: JsonObject) -> list[str]:
    facts = [option["name"], _KINDS[option["type"]]]
    facts += ["required"] if option.get("required") else []
    facts += ["offers names"] if option.get("autocomplete") else []
    more = {key: option[key] for key in option.keys() - _TOLD_OF_OPTION if option[key] is not None}
    facts += [_as_json(more)] if more else []
    lines = [f"{_INDENT}{' · '.join(facts)}", *quoted(option["description"])]
    lines += [f"{_INDENT}- {one['name']} = {one['value']}" for one in option.get("choices") or []]
    return lines
