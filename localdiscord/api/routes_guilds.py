"""REST: the bot itself, the servers it is in, and the people there."""

from __future__ import annotations

from aiohttp import web

from localdiscord.api.calls import Call, Route, answer
from localdiscord.api.gateway import Gateway
from localdiscord.rules import errors
from localdiscord.rules.wire import JsonObject
from localdiscord.world.model import Guild
from localdiscord.world.world import World


class GuildRoutes:
    """What a bot may look up."""

    def __init__(self, world: World, gateway: Gateway, *, shards: int) -> None:
        self._world = world
        self._gateway = gateway
        self._shards = shards

    def table(self) -> list[Route]:
        """Return the routes."""
        guild = "/guilds/{guild_id}"
        return [
            Route("GET", "/gateway", self.get_gateway, needs_token=False),
            Route("GET", "/gateway/bot", self.get_gateway_bot),
            Route("GET", "/oauth2/applications/@me", self.get_application),
            Route("GET", "/applications/@me", self.get_application),
            Route("GET", "/users/@me", self.get_me),
            Route("GET", "/users/@me/guilds", self.list_guilds),
            Route("GET", "/users/{user_id}", self.get_user),
            Route("GET", guild, self.get_guild),
            Route("GET", guild + "/channels", self.list_channels),
            Route("GET", guild + "/roles", self.list_roles),
            Route("GET", guild + "/roles/{role_id}", self.get_role),
            Route("GET", guild + "/members", self.list_members),
            Route("GET", guild + "/members/{user_id}", self.get_member),
        ]

    async def get_gateway(self, call: Call) -> web.Response:
        """Return where the gateway is."""
        return answer({"url": self._gateway.url})

    async def get_gateway_bot(self, call: Call) -> web.Response:
        """Return where the gateway is, and into how many shards the bot should split."""
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return answer(
            {"url": self._gateway.url, "shards": self._shards, "session_start_limit": limit},
        )

    async def get_application(self, call: Call) -> web.Response:
        """Return the bot's application."""
        bot = self._world.bot
        return answer(
            {
                "id": str(bot.id),
                "name": bot.name,
                "description": "",
                "summary": "",
                "icon": None,
                "type": None,
                "bot": bot.payload(),
                "bot_public": True,
                "bot_require_code_grant": False,
                "owner": bot.payload(),
                "team": None,
                "verify_key": "0" * 64,
                "flags": 0,
                "hook": True,
                "redirect_uris": [],
                "interactions_endpoint_url": None,
                "role_connections_verification_url": None,
                "install_params": None,
                "integration_types_config": {"0": {}},
                "approximate_guild_count": len(self._world.guilds),
                "approximate_user_install_count": 0,
            },
        )

    async def get_me(self, call: Call) -> web.Response:
        """Return the bot as a user."""
        return answer({**self._world.bot.payload(), "verified": True, "mfa_enabled": False})

    async def list_guilds(self, call: Call) -> web.Response:
        """Return the servers the bot is in."""
        present = (guild for guild in self._world.guilds.values() if guild.bot_present)
        return answer([self._partial(guild) for guild in present])

    async def get_user(self, call: Call) -> web.Response:
        """Anybody."""
        user = self._world.users.get(call.id("user_id"))
        if user is None:
            raise errors.unknown_user()
        return answer(user.payload())

    async def get_guild(self, call: Call) -> web.Response:
        """Return one server."""
        guild = self._guild(call)
        payload = guild.payload()
        if call.flag("with_counts"):
            payload["approximate_member_count"] = len(guild.members)
            payload["approximate_presence_count"] = len(guild.members)
        return answer(payload)

    async def list_channels(self, call: Call) -> web.Response:
        """Return the channels of a server."""
        return answer([channel.payload() for channel in self._guild(call).channels.values()])

    async def list_roles(self, call: Call) -> web.Response:
        """Return the roles of a server."""
        return answer([role.payload() for role in self._guild(call).roles.values()])

    async def get_role(self, call: Call) -> web.Response:
        """Return one role."""
        role = self._guild(call).roles.get(call.id("role_id"))
        if role is None:
            raise errors.DiscordError(404, 10011, "Unknown Role")
        return answer(role.payload())

    async def list_members(self, call: Call) -> web.Response:
        """Refused: the list of members takes a privileged intent."""
        self._guild(call)
        raise errors.missing_access()

    async def get_member(self, call: Call) -> web.Response:
        """Return one member of a server."""
        guild = self._guild(call)
        member = guild.members.get(call.id("user_id"))
        if member is not None:
            return answer(member.payload())
        known = call.id("user_id") in self._world.users
        raise errors.unknown_member() if known else errors.unknown_user()

    def _guild(self, call: Call) -> Guild:
        guild = self._world.guilds.get(call.id("guild_id"))
        if guild is None:
            raise errors.unknown_guild()
        if not guild.bot_present:
            raise errors.missing_access()
        return guild

    def _partial(self, guild: Guild) -> JsonObject:
        return {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(self._world.bot_in(guild).guild_permissions()),
            "features": [],
        }
