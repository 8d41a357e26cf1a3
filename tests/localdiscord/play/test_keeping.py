"""What outlives a run: the database of its own, the pictures, the story."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from localdiscord import LocalDiscord
from localdiscord.play.cast import PADDOCK
from localdiscord.play.keeping import KeptEvent, KeptPosts, Pictures, Standing, Story
from localdiscord.play.running import BOT_CURRENT, Play, what_to_play
from localdiscord.play.story import PlayError
from localdiscord.world.files import Attachment

LOCAL = "sqlite:///data/local.db"


@pytest.fixture(autouse=True)
def _in_a_clean_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)


def picture(data: bytes, name: str = "heat.png") -> Attachment:
    return Attachment(1, name, data, "image/png", "http://here/1")


def played(current: Sequence[str] = BOT_CURRENT) -> Play:
    return asyncio.run(what_to_play(current))


def bot_that_says(text: str, code: int = 0) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import sys; print({text!r}); sys.exit({code})")


def test_each_picture_is_kept_once_under_a_name_of_its_own() -> None:
    pictures = Pictures(Path("kept"))
    assert pictures.save(picture(b"Q1")) == "kept/heat-1.png"
    assert pictures.save(picture(b"Q2")) == "kept/heat-2.png"
    assert pictures.save(picture(b"Q1")) == "kept/heat-1.png"
    assert pictures.save(picture(b"x", "../evil name.png")) == "kept/.._evil_name-1.png"
    assert Path("kept/heat-2.png").read_bytes() == b"Q2"


def test_the_story_is_played_once_into_its_database() -> None:
    first = played()
    assert (first.database_url, first.told) == (LOCAL, None)
    Path("data").mkdir(exist_ok=True)
    Path("data/local.db").write_text("laps")
    assert first.keep is not None
    first.keep("what happened")
    again = played()
    assert (again.database_url, again.told, again.kept) == (LOCAL, "what happened", first.kept)
    assert Path("data/local.db").read_text() == "laps"


def test_half_a_story_goes_and_nothing_else_does() -> None:
    Path("data").mkdir()
    for name in ("local.db", "local.db-wal", "orp.db"):
        Path("data", name).touch()
    assert Story().told_before() is None
    assert [path.name for path in Path("data").iterdir()] == ["orp.db"]


def test_a_story_without_its_database_is_played_again() -> None:
    Story().keep("what happened")
    assert Story().told_before() is None
    Path("data/local.db").touch()
    assert Story().told_before() is None, "the next one may be left in its middle"


async def test_posts_are_kept_with_the_story() -> None:
    posts = KeptPosts()
    async with LocalDiscord(PADDOCK) as discord:
        discord.guild().owner.say("race-day", "58.2")
        posts.keep(discord.world)
    async with LocalDiscord(PADDOCK) as discord:
        posts.bring_back(discord.world)
        assert [item.text for item in discord.guild().channel("race-day").messages] == ["58.2"]
    for unreadable in ("", "[]", '{"base_url": "http://x", "messages": [{"id": 1}]}'):
        posts.file.write_text(unreadable)
        async with LocalDiscord(PADDOCK) as discord:
            posts.bring_back(discord.world)
            assert discord.world.messages == {}


def test_posts_go_where_the_story_is_played_again() -> None:
    Path("data/local").mkdir(parents=True)
    KeptPosts().file.touch()
    assert played().posts == KeptPosts()
    assert not KeptPosts().file.exists()


def test_the_event_goes_on_where_it_was_left_and_begins_anew_with_the_story() -> None:
    event = played().event
    assert event is not None
    assert event.standing() == Standing()
    event.keep(Standing(2, 40_000))
    Path("data/local.db").touch()
    Story().keep("what happened")
    again = played().event
    assert again is not None
    assert again.standing() == Standing(2, 40_000)
    Path("data/local.db").unlink()
    assert played().event == event
    assert event.standing() == Standing()


@pytest.mark.parametrize("text", ["", "{", "7", "[1]", '["a", 1]', "[1, null]", "{}"])
def test_an_event_that_was_half_kept_begins_anew(text: str) -> None:
    event = KeptEvent(Path("kept.json"))
    event.file.write_text(text)
    assert event.standing() == Standing()


@pytest.mark.parametrize("where", ["environment", ".env"])
def test_a_database_the_user_has_set_is_used(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if where == ".env":
        Path(".env").write_text("DISCORD_TOKEN=\nDATABASE_URL=sqlite:///mine.db\n")
    else:
        monkeypatch.setenv("DATABASE_URL", "sqlite:///mine.db")
    # The bot is not asked about a file that is not there yet.
    assert played(bot_that_says("no such file", code=1)).told is None
    Path("mine.db").touch()
    empty = played(bot_that_says("none"))
    assert (empty.database_url, empty.told) == ("sqlite:///mine.db", None)
    used = played(bot_that_says("0006"))
    assert used.database_url == "sqlite:///mine.db"
    assert "no story is played" in (used.told or "")
    assert empty.has_newcomers
    assert not used.has_newcomers, "nothing is written into what is the user's"
    assert used.event is None
    with pytest.raises(PlayError, match="no such server"):
        played((sys.executable, "-c", "import sys; sys.exit('no such server')"))


def test_the_real_database_is_never_played_in() -> None:
    Path(".env").write_text("DATABASE_URL=sqlite:///data/orp.db\n")
    assert (played(bot_that_says("none"))).database_url == LOCAL
    Path(".env").write_text("DATABASE_URL=\n")
    assert (played(bot_that_says("none"))).database_url == LOCAL
