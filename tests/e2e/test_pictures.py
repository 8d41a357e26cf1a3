"""The picture of a summary: always the latest, and never worth a post.

What is stored is the same on both databases, so one is enough here.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from localdiscord import LocalDiscord
from localdiscord.client.people import Team
from localdiscord.play.cast import PADDOCK
from localdiscord.world.files import Attachment
from localdiscord.world.model import Channel, Message
from tests.databases import TestDatabases
from tests.e2e.aftermath import Ground, aftermath_in, until
from tests.e2e.conftest import bot_process, patient
from tests.e2e.driving import CHANNEL, finish, race, shows, type_laps

pytestmark = pytest.mark.asyncio(loop_scope="session")

DRAWS = "resvg_py"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder the bot looks for packages in before any other."""
    return tmp_path_factory.mktemp("installed")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ground(test_databases: TestDatabases, installed: Path) -> AsyncIterator[Ground]:
    async with (
        test_databases.temporary("sqlite", migrated=True) as url,
        patient(LocalDiscord(PADDOCK)) as discord,
        bot_process(discord, url, PYTHONPATH=str(installed)) as bot,
        aftermath_in(url) as after,
    ):
        await discord.ready()
        yield Ground(discord, bot, after)
        discord.assert_clean()
        drawing = drawing_processes(bot.process_id)
        assert await bot.stop() == 0, bot.tail
        assert not any(map(is_running, drawing))


@pytest.fixture
def team(ground: Ground) -> Team:
    return ground.new_team()


@pytest.fixture
def channel(team: Team) -> Channel:
    return team.channel(CHANNEL)


def is_running(process_id: int) -> bool:
    return Path(f"/proc/{process_id}").exists()


def drawing_processes(bot_id: int | None) -> list[int]:
    lists = Path(f"/proc/{bot_id}/task").glob("*/children")
    started = [int(number) for children in lists for number in children.read_text().split()]
    return [
        number
        for number in started
        if "bot.pictures.worker" in Path(f"/proc/{number}/cmdline").read_text()
    ]


def break_drawing(ground: Ground, installed: Path) -> None:
    """Have the drawing library fail, as it does half way through an update of packages."""
    package = installed / DRAWS
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('half installed')")
    for number in drawing_processes(ground.bot.process_id):
        os.kill(number, signal.SIGKILL)


def mend_drawing(installed: Path) -> None:
    shutil.rmtree(installed / DRAWS)


def picture_of(message: Message) -> Attachment:
    (picture,) = message.attachments
    assert message.embeds[0]["image"]["url"] == picture.url
    image = Image.open(BytesIO(picture.data))
    image.verify()
    assert image.format == "PNG"
    return picture


def has_new_picture(post: Message, before: Attachment) -> Callable[[Message], bool]:
    return lambda message: message is post and picture_of(post).data != before.data


async def posted(ground: Ground, channel: Channel) -> Message:
    """Return the one post of a channel as soon as nothing more is to be done."""
    await channel.wait_for(shows("🏁"))
    await ground.after.settled()
    (post,) = channel.messages
    return post


async def test_a_summary_shows_its_heat_and_follows_every_correction(
    ground: Ground, team: Team, channel: Channel
) -> None:
    typed = await type_laps(team, "20.1 20.2 20.3 20.1")
    await finish(team)
    post = await posted(ground, channel)
    first = picture_of(post)
    assert first.filename == "heat.png"
    assert first.description is not None
    assert "the laps of 1 racer, ranked by ORP. 1 " in first.description
    assert "4 laps, best 20.100, no mistake." in first.description
    await ground.pass_time(team)
    late = await type_laps(team, "19.5")
    await channel.wait_for(has_new_picture(post, first))
    second = picture_of(post)
    assert second.description is not None
    assert "5 laps, best 19.500" in second.description
    await ground.after.settled(team)
    await ground.pass_time(team)
    await team.owner.press(late, "Undo")
    await channel.wait_for(has_new_picture(post, second))
    assert picture_of(post).data == first.data
    await ground.after.settled(team)
    await ground.pass_time(team)
    await team.owner.press(typed, "Undo")
    await channel.wait_for(lambda message: message is post and not post.attachments)
    assert not post.embeds
    assert len(channel.messages) == 1


async def test_a_drawing_process_that_dies_is_replaced_and_the_bot_draws_nothing_itself(
    ground: Ground, team: Team, channel: Channel
) -> None:
    await race(ground.new_team())
    await ground.after.settled()
    (before,) = drawing_processes(ground.bot.process_id)
    os.kill(before, signal.SIGKILL)
    await race(team)
    picture_of(await posted(ground, channel))
    (after,) = drawing_processes(ground.bot.process_id)
    assert after != before
    drawing, bot = (Path(f"/proc/{number}/maps") for number in (after, ground.bot.process_id))
    assert DRAWS in drawing.read_text()
    assert DRAWS not in bot.read_text()


async def test_a_summary_that_cannot_be_drawn_is_posted_and_gets_its_picture_later(
    ground: Ground, team: Team, channel: Channel, installed: Path
) -> None:
    break_drawing(ground, installed)
    await race(team)
    post = await channel.wait_for(shows("20.100"))
    assert not post.attachments
    await ground.pass_time(team)
    await type_laps(team, "19.5")
    await channel.wait_for(lambda message: message is post and "19.500" in post.content)
    assert not post.attachments
    assert "half installed" in ground.bot.tail
    edits = len(ground.requests("PATCH", channel))
    for _ in range(2):
        await until(lambda: ground.put_off(team, timedelta()))
        await ground.pass_time(team)
    await until(lambda: ground.put_off(team, timedelta()))
    mend_drawing(installed)
    await ground.pass_time(team)
    await ground.after.settled(team)
    picture_of(post)
    assert len(ground.requests("PATCH", channel)) == edits + 1, "no edit without a picture"
    assert len(ground.requests("POST", channel)) == 1


async def test_an_edit_that_cannot_be_drawn_keeps_no_outdated_picture(
    ground: Ground, team: Team, channel: Channel, installed: Path
) -> None:
    await race(team)
    post = await posted(ground, channel)
    picture_of(post)
    await ground.pass_time(team)
    break_drawing(ground, installed)
    await type_laps(team, "19.5")
    await channel.wait_for(lambda message: message is post and "19.500" in post.content)
    assert not post.attachments
    assert "image" not in post.embeds[0]
    mend_drawing(installed)
    await ground.pass_time(team)
    await ground.after.settled(team)
    picture_of(post)


async def test_where_files_are_not_allowed_the_summary_comes_without_and_the_team_is_told(
    ground: Ground, team: Team, channel: Channel
) -> None:
    ground.discord.forbid(channel, "attach_files")
    await team.owner.type(CHANNEL, f"/team channel channel:#{CHANNEL}")
    finished = await race(team)
    assert "⚠️" not in finished.text
    post = await channel.wait_for(shows("Q1"))
    assert not post.attachments
    told = f"Summaries in {channel.mention} come without pictures: allow me Attach Files there."
    assert told in (await team.owner.type(CHANNEL, "/team show")).text
    ground.discord.allow(channel)
    await ground.after.settled(team)
    picture_of(post)
    assert told not in (await team.owner.type(CHANNEL, "/team show")).text
    assert [item.status for item in ground.requests("POST", channel)] == [200]
    assert [item.status for item in ground.requests("PATCH", channel)] == [200]
