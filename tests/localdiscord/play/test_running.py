"""The demonstration, and the bot as a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from localdiscord import LocalDiscord
from localdiscord.client.people import Team
from localdiscord.play.botprocess import BotProcess
from localdiscord.play.cast import TEAM_CHANNEL
from localdiscord.play.keeping import Pictures
from localdiscord.play.recorded import load
from localdiscord.play.running import Play, run
from localdiscord.play.story import PlayError, play_heat
from localdiscord.world.signals import PATIENT_S
from tests.localdiscord.stub_bot import StubBot

ROOT = Path(__file__).parents[3]
Start = Callable[[str], Awaitable[asyncio.subprocess.Process]]
STUB = (sys.executable, "-W", "ignore", "-m", "tests.localdiscord.stub_bot")


def script(text: str) -> Sequence[str]:
    return (sys.executable, "-c", text)


def test_the_recorded_heat() -> None:
    drives = load()
    assert len(drives) == 8
    assert sum(len(drive.laps_ms) for drive in drives) == 122
    assert drives[0].driver == "driver-08"
    assert drives[0].times[:2] == ["20.025", "19.115"]


@pytest.fixture
def team(discord: LocalDiscord) -> Team:
    """A team with the channel that the story goes to."""
    team = discord.guild()
    team.add_channel(TEAM_CHANNEL)
    return team


async def test_a_heat_is_played(team: Team, bot: StubBot) -> None:
    told: list[str] = []
    summary = await play_heat(team, load(), told.append)
    assert "🏁 Q1 · Club Race" in summary.text
    counts = [len(drive.laps_ms) for drive in load()]
    lines = [f"racer-{number} {count} laps" for number, count in enumerate(counts, 1)]
    assert summary.text.splitlines()[1:] == lines
    assert told[0] == "racer-1> /session start name:Club Race\n  qualifying_rounds:4"


async def test_a_bot_that_posts_no_summary(
    team: Team,
    bot: StubBot,
    discord: LocalDiscord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("localdiscord.play.story.SUMMARY_WITHIN_S", 0.05)
    discord.mischief.fail("POST", "/channels/*", status=503)
    with pytest.raises(PlayError, match="no summary in #team"):
        await play_heat(team, load()[:1], lambda text: None)


async def test_a_bot_that_does_not_answer(team: Team, discord: LocalDiscord, bot: StubBot) -> None:
    discord.patience.answer_within_s = 0
    with pytest.raises(PlayError, match="did not answer /session start name"):
        await play_heat(team, load(), lambda text: None)


@pytest.fixture
async def process(discord: LocalDiscord) -> AsyncIterator[BotProcess]:
    async with BotProcess(discord.bot_environment(), STUB, stop_within_s=PATIENT_S) as running:
        await discord.ready()
        yield running


async def test_the_bot_as_a_process(process: BotProcess, discord: LocalDiscord) -> None:
    racer = discord.guild().member("racer-2")
    assert (await racer.type("race-day", "/echo text:hello")).content == "hello"
    assert await process.stop() == 0
    await discord.gone()
    discord.assert_clean()


async def test_killed_at_a_chosen_moment(process: BotProcess, discord: LocalDiscord) -> None:
    team = discord.guild()
    channel = team.channel("race-day")
    hold = discord.mischief.hold("POST", "/channels/{channel_id}/messages", when="after")
    asking = asyncio.create_task(team.owner.type(channel, "/post text:once"))
    await hold.reached()
    process.kill()
    assert await process.exited() == -signal.SIGKILL
    hold.release()
    await discord.gone()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert [message.content for message in channel.messages] == ["once"]


async def test_frozen_for_a_while(process: BotProcess, discord: LocalDiscord) -> None:
    racer = discord.guild().member("racer-2")
    process.freeze()
    asking = asyncio.create_task(racer.type("race-day", "/echo text:hello"))
    interaction = await discord.wait_for(
        lambda: next(iter(discord.world.interactions.values()), None),
    )
    # Nothing tells that a process does nothing: half a second is many times what an answer takes.
    with pytest.raises(TimeoutError):
        await discord.wait_for(lambda: interaction.answered_s, 0.5)
    assert discord.gateway.sessions
    process.thaw()
    assert (await asking).content == "hello"


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """A story that is played into a database that goes with the test."""
    return Play(f"sqlite:///{tmp_path}/story.db", Pictures(tmp_path))


async def test_a_bot_that_dies_is_told_of(play: Play) -> None:
    told: list[str] = []
    text = "import sys; print('no database', file=sys.stderr); sys.exit(3)"
    assert await run(play, script(text), told.append) == 1
    assert "no database" in told[-1]
    assert "exit code 3" in told[-1]


async def test_a_bot_that_never_comes(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localdiscord.play.running.READY_WITHIN_S", 0.05)
    told: list[str] = []
    assert await run(play, script("import time; time.sleep(60)"), told.append) == 1
    assert "not ready within" in told[-1]


@pytest.fixture
async def demonstration(tmp_path: Path) -> AsyncIterator[Start]:
    """``python -m localdiscord`` in a directory whose ``bot`` is the given script."""
    package = tmp_path / "bot"
    package.mkdir()
    (package / "__init__.py").touch()
    started: list[asyncio.subprocess.Process] = []

    async def start(bot: str) -> asyncio.subprocess.Process:
        (package / "__main__.py").write_text(bot)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "localdiscord",
            cwd=tmp_path,
            env={
                **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
                "PYTHONPATH": str(ROOT),
                "PYTHONWARNINGS": "ignore",
            },
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_all_of_it_without_a_terminal(demonstration: Start) -> None:
    process = await demonstration(
        "import runpy\nrunpy.run_module('tests.localdiscord.stub_bot', run_name='__main__')",
    )
    output, _ = await asyncio.wait_for(process.communicate(), PATIENT_S)
    text = output.decode()
    assert process.returncode == 0, text
    assert "racer-1> /lap times:20." in text
    assert "#team, as it looks on a phone:" in text
    assert "[Form] [Later] (Locked) [To 1]" in text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_told_to_stop_it_stops_the_bot(
    demonstration: Start,
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    left = tmp_path / "left"
    up = asyncio.Event()

    async def came_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        up.set()

    async with await asyncio.start_server(came_up, "127.0.0.1") as server:
        address = server.sockets[0].getsockname()
        process = await demonstration(
            f"""
import pathlib, signal, socket, sys

def leave(*args):
    pathlib.Path({str(left)!r}).write_text("in peace")
    sys.exit(0)

signal.signal(signal.SIGTERM, leave)
socket.create_connection({address!r}).close()
signal.pause()
""",
        )
        await asyncio.wait_for(up.wait(), PATIENT_S)
        process.send_signal(number)
        output, _ = await asyncio.wait_for(process.communicate(), PATIENT_S)
    assert process.returncode == 0, output.decode()
    assert left.read_text() == "in peace"
