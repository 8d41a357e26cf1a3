"""The commands a bot has registered, for all servers and for single ones."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

from localdiscord.rules.errors import Problem, invalid_form, unknown_command
from localdiscord.rules.wire import CommandType, JsonObject
from localdiscord.world.snowflakes import Snowflakes

_KEPT_IN_OPTIONS: Final = (
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "required",
    "choices",
    "options",
    "channel_types",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "autocomplete",
)


class Commands:
    """Registered commands, by the server they are for; those for all servers under ``None``."""

    def __init__(self, application_id: int, snowflakes: Snowflakes) -> None:
        self._application_id = application_id
        self._snowflakes = snowflakes
        self._scopes: dict[int | None, dict[int, JsonObject]] = {}
        self.writes = 0
        """How often commands were written, to tell a sync from none."""

    def all(self, guild_id: int | None) -> list[JsonObject]:
        """Return the commands registered in one scope, as GET answers them."""
        return list(self._scope(guild_id).values())

    def any(self) -> bool:
        """Tell whether there is any command, in any scope."""
        return any(self._scopes.values())

    def seen_in(self, guild_id: int) -> Iterator[JsonObject]:
        """Return the commands of a server: its own, then those for all servers."""
        return itertools.chain(self.all(guild_id), self.all(None))

    def get(self, guild_id: int | None, command_id: int) -> JsonObject:
        """Return one command.

        Raises:
            DiscordError: there is none of that id.
        """
        command = self._scope(guild_id).get(command_id)
        if command is None:
            raise unknown_command()
        return command

    def overwrite(self, guild_id: int | None, wanted: list[JsonObject]) -> list[JsonObject]:
        """Replace all commands of a scope; those whose name stays keep their id."""
        before = self.all(guild_id)
        written = [self._written(guild_id, item, _same(before, item)) for item in wanted]
        self._scopes[guild_id] = {int(item["id"]): item for item in written}
        self.writes += 1
        return written

    def upsert(self, guild_id: int | None, wanted: JsonObject) -> tuple[JsonObject, bool]:
        """Add one command, or replace the one of that name; says whether it is new."""
        before = _same(self.all(guild_id), wanted)
        written = self._written(guild_id, wanted, before)
        self._scope(guild_id)[int(written["id"])] = written
        self.writes += 1
        return written, before is None

    def with_one_more(self, guild_id: int | None, wanted: JsonObject) -> list[JsonObject]:
        """Return the commands of a scope with a new one, which takes the place of its name."""
        there = self.all(guild_id)
        before = _same(there, wanted)
        return [*(item for item in there if item is not before), wanted]

    def edit(self, guild_id: int | None, command_id: int, changes: JsonObject) -> JsonObject:
        """Change one command.

        Raises:
            DiscordError: there is none of that id, or another has the new name.
        """
        before = self.get(guild_id, command_id)
        changed = {**before, **changes}
        other = _same(self.all(guild_id), changed)
        if other is not None and other is not before:
            duplicate = "Application command names must be unique"
            raise invalid_form(
                [Problem(("name",), "APPLICATION_COMMANDS_DUPLICATE_NAME", duplicate)],
            )
        written = self._written(guild_id, changed, before)
        self._scope(guild_id)[command_id] = written
        self.writes += 1
        return written

    def delete(self, guild_id: int | None, command_id: int) -> None:
        """Remove one command.

        Raises:
            DiscordError: there is none of that id.
        """
        self.get(guild_id, command_id)
        del self._scope(guild_id)[command_id]
        self.writes += 1

    def _scope(self, guild_id: int | None) -> dict[int, JsonObject]:
        return self._scopes.setdefault(guild_id, {})

    def _written(
        self,
        guild_id: int | None,
        wanted: JsonObject,
        before: JsonObject | None,
    ) -> JsonObject:
        permissions = wanted.get("default_member_permissions")
        command: JsonObject = {
            "id": before["id"] if before else str(self._snowflakes.next()),
            "application_id": str(self._application_id),
            "version": str(self._snowflakes.next()),
            "type": wanted.get("type") or CommandType.CHAT_INPUT.value,
            "name": wanted["name"],
            "name_localizations": wanted.get("name_localizations"),
            "description": wanted.get("description") or "",
            "description_localizations": wanted.get("description_localizations"),
            "default_member_permissions": None if permissions is None else str(permissions),
            "dm_permission": wanted.get("dm_permission", True),
            "contexts": wanted.get("contexts"),
            "integration_types": wanted.get("integration_types") or [0],
            "nsfw": bool(wanted.get("nsfw")),
        }
        if wanted.get("options"):
            command["options"] = [_option(option) for option in wanted["options"]]
        if guild_id is not None:
            command["guild_id"] = str(guild_id)
        unchanged = before is not None and {**command, "version": before["version"]} == before
        return before if unchanged and before is not None else command


def _same(commands: list[JsonObject], wanted: JsonObject) -> JsonObject | None:
    kind = wanted.get("type") or CommandType.CHAT_INPUT.value
    for command in commands:
        if command["name"] == wanted["name"] and command["type"] == kind:
            return command
    return None


def _option(option: JsonObject) -> JsonObject:
    # Discord leaves out what an option does not have: GET never answers "required": false.
    kept = {
        key: option[key] for key in _KEPT_IN_OPTIONS if option.get(key) not in (None, False, [])
    }
    if option.get("options"):
        kept["options"] = [_option(inner) for inner in option["options"]]
    return kept
