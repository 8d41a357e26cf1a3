"""Following on MyRCM: an event is its classes' pages, and a run is read three times."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from core.database import Database
from core.follow_models import WatchedPage
from tests.core.sources.pages import CLASS, EVENT_V9, RUN, changed, page
from tests.databases import FakeClock
from tests.services.following import RaceDay, race_day
from tests.services.racing import ANN, count, posts

EVENT = "/en/report/90001"
OF_CLASS = f"{EVENT}/380002"
RUN_OF_CLASS = f"{OF_CLASS}?reportKey=50001&reportType=qualy"
BUTTON = 'class="run-button load-report"'


@pytest.fixture
async def day(database: Database, clock: FakeClock) -> AsyncIterator[RaceDay]:
    clock.moment = datetime(2026, 7, 11, 9, 0, tzinfo=UTC)
    async with race_day(database, clock, is_myrcm=True) as day:
        await day.link(ANN, "Racer 14")
        # Three classes without a run yet.
        no_runs = changed(EVENT_V9, BUTTON, "", -1)
        day.site.pages = dict.fromkeys((EVENT, OF_CLASS, f"{EVENT}/380003"), no_runs)
        yield day


def with_one_run() -> bytes:
    """Return the page of the class, of whose runs one stands there."""
    text = page(CLASS).decode().replace("90002", "90001").replace("380004", "380002")
    first, second, *others = text.split(BUTTON)
    return (BUTTON.join([first, second]) + "".join(others)).encode()


async def test_runs_of_every_class_come_in(day: RaceDay) -> None:
    began = await day.begin(ANN, f"http://{day.site.exact}{EVENT}/380003")
    assert [each.event for each in began.followed] == ["Sample Warm-Up"]
    await day.settle()
    assert await count(day.database, WatchedPage, WatchedPage.role == "event") == 3
    day.site.pages[OF_CLASS] = with_one_run()
    day.site.pages[RUN_OF_CLASS] = page(RUN)
    await day.pass_time(minutes=4)
    assert await day.heats() == ["Online Qualy 1 Heat 19"]
    assert [post.silent for post in await posts(day.database)] == [False]
    await day.pass_time(minutes=20, step=60)
    assert day.site.times_asked(RUN_OF_CLASS) == 3
