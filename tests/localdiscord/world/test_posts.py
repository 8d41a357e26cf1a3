"""What everybody sees is kept, and stands again in another Discord of the same names."""

from __future__ import annotations

import json

import aiohttp
import pytest

from localdiscord import LocalDiscord, Member
from localdiscord.play.cast import PADDOCK
from localdiscord.world.posts import bring_back, posts_of
from tests.localdiscord.conftest import Rest
from tests.localdiscord.stub_bot import StubBot


async def test_posts_stand_again_with_their_files_and_can_be_edited(
    discord: LocalDiscord, bot: StubBot, racer: Member
) -> None:
    await racer.type("race-day", "/post text:laps file:true")
    await racer.type("race-day", "/echo text:private")
    racer.say("general", "58.2")
    kept = json.loads(json.dumps(posts_of(discord.world)))
    async with LocalDiscord(PADDOCK) as other, aiohttp.ClientSession() as session:
        bring_back(other.world, kept)
        team = other.guild()
        (post,) = team.channel("race-day").all_messages
        assert (post.text, post.edited is not None) == ("laps (edited)\nlaps", True)
        assert [item.text for item in team.channel("general").messages] == ["58.2"]
        picture = post.embeds[0]["image"]["url"]
        assert picture.startswith(other.world.base_url)
        async with session.get(picture) as answer:
            assert await answer.read() == b"picture"
        path = f"/channels/{post.channel.id}/messages/{post.id}"
        changed = await Rest(other, session).call("PATCH", path, {"content": "later"})
        assert (changed.status, post.content) == (200, "later")


@pytest.mark.parametrize("gone", ["channel", "author"])
async def test_what_has_no_place_any_more_is_left_out(discord: LocalDiscord, gone: str) -> None:
    discord.guild().owner.say("race-day", "58.2")
    kept = posts_of(discord.world)
    kept["messages"][0][gone] = 1
    async with LocalDiscord(PADDOCK) as other:
        bring_back(other.world, kept)
        assert other.world.messages == {}
