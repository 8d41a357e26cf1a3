"""What systemd is told, on a socket that stands in for its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import liveness
from bot.liveness import ATTEMPT_S, Liveness
from bot.systemd import notify, telling, watchdog_s
from tests.systemd import Systemd


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    listening = Systemd(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "60000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    yield listening
    listening.close()


async def test_the_watchdog_is_fed_while_connected_or_waiting_and_not_when_it_hangs(
    systemd: Systemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(liveness, "monotonic", lambda: now[0])
    bot = Liveness()
    async with telling(bot):
        assert await systemd.hears() == ["STATUS=starting", "WATCHDOG=1"]
        bot.waits(5, "the database")
        waiting = ["STATUS=waiting for the database", "READY=1", "WATCHDOG=1"]
        while (said := await systemd.hears()) != waiting:
            assert said == ["STATUS=starting", "WATCHDOG=1"]
        # It should have been tried again by now.
        now[0] += 5 + ATTEMPT_S
        while "WATCHDOG=1" in (said := await systemd.hears()):
            assert said == waiting
        bot.is_connected = lambda: True
        while "WATCHDOG=1" not in (said := await systemd.hears()):
            assert said[0] == "STATUS=waiting for the database"
        assert said[0] == "STATUS=connected"
    while (said := await systemd.hears()) != ["STOPPING=1"]:
        assert said[0] == "STATUS=connected"


async def test_without_systemd_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    async with telling(Liveness()):
        assert len(asyncio.all_tasks()) == 1


async def test_a_socket_without_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"orp-bot-test-{os.getpid()}"
    listening = Systemd(f"\0{name}")
    monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
    notify("READY=1", "STATUS=connected")
    assert await listening.hears() == ["READY=1", "STATUS=connected"]
    listening.close()


async def test_who_does_not_listen_is_not_waited_for(systemd: Systemd) -> None:
    with capture_logs() as lines:
        for _ in range(10_000):
            notify("WATCHDOG=1")
            if lines:
                break
    assert lines[0]["event"] == "systemd cannot be told"
    assert await systemd.hears() == ["WATCHDOG=1"]


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({"WATCHDOG_USEC": "120000000"}, 120.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": str(os.getpid())}, 120.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "1"}, None),
        ({}, None),
    ],
)
def test_how_long_systemd_waits(
    given: dict[str, str], seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert watchdog_s() == seconds
