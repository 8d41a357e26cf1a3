"""Teams and the people in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from localdiscord.client.client import Client, Discord
from localdiscord.client.finding import channel_in
from localdiscord.rules.errors import DriverError
from localdiscord.rules.permissions import NONE, Permissions, Role
from localdiscord.world import model
from localdiscord.world.model import Channel, Guild


@dataclass(frozen=True, repr=False)
class Member(Client):
    """Somebody in a team, at a Discord client."""

    @property
    def team(self) -> Team:
        """The team they are in."""
        return Team(self.discord, self.member.guild)


@dataclass(frozen=True, repr=False)
class Team:
    """A server, seen by those who use it."""

    discord: Discord
    guild: Guild

    def __repr__(self) -> str:
        return f"<Team {self.name}>"

    @property
    def name(self) -> str:
        """The server's name."""
        return self.guild.name

    @property
    def members(self) -> list[Member]:
        """Everybody in it but bots."""
        people = [item for item in self.guild.members.values() if not item.user.bot]
        return [Member(self.discord, member) for member in people]

    @property
    def owner(self) -> Member:
        """Whose server it is; may do everything."""
        return Member(self.discord, self.guild.members[self.guild.owner_id])

    def member(self, name: str) -> Member:
        """Return somebody by user name.

        Raises:
            DriverError: nobody of that name is here.
        """
        for member in self.members:
            if member.name == name:
                return member
        message = f"There is no {name} in {self.name}."
        raise DriverError(message)

    def add_member(
        self,
        name: str,
        *,
        nick: str | None = None,
        global_name: str | None = None,
        roles: Iterable[Role] = (),
        permissions: Permissions = NONE,
    ) -> Member:
        """Let somebody in, or change what they are called and may do if they are in.

        ``permissions`` come, as in Discord, through a role of their own.
        """
        world = self.discord.world
        user = world.add_user(name, global_name=global_name)
        user.global_name = global_name or user.global_name
        member = self.guild.members.setdefault(user.id, model.Member(self.guild, user))
        member.nick = nick or member.nick
        member.roles.extend(roles)
        if permissions:
            member.roles.append(world.add_role(self.guild, f"{name} may", permissions))
        return Member(self.discord, member)

    def channel(self, name: str) -> Channel:
        """Return a channel by name.

        Raises:
            DriverError: there is none of that name.
        """
        return channel_in(self.guild, name)

    def add_channel(self, name: str) -> Channel:
        """Make a channel."""
        return self.discord.world.add_channel(self.guild, name)

    def role(self, name: str) -> Role:
        """Return a role by name.

        Raises:
            DriverError: there is none of that name.
        """
        for role in self.guild.roles.values():
            if role.name == name:
                return role
        message = f"There is no role {name} in {self.name}."
        raise DriverError(message)

    def add_role(self, name: str, permissions: Permissions = NONE) -> Role:
        """Make a role."""
        return self.discord.world.add_role(self.guild, name, permissions)
