"""What somebody typed, handed back where it could not even be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import discord

_GROUPS: Final = frozenset({1, 2})
_CHAT_COMMAND: Final = 1
_FILE: Final = 11


def typed_in(interaction: discord.Interaction) -> str:
    """Return a command as it is typed, ready to be copied; empty where none was.

    Such as ``/lap times:20.1 20.2 heat:Q1``.
    """
    data: Any = interaction.data or {}
    is_command = interaction.type is discord.InteractionType.application_command
    if not is_command or data.get("type") != _CHAT_COMMAND:
        return ""
    return f"/{' '.join(_words(data, data.get('resolved', {}).get('attachments', {})))}"


def name_of(interaction: discord.Interaction) -> str:
    """Return what an interaction asks for, in the bot's own words: ``heat finish`` or ``undo``.

    Nothing of what was typed or picked is in it. It may be of any shape: this never fails.
    """
    data: object = interaction.data
    words = []
    while isinstance(data, Mapping):
        if "custom_id" in data:
            return str(data["custom_id"]).partition(":")[0]
        words.append(str(data.get("name", "")))
        options = data.get("options")
        first = options[0] if isinstance(options, Sequence) and options else None
        is_group = isinstance(first, Mapping) and first.get("type") in _GROUPS
        data = first if is_group else None
    return " ".join(words)


def _words(command: Mapping[str, Any], files: Mapping[str, Any]) -> Iterator[str]:
    """Yield a command's name, those of its groups, and its options; a file's is its name."""
    yield str(command["name"])
    for option in command.get("options", ()):
        if option["type"] in _GROUPS:
            yield from _words(option, files)
        elif option["type"] == _FILE:
            yield f"{option['name']}:{files[option['value']]['filename']}"
        else:
            yield f"{option['name']}:{option['value']}"
