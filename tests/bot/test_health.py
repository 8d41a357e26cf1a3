"""Asking the bot how it is, over a Unix socket."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import health
from bot.health import Health, NobodyThere, answering, ask, socket_of
from bot.liveness import Liveness
from core.config import Settings


def settings(database: str, **more: object) -> Settings:
    return Settings.model_validate({"database_url": database, **more})


def test_it_is_asked_beside_its_database_unless_systemd_gives_a_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("RUNTIME_DIRECTORY", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    assert socket_of(settings("sqlite:////var/orp/mine.db")) == Path("/var/orp/mine.sock")
    server = "postgresql://orp@db/orp"
    assert socket_of(settings(server)) == Path("data/orp.sock")
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/orp-bot")
    assert socket_of(settings(server)) == Path("/var/lib/orp-bot/orp.sock")
    monkeypatch.setenv("RUNTIME_DIRECTORY", "/run/orp-bot:/run/other")
    shards = settings(server, shard_count=4, shard_ids="2,3")
    assert socket_of(shards) == Path("/run/orp-bot/orp-2-3.sock")


async def yes() -> bool:
    return True


async def test_it_tells_how_it_is_and_leaves_nothing(tmp_path: Path) -> None:
    place, bot = tmp_path / "run" / "orp.sock", Liveness()
    async with answering(place, bot):
        assert place.stat().st_mode & 0o777 == 0o600
        found = await ask(place)
        assert found == Health(is_connected=False, has_database=False)
        assert not found.is_good
        bot.is_connected, bot.has_database = lambda: True, yes
        assert (await ask(place)).is_good
        bot.has_database = Liveness().has_database
        assert "its database does not answer" in (await ask(place)).text
    assert list(place.parent.iterdir()) == []


async def test_what_a_killed_bot_has_left_is_replaced(tmp_path: Path) -> None:
    place = tmp_path / "orp.sock"
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(place))
    with pytest.raises(NobodyThere, match="No bot is running"):
        await ask(place)
    async with answering(place, Liveness()):
        await ask(place)


async def test_the_socket_of_one_that_was_started_meanwhile_stays(tmp_path: Path) -> None:
    place = tmp_path / "orp.sock"
    async with answering(place, Liveness()):
        first = answering(place, Liveness())
        await first.__aenter__()
    await ask(place)
    await first.__aexit__(None, None, None)


async def test_one_that_hangs_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "orp.sock"
    monkeypatch.setattr(health, "ANSWER_WITHIN_S", 0.05)
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(str(place))
        hanging.listen()
        with pytest.raises(NobodyThere, match="it hangs"):
            await ask(place)


async def test_a_place_that_cannot_be_used_costs_the_answers_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with capture_logs() as lines:
        async with answering(tmp_path / "file" / "orp.sock", Liveness()):
            await asyncio.sleep(0)
    assert [line["event"] for line in lines] == ["nobody can ask for the bot's health"]
