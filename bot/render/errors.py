"""What is said when something cannot be done."""

from __future__ import annotations

from typing import Final

from bot.limits import CONTENT_LIMIT
from bot.render.answer import Answer
from bot.render.text import code_block, in_code, plain, shorten, size

# What is handed back stands in the answer up to here, and beyond in a file.
_SHORT: Final = 1_000
UNREADABLE: Final = "Discord sent that in a way I cannot read: try again."


def refusal(sentence: str) -> Answer:
    """Show why something was refused.

    Args:
        sentence: What is wrong and what to do next, as a ``RacerError`` carries it; it may quote
            what a user typed.
    """
    return Answer(shorten(plain(sentence), CONTENT_LIMIT))


def quote(typed: str) -> str | None:
    """Return what was typed, ready to be copied; None when it is too long for an answer."""
    shown = code_block("\n".join(in_code(line) for line in typed.splitlines()))
    return shown if size(shown) <= _SHORT else None


def apology(reference: str) -> Answer:
    """Apologise for a fault of the bot.

    Args:
        reference: The short code that is also in the log.
    """
    return Answer(
        "Sorry, that went wrong on our side: try again, and if it keeps happening, tell whoever "
        f"runs the bot the reference `{in_code(reference)}`."
    )


def store_unavailable(reference: str, *, may_be_stored: bool, is_look: bool) -> Answer:
    """Tell that the laps cannot be reached for the moment.

    Args:
        reference: The short code that is also in the log.
        may_be_stored: Whether it is unknown if the change was kept.
        is_look: Whether nothing was to be changed.
    """
    code = f"(reference `{in_code(reference)}`)"
    if may_be_stored:
        return Answer(
            "The store went away while I was saving: look with /heat show whether it is there "
            f"before you type it again {code}."
        )
    nothing = "" if is_look else " and nothing was stored"
    return Answer(f"I cannot reach the store just now{nothing}: try again in a minute {code}.")
