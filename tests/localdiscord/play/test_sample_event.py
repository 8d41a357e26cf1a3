"""The sample event: a site whose races appear one by one, from when somebody looks."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from core.fetching.hosts import LIVERC_HOSTS
from localdiscord.play.keeping import Standing
from localdiscord.play.running import DRIVERS
from localdiscord.play.sample_event import HEATS, REAL_HOSTS, SampleEvent


async def got(address: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return response.status, await response.text()


async def test_races_appear_from_the_first_look_on() -> None:
    kept: list[Standing] = []
    async with SampleEvent(DRIVERS, keep=kept.append) as event:
        going_on = asyncio.create_task(event.go_on(0))
        for _ in range(5):
            await asyncio.sleep(0)
        assert kept == []
        status, page = await got(event.address)
        assert (status, "Race 1:" in page) == (200, False)
        await going_on
        assert event.is_over
        _, page = await got(event.address)
        assert [f"Race {number}:" in page for number in range(1, 6)] == [True] * 4 + [False]
        status, page = await got(event.address.replace("view_event", "view_race_result"))
        assert (status, "Racer 1" in page) == (200, True)
        assert (await got(f"http://{event.host}/results/?p=view_race_result&id=5"))[0] == 404
        port = int(event.host.partition(":")[2])
    assert kept == [Standing(number, port) for number in range(1, len(HEATS) + 1)]


async def test_it_goes_on_where_it_was() -> None:
    async with SampleEvent(DRIVERS) as event:
        before = event.address
    port = int(before.partition("//")[2].partition("/")[0].partition(":")[2])
    async with SampleEvent(DRIVERS, Standing(2, port)) as event:
        assert event.address == before
        assert event.publish().number == 3
        # Where the port is taken meanwhile, another one does.
        async with SampleEvent(DRIVERS, Standing(2, port)) as other:
            assert other.address != before
            assert (await got(other.address))[0] == 200


@pytest.mark.parametrize("standing", [Standing(99, 0), Standing(0, 70_000), Standing(-1, -1)])
async def test_whatever_was_kept_it_begins(standing: Standing) -> None:
    async with SampleEvent(DRIVERS, standing) as event:
        assert (await got(event.address))[0] == 200


def test_the_sites_themselves_stay_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIVERC_HOSTS", raising=False)
    event = SampleEvent(DRIVERS)
    event.host = "127.0.0.1:8080"
    assert REAL_HOSTS == LIVERC_HOSTS
    assert event.bot_environment()["LIVERC_HOSTS"] == f"{LIVERC_HOSTS},127.0.0.1:8080"
    monkeypatch.setenv("LIVERC_HOSTS", "track.example.org")
    assert event.bot_environment()["LIVERC_HOSTS"] == "track.example.org,127.0.0.1:8080"
