"""Time as racers live it: past midnight, in every zone, and with a clock that jumps."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.render.heat import heat_list
from bot.render.session import session_list, session_started
from core.bootstrap import Services, build_services
from core.database import Database
from core.results.heat import HeatTable
from core.results.session import SessionStarted
from core.results.standings import Standings
from tests.databases import FakeClock
from tests.services.racing import (
    ANN,
    BEN,
    CLEO,
    TEAM,
    by,
    claim,
    log,
    publish,
    start_heat,
    start_session,
    undoable,
)

ZONES = (
    "Pacific/Auckland",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "UTC",
    "America/St_Johns",
    "America/Los_Angeles",
    "Pacific/Honolulu",
)


def at(local: str, zone: str) -> datetime:
    """Return the moment when the clock on the wall of a zone shows this."""
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


async def set_zone(services: Services, zone: str, team: int = TEAM) -> None:
    await services.team.set_time_zone(by(CLEO, team=team, manager=True), zone)


async def heat_names(services: Services) -> list[str]:
    return [info.heat.name for info in (await services.heat.list_heats(by(ANN))).heats]


# Days


@pytest.mark.parametrize("zone", ZONES)
async def test_an_evening_goes_on_past_midnight_and_ends_at_five_where_the_team_is(
    zone: str, services: Services, clock: FakeClock
) -> None:
    await set_zone(services, zone)
    clock.moment = at("2026-06-06T22:00", zone)
    opened = await log(services, ANN, heat="Q1")
    assert opened.opened_session
    assert opened.session.name == "Sat 6 Jun"
    for local in ("2026-06-06T23:59", "2026-06-07T00:01", "2026-06-07T04:59"):
        clock.moment = at(local, zone)
        await services.housekeeping.run()
        assert (await log(services, ANN, heat="Q1")).session == opened.session
    clock.moment = at("2026-06-07T05:00", zone)
    # The heat that was still open, and the session.
    assert await services.housekeeping.close_ended_sessions() == 1
    assert await services.housekeeping.run() == 0
    next_day = await log(services, ANN)
    assert (next_day.session.name, next_day.opened_session) == ("Sun 7 Jun", True)
    assert next_day.heat.name == "P1"


@pytest.mark.parametrize("zone", ZONES)
async def test_an_event_of_three_days_stays_open_over_its_nights(
    zone: str, services: Services, clock: FakeClock
) -> None:
    clock.moment = at("2026-06-05T08:00", zone)
    session = await start_session(services, name="Nationals", days=3, time_zone=zone)
    for local in ("2026-06-05T23:00", "2026-06-06T12:00", "2026-06-07T20:00", "2026-06-08T04:59"):
        clock.moment = at(local, zone)
        await services.housekeeping.run()
        logged = await log(services, ANN)
        assert (logged.session.id, logged.opened_session) == (session.id, False)
    assert await heat_names(services) == ["P1", "P2", "P3", "P4"], "heats end every night"
    clock.moment = at("2026-06-08T05:00", zone)
    await services.housekeeping.run()
    assert not (await services.session.show(by(ANN), "Nationals")).session.is_open


@pytest.mark.parametrize(
    ("zone", "saturday", "hours"),
    [
        ("Europe/Berlin", "2026-03-28", 16),
        ("Europe/Berlin", "2026-10-24", 18),
        ("America/Los_Angeles", "2026-03-07", 16),
        ("America/Los_Angeles", "2026-10-31", 18),
        ("Pacific/Auckland", "2026-09-26", 16),
        ("Pacific/Auckland", "2026-04-04", 18),
        ("Australia/Lord_Howe", "2026-10-03", 16.5),
        ("Australia/Lord_Howe", "2026-04-04", 17.5),
        ("Pacific/Honolulu", "2026-03-07", 17),
    ],
)
async def test_a_night_in_which_the_clocks_change_ends_at_five_all_the_same(
    zone: str, saturday: str, hours: float, services: Services, clock: FakeClock
) -> None:
    await set_zone(services, zone)
    clock.moment = at(f"{saturday}T12:00", zone)
    await log(services, ANN)
    clock.advance(hours=hours, seconds=-5)
    await services.housekeeping.run()
    assert (await services.session.show(by(ANN))).session.is_open
    clock.advance(seconds=5)
    assert await services.housekeeping.close_ended_sessions() == 1
    assert clock.moment.astimezone(ZoneInfo(zone)).hour == 5


async def test_the_hour_that_comes_twice_keeps_its_order(
    services: Services, clock: FakeClock
) -> None:
    await set_zone(services, "Europe/Berlin")
    clock.moment = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    for _ in range(4):
        await start_heat(services, ANN)
        await log(services, ANN)
        clock.advance(minutes=30)
    walls = [
        info.opened_at.astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M")
        for info in (await services.heat.list_heats(by(ANN))).heats
    ]
    assert walls == ["02:30", "02:00", "02:30", "03:00"]
    assert await heat_names(services) == ["P1", "P2", "P3", "P4"]


async def test_the_same_moment_has_another_date_elsewhere(
    services: Services, clock: FakeClock
) -> None:
    clock.moment = datetime(2026, 12, 31, 10, 30, tzinfo=UTC)
    names = {}
    for team, zone in enumerate(("Pacific/Kiritimati", "Pacific/Auckland", "Pacific/Honolulu"), 1):
        await set_zone(services, zone, team)
        names[zone] = (await log(services, by(ANN, team=team))).session.name
    assert names == {
        "Pacific/Kiritimati": "Fri 1 Jan",
        "Pacific/Auckland": "Thu 31 Dec",
        "Pacific/Honolulu": "Thu 31 Dec",
    }


async def test_a_new_zone_is_for_the_next_session_until_the_open_one_is_edited(
    services: Services, clock: FakeClock
) -> None:
    clock.moment = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
    await set_zone(services, "Pacific/Auckland")
    # Midnight has just passed in Auckland; its next closing is 17:00 in UTC, Honolulu's 15:00.
    await start_session(services)
    await log(services, ANN)
    first = (await services.session.show(by(ANN))).session
    assert first.closes_at == datetime(2026, 6, 7, 17, 0, tzinfo=UTC)
    await set_zone(services, "Pacific/Honolulu")
    assert (await services.session.show(by(ANN))).session.closes_at == first.closes_at
    await start_session(services, BEN, "Second")
    await log(services, BEN)
    second = (await services.session.show(by(BEN))).session
    assert second.closes_at == datetime(2026, 6, 7, 15, 0, tzinfo=UTC)


# A clock that jumps


JUMPS = ({"hours": -1}, {"hours": 3}, {"days": -2}, {"seconds": -1}, {"days": 40}, {"days": -400})


async def test_heats_keep_their_order_when_the_clock_jumps(
    services: Services, clock: FakeClock
) -> None:
    await start_session(services, days=7)
    for number, jump in enumerate(JUMPS, start=1):
        started = await start_heat(services, ANN)
        assert started.heat.name == f"P{number}"
        logged = await log(services, ANN, "20.1 20.2 20.3", confidence=5)
        assert logged.heat == started.heat
        assert (await services.heat.show(by(BEN))).heat == started.heat
        assert (await services.heat.suggest(by(ANN), ""))[0].label == f"P{number}"
        clock.advance(**jump)
    assert await heat_names(services) == [f"P{number}" for number in range(1, len(JUMPS) + 1)]
    await services.heat.finish(by(ANN))
    listed = await services.heat.list_heats(by(ANN))
    assert not any(info.is_open for info in listed.heats)


@pytest.mark.parametrize("jump", [*JUMPS, {}], ids=str)
async def test_change_and_personal_best_are_against_the_heat_before(
    jump: dict[str, float], services: Services, clock: FakeClock
) -> None:
    await start_session(services, track="Arena")
    first = await log(services, ANN, "20.1 20.9 20.1 20.8", "Q1")
    clock.advance(**jump)
    second = await log(services, ANN, "20.0 20.1 20.0 20.1", "Q2")
    assert first.run.orp is not None
    assert second.run.orp is not None
    assert second.run.change == round(second.run.orp.orp_score - first.run.orp.orp_score, 1)
    assert second.run.is_personal_best
    assert not first.run.is_personal_best
    earlier = (await services.heat.show(by(ANN), "Q1")).runs[0]
    assert earlier.change is None
    assert not earlier.is_personal_best


async def test_a_correction_of_the_heat_before_reaches_the_post_after_it(
    services: Services, clock: FakeClock
) -> None:
    first = await log(services, ANN, "20.1 20.9 20.1 20.8", "Q1")
    clock.advance(minutes=-30)
    await log(services, ANN, "20.0 20.1 20.0 20.1", "Q2")
    await services.heat.finish(by(ANN), "Q2")
    await publish(services)
    await log(services, ANN, "20.3", "Q1")
    clock.advance(seconds=10)
    post = await claim(services)
    assert isinstance(post.content, HeatTable)
    assert (post.content.heat.name, post.content.runs[0].change is None) == ("Q2", False)
    assert first.heat.name == "Q1"


async def test_laps_go_where_one_raced_last_when_the_clock_jumps(
    services: Services, clock: FakeClock
) -> None:
    await start_session(services, ANN, "First")
    await start_session(services, BEN, "Second")
    for name, jump in zip(("Second", "First") * 3, JUMPS, strict=True):
        session = (await services.session.show(by(ANN), name)).session
        await services.session.race_here(by(ANN), session.id)
        clock.advance(**jump)
        assert (await log(services, ANN)).session.name == name


class StoppedClock(FakeClock):
    """A clock that shows one moment for ever."""

    def __call__(self) -> datetime:
        return self.moment


async def test_everything_at_one_moment_keeps_its_order(database: Database) -> None:
    database.clock = StoppedClock()
    services = build_services(database)
    await start_session(services)
    names = [f"Q{number}" for number in range(1, 9)]
    for name in names:
        await start_heat(services, BEN, name)
        assert (await log(services, BEN, "20.1 20.2")).heat.name == name
    assert await heat_names(services) == names
    assert [choice.label for choice in await services.heat.suggest(by(ANN), "")] == names[::-1]
    (table,) = (await services.session.show(by(ANN))).classes
    changes = [cell.change for cell in table.rows[0].cells if cell]
    assert changes == [None] + [0.0] * 7
    second = await start_session(services, ANN, "Second")
    await services.session.race_here(by(ANN), second.id)
    assert (await log(services, ANN)).session.name == "Second"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
async def test_nothing_fails_while_the_clock_goes_wild(
    seed: int, services: Services, clock: FakeClock
) -> None:
    dice = random.Random(seed)
    # A zone whose clocks change by half an hour; no session ends in the meantime.
    await set_zone(services, "Australia/Lord_Howe")
    await start_session(services, days=7)
    started: list[str] = []
    for _ in range(25):
        clock.advance(seconds=dice.uniform(-90_000, 90_000))
        started.append((await start_heat(services, dice.choice((ANN, BEN)))).heat.name)
        entry = await log(services, CLEO, "20.1 20.2 20.3")
        assert entry.heat.name == started[-1]
        clock.advance(seconds=dice.uniform(-90_000, 90_000))
        if dice.random() < 0.3:
            await services.undo.take_back(by(CLEO), undoable(entry))
        await services.housekeeping.finish_idle_heats()
        post = await services.outbox.claim()
        assert post is None or isinstance(post.content, HeatTable | Standings)
    # One that nobody drove gave its name to the next; the others keep their order.
    names = await heat_names(services)
    assert names == sorted(set(started) & set(names), key=lambda name: int(name[1:]))
    assert len(names) > 5


# Times that are shown


async def test_every_reader_sees_times_in_their_own_zone(
    services: Services, clock: FakeClock
) -> None:
    clock.moment = datetime(2026, 6, 6, 20, 0, tzinfo=UTC)
    await start_session(services, time_zone="Pacific/Auckland")
    await log(services, ANN, heat="Q1")
    session = (await services.session.show(by(ANN))).session
    assert session.closes_at is not None
    shown = session_started(SessionStarted(session)).content
    assert f"<t:{int(session.closes_at.timestamp())}:f>" in shown
    await log(services, ANN, heat="Q1")
    heats = heat_list(await services.heat.list_heats(by(ANN))).content
    assert f"<t:{int(clock.moment.timestamp())}:t>" in heats
    sessions = session_list(await services.session.list_sessions(by(ANN))).content
    assert f"<t:{int(session.created_at.timestamp())}:d>" in sessions
    for text in (shown, heats, sessions):
        assert ":" not in text.replace("<t:", "").replace(":t>", "").replace(":f>", "").replace(
            ":d>", ""
        )
