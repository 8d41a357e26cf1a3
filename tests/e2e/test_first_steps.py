"""``python -m localdiscord`` as a newcomer starts it: at a terminal, which then is closed."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.aftermath import until

pytestmark = [pytest.mark.long]

ROOT = Path(__file__).parents[2]
# A busy machine takes its time.
WITHIN_S = 300
COLUMNS = 44
ARROW_UP = "\x1b[A"


@dataclass
class Terminal:
    """A terminal, and what is started in it."""

    process: subprocess.Popen[bytes]
    screen: int
    seen: str = ""
    is_closed: bool = False
    begun: set[int] = field(default_factory=set)

    async def shows(self, text: str) -> None:
        """Read until it shows a text."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(WITHIN_S):
            while text not in self.seen:
                more = asyncio.Event()
                loop.add_reader(self.screen, more.set)
                try:
                    await more.wait()
                finally:
                    loop.remove_reader(self.screen)
                self.seen += os.read(self.screen, 65536).decode(errors="replace")

    def types(self, line: str) -> None:
        """Type a line."""
        os.write(self.screen, f"{line}\r".encode())

    def close(self) -> None:
        """Close the window."""
        if not self.is_closed:
            os.close(self.screen)
            self.is_closed = True

    def running(self) -> dict[int, str]:
        """The processes of the terminal that have not ended, with their command lines."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                # After the name in brackets: state, parent, group, session.
                state, _, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(session) == self.process.pid and state not in "ZX":
                found[int(folder.name)] = line
        return found

    async def is_empty(self) -> bool:
        """Tell whether everything that was started in it has ended."""
        return not self.running()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where ``make run`` would be typed."""
    return tmp_path


@pytest.fixture
def open_terminal(folder: Path) -> Iterator[Callable[[], Terminal]]:
    """What opens a terminal and starts the local Discord in it."""
    opened: list[Terminal] = []

    def start() -> Terminal:
        screen, inside = pty.openpty()
        termios.tcsetwinsize(inside, (24, COLUMNS))
        process = subprocess.Popen(
            [sys.executable, "-m", "localdiscord"],
            cwd=folder,
            env={
                **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
                "PYTHONPATH": str(ROOT),
                "TERM": "dumb",
                # No browser opens on the screen of whoever runs the tests.
                "DISPLAY": "",
                "WAYLAND_DISPLAY": "",
            },
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
            preexec_fn=_own_the_terminal,
        )
        os.close(inside)
        terminal = Terminal(process, screen)
        opened.append(terminal)
        return terminal

    yield start
    for terminal in opened:
        for number in terminal.running():
            os.kill(number, signal.SIGKILL)
        terminal.close()
        terminal.process.wait()


def _own_the_terminal() -> None:
    # Where a terminal is opened by a process without one, it becomes that process's.
    os.close(os.open(os.ttyname(0), os.O_RDWR))


def played_into(database: Path) -> str:
    """What the local Discord tells without a terminal, into a database the user has set."""
    told = subprocess.run(
        [sys.executable, "-m", "localdiscord"],
        cwd=database.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": f"sqlite:///{database}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=True,
    )
    return told.stdout


def test_a_database_of_the_user_is_played_into_only_while_it_is_empty(folder: Path) -> None:
    told = played_into(folder / "mine.db")
    assert "🏁 Q1 · Club Race" in told
    page = (ROOT / "docs" / "localdiscord.md").read_text(encoding="utf-8")
    (sample,) = re.findall(r"```text\n(ORP Bot\n.*?)```", page, re.DOTALL)
    assert sample in told, "the document shows what a newcomer sees"
    again = played_into(folder / "mine.db")
    assert "🏁" not in again
    assert "no story is played" in again
    assert not (folder / "data" / "local.db").exists()


def test_the_demo_shows_a_race_that_comes_in_by_itself(folder: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "localdiscord", "--demo"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=True,
    ).stdout
    assert "📡 Sample Cup is followed for Club Race." in told
    assert "🏁 Q1 · Club Race" in told
    _, _, came_in = told.partition("Nobody types any more")
    assert "🏁 1/8 Nitro Buggy Q1 Heat 1 · Club Race" in came_in
    assert "P1 7/5:27.581" in came_in, "the whole race, by the site's own places and totals"
    long = [line for line in told.splitlines() if len(line) > COLUMNS]
    assert [line.split(":")[0] for line in long] == ["  url"]


def close_the_window(terminal: Terminal) -> None:
    terminal.close()


def hang_up(terminal: Terminal) -> None:
    terminal.process.send_signal(signal.SIGHUP)


def kill(terminal: Terminal) -> None:
    terminal.process.kill()


@pytest.mark.parametrize("end", [close_the_window, hang_up, kill])
async def test_when_the_terminal_goes_nothing_stays(
    open_terminal: Callable[[], Terminal], end: Callable[[Terminal], None]
) -> None:
    terminal = open_terminal()
    await terminal.shows("help  quit")
    kinds = r"-m (localdiscord|bot run|bot\.pictures\.worker)"

    async def all_run() -> bool:
        # For a moment a process that is being started has the command line of who starts it.
        lines = "\n".join(sorted(terminal.running().values()))
        return re.findall(kinds, lines) == ["bot run", "bot.pictures.worker", "localdiscord"]

    await until(all_run)
    (address,) = re.findall(r"^http://127\.0\.0\.1:\d+/#[\w-]+", terminal.seen, re.MULTILINE)
    async with aiohttp.ClientSession() as session, session.get(address) as page:
        assert "Local Discord" in await page.text()
    end(terminal)
    await until(terminal.is_empty, WITHIN_S)


@pytest.mark.parametrize("end", [close_the_window, kill])
async def test_nothing_stays_either_where_it_had_hardly_begun(
    open_terminal: Callable[[], Terminal], end: Callable[[Terminal], None]
) -> None:
    terminal = open_terminal()
    await terminal.shows("Starting the bot")
    end(terminal)
    await until(terminal.is_empty, WITHIN_S)


async def test_the_second_time_it_tells_the_same_and_goes_on(
    open_terminal: Callable[[], Terminal], folder: Path
) -> None:
    screens = []
    for at_once in ("16 laps", "17 laps"):
        terminal = open_terminal()
        await terminal.shows("help  quit")
        told = terminal.seen
        screens.append(told[: told.index("keeps this")])
        if at_once == "16 laps":
            terminal.types("/lap times:20.5 heat:Q1")
            await terminal.shows("lap 17")
            # The arrow up brings what the sample event is followed with.
            assert "/session follow url:http://127.0.0.1:" in told
            terminal.types(ARROW_UP * 2)
            await terminal.shows("Linked: racer-1 (Racer 1)")
            await terminal.shows("🏁 1/8 Nitro Buggy Q1 Heat 1 · Club Race")
        else:
            terminal.types("/orp heat:Q1")
            await terminal.shows("17/")
            # What was posted the first time is still there to be pressed.
            terminal.types("[Note]")
            await terminal.shows("What you changed")
            terminal.types("")
            # It is still followed, and goes on.
            await terminal.shows("🏁 1/8 Nitro Buggy Q2 Heat 1 · Club Race")
        terminal.types("quit")
        await until(terminal.is_empty, WITHIN_S)
    assert screens[0] == screens[1]
    (named,) = re.findall(r"\[picture (.+)\]", screens[0])
    assert (folder / named).read_bytes().startswith(b"\x89PNG")
    assert max(len(line) for line in screens[0].splitlines()) <= COLUMNS
