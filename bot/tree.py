"""The command tree: one error policy, and registering commands only when they have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeGuard

import discord
import structlog
from discord import app_commands

from bot.replies import begin, reply_to_error

if TYPE_CHECKING:
    from bot.client import OrpBot

log = structlog.get_logger(__name__)


class OrpTree(app_commands.CommandTree["OrpBot"]):
    """All slash commands: guild install and guild context only."""

    def __init__(self, client: OrpBot) -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )

    async def interaction_check(self, interaction: discord.Interaction[OrpBot], /) -> bool:
        """Start the clock of each command as it arrives; autocomplete has no answer to defer."""
        if interaction.type is discord.InteractionType.autocomplete:
            return True
        return await begin(interaction, self.client)

    async def on_error(
        self, interaction: discord.Interaction[OrpBot], error: app_commands.AppCommandError, /
    ) -> None:
        """Answer what failed."""
        await reply_to_error(interaction, error)


async def sync_when_changed(bot: OrpBot) -> bool:
    """Register the commands with Discord if it knows other ones; tell whether it did."""
    if bot.application_id is None:
        raise app_commands.MissingApplicationID
    registered = await bot.http.get_global_commands(bot.application_id)
    wanted = [command.to_dict(bot.tree) for command in bot.tree.get_commands()]
    if same_commands(wanted, registered):
        log.info("commands are registered already", commands=len(wanted))
        return False
    await bot.tree.sync()
    log.info("commands registered", commands=len(wanted))
    return True


# What Discord adds to a command by itself.
_DISCORDS_OWN: Final = frozenset(
    {"id", "application_id", "guild_id", "version", "default_permission", "handler"}
)


def same_commands(
    wanted: Sequence[Mapping[str, Any]], registered: Sequence[Mapping[str, Any]]
) -> bool:
    """Tell whether two lists of commands say the same, whatever their order."""
    by_name = {(command["type"], command["name"]): command for command in registered}
    return len(wanted) == len(registered) and all(
        _same(command, by_name.get((command["type"], command["name"]))) for command in wanted
    )


def _same(wanted: object, registered: object) -> bool:
    """Compare two values of a command; Discord leaves out what is empty or at its default."""
    if isinstance(wanted, Mapping) and isinstance(registered, Mapping):
        keys = (wanted.keys() | registered.keys()) - _DISCORDS_OWN
        return all(_same(wanted.get(key), registered.get(key)) for key in keys)
    if _is_list(wanted) and _is_list(registered):
        return len(wanted) == len(registered) and all(map(_same, wanted, registered))
    return wanted == registered or (not wanted and not registered)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str)
