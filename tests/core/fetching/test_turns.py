"""When a page's turn is: never more often than promised, never later than promised."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fetching.turns import (
    RaceDays,
    is_lost,
    next_look_at_event,
    next_look_at_race,
    next_request,
    wait_after_trouble,
)
from core.sources.race import Source

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
WEEKEND = RaceDays(date(2026, 11, 21), date(2026, 11, 22), BERLIN)
MINUTE = timedelta(minutes=1)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def local(day: int, clock: str, zone: ZoneInfo = BERLIN) -> datetime:
    """Return a moment of November 2026."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=zone)


@pytest.mark.parametrize(
    ("host_s", "site_s", "wait_s"),
    [
        (None, None, 0),
        (-10, -10, 0),
        (-1, -0.25, 0),
        (-0.4, -0.4, 0.6),
        (None, -0.1, 0.15),
        (-5, 0, 0.25),
        (0, 0, 1),
        # Slots that are taken already.
        (3, 2, 4),
        (-5, 7, 7.25),
    ],
)
def test_a_request_a_second_for_a_host_and_four_for_a_site(
    host_s: float | None, site_s: float | None, wait_s: float
) -> None:
    asked = [None if ago is None else NOW + seconds(ago) for ago in (host_s, site_s)]
    turn = next_request(NOW, host_asked_at=asked[0], site_asked_at=asked[1])
    assert turn == NOW + seconds(wait_s)


def test_ten_requests_to_two_hosts_of_a_site() -> None:
    hosts: dict[str, datetime] = {}
    site = None
    turns = []
    for number in range(10):
        host = "ab"[number % 2]
        site = hosts[host] = next_request(NOW, host_asked_at=hosts.get(host), site_asked_at=site)
        turns.append((site - NOW).total_seconds())
    assert turns == [0, 0.25, 1, 1.25, 2, 2.25, 3, 3.25, 4, 4.25]


@pytest.mark.parametrize(
    ("looked", "minutes"),
    [
        (local(21, "12:00"), 1),
        (local(21, "07:00"), 1),
        (local(22, "22:58"), 1),
        # 22:59 and a minute is 23:00, when the day is over.
        (local(22, "22:59"), 10),
        (local(21, "23:30"), 10),
        (local(20, "12:00"), 10),
        (local(23, "12:00"), 10),
        # Not asked at 06:58 when it may be a minute after 07:00 that the first race comes in.
        (local(21, "06:55"), 5),
        (local(21, "06:59"), 1),
        (local(21, "06:50"), 10),
        (local(22, "06:51"), 9),
        (local(22, "03:00"), 10),
    ],
)
def test_an_event_page_is_read_each_minute_while_races_are_driven(
    looked: datetime, minutes: int
) -> None:
    assert next_look_at_event(looked, WEEKEND, came_in_at=None) - looked == minutes * MINUTE


@pytest.mark.parametrize(
    ("hours_ago", "minutes"), [(0.0, 1), (1.0, 1), (2.98, 1), (3.0, 10), (30.0, 10)]
)
def test_a_race_that_came_in_keeps_its_event_page_lively(hours_ago: float, minutes: int) -> None:
    looked = local(23, "02:00")
    came_in = looked - timedelta(hours=hours_ago)
    assert next_look_at_event(looked, WEEKEND, came_in_at=came_in) - looked == minutes * MINUTE


def test_the_days_are_those_of_the_place() -> None:
    brisbane = RaceDays(date(2026, 11, 21), date(2026, 11, 21), ZoneInfo("Australia/Brisbane"))
    # Half past seven in the morning there is the evening before in UTC.
    looked = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
    assert next_look_at_event(looked, brisbane, came_in_at=None) - looked == MINUTE
    looked = datetime(2026, 11, 21, 21, 30, tzinfo=UTC)
    assert next_look_at_event(looked, brisbane, came_in_at=None) - looked == 10 * MINUTE


def test_an_evening_that_is_the_next_day_elsewhere() -> None:
    day = date(2026, 11, 21)
    california = RaceDays(day, day, ZoneInfo("America/Los_Angeles"))
    looked = datetime(2026, 11, 22, 2, tzinfo=UTC)
    assert next_look_at_event(looked, california, came_in_at=None) - looked == MINUTE


def test_a_day_on_which_the_clocks_change() -> None:
    # On 25 October 2026 Berlin's 07:00 is 06:00 UTC; the day before it was 05:00.
    days = RaceDays(date(2026, 10, 24), date(2026, 10, 25), BERLIN)
    before = datetime(2026, 10, 24, 4, 57, tzinfo=UTC)
    assert next_look_at_event(before, days, came_in_at=None) - before == 3 * MINUTE
    after = datetime(2026, 10, 25, 4, 57, tzinfo=UTC)
    assert next_look_at_event(after, days, came_in_at=None) - after == 10 * MINUTE
    after = datetime(2026, 10, 25, 5, 57, tzinfo=UTC)
    assert next_look_at_event(after, days, came_in_at=None) - after == 3 * MINUTE


@given(
    looked_minutes=st.floats(-5000, 5000),
    came_in_minutes=st.none() | st.floats(0, 600),
)
def test_never_within_a_minute_and_never_after_ten(
    looked_minutes: float, came_in_minutes: float | None
) -> None:
    looked = NOW + looked_minutes * MINUTE
    came_in = None if came_in_minutes is None else looked - came_in_minutes * MINUTE
    wait = next_look_at_event(looked, WEEKEND, came_in_at=came_in) - looked
    assert MINUTE <= wait <= 10 * MINUTE


@pytest.mark.parametrize(
    ("source", "looked_minutes", "due_minutes"),
    [
        (Source.LIVERC, None, 0),
        (Source.LIVERC, 0, 15),
        (Source.LIVERC, 2, 15),
        (Source.LIVERC, 15, None),
        (Source.LIVERC, 40, None),
        # Read before the event page said that it has changed.
        (Source.LIVERC, -1, 0),
        (Source.MYRCM, None, 0),
        (Source.MYRCM, 0, 3),
        (Source.MYRCM, 2, 3),
        (Source.MYRCM, 3, 15),
        (Source.MYRCM, 4, 15),
        (Source.MYRCM, 15, None),
        (Source.MYRCM, -1, 0),
    ],
)
def test_looks_at_a_race(
    source: Source, looked_minutes: int | None, due_minutes: int | None
) -> None:
    looked = None if looked_minutes is None else NOW + looked_minutes * MINUTE
    due = next_look_at_race(source, new_at=NOW, looked_at=looked)
    assert due == (None if due_minutes is None else NOW + due_minutes * MINUTE)


def test_waits_grow() -> None:
    waits = [wait_after_trouble(times) / MINUTE for times in (1, 2, 3, 4, 5, 6, 7, 8, 10_000)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_site_may_ask_for_more_patience_and_never_for_less() -> None:
    assert wait_after_trouble(1, 300) == 5 * MINUTE
    assert wait_after_trouble(4, 300) == 8 * MINUTE
    assert wait_after_trouble(1, 0) == MINUTE
    assert wait_after_trouble(7, 86_400) == timedelta(days=1)


def test_a_page_is_lost_after_a_day() -> None:
    assert not is_lost(NOW, NOW + timedelta(hours=23, minutes=59))
    assert is_lost(NOW, NOW + timedelta(hours=24))
