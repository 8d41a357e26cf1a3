"""Following: races come in by themselves, each once, and a site is asked no more than it bears."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.database import Database
from tests.databases import FakeClock
from tests.services.following import RaceDay, race_day
from tests.services.racing import ANN, posts
from tests.timing_site import Raced

ANN_LAPS = [20_101, 20_302, 20_203, 20_904, 20_405]
STRANGER = Raced("Zoe Zander", [21_000, 21_100, 21_200])


@pytest.fixture
async def day(database: Database, clock: FakeClock) -> AsyncIterator[RaceDay]:
    async with race_day(database, clock) as day:
        yield day


async def test_a_race_comes_in_by_itself_within_two_minutes(day: RaceDay) -> None:
    await day.link(ANN, "Ann Arbor")
    began = await day.begin(ANN)
    assert began.opened_session
    assert [each.event for each in began.followed] == ["Sample Cup"]
    await day.pass_time(minutes=1)
    day.site.publish("7001", "A-Main", Raced("Ann Arbor", ANN_LAPS), STRANGER)
    await day.pass_time(minutes=2)
    assert await day.heats() == ["Buggy A-Main"]
    (post,) = await posts(day.database)
    assert not post.silent
