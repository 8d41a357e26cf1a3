"""Why a page or file is not taken, each with one sentence that says what to give instead."""

from __future__ import annotations

from core.errors import BadInput


class SourceError(BadInput):
    """A page, file or link that gives no laps; nothing of it was used."""


class NoLaps(SourceError):
    """A page or file of another kind: the sentence names the right one."""


class Damaged(SourceError):
    """The right page, but cut off, changed in shape, or contradicting itself."""


class TooMuch(SourceError):
    """Larger or nested deeper than any real page."""


class BadRows(SourceError):
    """Rows of a table that cannot be read; the sentence has the first few with their lines."""


class BadLink(SourceError):
    """A link that leads to no page with laps."""
