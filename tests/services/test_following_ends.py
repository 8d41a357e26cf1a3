"""What ends following: a closed session, a lost page, Stop; and what it is refused for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from core.database import Database, Unit
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.fetching.refusals import NotThere
from core.follow_models import EventRace, Follow, WatchedPage
from core.models import RaceSession
from core.race_day.sessions import reopen_session
from core.race_day.where import where_is
from core.results.follow import WhichSession
from core.services.follow import MOST_OF_SESSION, MOST_OF_TEAM
from tests.databases import FakeClock, execute, scalar, scalars
from tests.services.following import RaceDay, race_day
from tests.services.racing import (
    ANN,
    BEN,
    RIVALS,
    TEAM,
    by,
    close_session,
    count,
    log,
    posts,
    set_crew_role,
    start_session,
)
from tests.timing_site import Raced

LAPS = [20_101, 20_302, 20_203, 20_904, 20_405]
OTHERS = [23_700, 20_206, 20_507, 20_308, 20_609]


@pytest.fixture
async def day(database: Database, clock: FakeClock) -> AsyncIterator[RaceDay]:
    async with race_day(database, clock) as day:
        await day.link(ANN, "Ann Arbor")
        yield day


def ann(laps: list[int]) -> Raced:
    return Raced("Ann Arbor", laps)


async def states(day: RaceDay) -> list[str]:
    return list(await scalars(day.database, select(Follow.state).order_by(Follow.created_at)))


async def test_closing_makes_the_looks_that_are_due_and_one_last(day: RaceDay) -> None:
    await day.begin(ANN)
    day.site.publish("7001", "A-Main", ann(LAPS))
    await day.pass_time(minutes=2)
    day.clock.advance(seconds=10)
    day.site.publish("7002", "B-Main", ann(OTHERS))
    await close_session(day.services, ANN)
    # Without waiting for the event page's minute.
    await day.settle()
    assert await day.heats() == ["Buggy A-Main", "Buggy B-Main"]
    assert await states(day) == ["closing"]
    asked = day.site.times_asked(day.site.event_path)
    # The late looks at both races are made; the event's page was read for the last time.
    await day.pass_time(minutes=20)
    assert await states(day) == ["done"]
    assert day.site.times_asked(day.site.event_path) == asked
    assert day.site.times_asked(day.site.path_of("7002")) == 2
    await day.pass_time(minutes=60, step=600)
    assert day.site.times_asked(day.site.event_path) == asked


async def test_reopened_it_goes_on(day: RaceDay) -> None:
    await day.begin(ANN)
    day.site.publish("7001", "A-Main", ann(LAPS))
    await day.pass_time(minutes=2)
    await close_session(day.services, ANN)
    await day.pass_time(minutes=20)
    assert await states(day) == ["done"]
    await reopen(day)
    day.site.publish("7002", "B-Main", ann(OTHERS))
    await day.pass_time(minutes=2)
    assert await states(day) == ["active"]
    assert await day.heats() == ["Buggy A-Main", "Buggy B-Main"]


async def reopen(day: RaceDay) -> None:
    def act(unit: Unit) -> None:
        where = where_is(unit, TEAM, ANN.user_id)
        reopen_session(unit, where, unit.db.scalars(select(RaceSession)).one())

    await day.database.write(act)


async def test_what_is_over_is_forgotten_after_two_days(day: RaceDay) -> None:
    await day.begin(ANN)
    day.site.publish("7001", "A-Main", ann(LAPS))
    await day.pass_time(minutes=2)
    await close_session(day.services, ANN)
    await day.pass_time(minutes=20)
    assert await count(day.database, EventRace) == 1
    day.clock.advance(days=2)
    await day.settle()
    assert await count(day.database, EventRace) == 0
    assert await count(day.database, Follow) == 0


@pytest.mark.parametrize("status", [404, 403])
async def test_a_page_that_is_gone_for_a_day_ends_it(day: RaceDay, status: int) -> None:
    await day.begin(ANN)
    day.site.statuses[day.site.event_path] = status
    await day.pass_time(minutes=3)
    (told,) = (await day.services.team.show(by(ANN))).problems
    assert told.startswith("A page of Sample Cup could not be read: ")
    assert (await day.follow.show(by(ANN))).followed[0].trouble == told
    await day.pass_time(minutes=23 * 60, step=3600)
    assert await states(day) == ["active"]
    await day.pass_time(minutes=90, step=600)
    assert await states(day) == ["lost"]
    asked = len(day.site.asked)
    await day.pass_time(minutes=120, step=600)
    assert len(day.site.asked) == asked
    (told,) = (await day.services.team.show(by(ANN))).problems
    assert told.startswith("Sample Cup is followed no more: ")


async def test_trouble_that_passes_is_told_while_it_lasts(day: RaceDay) -> None:
    await day.begin(ANN)
    day.site.statuses[day.site.event_path] = 500
    day.site.asked.clear()
    await day.pass_time(minutes=30, step=30)
    # After 1, 2, 4, 8 and 16 minutes: never in step with what is broken.
    assert day.site.times_asked(day.site.event_path) == 5
    assert len((await day.services.team.show(by(ANN))).problems) == 1
    day.site.statuses.clear()
    day.site.publish("7001", "A-Main", ann(LAPS))
    await day.pass_time(minutes=20)
    assert (await day.services.team.show(by(ANN))).problems == ()
    assert await day.heats() == ["Buggy A-Main"]


async def test_a_page_that_has_changed_its_shape_is_told(day: RaceDay) -> None:
    await day.begin(ANN)
    day.site.publish("7001", "A-Main", ann(LAPS))
    shape = update(WatchedPage).values(address=day.site.address.replace("view_event", "view_x"))
    await execute(day.database, shape)
    await day.pass_time(minutes=2)
    assert (await day.follow.show(by(ANN))).followed[0].trouble


# What it is refused for


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("/results/?p=view_race_result&id=7001", "That is no page of an event"),
        ("/practice/?p=session_list&d=2026-06-06", "That is no page of an event"),
        ("/results/?p=view_entry_list&id=1", "That link leads to an entry list"),
    ],
)
async def test_only_an_event_can_be_followed(day: RaceDay, page: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        await day.begin(ANN, f"http://{day.site.exact}{page}")
    assert day.site.asked == []


async def test_other_sites_are_not_followed(day: RaceDay) -> None:
    with pytest.raises(BadInput):
        await day.begin(ANN, "https://example.org/results/?p=view_event&id=1")


async def test_an_event_that_is_not_there_is_not_followed(day: RaceDay) -> None:
    day.site.statuses[day.site.event_path] = 404
    with pytest.raises(NotThere):
        await day.begin(ANN)
    assert await count(day.database, Follow) == 0


@pytest.mark.parametrize("days", [-2, 2])
async def test_an_event_on_other_days_is_refused(day: RaceDay, days: int) -> None:
    await start_session(day.services, ANN)
    await log(day.services, ANN)
    day.site.day = date(2026, 6, 6) + timedelta(days=days)
    with pytest.raises(Conflict, match="Club Race is on other days"):
        await day.begin(ANN)
    assert await count(day.database, Follow) == 0


@pytest.mark.parametrize("days", [-1, 1])
async def test_an_event_of_the_day_before_or_after_is_followed(day: RaceDay, days: int) -> None:
    await start_session(day.services, ANN)
    await log(day.services, ANN)
    day.site.day = date(2026, 6, 6) + timedelta(days=days)
    began = await day.begin(ANN)
    assert not began.opened_session
    assert began.followed[0].session.name == "Club Race"


async def test_a_user_reads_one_new_event_in_ten_seconds(day: RaceDay) -> None:
    await day.begin(ANN)
    with pytest.raises(Conflict, match="One new event every 10 seconds"):
        await day.begin(by(ANN, team=RIVALS), day.site.address.replace("900", "901"))
    assert len(day.site.asked) == 1
    day.clock.advance(seconds=10)
    await day.begin(by(ANN, team=RIVALS), day.site.address.replace("900", "901"))


async def test_a_session_follows_three_events_and_a_team_five(day: RaceDay) -> None:
    for number in range(MOST_OF_SESSION):
        await day.begin(ANN, day.site.address.replace("900", f"{number + 1}"))
        day.clock.advance(seconds=10)
    with pytest.raises(Conflict, match="follows 3 events already"):
        await day.begin(ANN, day.site.address.replace("900", "99"))
    await start_session(day.services, BEN, "Other Race")
    for number in range(MOST_OF_SESSION, MOST_OF_TEAM):
        day.clock.advance(seconds=10)
        await day.begin(BEN, day.site.address.replace("900", f"{number + 1}"))
    asked = len(day.site.asked)
    day.clock.advance(seconds=10)
    with pytest.raises(Conflict, match="follows 5 events already"):
        await day.begin(BEN, day.site.address.replace("900", "98"))
    assert len(day.site.asked) == asked


async def test_followed_twice_is_followed_once(day: RaceDay) -> None:
    first = await day.begin(ANN)
    again = await day.begin(ANN)
    assert [each.id for each in again.followed] == [each.id for each in first.followed]
    assert len(day.site.asked) == 1


async def test_with_several_sessions_open_one_tap_says_which(day: RaceDay) -> None:
    await start_session(day.services, BEN, "Club Race")
    other = await start_session(day.services, BEN, "Other Race")
    which = await day.follow.follow(by(ANN), day.site.address)
    assert isinstance(which, WhichSession)
    assert {each.name for each in which.sessions} == {"Club Race", "Other Race"}
    # Until then nobody follows it, and nobody looks.
    await day.pass_time(minutes=5)
    assert len(day.site.asked) == 1
    told = await day.follow.follow_for(by(ANN), which.page_id, other.id)
    assert [each.session.name for each in told.followed] == ["Other Race"]
    day.site.publish("7001", "A-Main", ann(LAPS))
    await day.pass_time(minutes=2)
    assert await day.heats() == ["Buggy A-Main"]


async def test_what_is_picked_is_looked_at(day: RaceDay) -> None:
    began = await day.begin(ANN)
    session = began.followed[0].session.id
    (page_id,) = await scalars(day.database, select(WatchedPage.id))
    for page, picked in ((UUID(int=1), session), (page_id, UUID(int=1))):
        with pytest.raises(NotFound):
            await day.follow.follow_for(by(ANN), page, picked)
    with pytest.raises(NotFound):
        await day.follow.follow_for(by(BEN, team=RIVALS), page_id, session)
    await close_session(day.services, ANN)
    with pytest.raises(Conflict):
        await day.follow.follow_for(by(ANN), page_id, session)


# Who may stop it


async def test_whoever_followed_and_crew_may_stop_it(day: RaceDay) -> None:
    await set_crew_role(day.services)
    began = await day.begin(ANN)
    assert began.followed[0].may_stop
    assert not (await day.follow.show(by(BEN))).followed[0].may_stop
    with pytest.raises(NotAllowed):
        await day.follow.stop(by(BEN), began.followed[0].id)
    assert (await day.follow.stop(by(BEN, crew=True), began.followed[0].id)).followed == ()
    with pytest.raises(NotFound):
        await day.follow.stop(by(ANN), began.followed[0].id)


async def test_other_teams_see_nothing_of_it(day: RaceDay) -> None:
    began = await day.begin(ANN)
    assert (await day.follow.show(by(BEN, team=RIVALS))).followed == ()
    with pytest.raises(NotFound):
        await day.follow.stop(by(BEN, team=RIVALS, manager=True), began.followed[0].id)
    assert await scalar(day.database, select(Follow.state)) == "active"


# How often, and with how much noise


async def test_at_night_a_page_is_read_every_ten_minutes(day: RaceDay) -> None:
    day.clock.moment = day.clock.moment.replace(hour=23, minute=5)
    await day.begin(ANN)
    await day.settle()
    day.site.asked.clear()
    await day.pass_time(minutes=61, step=20)
    assert day.site.times_asked(day.site.event_path) == 6


async def test_after_an_hour_away_what_is_new_is_still_fresh(day: RaceDay) -> None:
    await day.begin(ANN)
    await day.settle()
    day.site.publish("7001", "A-Main", ann(LAPS), at="9:00am")
    await day.sleep(hours=1)
    await day.settle()
    assert [post.silent for post in await posts(day.database)] == [False]


@pytest.mark.parametrize(("at", "is_silent"), [("5:30pm", False), ("12:30pm", True)])
async def test_after_a_longer_absence_the_pages_own_time_decides(
    day: RaceDay, at: str, is_silent: bool
) -> None:
    await day.begin(ANN)
    await day.settle()
    day.site.publish("7001", "A-Main", ann(LAPS), at=at)
    await day.sleep(hours=6)
    await day.settle()
    assert [post.silent for post in await posts(day.database)] == [is_silent]
