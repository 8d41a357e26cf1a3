"""Lap times among words: what is taken, what is left out, and nothing invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.laptimes import MAX_LAPS, LapTimesError, find_lap_times, format_lap


@pytest.mark.parametrize(
    ("text", "times_ms"),
    [
        ("20.9 21.4", [20_900, 21_400]),
        ("62 61", [62_000, 61_000]),
        ("1. 20.912\n2. 21.044", [20_912, 21_044]),
        ("Q2: 20.9 21.4 20.8, then crashed 35.2", [20_900, 21_400, 20_800, 35_200]),
        ("**20.9**, `21.0` and (1:02.345)!", [20_900, 21_000, 62_345]),
        ("done: 20.9/21.0?", []),
        ("Q2\n1 20.912\n2 21.044", [20_912, 21_044]),
        ("my laps 58.1,58.2", [58_100, 58_200]),
        ("fast lap 20,9s.", [20_900]),
    ],
)
def test_lap_times_are_found(text: str, times_ms: list[int]) -> None:
    if times_ms:
        assert list(find_lap_times(text).times_ms) == times_ms
    else:
        with pytest.raises(LapTimesError):
            find_lap_times(text)


@pytest.mark.parametrize(
    "piece",
    [
        "Q2",
        "14/5:05.123",
        "58,59",
        "58,1,58,2",
        "62",
        "-0.3",
        "+1.2",
        ".58.2",
        "v1.2",
        "7.4V",
        "12.06.2026",
        "3.2.1",
        "1:75.2",
        "1000.5",
        "https://example.com/1.2",
        "20.9%",
    ],
)
def test_what_may_be_something_else_is_left_out_and_told(piece: str) -> None:
    found = find_lap_times(f"ran 20.9 and {piece} today")
    assert found.times_ms == (20_900,)
    assert len(found.left_out) == 1
    assert found.left_out[0] in piece


def test_a_number_that_sticks_to_its_lap_is_not_guessed_at() -> None:
    found = find_lap_times("today Lap 1:58.2 then 58.3")
    assert (found.times_ms, found.left_out) == ((58_300,), ("1:58.2",))


@pytest.mark.parametrize(
    "text", ["", "see you at 12", "no", "14/5:05.123", "<@1193809289790095360>"]
)
def test_a_message_without_lap_times_is_refused(text: str) -> None:
    with pytest.raises(LapTimesError, match=r"58\.234"):
        find_lap_times(text)


def test_no_more_laps_than_in_one_go() -> None:
    with pytest.raises(LapTimesError, match="601 laps"):
        find_lap_times("today " + "20.1 " * (MAX_LAPS + 1))


@given(st.lists(st.integers(1, 999_999), min_size=1, max_size=30))
def test_every_lap_time_among_words_is_found(times_ms: list[int]) -> None:
    text = "today " + " and ".join(map(format_lap, times_ms))
    assert list(find_lap_times(text).times_ms) == times_ms
