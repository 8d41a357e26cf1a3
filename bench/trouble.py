"""What goes wrong in a measurement."""

from __future__ import annotations


class Trouble(Exception):
    """Something did not go as the bench needs it; the text says what."""
