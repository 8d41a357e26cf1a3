"""Whom a message would ping."""

from __future__ import annotations

import pytest

from localdiscord import LocalDiscord, Permissions
from localdiscord.world.model import Message
from tests.localdiscord.conftest import Rest


@pytest.fixture
def everyone(discord: LocalDiscord) -> str:
    """A text with every kind of mention in it; the crew may be mentioned by all."""
    team = discord.guild()
    team.add_role("Crew").mentionable = True
    return f"@everyone <@{team.owner.id}> {team.role('Crew').mention}"


async def posted(rest: Rest, content: str, **more: object) -> Message:
    channel = rest.discord.guild().channel("race-day")
    path = f"/channels/{channel.id}/messages"
    reply = await rest.call("POST", path, {"content": content, **more})
    assert reply.status == 200
    return channel.messages[-1]


async def test_everything_named_is_pinged_unless_told_otherwise(rest: Rest, everyone: str) -> None:
    team = rest.discord.guild()
    message = await posted(rest, everyone)
    assert message.pings.users == {team.owner.id}
    assert message.pings.roles == {team.role("Crew").id}
    assert not message.pings.everyone
    rest.discord.allow(team.channel("race-day"), Permissions.MENTION_EVERYONE)
    assert (await posted(rest, everyone)).pings.everyone


async def test_nobody_is_pinged(rest: Rest, everyone: str) -> None:
    rest.discord.allow(rest.discord.guild().channel("race-day"), Permissions.MENTION_EVERYONE)
    message = await posted(rest, everyone, allowed_mentions={"parse": []})
    assert not message.pings


async def test_only_those_listed_are_pinged(rest: Rest, everyone: str) -> None:
    team = rest.discord.guild()
    other = team.member("racer-2")
    allowed = {"parse": ["roles"], "users": [other.id]}
    message = await posted(rest, f"{everyone} {other.mention}", allowed_mentions=allowed)
    assert message.pings.users == {other.id}
    assert message.pings.roles == {team.role("Crew").id}


async def test_a_role_that_may_not_be_mentioned(rest: Rest) -> None:
    role = rest.discord.guild().add_role("Drivers")
    assert not (await posted(rest, role.mention)).pings


async def test_code_and_embeds_never_ping(rest: Rest) -> None:
    mention = rest.discord.guild().owner.mention
    message = await posted(
        rest,
        f"`{mention}` ```\n{mention}\n``` <@123>",
        embeds=[{"description": mention}],
    )
    assert not message.pings


async def test_a_reply_pings_its_author_only_when_allowed(rest: Rest) -> None:
    owner = rest.discord.guild().owner
    said = owner.say("race-day", "58.2")
    reference = {"message_id": str(said.id)}
    message = await posted(rest, "x", message_reference=reference)
    assert message.pings.users == {owner.id}
    allowed = {"parse": [], "replied_user": False}
    message = await posted(rest, "x", message_reference=reference, allowed_mentions=allowed)
    assert not message.pings


async def test_a_new_text_is_looked_at_again(rest: Rest) -> None:
    owner = rest.discord.guild().owner
    message = await posted(rest, "x")
    path = f"/channels/{message.channel.id}/messages/{message.id}"
    await rest.call("PATCH", path, {"content": owner.mention})
    assert message.pings.users == {owner.id}
    await rest.call("PATCH", path, {"embeds": []})
    assert message.pings.users == {owner.id}
