"""Sessions: opened, edited, closed, deleted, listed, and when they close by themselves."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from core.bootstrap import Services
from core.commands import SessionFields
from core.database import Database
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.models import Entry, Heat, HeatRacer, RaceSession, RunLog, SessionRacer
from core.results.card import OrpCard
from core.scoring.advice import Recommendation
from core.services.session import LISTED
from core.time_zones import suggest_time_zones
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    RIVALS,
    by,
    close_session,
    count,
    everything,
    log,
    posts,
    publish,
    set_crew_role,
    start_heat,
    start_session,
    statements,
)

# Start


async def test_start_takes_everything_that_can_be_set(services: Services, clock: FakeClock) -> None:
    clock.moment = datetime(2026, 6, 6, 20, 0, tzinfo=UTC)
    started = await services.session.start(
        by(ANN),
        SessionFields("  Club \n Race ", 3, "Arena  33", 2, 4, "Europe/Berlin"),
    )
    session = started.session
    assert (session.name, session.track, session.days) == ("Club Race", "Arena 33", 3)
    assert (session.practice_rounds, session.qualifying_rounds) == (2, 4)
    assert (session.time_zone, session.is_open, session.heat_count) == ("Europe/Berlin", True, 0)
    assert session.closes_at is None, "its days count from the first lap"
    assert session.closed_at is None
    assert (await services.session.list_sessions(by(ANN))).sessions == (session,)


async def test_start_without_more_than_a_name(services: Services) -> None:
    await services.team.set_time_zone(by(ANN, manager=True), "America/New_York")
    session = await start_session(services)
    assert (session.track, session.days, session.practice_rounds) == (None, 1, 0)
    assert (session.qualifying_rounds, session.time_zone) == (0, "America/New_York")


async def test_what_cannot_be_set_is_refused(database: Database, services: Services) -> None:
    await start_session(services)
    before = await everything(database)
    for fields in (
        SessionFields(),
        SessionFields(name="\u200b "),
        SessionFields(name="x" * 81),
        SessionFields(name="Race", days=0),
        SessionFields(name="Race", days=8),
        SessionFields(name="Race", track=" "),
        SessionFields(name="Race", practice_rounds=-1),
        SessionFields(name="Race", qualifying_rounds=21),
        SessionFields(name="Race", heat_minutes=0),
        SessionFields(name="Race", heat_minutes=61),
        SessionFields(name="Race", heat_minutes=-5),
        SessionFields(name="Race", time_zone="Europe/Atlantis"),
        SessionFields(name="Race", time_zone=""),
        SessionFields(name="Race", time_zone="../../etc/passwd"),
        SessionFields(name="Race", time_zone="Europe"),
        SessionFields(name="Race", time_zone="x\0"),
    ):
        with pytest.raises(BadInput):
            await services.session.start(by(ANN), fields)
        with pytest.raises(BadInput):
            await services.session.edit(by(ANN), None, fields)
    assert await everything(database) == before


async def test_days_go_from_one_to_seven(services: Services) -> None:
    for days in (1, 7):
        session = await start_session(services, name=f"{days} days", days=days)
        assert session.days == days


async def test_a_name_is_taken_while_a_session_of_it_is_open(services: Services) -> None:
    first = await start_session(services, ANN, "Club Race")
    with pytest.raises(Conflict, match="Club Race is open already"):
        await start_session(services, BEN, "CLUB  race")
    assert (await start_session(services, by(BEN, team=RIVALS), "Club Race")).id != first.id
    await close_session(services, ANN)
    again = await start_session(services, BEN, "club race")
    assert again.id != first.id
    # The open one is meant by the name they share.
    assert (await services.session.show(by(ANN), "Club Race")).session.id == again.id


async def test_two_starts_of_one_name_at_once(services: Services) -> None:
    results = await asyncio.gather(
        *(start_session(services, person) for person in (ANN, BEN, CLEO)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == [
        "Conflict",
        "Conflict",
        "SessionInfo",
    ]


# Edit


async def test_edit_changes_what_is_given(services: Services, clock: FakeClock) -> None:
    clock.moment = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
    session = await start_session(services, track="Arena", practice_rounds=1)
    await log(services, ANN)
    clock.advance(hours=30)
    edited = await services.session.edit(
        by(BEN), "club race", SessionFields(days=2, time_zone="Pacific/Honolulu")
    )
    assert (edited.id, edited.track, edited.practice_rounds) == (session.id, "Arena", 1)
    # First driven on the 6th there, two days: closes on the 8th at 05:00, ten hours behind.
    assert edited.closes_at == datetime(2026, 6, 8, 15, 0, tzinfo=UTC)
    renamed = await services.session.edit(by(BEN), str(session.id), SessionFields(name="CLUB RACE"))
    assert renamed.name == "CLUB RACE"


async def test_edit_wants_something_to_change_and_a_free_name(
    database: Database, services: Services
) -> None:
    await start_session(services, ANN, "First")
    await start_session(services, ANN, "Second")
    before = await everything(database)
    with pytest.raises(BadInput, match="Say what to change"):
        await services.session.edit(by(ANN), None, SessionFields())
    with pytest.raises(Conflict):
        await services.session.edit(by(ANN), "Second", SessionFields(name="first"))
    with pytest.raises(NotFound):
        await services.session.edit(by(ANN), "Third", SessionFields(days=2))
    with pytest.raises(NotFound):
        await services.session.edit(by(ANN), str(uuid4()), SessionFields(days=2))
    assert await everything(database) == before


async def test_edit_brings_posts_and_stars_up_to_date(services: Services, clock: FakeClock) -> None:
    await start_session(services, name="Before", track="Arena")
    await log(services, ANN, "20.1 20.2")
    await close_session(services, ANN)
    await publish(services)
    await publish(services)
    await start_session(services, name="Today")
    assert not (await log(services, ANN, "20.0 20.2")).run.is_personal_best
    await services.heat.finish(by(ANN))
    await publish(services)
    clock.advance(minutes=1)
    await services.session.edit(by(ANN), None, SessionFields(track="arena"))
    assert (await services.heat.show(by(ANN))).runs[0].is_personal_best
    await publish(services)
    assert await services.outbox.claim() is None


async def test_how_long_heats_last_is_set_and_edited(services: Services) -> None:
    started = await services.session.start(by(ANN), SessionFields(name="Club Race", heat_minutes=1))
    assert started.session.heat_minutes == 1
    edited = await services.session.edit(by(ANN), None, SessionFields(heat_minutes=60))
    assert edited.heat_minutes == 60
    assert (await services.session.show(by(ANN))).session.heat_minutes == 60
    (listed,) = (await services.session.list_sessions(by(ANN))).sessions
    assert listed.heat_minutes == 60
    with pytest.raises(BadInput, match=r"^Heats last 1 to 60 minutes\.$"):
        await services.session.edit(by(ANN), None, SessionFields(heat_minutes=61))


async def test_edited_practice_rounds_change_the_advice(
    database: Database, services: Services
) -> None:
    await start_session(services)
    for person in (ANN, BEN):
        for name in ("Q1", "Q2", "Q3"):
            logged = await log(services, person, heat=name)
            assert logged.run.orp is not None
            assert logged.run.orp.recommendation is Recommendation.TUNE_DONT_PIVOT
    with statements(database) as seen:
        await services.session.edit(by(ANN), None, SessionFields(practice_rounds=3))
    assert len(seen) <= 15
    for name in ("Q1", "Q2", "Q3"):
        card = await services.card.show(by(BEN), name)
        assert isinstance(card, OrpCard)
        assert card.run.orp is not None
        assert card.run.orp.recommendation is Recommendation.EXPERIMENT


# Close


async def test_close_finishes_open_heats_and_orders_the_wrap_up(
    database: Database, services: Services, clock: FakeClock
) -> None:
    session = await start_session(services)
    await start_heat(services, ANN, "Q1", "Buggy")
    await start_heat(services, ANN, "Q1", "Truggy")
    await services.heat.finish(by(ANN), "Buggy Q1")
    await log(services, BEN, heat="Truggy Q1")
    clock.advance(hours=1)
    closed = await close_session(services, by(BEN, channel=44), "Club Race")
    assert closed.session.id == session.id
    assert [heat.label for heat in closed.finished] == ["Truggy Q1"]
    assert [post.state for post in await posts(database)] == ["pending"] * 3
    info = (await services.session.list_sessions(by(ANN))).sessions[0]
    assert (info.is_open, info.closed_at is not None) == (False, True)
    with pytest.raises(Conflict, match="closed already"):
        await services.session.close(by(ANN))
    with pytest.raises(NotFound):
        await services.session.close(by(ANN), "Nothing")


async def test_two_closes_at_once_order_one_wrap_up(database: Database, services: Services) -> None:
    await start_session(services)
    await log(services, ANN)
    results = await asyncio.gather(
        *(services.session.close(by(p), "Club Race") for p in (ANN, BEN)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "SessionClosed"]
    assert len(await posts(database)) == 2


# Delete


async def test_delete_takes_everything_with_it(database: Database, services: Services) -> None:
    await set_crew_role(services)
    session = await start_session(services)
    await log(services, ANN, "20.1 20.2")
    await log(services, BEN, "20.1", heat="P2")
    await close_session(services, ANN)
    await publish(services)
    crew = by(CLEO, crew=True)
    asked = await services.session.ask_delete(crew, "club race")
    assert (asked.id, asked.label, asked.laps) == (session.id, "Club Race", 3)
    assert await services.session.delete(crew, session.id) == asked
    for model in (RaceSession, SessionRacer, Heat, HeatRacer, RunLog, Entry):
        assert await count(database, model) == 0
    rows = await posts(database)
    assert {(post.state, post.has_subject) for post in rows} == {("removing", False)}
    assert len(rows) == 3


async def test_delete_is_crews_business(database: Database, services: Services) -> None:
    session = await start_session(services)
    before = await everything(database)
    with pytest.raises(NotAllowed):
        await services.session.ask_delete(by(ANN))
    with pytest.raises(NotAllowed):
        await services.session.delete(by(ANN), session.id)
    with pytest.raises(NotFound):
        await services.session.delete(by(ANN, manager=True), uuid4())
    assert await everything(database) == before


# List


async def test_the_list_has_open_ones_first_then_the_latest(services: Services) -> None:
    for number in range(LISTED + 2):
        await start_session(services, name=f"Race {number}")
    for number in (5, 6, 3):
        await close_session(services, ANN, f"Race {number}")
    await log(services, ANN)
    listed = await services.session.list_sessions(by(ANN))
    names = [session.name for session in listed.sessions]
    assert names == ["Race 4", "Race 2", "Race 1", "Race 0", "Race 6"]
    own = listed.sessions[3]
    assert (listed.more, listed.own) == (2, own.id)
    assert own.heat_count == 1
    choices = await services.session.suggest(by(BEN), "race")
    order = (4, 2, 1, 0, 6, 5, 3)
    assert [choice.label for choice in choices] == [f"Race {each} · Sat 6 Jun" for each in order]
    assert choices[3].value == str(own.id)


async def test_tracks_are_offered_once_latest_first(services: Services) -> None:
    for number, track in enumerate(["Arena", "Barn", "ARENA"]):
        await start_session(services, name=f"Race {number}", track=track)
    assert [c.value.casefold() for c in await services.session.suggest_tracks(by(BEN), "")] == [
        "arena",
        "barn",
    ]
    assert [c.value for c in await services.session.suggest_tracks(by(BEN), "bA")] == ["Barn"]


def test_time_zones_are_found_as_people_type_them() -> None:
    assert suggest_time_zones("new york")[0].value == "America/New_York"
    assert suggest_time_zones("berlin")[0].value == "Europe/Berlin"
    assert len(suggest_time_zones("")) > 400


# The closing moment


@pytest.mark.parametrize(
    ("zone", "opened", "days", "closes"),
    [
        ("UTC", "2026-06-06T12:00", 1, "2026-06-07T05:00"),
        ("UTC", "2026-06-06T00:30", 1, "2026-06-07T05:00"),
        ("UTC", "2026-06-06T23:59", 7, "2026-06-13T05:00"),
        # Noon in UTC is the next day in Auckland and the night before in Honolulu.
        ("Pacific/Auckland", "2026-06-06T12:00", 1, "2026-06-07T17:00"),
        ("Pacific/Honolulu", "2026-06-06T09:00", 1, "2026-06-06T15:00"),
        ("Pacific/Honolulu", "2026-06-06T12:00", 1, "2026-06-07T15:00"),
        ("Asia/Kathmandu", "2026-06-06T12:00", 1, "2026-06-06T23:15"),
        # Clocks go forward and back between opening and closing.
        ("Europe/Berlin", "2026-03-28T12:00", 1, "2026-03-29T03:00"),
        ("Europe/Berlin", "2026-10-23T12:00", 1, "2026-10-24T03:00"),
        ("Europe/Berlin", "2026-10-24T12:00", 1, "2026-10-25T04:00"),
        ("Europe/Berlin", "2026-10-24T12:00", 2, "2026-10-26T04:00"),
        ("America/New_York", "2026-03-07T17:00", 2, "2026-03-09T09:00"),
        ("Pacific/Auckland", "2026-04-04T00:00", 1, "2026-04-04T17:00"),
    ],
)
async def test_a_session_closes_at_five_after_its_last_day(
    services: Services, clock: FakeClock, zone: str, opened: str, days: int, closes: str
) -> None:
    clock.moment = datetime.fromisoformat(opened).replace(tzinfo=UTC)
    await start_session(services, days=days, time_zone=zone)
    await log(services, ANN)
    moment = (await services.session.show(by(ANN))).session.closes_at
    assert moment is not None
    assert moment == datetime.fromisoformat(closes).replace(tzinfo=UTC)
    assert moment.tzinfo is UTC
    local = moment.astimezone(ZoneInfo(zone))
    assert (local.hour, local.minute) == (5, 0)
