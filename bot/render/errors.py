"""What is said when something cannot be done."""

from __future__ import annotations

from bot.render.answer import Answer
from bot.render.text import CONTENT_LIMIT, in_code, plain, shorten


def refusal(sentence: str) -> Answer:
    """Show why something was refused.

    Args:
        sentence: What is wrong and what to do next, as a ``RacerError`` carries it; it may quote
            what a user typed.
    """
    return Answer(shorten(plain(sentence), CONTENT_LIMIT))


def apology(reference: str) -> Answer:
    """Apologise for a fault of the bot.

    Args:
        reference: The short code that is also in the log.
    """
    return Answer(
        "Sorry, that went wrong on our side: try again, and if it keeps happening, tell whoever "
        f"runs the bot the reference `{in_code(reference)}`."
    )
