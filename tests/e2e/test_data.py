"""Whose data it is, as racers see it: everything as a file, and gone from every post.

What is stored is the same on both databases, so one is enough here.
"""

from __future__ import annotations

from io import BytesIO
from itertools import count
from zipfile import ZipFile

import pytest

from localdiscord.client.people import Member, Team
from localdiscord.rules.permissions import Permissions
from localdiscord.world.model import Channel, Message
from tests.e2e.aftermath import Ground, until
from tests.e2e.conftest import on_one_kind
from tests.e2e.driving import CHANNEL, close

pytestmark = [pytest.mark.asyncio(loop_scope="session"), on_one_kind]

_NUMBERS = count(1)


@pytest.fixture
def team(ground: Ground) -> Team:
    return ground.discord.add_guild(f"Forgetful {next(_NUMBERS)}")


def shown(channel: Channel) -> list[Message]:
    """Return what everybody sees in a channel."""
    return [message for message in channel.messages if not message.ephemeral]


def telling(channel: Channel, racer: Member) -> list[Message]:
    """Return the messages that tell of a racer: text, cards, buttons, alt texts."""
    return [
        message
        for message in shown(channel)
        for all_of_it in [
            repr(
                (
                    message.content,
                    message.embeds,
                    message.components,
                    [file.description for file in message.attachments],
                )
            )
        ]
        if racer.name in all_of_it or str(racer.user.id) in all_of_it
    ]


async def race(ground: Ground, team: Team, racer: Member) -> Channel:
    """Have a racer shown in everything that is posted: two heats, a wrap-up, two shared cards."""
    channel, owner = team.channel(CHANNEL), team.owner
    await owner.command(channel, "team channel", channel=channel)
    await owner.type(channel, "/session start name:Club Race")
    for each, times in ((owner, "20.1 20.2 20.3"), (racer, "21.1 21.2 21.3")):
        await each.type(channel, f"/lap times:{times} heat:Q1")
    await owner.type(channel, "/heat finish")
    await racer.type(channel, "/lap times:22.1 22.2 heat:Q2")
    await racer.type(channel, "/heat finish")
    await racer.press(await racer.type(channel, "/orp heat:Q1"), "Share")
    await owner.press(await owner.type(channel, f"/orp heat:Q1 with:@{racer.name}"), "Share")
    await close(owner)
    await ground.after.settled(team)
    assert len(telling(channel, racer)) == 5
    return channel


async def test_an_export_is_one_file_that_says_what_is_in_it(team: Team) -> None:
    racer = team.owner
    nothing = await racer.type(CHANNEL, "/data export")
    assert nothing.text == "I hold nothing about you in this team."
    assert not nothing.attachments
    assert (await racer.type(CHANNEL, "/data forget")).text == nothing.text
    await racer.type(CHANNEL, "/lap times:20.1 20.2 20.3 heat:Q1")
    answer = await racer.type(CHANNEL, "/data export")
    assert answer.ephemeral
    assert "with 3 laps" in answer.text
    (file,) = answer.attachments
    assert file.filename == "my-orp-data.zip"
    with ZipFile(BytesIO(file.data)) as archive:
        first, *others = archive.namelist()
        readme = archive.read(first).decode()
        laps = archive.read("laps.csv").decode()
    assert first == "README.txt"
    assert all(name in readme for name in others)
    assert laps.splitlines()[1].split(",")[1:4] == ["Q1", "1", "20.100"]


async def test_every_post_follows_and_no_line_of_the_log_tells(ground: Ground, team: Team) -> None:
    racer = team.add_member("Zebulon")
    channel = await race(ground, team, racer)
    asked = await racer.type(channel, "/data forget")
    assert asked.ephemeral
    assert "5 laps in 2 heats" in asked.text
    assert "**Deleted**: 2 shared cards." in asked.text
    forgotten = await racer.press(asked, "Forget")
    assert "You are forgotten in this team" in forgotten.text
    await ground.after.settled(team)
    assert telling(channel, racer) == []
    posts = [message.content.partition(":")[0] for message in shown(channel)]
    assert posts == ["🏁 Q1 · Club Race", "🏁 Club Race is over"]
    log = ground.bot.tail
    assert racer.name not in log
    assert str(racer.user.id) not in log


async def test_a_post_that_cannot_be_changed_is_named_and_tried_again(
    ground: Ground, team: Team
) -> None:
    racer = team.add_member("Zebulon")
    crew = team.add_member("chief", roles=[team.add_role("chiefs", Permissions.MANAGE_GUILD)])
    channel, elsewhere = await race(ground, team, racer), team.add_channel("pits")
    ground.discord.forbid(channel, "view_channel")
    asked = await crew.type(elsewhere, "/data forget racer:zebulon")
    assert "Forget **Zebulon** in this team?" in asked.text
    forgotten = await crew.press(asked, "Forget")
    assert (
        f"I may not change 5 messages in <#{channel.id}>: allow me View Channel" in forgotten.text
    )
    ground.discord.allow(channel)
    await ground.after.settled(team)

    async def is_gone() -> bool:
        return not telling(channel, racer)

    await until(is_gone)
