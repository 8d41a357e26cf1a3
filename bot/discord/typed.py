"""What somebody typed, handed back where it could not even be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import discord

_GROUPS: Final = frozenset({1, 2})
_CHAT_COMMAND: Final = 1


def typed_in(interaction: discord.Interaction) -> str:
    """Return a command as it is typed, ready to be copied; empty where none was.

    Such as ``/lap times:20.1 20.2 heat:Q1``.
    """
    data: Any = interaction.data or {}
    is_command = interaction.type is discord.InteractionType.application_command
    if not is_command or data.get("type") != _CHAT_COMMAND:
        return ""
    return f"/{' '.join(_words(data))}"


def _words(command: Mapping[str, Any]) -> Iterator[str]:
    """Yield a command's name, those of its groups, and its options."""
    yield str(command["name"])
    for option in command.get("options", ()):
        if option["type"] in _GROUPS:
            yield from _words(option)
        else:
            yield f"{option['name']}:{option['value']}"
