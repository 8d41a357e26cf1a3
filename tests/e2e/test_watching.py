"""How the bot is, as others on its machine learn it: systemd, a health check, Prometheus.

Starts are slow: one bot is asked in all ways, while it waits for Discord, connected, and gone.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy.engine import URL

from bot.health import Health, NobodyThere, ask
from localdiscord import LocalDiscord
from localdiscord.play.botprocess import Launch
from localdiscord.play.cast import PADDOCK
from tests.e2e.aftermath import until
from tests.e2e.conftest import bot_process, patient
from tests.e2e.driving import CHANNEL, race, shows
from tests.e2e.test_staying_up import nowhere, told
from tests.ports import kept_port
from tests.systemd import Systemd

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

WATCHDOG_S = 0.6


@pytest.fixture
def metrics() -> Iterator[int]:
    """Where the bot shows its figures."""
    with kept_port() as port:
        yield port


async def asked(port: int, path: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as answer,
    ):
        return answer.status, await answer.text()


def figure(page: str, name: str) -> float:
    """Return a figure, its labels as they are written."""
    (found,) = re.findall(rf"^{re.escape(name)} ([0-9.e+-]+)$", page, re.MULTILINE)
    return float(found)


async def test_others_learn_how_the_bot_is(
    migrated_sqlite_url: URL, forked: Launch, tmp_path: Path, port: int, metrics: int
) -> None:
    systemd, place = Systemd(str(tmp_path / "notify")), tmp_path / "orp.sock"
    settings = {
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "WATCHDOG_USEC": str(int(WATCHDOG_S * 1_000_000)),
        "RUNTIME_DIRECTORY": str(tmp_path),
        "METRICS_PORT": str(metrics),
    }
    heard: list[str] = []
    hearing = asyncio.create_task(systemd.hears_into(heard))
    discord = patient(LocalDiscord(PADDOCK, port=port))
    with pytest.raises(NobodyThere, match="No bot is running"):
        await ask(place)
    async with bot_process(
        discord, migrated_sqlite_url, forked, **settings, **nowhere(port)
    ) as bot:
        await told(bot, "waiting for Discord")
        assert await ask(place) == Health(is_connected=False, has_database=True)
        assert await asked(metrics, "/healthz") == (200, "waiting for Discord\n")
        status, sentence = await asked(metrics, "/readyz")
        assert status == 503
        assert "not connected" in sentence
        async with discord:
            await discord.ready()

            async def is_good() -> bool:
                return (await ask(place)).is_good

            await until(is_good)
            assert await asked(metrics, "/healthz") == (200, "connected\n")
            assert (await asked(metrics, "/readyz"))[0] == 200
            team = discord.add_guild("Watched")
            await race(team)
            await team.owner.type(CHANNEL, "/lap times:nonsense")
            await team.channel(CHANNEL).wait_for(shows("Q1"))
            times = "orp_bot_interaction_seconds_count"
            page = ""

            # Each is counted once Discord has said that it has its answer.
            async def all_are_counted() -> bool:
                nonlocal page
                status, page = await asked(metrics, "/metrics")
                assert status == 200
                return f'{times}{{name="lap",outcome="refused"}}' in page

            await until(all_are_counted)

            # It tells now and then, and all of the above may take less than that.
            async def has_fed_the_watchdog() -> bool:
                return "STATUS=connected" in heard and heard.count("WATCHDOG=1") >= 3

            await until(has_fed_the_watchdog)
            assert await bot.stop() == 0, bot.tail
    assert figure(page, f'{times}{{name="lap",outcome="answered"}}') == 1
    assert figure(page, f'{times}{{name="lap",outcome="refused"}}') == 1
    statements = figure(page, 'orp_bot_interaction_statements_sum{name="heat finish"}')
    assert 5 < statements < 30
    assert figure(page, 'orp_bot_pictures_total{outcome="drawn"}') >= 1
    assert figure(page, 'orp_bot_shard_up{shard="0"}') == 1
    assert figure(page, "orp_bot_outbox_posts") in (0, 1)
    with pytest.raises(NobodyThere):
        await ask(place)

    async def has_heard_the_end() -> bool:
        return "STOPPING=1" in heard

    await until(has_heard_the_end)
    hearing.cancel()
    systemd.close()
    assert heard.index("READY=1") > heard.index("STATUS=waiting for Discord")
    assert heard[-1] == "STOPPING=1"
