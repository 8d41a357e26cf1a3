"""Following: races come in by themselves, each once, corrected where the site corrects them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from core.database import Database
from core.follow_models import EventRace, WatchedPage
from tests.databases import FakeClock, scalars
from tests.services.following import RaceDay, race_day
from tests.services.racing import ANN, BEN, by, count, posts, publish
from tests.timing_site import Raced

LAPS = [20_101, 20_302, 20_203, 20_904, 20_405]
OTHERS = [23_700, 20_206, 20_507, 20_308, 20_609]
BENS = [19_801, 19_902, 19_703, 19_604, 19_505]
STRANGER = Raced("Zoe Zander", [21_000, 21_100, 21_200])


@pytest.fixture
async def day(database: Database, clock: FakeClock) -> AsyncIterator[RaceDay]:
    async with race_day(database, clock) as day:
        await day.link(ANN, "Ann Arbor")
        yield day


def ann(laps: list[int]) -> Raced:
    return Raced("Ann Arbor", laps)


async def test_a_race_comes_in_by_itself_within_two_minutes(day: RaceDay) -> None:
    began = await day.begin(ANN)
    assert began.opened_session
    assert [each.event for each in began.followed] == ["Sample Cup"]
    assert [each.driver_name for each in began.linked] == ["Ann Arbor"]
    await day.pass_time(minutes=1)
    day.site.publish("7001", "A-Main", ann(LAPS), STRANGER)
    await day.pass_time(minutes=2)
    assert await day.heats() == ["Buggy A-Main"]
    assert await day.laps_of("Buggy A-Main") == LAPS
    (post,) = await posts(day.database)
    assert not post.silent


@pytest.mark.parametrize(("every_s", "least", "most"), [(2, 10, 31), (None, 1, 1)])
async def test_a_site_of_this_machine_has_a_pace_by_night_too(
    database: Database, clock: FakeClock, every_s: int | None, least: int, most: int
) -> None:
    async with race_day(database, clock, loopback_every_s=every_s) as day:
        clock.moment = clock.moment.replace(hour=2)
        day.site.day = clock.moment.date()
        await day.begin(ANN)
        await day.link(ANN, "Ann Arbor")
        day.site.publish("7001", "A-Main", ann(LAPS))
        await day.pass_time(minutes=1, step=1)
        # However often the event's page is read, that of its race has its turn.
        assert (await day.heats() == ["Buggy A-Main"]) is (every_s is not None)
        assert least <= day.site.times_asked(day.site.event_path) <= most


async def test_a_race_with_nobody_of_the_team_stays_away(day: RaceDay) -> None:
    await day.begin(ANN)
    day.site.publish("7001", "A-Main", STRANGER)
    await day.pass_time(minutes=2)
    assert await day.heats() == []
    assert await posts(day.database) == []


async def test_races_that_were_there_come_in_quietly_and_in_their_order(day: RaceDay) -> None:
    for number, laps in enumerate((LAPS, OTHERS, BENS), start=1):
        day.site.publish(f"700{number}", f"Q{number}", ann(laps), at=f"11:{number}0am")
    await day.begin(ANN)
    await day.settle()
    assert await day.heats() == ["Buggy Q1", "Buggy Q2", "Buggy Q3"]
    assert [post.silent for post in await posts(day.database)] == [True] * 3


async def test_a_correction_is_taken_and_the_post_edited(day: RaceDay) -> None:
    await day.begin(ANN)
    await day.pass_time(minutes=1)
    day.site.publish("7001", "A-Main", ann(LAPS))
    await day.pass_time(minutes=2)
    await publish(day.services)
    # Nothing on the event's page tells of it: the page is looked at again after 15 minutes.
    day.site.publish("7001", "A-Main", ann([*LAPS[:-1], 25_405]))
    await day.pass_time(minutes=15)
    assert await day.laps_of("Buggy A-Main") == [*LAPS[:-1], 25_405]
    (post,) = await posts(day.database)
    assert (post.state, post.message_id) == ("pending", 7_000)


async def test_what_the_event_says_has_changed_is_read_at_once(day: RaceDay) -> None:
    await day.begin(ANN)
    day.site.publish("7001", "A-Main", ann(LAPS))
    await day.pass_time(minutes=2)
    day.site.publish("7001", "A-Main", ann([*LAPS[:-1], 25_405]), at="12:10pm")
    await day.pass_time(minutes=2)
    assert await day.laps_of("Buggy A-Main") == [*LAPS[:-1], 25_405]


async def test_a_leg_written_over_another_is_a_heat_of_its_own(day: RaceDay) -> None:
    await day.begin(ANN)
    day.site.publish("7001", "A-Main", ann(LAPS))
    await day.pass_time(minutes=2)
    day.site.publish("7001", "A-Main", ann(OTHERS), at="12:30pm")
    await day.pass_time(minutes=2)
    assert await day.heats() == ["Buggy A-Main", "Buggy A-Main 2"]
    assert await count(day.database, EventRace) == 2
    assert await day.laps_of("Buggy A-Main") == LAPS
    assert await day.laps_of("Buggy A-Main 2") == OTHERS
    assert [post.silent for post in await posts(day.database)] == [False, False]


async def test_mains_rebuilt_under_another_id_are_the_same_race(day: RaceDay) -> None:
    await day.begin(ANN)
    day.site.publish("7001", "A-Main", ann(LAPS))
    await day.pass_time(minutes=2)
    # The page vanishes, and comes back under another id with a lap corrected.
    del day.site.races["7001"]
    await day.pass_time(minutes=20)
    assert await day.laps_of("Buggy A-Main") == LAPS
    day.site.publish("7009", "A-Main", ann([*LAPS[:-1], 25_405]))
    await day.pass_time(minutes=2)
    assert await day.heats() == ["Buggy A-Main"]
    assert await count(day.database, EventRace) == 1
    assert await day.laps_of("Buggy A-Main") == [*LAPS[:-1], 25_405]


async def test_a_page_whose_figures_differ_is_read_again_before_it_is_taken(day: RaceDay) -> None:
    await day.begin(ANN)
    day.site.publish("7001", "A-Main", Raced("Ann Arbor", LAPS, says_more=1))
    day.clock.advance(minutes=1)
    await day.settle()
    assert await count(day.database, EventRace) == 1
    assert await day.heats() == []
    day.site.publish("7001", "A-Main", ann([*LAPS, 20_706]))
    await day.pass_time(minutes=2)
    assert await day.laps_of("Buggy A-Main") == [*LAPS, 20_706]
    assert (await day.follow.show(by(ANN))).followed[0].faults == ()


@pytest.mark.parametrize("has_etags", [True, False])
async def test_a_page_that_stays_wrong_is_taken_and_told(day: RaceDay, has_etags: bool) -> None:
    day.site.has_etags = has_etags
    await day.begin(ANN)
    day.site.publish("7001", "A-Main", Raced("Ann Arbor", LAPS, says_more=1))
    await day.pass_time(minutes=3)
    assert await day.laps_of("Buggy A-Main") == LAPS
    (fault,) = (await day.follow.show(by(ANN))).followed[0].faults
    assert fault.startswith("Buggy A-Main: Ann Arbor: laps/time 6/")


async def test_a_race_that_is_published_before_its_laps_comes_when_they_do(day: RaceDay) -> None:
    await day.begin(ANN)
    day.site.publish("7001", "A-Main", ann([]))
    await day.pass_time(minutes=2)
    assert await count(day.database, EventRace) == 0
    assert (await day.follow.show(by(ANN))).followed[0].trouble is None
    day.site.publish("7001", "A-Main", ann(LAPS))
    await day.pass_time(minutes=3)
    assert await day.laps_of("Buggy A-Main") == LAPS


async def test_who_is_linked_later_gets_the_earlier_races_without_a_fetch(day: RaceDay) -> None:
    await day.begin(ANN)
    day.site.publish("7001", "A-Main", Raced("Ben Bernhard", BENS))
    day.site.publish("7002", "B-Main", ann(LAPS), Raced("Ben Bernhard", OTHERS))
    await day.pass_time(minutes=2)
    assert await day.heats() == ["Buggy B-Main"]
    asked = len(day.site.asked)
    await day.link(BEN, "Bernhard, Ben")
    await day.settle()
    assert len(day.site.asked) == asked
    assert await day.heats() == ["Buggy B-Main", "Buggy A-Main"]
    assert sorted(await day.laps_of("Buggy B-Main")) == sorted([*LAPS, *OTHERS])


async def test_pages_of_what_is_followed_no_more_are_forgotten(day: RaceDay) -> None:
    began = await day.begin(ANN)
    day.site.publish("7001", "A-Main", ann(LAPS))
    await day.pass_time(minutes=2)
    stopped = await day.follow.stop(by(ANN), began.followed[0].id)
    assert (stopped.stopped, stopped.followed) == ("Sample Cup", ())
    asked = len(day.site.asked)
    await day.pass_time(minutes=5)
    assert len(day.site.asked) == asked
    # For a day they stay, but are left alone.
    await day.sleep(days=1)
    await day.settle()
    assert await scalars(day.database, select(WatchedPage)) == []
    assert await day.laps_of("Buggy A-Main") == LAPS
    # Followed again, what is there is recognised.
    day.clock.advance(minutes=1)
    await day.begin(ANN)
    await day.settle()
    assert await day.heats() == ["Buggy A-Main"]
    assert len(await posts(day.database)) == 1
