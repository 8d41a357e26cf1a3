"""The demonstration, and the bot as a process of its own."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from localdiscord import LocalDiscord
from localdiscord.botprocess import BotProcess
from localdiscord.play import PlayError, play_heat, run
from localdiscord.recorded import load
from tests.localdiscord.stub_bot import StubBot

ROOT = Path(__file__).parents[2]
STUB = (sys.executable, "-W", "ignore", "-m", "tests.localdiscord.stub_bot")


def script(text: str) -> Sequence[str]:
    return (sys.executable, "-c", text)


def test_the_recorded_heat() -> None:
    drives = load()
    assert [drive.driver for drive in drives] == [f"driver-0{number}" for number in range(1, 9)]
    assert sum(len(drive.laps_ms) for drive in drives) == 122
    assert drives[7].times[:2] == ["20.025", "19.115"]


async def test_a_heat_is_played(bot: StubBot, discord: LocalDiscord) -> None:
    told: list[str] = []
    summary = await play_heat(discord.guild(), load(), told.append)
    assert "🏁 Q1 · Club Race" in summary.text
    counts = [len(drive.laps_ms) for drive in load()]
    assert [f"racer-{n} {count} laps" in summary.text for n, count in enumerate(counts, 1)] == [
        True,
    ] * 8
    assert told[0] == "racer-1> /session start name:Club Race qualifying_rounds:4"


async def test_a_bot_that_posts_no_summary(
    bot: StubBot,
    discord: LocalDiscord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("localdiscord.play.SUMMARY_WITHIN_S", 0.05)
    discord.mischief.fail("POST", "/channels/*", status=503)
    with pytest.raises(PlayError, match="no summary in #race-day"):
        await play_heat(discord.guild(), load()[:1], lambda text: None)


async def test_a_bot_that_does_not_answer(discord: LocalDiscord, bot: StubBot) -> None:
    discord.patience.answer_within_s = 0
    with pytest.raises(PlayError, match="did not answer /session start name"):
        await play_heat(discord.guild(), load(), lambda text: None)


@pytest.fixture
async def process(discord: LocalDiscord) -> AsyncIterator[BotProcess]:
    async with BotProcess(discord.bot_environment(), STUB) as running:
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


async def test_a_bot_that_dies_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    text = "import sys; print('no database', file=sys.stderr); sys.exit(3)"
    assert await run(script(text), told.append) == 1
    assert "no database" in told[-1]
    assert "exit code 3" in told[-1]


async def test_a_bot_that_never_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localdiscord.play.READY_WITHIN_S", 0.05)
    told: list[str] = []
    assert await run(script("import time; time.sleep(60)"), told.append) == 1
    assert "not ready within" in told[-1]


async def demonstration(tmp_path: Path, bot: str) -> asyncio.subprocess.Process:
    """``python -m localdiscord`` in a directory whose ``bot`` is the given one."""
    package = tmp_path / "bot"
    package.mkdir()
    (package / "__main__.py").write_text(bot)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "localdiscord",
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def test_all_of_it_without_a_terminal(tmp_path: Path) -> None:
    runs_the_stub = (
        "import runpy; runpy.run_module('tests.localdiscord.stub_bot', run_name='__main__')"
    )
    process = await demonstration(tmp_path, runs_the_stub)
    output, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, output.decode()
    assert "racer-8 15 laps" in output.decode() or "racer-8" in output.decode()
    assert "[Form] [Later] (Locked) [To 1]" in output.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_stops_the_bot(tmp_path: Path, number: signal.Signals) -> None:
    left = tmp_path / "left"
    waits = f"""
import signal, sys, time, pathlib
def leave(*args):
    pathlib.Path({str(left)!r}).write_text("in peace")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
pathlib.Path({str(tmp_path / "up")!r}).touch()
print("up", flush=True)
time.sleep(60)
"""
    process = await demonstration(tmp_path, waits)
    async with asyncio.timeout(10):
        while not (tmp_path / "up").exists():
            await asyncio.sleep(0.02)
    process.send_signal(number)
    output, _ = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0, output.decode()
    assert left.read_text() == "in peace"
