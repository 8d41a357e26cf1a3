"""Laps in the form, with marks, and the line that is at fault."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.laptimes import MAX_LAPS, FormLap, format_form, parse_form

laps = st.lists(st.builds(FormLap, st.integers(1, 999_999), st.booleans()), max_size=60)


def test_a_mark_leaves_a_lap_out() -> None:
    assert parse_form("x 10.6\n20.1\nX20.2\n × 20.3\n\n20.4") == (
        (10_600, False),
        (20_100, True),
        (20_200, False),
        (20_300, False),
        (20_400, True),
    )


@pytest.mark.parametrize("text", ["", " \n\t\n", "\n"])
def test_nothing_is_no_laps(text: str) -> None:
    assert parse_form(text) == ()


@pytest.mark.parametrize(
    "pasted",
    [
        "20.1 20.2 20.3",
        "1. 20.1\n2. 20.2\n3. 20.3",
        "1 20.1 2 20.2 3 20.3",
        "20,1; 20,2\n20,3",
        "Lap Pos Time Pace\n1 1 20.100 1/0:20.1\n2 1 20.200 2/0:40.3\n3 1 20.300 3/1:00.6",
    ],
)
def test_whatever_can_be_typed_can_be_pasted(pasted: str) -> None:
    assert [lap.time_ms for lap in parse_form(pasted)] == [20_100, 20_200, 20_300]


def test_numbered_laps_can_be_marked() -> None:
    assert parse_form("1. 20.1\nx 2. 20.2") == ((20_100, True), (20_200, False))


@given(laps)
def test_what_the_form_shows_is_what_it_reads(shown: list[FormLap]) -> None:
    assert list(parse_form(format_form(shown))) == shown


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("oops", "Line 1: “oops” (lap 1)"),
        ("20.1\n\nx 20.2\n2O.3", "Line 4: “2O.3” (lap 3)"),
        ("20.1\nx\n20.3", "Line 2: “x” (lap 2)"),
        ("20.1\nx x 20.2", "Line 2: “x” (lap 2)"),
        ("1.58\n20.1\n1.58.2", "Line 3: “1.58.2” (lap 3)"),
        ("1000\n100\n20.1", "Line 1: “1000” (lap 1)"),
        ("100\n20.1\n1000", "Line 3: “1000” (lap 3)"),
        ("20.1 20.2\n20.3 soon", "Line 2: “soon” (lap 4)"),
        ("20.1\n58. 58.2", "Line 2: “58. 58.2” (lap 2)"),
        ("58.234\n58. 58.2", "Line 2: “58. 58.2” (lap 2)"),
        ("14/5:05.123", "Line 1: “14/5:05.123” (lap 1) is a result"),
    ],
)
def test_the_line_at_fault_is_named(text: str, start: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_form(text)
    assert refused.value.sentence.startswith(start)
    assert refused.value.sentence.endswith("nothing was stored.")


def test_a_mark_in_front_of_several_laps_is_refused() -> None:
    with pytest.raises(BadInput, match="one lap a line"):
        parse_form("20.1 20.2\nx 20.3")


def test_no_more_laps_than_in_one_go() -> None:
    assert len(parse_form("20.1\n" * MAX_LAPS)) == MAX_LAPS
    with pytest.raises(BadInput, match="601 laps"):
        parse_form("20.1\n" * (MAX_LAPS + 1))
