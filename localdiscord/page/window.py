"""What one open page shows, and what of it is news since the page was last told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol, TypeAlias

from localdiscord.client.answers import Answer
from localdiscord.client.client import Client
from localdiscord.client.driver import LocalDiscord
from localdiscord.page import faults, shown, traffic
from localdiscord.rules.permissions import Permissions
from localdiscord.rules.wire import Json, JsonObject
from localdiscord.world.interactions import Interaction
from localdiscord.world.model import Channel
from localdiscord.world.world import World

MESSAGES_SHOWN: Final = 200
"""So many of a channel's newest messages are shown at first."""

Part: TypeAlias = "tuple[str, object, Callable[[], Json]]"
"""Its name, what changes whenever it does, and what makes it."""


@dataclass(frozen=True)
class Watched:
    """The driver as an onlooker uses it: “is thinking…” is an answer too, and what follows is seen.

    Everybody else waits until the bot has thought.
    """

    driver: LocalDiscord

    @property
    def world(self) -> World:
        """All there is."""
        return self.driver.world

    async def ask(self, interaction: Interaction) -> Answer:
        """Tell the bot of an interaction and wait for its first answer."""
        return await self.driver.ask(interaction, settled=False)


class Dismissals(Protocol):
    """What knows which private answers have been put away."""

    def __contains__(self, message_id: object, /) -> bool:
        """Tell whether a message has been."""


def somebody(discord: LocalDiscord, guild_id: int, user_id: int) -> Client | None:
    """Return somebody by the ids of the server and of the user; None where there is nobody such."""
    guild = discord.world.guilds.get(guild_id)
    member = guild.members.get(user_id) if guild else None
    if member is None or member.user.bot:
        return None
    return Client(Watched(discord), member)


def anybody(discord: LocalDiscord) -> Client:
    """Whoever a page is when nobody has said: the owner of the first server."""
    guild = next(iter(discord.world.guilds.values()))
    return Client(Watched(discord), guild.members[guild.owner_id])


@dataclass
class Window:
    """One open page, and who sits at it."""

    discord: LocalDiscord
    viewer: Client
    dismissed: Dismissals
    hint: str = ""
    shows_traffic: bool = False
    length: int = MESSAGES_SHOWN
    """So many of a channel's newest messages are shown."""
    _told: dict[str, object] = field(default_factory=dict)

    def look_as(self, viewer: Client, *, shows_traffic: bool, length: int) -> None:
        """Be somebody, who may be another than before, and see so far back."""
        self.viewer = viewer
        self.shows_traffic = shows_traffic
        self.length = max(length, MESSAGES_SHOWN)

    def news(self) -> JsonObject | None:
        """Return what has become different and what has gone since last asked; None for nothing."""
        put: JsonObject = {}
        there: dict[str, object] = {}
        for name, state, make in self._parts():
            there[name] = state
            if name not in self._told or self._told[name] != state:
                put[name] = make()
        gone = [name for name in self._told if name not in there]
        self._told = there
        return {"put": put, "gone": gone} if put or gone else None

    def _parts(self) -> Iterator[Part]:
        state = self._state()
        yield "state", state, lambda: state
        commands = list(self._commands())
        yield "commands", [item["version"] for item in commands], lambda: commands
        trouble = faults.state(self.discord, self.viewer.member.guild)
        yield "faults", trouble, lambda: trouble
        for channel in self._channels():
            yield from self._messages(channel)
        if self.shows_traffic:
            yield from traffic.parts(self.discord)

    def _messages(self, channel: Channel) -> Iterator[Part]:
        # A person's name is in their messages too.
        names = [member.display_name for member in channel.guild.members.values()]
        for item in self.viewer.sees(channel)[-self.length :]:
            if item.id not in self.dismissed:
                look = (self.viewer.id, len(item.edits), item.flags, names)
                yield f"message/{item.id}", look, partial(shown.message, item, self.viewer)

    def _state(self) -> JsonObject:
        world, guild = self.discord.world, self.viewer.member.guild
        return {
            "bot": {
                "id": str(world.bot.id),
                "name": world.bot.name,
                "online": self.discord.gateway.complete(),
            },
            "hint": self.hint,
            "server": str(guild.id),
            "me": str(self.viewer.id),
            "servers": [shown.server(item) for item in world.guilds.values()],
            "channels": [self._channel(item) for item in self._channels()],
        }

    def _channel(self, channel: Channel) -> JsonObject:
        has_older = len(self.viewer.sees(channel)) > self.length
        return {**shown.channel(channel), "has_older": has_older}

    def _channels(self) -> Iterator[Channel]:
        for channel in self.viewer.member.guild.channels.values():
            if self.viewer.member.permissions_in(channel) & Permissions.VIEW_CHANNEL:
                yield channel

    def _commands(self) -> Iterator[JsonObject]:
        may = self.viewer.member.guild_permissions()
        for command in self.discord.world.commands.seen_in(self.viewer.member.guild.id):
            needs = int(command["default_member_permissions"] or 0)
            if may & needs == needs:
                yield command
