"""Why the bot does not start."""

from __future__ import annotations


class StartRefused(Exception):
    """The bot cannot start; the text says why in a sentence."""
