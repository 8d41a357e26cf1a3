"""Many teams and processes, and kills: a site is asked once, and nobody misses a race."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from core.database import Database
from core.fetching.hosts import Address
from core.follow_models import RaceTaken, WatchedPage
from core.models import Heat, RaceSession
from core.race_day.slots import HELD_FOR, take_slot
from core.race_day.watching import CLAIM_TIME
from core.results.importing import ImportAsks
from core.site_turns import SiteTurns
from core.sources.race import Source
from tests.databases import FakeClock, execute, holding, scalars
from tests.services.following import RaceDay, process_at, race_day
from tests.services.imports import asks, begin
from tests.services.racing import ANN, BEN, by, count
from tests.timing_site import Raced

LAPS = [20_101, 20_302, 20_203, 20_904, 20_405]
OTHERS = [23_700, 20_206, 20_507, 20_308, 20_609]
BENS = [19_801, 19_902, 19_703, 19_604, 19_505]
TEAMS = range(4_001, 4_011)


@pytest.fixture
async def day(database: Database, clock: FakeClock) -> AsyncIterator[RaceDay]:
    async with race_day(database, clock) as day:
        yield day


async def all_follow(day: RaceDay) -> None:
    for team in TEAMS:
        await day.link(by(ANN, team=team), "Ann Arbor")
        await day.begin(by(ANN, team=team))
        day.clock.advance(seconds=10)


async def teams_with_a_heat(day: RaceDay) -> list[int]:
    statement = select(RaceSession.team_id).join(Heat, Heat.session_id == RaceSession.id)
    return sorted(team for team in await scalars(day.database, statement) if team)


async def test_ten_teams_cost_the_site_one_request_a_minute(day: RaceDay) -> None:
    await all_follow(day)
    assert day.site.times_asked(day.site.event_path) <= 3
    await day.settle()
    day.site.asked.clear()
    day.site.publish("7001", "A-Main", Raced("Ann Arbor", LAPS))
    await day.pass_time(minutes=10, step=20)
    assert 9 <= day.site.times_asked(day.site.event_path) <= 10
    assert day.site.times_asked(day.site.path_of("7001")) == 1
    assert await teams_with_a_heat(day) == list(TEAMS)


async def test_killed_between_two_teams_it_loses_none(day: RaceDay) -> None:
    await all_follow(day)
    day.site.publish("7001", "A-Main", Raced("Ann Arbor", LAPS))
    day.clock.advance(minutes=1)
    for _ in range(2):
        day.clock.advance(seconds=1)
        page = await day.looking.claim()
        assert page is not None
        await day.looking.look(page)
    while len(await teams_with_a_heat(day)) < 3:
        assert await day.looking.hand_out()
    async with process_at(day.site, day.database, day.clock) as after:
        await after.settle()
    assert await teams_with_a_heat(day) == list(TEAMS)
    assert await count(day.database, RaceTaken) == len(TEAMS)


async def test_two_processes_at_once_hand_out_each_race_once(day: RaceDay) -> None:
    await all_follow(day)
    day.site.publish("7001", "A-Main", Raced("Ann Arbor", LAPS))
    day.clock.advance(minutes=1)

    async def work(process: RaceDay) -> None:
        while await process.looking.hand_out():
            pass

    async with process_at(day.site, day.database, day.clock) as other:
        for _ in range(3):
            day.clock.advance(seconds=1)
            claims = await asyncio.gather(day.looking.claim(), other.looking.claim())
            found = [page for page in claims if page is not None]
            assert len(found) <= 1
            for page in found:
                await other.looking.look(page)
        await asyncio.gather(work(day), work(other))
    assert await teams_with_a_heat(day) == list(TEAMS)
    assert day.site.times_asked(day.site.path_of("7001")) == 1


async def test_a_page_that_another_process_holds_is_passed_over(
    postgres: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who waits for a page after all is told soon.
    monkeypatch.setattr("core.postgres._IMPATIENT", {"lock_timeout": "500ms"})
    other = Database(postgres.engine.url, clock=clock)
    async with race_day(postgres, clock) as day, process_at(day.site, other, clock) as waiting:
        await day.begin(ANN)
        clock.advance(minutes=1)
        async with holding(postgres, select(WatchedPage.id).with_for_update()):
            assert await waiting.looking.claim() is None
        assert await waiting.looking.claim() is not None
    await other.dispose()


async def test_a_look_that_died_is_made_by_another(day: RaceDay) -> None:
    await day.link(ANN, "Ann Arbor")
    await day.begin(ANN)
    day.site.publish("7001", "A-Main", Raced("Ann Arbor", LAPS))
    day.clock.advance(minutes=1)
    assert await day.looking.claim() is not None
    async with process_at(day.site, day.database, day.clock) as other:
        assert await other.looking.claim() is None
        day.clock.advance(seconds=CLAIM_TIME.total_seconds() + 1)
        await other.settle()
    assert await day.heats() == ["Buggy A-Main"]


async def test_a_look_whose_claim_ran_out_changes_nothing(day: RaceDay) -> None:
    await day.link(ANN, "Ann Arbor")
    await day.begin(ANN)
    day.clock.advance(minutes=1)
    late = await day.looking.claim()
    assert late is not None
    day.clock.advance(seconds=CLAIM_TIME.total_seconds() + 1)
    again = await day.looking.claim()
    assert again is not None
    day.site.publish("7001", "A-Main", Raced("Ann Arbor", LAPS))
    await day.looking.look(late)
    assert await count(day.database, WatchedPage) == 1
    day.clock.advance(seconds=1)
    await day.looking.look(again)
    assert await count(day.database, WatchedPage) == 2


async def test_a_host_is_asked_once_a_second_and_by_one_at_a_time(day: RaceDay) -> None:
    for number in range(1, 4):
        day.site.publish(f"700{number}", f"Q{number}", Raced("Ann Arbor", LAPS))
    await day.begin(ANN)
    day.clock.advance(seconds=1)
    first = await day.looking.claim()
    assert first is not None
    day.clock.advance(seconds=5)
    # It has not answered yet.
    assert await day.looking.claim() is None
    await day.looking.look(first)
    day.clock.advance(milliseconds=900)
    assert await day.looking.claim() is None
    day.clock.advance(milliseconds=200)
    assert await day.looking.claim() is not None


async def test_a_turn_is_everybodys(day: RaceDay) -> None:
    async def is_free(host: str) -> bool:
        return await day.database.write(lambda unit: take_slot(unit, host, "liverc.com"))

    address = Address("https://a.liverc.com/", Source.LIVERC, "a.liverc.com", "liverc.com")
    async with SiteTurns(day.database).turn(address):
        day.clock.advance(seconds=5)
        # It has not answered yet; another host of its site may be asked.
        assert not await is_free("a.liverc.com")
        assert await is_free("b.liverc.com")
        day.clock.advance(milliseconds=200)
        assert not await is_free("c.liverc.com")
        day.clock.advance(milliseconds=100)
        assert await is_free("c.liverc.com")
    day.clock.advance(milliseconds=300)
    assert await is_free("a.liverc.com")
    day.clock.advance(seconds=HELD_FOR.total_seconds() + 1)
    # Whoever asked it died in the middle.
    assert await is_free("a.liverc.com")


async def test_event_pages_come_first_then_who_has_waited_longest(day: RaceDay) -> None:
    for number in range(1, 4):
        day.site.publish(
            f"700{number}", f"Q{number}", Raced("Ann Arbor", LAPS), at=f"{number}:00pm"
        )
    await day.begin(ANN)
    day.clock.advance(minutes=2)
    order = []
    while page := await day.looking.claim():
        order.append(page.address.rpartition("/results/")[2])
        await day.looking.look(page)
        day.clock.advance(seconds=1)
    assert order == [
        "?p=view_event&id=900",
        "?p=view_race_result&id=7001",
        "?p=view_race_result&id=7002",
        "?p=view_race_result&id=7003",
    ]


async def test_what_one_team_has_broken_holds_up_no_other(day: RaceDay) -> None:
    await all_follow(day)
    day.site.publish("7001", "A-Main", Raced("Ann Arbor", LAPS))
    await day.pass_time(minutes=2)
    broken = TEAMS[0]
    (session,) = await scalars(
        day.database, select(RaceSession).where(RaceSession.team_id == broken)
    )
    (table,) = await scalars(
        day.database, select(Heat.source_table).where(Heat.session_id == session.id)
    )
    of_broken = update(Heat).where(Heat.session_id == session.id)
    await execute(day.database, of_broken.values(source_table={"of": "another program"}))
    day.site.publish("7002", "B-Main", Raced("Ann Arbor", OTHERS))
    day.clock.advance(minutes=1)
    failures = 0
    for _ in range(40):
        try:
            await day.settle()
        except LookupError:
            failures += 1
    assert failures == 1
    assert (await teams_with_a_heat(day)).count(broken) == 1
    found = await teams_with_a_heat(day)
    assert all(found.count(team) == 2 for team in TEAMS[1:])
    (told,) = (await day.services.team.show(by(ANN, team=broken))).problems
    assert told == "Sample Cup: 1 race could not be stored; that is tried again."
    await execute(day.database, of_broken.values(source_table=table))
    await day.pass_time(minutes=6, step=60)
    assert (await teams_with_a_heat(day)).count(broken) == 2
    assert (await day.services.team.show(by(ANN, team=broken))).problems == ()


async def test_a_clock_that_is_set_back_lengthens_no_wait(day: RaceDay) -> None:
    await day.link(ANN, "Ann Arbor")
    await day.begin(ANN)
    await day.settle()
    day.clock.advance(hours=-5)
    day.site.publish("7001", "A-Main", Raced("Ann Arbor", LAPS))
    await day.pass_time(minutes=2)
    assert await day.heats() == ["Buggy A-Main"]


async def test_what_was_read_for_others_tells_which_races_have_a_member(day: RaceDay) -> None:
    """Their own pages are read for whoever follows them; the event page names nobody."""
    await day.link(by(ANN, team=TEAMS[0]), "Ann Arbor")
    day.site.publish("7001", "A-Main", Raced("Ann Arbor", LAPS), at="11:10am")
    day.site.publish("7002", "B-Main", Raced("Bo Bell", OTHERS), at="11:20am")
    day.site.publish("7003", "C-Main", Raced("Zoe Zander", BENS), at="11:30am")
    await day.begin(by(ANN, team=TEAMS[0]))
    await day.settle()
    stranger = by(BEN, team=TEAMS[1])
    await day.link(stranger, "Bell, Bo")
    day.site.asked.clear()
    day.clock.advance(seconds=1)
    asked = asks(await begin(day.services, stranger, day.site.address), ImportAsks.RACES)
    assert [option.split(" (")[0] for option in asked.options] == [
        "Race 7003: Buggy",
        "★ Race 7002: Buggy",
        "Race 7001: Buggy",
        "All of them",
    ]
    (line,) = asked.lines
    assert "★ has somebody of the team in it" in line
    assert "names no drivers" in line
    assert day.site.asked == [day.site.event_path]
