"""A sample event: a timing site on this machine, on whose page real races appear one by one."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

from aiohttp import web
from dotenv import dotenv_values

from localdiscord.play.keeping import Standing
from localdiscord.play.recorded import Drive, load
from localdiscord.play.result_pages import (
    Event,
    Race,
    event_page,
    event_path,
    race_path,
    result_page,
)

NAME: Final = "Sample Cup"
CLASS: Final = "1/8 Nitro Buggy"
NUMBER: Final = 1
HERE: Final = "127.0.0.1"
HEATS: Final = (
    ("nitro-q1", "(Heat 1/1)", "Qualifier Round 1", 300),
    ("nitro-q2", "(Heat 1/1)", "Qualifier Round 2", 300),
    ("nitro-q3", "(Heat 1/1)", "Qualifier Round 3", 300),
    ("nitro-semi-b", "B-Main", "Main Events", 1200),
)
"""Recorded heats: file, heat, round, length in seconds."""

REAL_HOSTS: Final = "*.liverc.com,*.livefpv.com"
"""Whose pages the bot reads where nothing is set; they stay readable beside the sample event."""

LOOK_EVERY_S: Final = 2
"""How often the bot looks at this machine's own site, which nobody has to be polite to."""


class SampleEvent:
    """The event and its site, to be used as an async context manager.

    No race appears before somebody has looked at it.
    """

    def __init__(
        self,
        names: Sequence[str],
        standing: Standing | None = None,
        keep: Callable[[Standing], None] = lambda standing: None,
    ) -> None:
        """Prepare it.

        Args:
            names: driver names of the first who race in it; further ones are nobody's here.
            standing: how far it is and where it was; None for an event that begins.
            keep: told whenever a further race is over.
        """
        self._standing = standing or Standing()
        self._keep = keep
        self._event = Event(NUMBER, "Sample RC Raceway", NAME, datetime.now(UTC).date())
        self._names = names
        self._races: dict[int, Race] = {}
        self._looked_at = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.host = ""
        """Its host and port; known once it listens."""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/results/", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await self._listen(self._runner)
        host, port = self._runner.addresses[0][:2]
        self.host = f"{host}:{port}"
        for _ in range(min(self._standing.races, len(HEATS))):
            self._add_next()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def address(self) -> str:
        """Its page."""
        return f"http://{self.host}{event_path(NUMBER)}"

    @property
    def line(self) -> str:
        """What one types to follow it."""
        return f"/session follow url:{self.address}"

    @property
    def is_over(self) -> bool:
        """Whether all its races are over."""
        return len(self._races) == len(HEATS)

    def bot_environment(self) -> dict[str, str]:
        """Return the settings with which the bot may read it, and looks at it often."""
        given = os.environ.get("LIVERC_HOSTS") or dotenv_values(".env").get("LIVERC_HOSTS")
        return {
            "LIVERC_HOSTS": f"{given or REAL_HOSTS},{self.host}",
            "LOOPBACK_EVERY_S": str(LOOK_EVERY_S),
        }

    async def go_on(self, every_s: float) -> None:
        """Publish a race as soon as somebody has looked, and a further one every so often."""
        await self._looked_at.wait()
        while not self.is_over:
            self.publish()
            await asyncio.sleep(every_s)

    def publish(self) -> Race:
        """Publish the next race.

        Raises:
            IndexError: all are there.
        """
        race = self._add_next()
        self._keep(Standing(race.number, int(self.host.rpartition(":")[2])))
        return race

    async def _listen(self, runner: web.AppRunner) -> None:
        """Listen where it was before, or else, where others do now, anywhere."""
        if self._standing.port:
            with contextlib.suppress(OSError, OverflowError):
                await web.TCPSite(runner, HERE, self._standing.port).start()
                return
        await web.TCPSite(runner, HERE, 0).start()

    def _add_next(self) -> Race:
        number = len(self._races) + 1
        file, heat, round_name, length_s = HEATS[number - 1]
        drives = [Drive(self._name_of(drive), drive.laps_ms) for drive in load(file)]
        race = Race(number, CLASS, heat, round_name, length_s, drives, datetime.now(UTC))
        self._races[number] = race
        return race

    def page(self, path: str) -> str | None:
        """Return what stands at a path with its query; None for nothing."""
        if path == event_path(NUMBER):
            return event_page(self._event, self._races.values())
        for race in self._races.values():
            if path == race_path(race.number):
                return result_page(self._event, race)
        return None

    def _name_of(self, drive: Drive) -> str:
        # The labels of all its heats are numbered on; the first of them are the team's.
        labels = sorted({each.driver for file, *_ in HEATS for each in load(file)})
        place = labels.index(drive.driver)
        return self._names[place] if place < len(self._names) else f"Driver {place + 1}"

    async def _answer(self, request: web.Request) -> web.Response:
        page = self.page(request.path_qs)
        if page is None:
            raise web.HTTPNotFound
        if request.path_qs == event_path(NUMBER):
            self._looked_at.set()
        return web.Response(text=page, content_type="text/html")
