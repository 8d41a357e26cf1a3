"""The command tree: one error policy, and registering commands only when they have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeGuard

import discord
import structlog
from discord import app_commands

from bot.discord.errors import Unreadable, has_its_own_way_back, log_unexpected
from bot.discord.replies import begin, reply_to_error
from bot.discord.typed import typed_in

log = structlog.get_logger(__name__)


class OrpTree(app_commands.CommandTree[discord.Client]):
    """All slash commands: guild install and guild context only."""

    def __init__(self, client: discord.Client) -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )

    async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
        """Start the clock of each command as it arrives; autocomplete has no answer to defer."""
        if interaction.type is discord.InteractionType.autocomplete:
            return True
        return await begin(interaction)

    async def _call(self, interaction: discord.Interaction) -> None:
        """Carry out a command; what discord.py trips over in it would be answered by nobody."""
        try:
            await super()._call(interaction)
        except app_commands.AppCommandError:
            raise
        except Exception as error:
            if interaction.type is discord.InteractionType.autocomplete:
                log_unexpected(error, interaction)
                return
            unreadable = Unreadable(repr(error))
            unreadable.__cause__ = error
            await reply_to_error(interaction, unreadable)

    async def on_error(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        """Answer what failed; what was typed is handed back where it could not even be kept."""
        typed = "" if has_its_own_way_back(error) else typed_in(interaction)
        await reply_to_error(interaction, error, typed=typed)


async def sync_when_changed(tree: app_commands.CommandTree) -> bool:
    """Register the commands with Discord if it knows other ones; tell whether it did."""
    client = tree.client
    if client.application_id is None:
        raise app_commands.MissingApplicationID
    registered = await client.http.get_global_commands(client.application_id)
    wanted = [command.to_dict(tree) for command in tree.get_commands()]
    if same_commands(wanted, registered):
        log.info("commands are registered already", commands=len(wanted))
        return False
    await tree.sync()
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
