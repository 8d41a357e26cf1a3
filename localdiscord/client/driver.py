"""The local Discord from outside: start it, drive it, make it misbehave, see what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from localdiscord.api.gateway import Gateway
from localdiscord.api.routes_channels import ChannelRoutes
from localdiscord.api.routes_commands import CommandRoutes
from localdiscord.api.routes_guilds import GuildRoutes
from localdiscord.api.routes_interactions import InteractionRoutes, Patience
from localdiscord.api.server import API, Request, Server, Violation
from localdiscord.client.answers import Answer
from localdiscord.client.people import Team
from localdiscord.rules.errors import DriverError
from localdiscord.rules.permissions import NONE, Permissions, named
from localdiscord.rules.schema import Schema
from localdiscord.world.interactions import Interaction, Stage
from localdiscord.world.model import Channel, Message
from localdiscord.world.signals import PATIENT_S
from localdiscord.world.world import World

T = TypeVar("T")

DEFAULT_TEAM: Final = "Team"


@dataclass(frozen=True)
class Cast:
    """Who is there, and where, as long as nothing else is said."""

    bot: str = "Bot"
    members: tuple[str, ...] = ("ann", "ben", "cat")
    """Of the team that is there at first; the first of them owns every server."""
    channels: tuple[str, ...] = ("general", "bots")
    """Of every server."""


ANYBODY: Final = Cast()


class LocalDiscord:
    """A Discord on loopback, to be used as an async context manager.

    It comes with a team, “Team”, of those in its cast.
    """

    def __init__(
        self,
        cast: Cast = ANYBODY,
        *,
        port: int = 0,
        token: str | None = None,
        shards: int = 1,
        openapi: Path | None = None,
        check_schema: bool = True,
        with_team: bool = True,
    ) -> None:
        """Prepare it.

        Args:
            cast: how the bot is called, and whoever and whatever else is not named later.
            port: where to listen; 0 takes a free one.
            token: what the bot must log in with; a new one when not given.
            shards: into how many shards it tells a bot to split.
            openapi: Discord's OpenAPI document; found beside the checkout when not given.
            check_schema: whether bodies are held against that document, which takes its time.
            with_team: whether the team “Team” is there; without it there is no server at first.
        """
        self.token = token or secrets.token_urlsafe(32)
        self.patience = Patience()
        self.settle_s = 10.0
        """How long to wait for what a deferred answer promises."""
        self.world = World(cast.bot)
        self._cast = cast
        self.gateway = Gateway(self.world, self.token)
        self._port = port
        self._deliveries = 1
        routes = [
            *GuildRoutes(self.world, self.gateway, shards=shards).table(),
            *ChannelRoutes(self.world).table(),
            *CommandRoutes(self.world).table(),
            *InteractionRoutes(self.world, self.patience).table(),
        ]
        self._server = Server(
            self.world,
            self.gateway,
            routes,
            token=self.token,
            schema=Schema(openapi, enabled=check_schema),
        )
        self.mischief = self._server.mischief
        if with_team:
            self._add_default_team()

    async def __aenter__(self) -> Self:
        await self._server.start(self._port)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._server.stop()

    # Where it is

    @property
    def api_url(self) -> str:
        """Where the REST API is."""
        return self.world.base_url + API

    @property
    def gateway_url(self) -> str:
        """Where the gateway is."""
        return self.gateway.url

    def bot_environment(self) -> dict[str, str]:
        """Return the environment variables with which the bot comes here."""
        return {
            "DISCORD_TOKEN": self.token,
            "DISCORD_API_URL": self.api_url,
            "DISCORD_GATEWAY_URL": self.gateway_url,
        }

    # Teams

    def add_guild(
        self,
        name: str,
        *,
        owner: str | None = None,
        channels: tuple[str, ...] | None = None,
        guild_id: int | None = None,
    ) -> Team:
        """Make a team, of the cast where no others are named.

        Its id comes from its name, unless one is given to choose the shard.

        Raises:
            DriverError: there is one of that name.
        """
        user = self.world.add_user(owner or self._cast.members[0])
        guild = self.world.add_guild(name, user, guild_id)
        team = Team(self, guild)
        for channel in self._cast.channels if channels is None else channels:
            team.add_channel(channel)
        return team

    def guild(self, name: str = DEFAULT_TEAM) -> Team:
        """Return a team by name.

        Raises:
            DriverError: there is none of that name.
        """
        for guild in self.world.guilds.values():
            if guild.name == name:
                return Team(self, guild)
        message = f"There is no server “{name}”."
        raise DriverError(message)

    # Waiting

    async def ready(self, timeout_s: float = PATIENT_S, *, commands: bool = True) -> None:
        """Wait until a bot is connected on all its shards and has registered its commands.

        Raises:
            TimeoutError: it was not within ``timeout_s`` seconds.
        """
        await self.wait_for(
            lambda: self.gateway.complete() and (self.world.commands.any() or not commands),
            timeout_s,
        )

    async def gone(self, timeout_s: float = PATIENT_S) -> None:
        """Wait until no bot is connected.

        Raises:
            TimeoutError: one still was after ``timeout_s`` seconds.
        """
        await self.wait_for(lambda: not self.gateway.sessions, timeout_s)

    async def wait_for(self, look: Callable[[], T | None], timeout_s: float = PATIENT_S) -> T:
        """Wait until ``look`` finds something; it is asked whenever anything happens here.

        Raises:
            TimeoutError: it found nothing in ``timeout_s`` seconds.
        """
        return await self.world.changed.wait_for(look, timeout_s)

    # What came of it

    @property
    def requests(self) -> list[Request]:
        """Every request so far, oldest first."""
        return list(self._server.requests)

    @property
    def violations(self) -> list[Violation]:
        """Bodies that broke a limit or the OpenAPI document."""
        return self._server.violations

    @property
    def unknown_routes(self) -> list[str]:
        """Addresses that were asked for and are not there."""
        return self._server.unknown_routes

    @property
    def schema_checked(self) -> bool:
        """Whether bodies are checked against Discord's OpenAPI document."""
        return self._server.schema.checked

    def operation(self, method: str, route: str) -> str | None:
        """Return what Discord's API document calls a request; None where it does not know it."""
        return self._server.schema.operation(method, route)

    def operation_at(self, method: str, path: str) -> str | None:
        """Return what the document calls a request by its very address."""
        return self._server.schema.operation_at(method, path.removeprefix(API))

    def assert_clean(self) -> None:
        """Fail when the bot broke a rule or asked for what is not there, or a request broke this.

        Raises:
            AssertionError: it did; says what.
        """
        found = [f"{item.method} {item.route}: {item.problem}" for item in self.violations]
        found += [f"unknown route: {route}" for route in self.unknown_routes]
        found += [f"fault of the local Discord: {fault}" for fault in self._server.faults]
        if found:
            raise AssertionError("\n".join(found))

    # Misbehaving; what concerns requests is in ``mischief``, the gateway in ``gateway``

    def deliver_twice(self) -> None:
        """Deliver the next interaction twice."""
        self._deliveries = 2

    def deliver_again(self, answer: Answer) -> None:
        """Deliver an interaction once more, long after the first time."""
        self.world.deliver(answer.interaction)

    def forbid(self, channel: Channel, *names: str) -> None:
        """Deny the bot permissions in a channel, by name: ``"send_messages"``."""
        self.world.set_bot_permissions(channel, deny=named(*names))

    def allow(self, channel: Channel, permissions: Permissions = NONE) -> None:
        """Take back what was denied the bot in a channel, and allow more if asked to."""
        self.world.set_bot_permissions(channel, allow=permissions)

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel."""
        self.world.delete_channel(channel)

    def delete_message(self, message: Message) -> None:
        """Delete a message, as a moderator does."""
        self.world.delete_message(message)

    def forget_nonces(self, channel: Channel) -> None:
        """Take the next messages of a channel for new ones, as Discord does after a few minutes."""
        self.world.forget_nonces(channel)

    async def ask(self, interaction: Interaction, *, settled: bool = True) -> Answer:
        """Tell the bot of an interaction and wait for its answer, 3 seconds at most.

        What a deferred answer promises is waited for ``settle_s`` seconds, unless not ``settled``.
        """
        answer = Answer(interaction, self.world.changed)
        self.world.begin(interaction)
        for _ in range(self._deliveries - 1):
            self.world.deliver(interaction)
        self._deliveries = 1
        try:
            await interaction.changed.wait_for(
                lambda: interaction.stage is not Stage.PENDING,
                self.patience.answer_within_s - interaction.age_s,
            )
            await interaction.changed.wait_for(
                lambda: interaction.is_settled or not settled,
                self.settle_s,
            )
        except TimeoutError:
            # The answer says itself that it failed, or is still loading.
            return answer
        return answer

    def _add_default_team(self) -> None:
        team = self.add_guild(DEFAULT_TEAM)
        for name in self._cast.members[1:]:
            team.add_member(name)
