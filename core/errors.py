"""What the core refuses, each with one plain sentence for the racer.

Every error carries ``sentence``: what is wrong and what to do next, without markup, ready to be
shown. Whatever it quotes from a user is shown by the bot with mentions and markdown made harmless.
An error that is none of these is a fault of the program and is reported with a reference instead.
"""

from __future__ import annotations


class RacerError(Exception):
    """Something a racer can understand and act on; nothing was stored."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class BadInput(RacerError):
    """What was typed cannot be used: a value out of range, an unreadable word."""


class NotFound(RacerError):
    """What was named does not exist in this team."""


class NotAllowed(RacerError):
    """The person may not do this; the sentence says who may."""


class Conflict(RacerError):
    """What was asked for does not fit what is stored: a name taken, a lap already there."""


class Redelivered(Exception):
    """This interaction has changed something already; it changes nothing again."""
