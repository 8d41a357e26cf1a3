"""What a person is told when something fails, and what the log is told."""

from __future__ import annotations

import secrets
from math import ceil
from typing import Final

import discord
import structlog
from discord import app_commands

from bot.discord.typed import name_of
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
    """Log an unexpected error; return its short reference.

    Of an interaction the log has what it asked for, never who asked or what was typed.
    """
    reference = secrets.token_hex(3)
    if interaction is not None:
        more |= {
            "interaction": interaction.id,
            "kind": interaction.type.name,
            "of": name_of(interaction),
            "guild": interaction.guild_id,
        }
    if isinstance(error, StoreUnavailable):
        log.warning("the database is away", reference=reference, reason=error.reason, **more)
    else:
        log.error("unexpected error", reference=reference, exc_info=error, **more)
    return reference
