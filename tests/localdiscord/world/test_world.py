"""Ids, people and permissions."""

from __future__ import annotations

import pytest

from localdiscord import DriverError, LocalDiscord, Permissions
from localdiscord.play.cast import PADDOCK
from localdiscord.rules.permissions import ALL, MEMBER, Overwrite, named
from localdiscord.rules.wire import now
from localdiscord.world.snowflakes import Snowflakes, moment_of


async def test_ids_of_the_moment_grow() -> None:
    snowflakes = Snowflakes()
    ids = [snowflakes.next() for _ in range(1000)]
    assert ids == sorted(set(ids))
    assert abs((moment_of(ids[0]) - now()).total_seconds()) < 5


async def test_teams_and_people_keep_their_ids() -> None:
    one, other = LocalDiscord(PADDOCK).guild(), LocalDiscord(PADDOCK).guild()
    assert one.guild.id == other.guild.id
    assert one.channel("race-day").id == other.channel("race-day").id
    assert [racer.id for racer in one.members] == [racer.id for racer in other.members]
    assert len({racer.id for racer in one.members}) == 8


async def test_somebody_in_two_teams_is_a_racer_of_each() -> None:
    discord = LocalDiscord(PADDOCK)
    team, other = discord.guild(), discord.add_guild("Rivals", owner="racer-1")
    assert (team.owner.team, other.owner.team) == (team, other)
    assert team.owner.id == other.owner.id
    assert team.owner != other.owner
    assert repr(other.owner) == "<Member racer-1 of Rivals>"


async def test_every_discord_has_its_own_token() -> None:
    assert LocalDiscord(PADDOCK).token != LocalDiscord(PADDOCK).token
    assert LocalDiscord(PADDOCK, token="given").token == "given"


async def test_what_is_there_twice_or_not_at_all() -> None:
    discord = LocalDiscord(PADDOCK)
    team = discord.guild()
    with pytest.raises(DriverError, match="a server “Team” already"):
        discord.add_guild("Team")
    with pytest.raises(DriverError, match="a channel #general in Team already"):
        team.add_channel("general")
    for lookup in (team.channel, team.role, team.member, discord.guild):
        with pytest.raises(DriverError, match="There is no"):
            lookup("nothing")


async def test_a_team_beside_another_shares_nothing() -> None:
    discord = LocalDiscord(PADDOCK)
    team, other = discord.guild(), discord.add_guild("Rivals", owner="racer-9")
    assert team.channel("race-day") is not other.channel("race-day")
    # The same person in two teams is one user with two nicknames.
    twice = other.add_member("racer-1", nick="Guest")
    assert twice.user is team.member("racer-1").user
    assert (team.member("racer-1").display_name, twice.display_name) == ("racer-1", "Guest")
    with pytest.raises(DriverError, match="no racer-2 in Rivals"):
        other.member("racer-2")


async def test_permissions_add_up() -> None:
    discord = LocalDiscord(PADDOCK)
    team = discord.guild()
    channel = team.channel("race-day")
    assert team.owner.member.permissions_in(channel) == ALL
    racer = team.add_member("racer-2", permissions=Permissions.MANAGE_GUILD)
    assert racer.member.permissions_in(channel) == MEMBER | Permissions.MANAGE_GUILD
    admin = team.add_member("racer-3", permissions=Permissions.ADMINISTRATOR)
    assert admin.member.permissions_in(channel) == ALL


async def test_channels_override_permissions() -> None:
    team = LocalDiscord(PADDOCK).guild()
    channel = team.channel("race-day")
    crew = team.add_role("Crew")
    racer = team.add_member("racer-2", roles=[crew]).member
    send = named("send_messages")

    def may_send() -> bool:
        return bool(racer.permissions_in(channel) & send)

    assert may_send()
    # Everyone's is overridden by the roles', and that by the member's own.
    channel.overwrites[team.guild.id] = Overwrite(team.guild.id, 0, allow=0, deny=send)
    assert not may_send()
    channel.overwrites[crew.id] = Overwrite(crew.id, 0, allow=send, deny=0)
    assert may_send()
    channel.overwrites[racer.user.id] = Overwrite(racer.user.id, 1, allow=0, deny=send)
    assert not may_send()
    with pytest.raises(KeyError):
        named("fly")


async def test_a_channel_somebody_does_not_see() -> None:
    team = LocalDiscord(PADDOCK).guild()
    channel = team.channel("race-day")
    deny = Permissions.VIEW_CHANNEL
    channel.overwrites[team.guild.id] = Overwrite(team.guild.id, 0, allow=0, deny=deny)
    with pytest.raises(DriverError, match="racer-2 does not see #race-day"):
        team.member("racer-2").say(channel, "hello")
