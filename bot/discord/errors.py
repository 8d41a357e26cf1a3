"""What a person is told when something fails, and what the log is told."""

from __future__ import annotations

import secrets
from math import ceil
from typing import Any, Final

import discord
import structlog
from discord import app_commands

from bot.render.answer import Answer
from bot.render.errors import UNREADABLE, apology, refusal, store_unavailable
from core.errors import RacerError, Redelivered
from core.outages import StoreUnavailable

# A command of a group, and a group of commands, as options have it.
_COMMANDS: Final = (1, 2)

log = structlog.get_logger(__name__)


class Unreadable(Exception):
    """What Discord sent with an interaction is not what it should be."""


def answer_for(interaction: discord.Interaction, error: BaseException) -> Answer | None:
    """Return what to answer when an interaction's work raised; None for no answer at all."""
    cause = _cause_of(error)
    if isinstance(cause, RacerError):
        return refusal(cause.sentence)
    if isinstance(cause, Redelivered):
        log.info("an interaction came twice", interaction=interaction.id)
        return None
    if isinstance(cause, app_commands.CommandOnCooldown):
        return refusal(f"That was a lot at once: try again in {ceil(cause.retry_after)} seconds.")
    if isinstance(cause, app_commands.TransformerError):
        return refusal(f"“{str(cause.value)[:40]}” cannot be used there; pick from the list.")
    if isinstance(cause, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return refusal("That command has just changed: type it again in a moment.")
    if type(cause) is app_commands.AppCommandError or isinstance(cause, Unreadable):
        log_unexpected(cause, interaction)
        return refusal(UNREADABLE)
    if isinstance(cause, StoreUnavailable):
        reference = log_unexpected(cause, interaction)
        return store_unavailable(
            reference, may_be_stored=cause.may_be_stored, is_look=cause.is_look
        )
    return apology(log_unexpected(cause, interaction))


def has_its_own_way_back(error: BaseException) -> bool:
    """Tell whether what was typed need not be handed back: it was refused, or came before."""
    return isinstance(_cause_of(error), RacerError | Redelivered)


def _cause_of(error: BaseException) -> BaseException:
    """Return what discord.py has wrapped on its way here."""
    if isinstance(error, app_commands.CommandInvokeError):
        return error.original
    if isinstance(error, app_commands.TransformerError) and error.__cause__ is not None:
        return error.__cause__
    return error


def log_unexpected(
    error: BaseException, interaction: discord.Interaction | None = None, **more: object
) -> str:
    """Log an unexpected error with everything that helps, and nobody; return its short reference.

    Who asked and what they typed is no line of a log: it would outlive their being forgotten.
    """
    reference = secrets.token_hex(3)
    log.error(
        "unexpected error",
        reference=reference,
        interaction=interaction.id if interaction else None,
        kind=interaction.type.name if interaction else None,
        guild=interaction.guild_id if interaction else None,
        asked=_asked(interaction) if interaction else None,
        exc_info=error,
        **more,
    )
    return reference


def _asked(interaction: discord.Interaction) -> str:
    """Return what was asked for: the command, or the word of a button, select or form."""
    data: Any = interaction.data or {}
    if "custom_id" in data:
        return str(data["custom_id"]).partition(":")[0]
    words, options = [str(data.get("name"))], data.get("options")
    # The options of a group are its commands. What cannot be read may be anything.
    while isinstance(options, list) and options and isinstance(options[0], dict):
        if options[0].get("type") not in _COMMANDS:
            break
        words.append(str(options[0].get("name")))
        options = options[0].get("options")
    return " ".join(words)
