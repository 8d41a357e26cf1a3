"""REST: the commands a bot registers, for all servers and for single ones."""

from __future__ import annotations

from aiohttp import web

from localdiscord.api.calls import Call, Route, answer, nothing
from localdiscord.rules import errors, limits_commands
from localdiscord.world.world import World


class CommandRoutes:
    """Registering commands."""

    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> list[Route]:
        """Return the routes, the same for all servers and for one."""
        application = "/applications/{application_id}"
        routes = []
        for scope in (application, application + "/guilds/{guild_id}"):
            every, one = scope + "/commands", scope + "/commands/{command_id}"
            routes += [
                Route("GET", every, self.list_commands),
                Route("PUT", every, self.overwrite, check=limits_commands.commands),
                Route("POST", every, self.upsert, check=limits_commands.command),
                Route("GET", one, self.get),
                Route("PATCH", one, self.edit, check=limits_commands.changes),
                Route("DELETE", one, self.delete),
            ]
        return routes

    async def list_commands(self, call: Call) -> web.Response:
        """Return all commands of the scope."""
        return answer(list(self._world.commands.all(self._scope(call))))

    async def overwrite(self, call: Call) -> web.Response:
        """Replace all commands of the scope."""
        wanted = call.body if isinstance(call.body, list) else []
        written = self._world.commands.overwrite(self._scope(call), wanted)
        self._world.changed.notify()
        return answer(list(written))

    async def upsert(self, call: Call) -> web.Response:
        """Add a command, or replace the one of its name."""
        scope = self._scope(call)
        problems = limits_commands.commands(self._world.commands.with_one_more(scope, call.fields))
        if problems:
            raise errors.invalid_form(problems)
        written, is_new = self._world.commands.upsert(scope, call.fields)
        self._world.changed.notify()
        return answer(written, status=201 if is_new else 200)

    async def get(self, call: Call) -> web.Response:
        """Return one command."""
        return answer(self._world.commands.get(self._scope(call), call.id("command_id")))

    async def edit(self, call: Call) -> web.Response:
        """Change one command."""
        scope, command_id = self._scope(call), call.id("command_id")
        changed = {**self._world.commands.get(scope, command_id), **call.fields}
        problems = limits_commands.command(changed)
        if problems:
            raise errors.invalid_form(problems)
        return answer(self._world.commands.edit(scope, command_id, call.fields))

    async def delete(self, call: Call) -> web.Response:
        """Remove one command."""
        self._world.commands.delete(self._scope(call), call.id("command_id"))
        return nothing()

    def _scope(self, call: Call) -> int | None:
        if call.id("application_id") != self._world.bot.id:
            raise errors.DiscordError(404, 10002, "Unknown Application")
        if "guild_id" not in call.request.match_info:
            return None
        guild = self._world.guilds.get(call.id("guild_id"))
        if guild is None or not guild.bot_present:
            raise errors.missing_access()
        return guild.id
