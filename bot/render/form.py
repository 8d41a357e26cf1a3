"""Laps found in a message, and text that is handed back."""

from __future__ import annotations

from typing import Final

from bot.render.text import code_block, in_code, size

# What is handed back stands in the answer up to here, and beyond in a file.
_SHORT: Final = 1_000


def typed_laps(laps: str) -> str | None:
    """Return what was typed, ready to be copied; None when it is too long for an answer."""
    shown = code_block("\n".join(in_code(line) for line in laps.splitlines()))
    return shown if size(shown) <= _SHORT else None
