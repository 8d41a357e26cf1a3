"""Typos and repeats are pointed at exactly where the specification draws the line."""

from __future__ import annotations

import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.oddities import doubtful_laps, repeated_run

laps_ms = st.lists(st.integers(1, 999_999), max_size=30)
# Few different laps, so that runs do repeat.
similar_ms = st.lists(st.integers(1, 3), max_size=15)


@pytest.mark.parametrize(
    ("new", "existing", "doubtful"),
    [
        ([], [], ()),
        ([], [20000], ()),
        ([58000], [], ()),
        ([20000, 20000, 9999], [], (2,)),
        ([20000, 20000, 10000], [], ()),
        ([20000, 20000, 60000], [], ()),
        ([20000, 20000, 60001], [], (2,)),
        ([5821, 58000, 582000], [58100, 58200, 58300], (0, 2)),
        # An even number of laps: the median 20000.5 lies midway, half of it is 10000.25.
        ([10000], [20000, 20001, 30000], (0,)),
        ([10001], [20000, 20001, 30000], ()),
        ([60001], [10500, 20000, 20001], ()),
        ([60002], [10500, 20000, 20001], (0,)),
    ],
)
def test_doubtful_laps(new: list[int], existing: list[int], doubtful: tuple[int, ...]) -> None:
    assert doubtful_laps(new, existing) == doubtful


@given(laps_ms, laps_ms)
def test_doubtful_laps_agree_with_exact_fractions(new: list[int], existing: list[int]) -> None:
    every = [Fraction(lap) for lap in existing + new]
    median = statistics.median(every) if every else Fraction(0)
    expected = [at for at, lap in enumerate(new) if lap < median / 2 or lap > 3 * median]
    assert doubtful_laps(new, existing) == tuple(expected)


@pytest.mark.parametrize(
    ("existing", "new", "repeated"),
    [
        ([], [], ()),
        ([1, 2, 3], [], ()),
        ([1, 2, 3], [1, 2, 3], (0, 1, 2)),
        ([1, 2, 3], [1, 2], ()),
        ([1, 2], [1, 2, 3], ()),
        # The list has grown, or only its end is pasted.
        ([1, 2, 3, 4], [1, 2, 3, 4, 5, 6], (0, 1, 2, 3)),
        ([1, 2, 3, 4], [9, 2, 3, 4, 5], (1, 2, 3)),
        # Two runs, and laps that are there but not in a row.
        ([1, 2, 3, 7, 4, 5, 6], [1, 2, 3, 8, 4, 5, 6], (0, 1, 2, 4, 5, 6)),
        ([1, 2, 3], [1, 9, 2, 9, 3], ()),
        ([1, 2, 9, 3], [1, 2, 3], ()),
        ([3, 2, 1], [1, 2, 3], ()),
        # Twice in one go is the racer's own list, not there already.
        ([], [1, 2, 3, 1, 2, 3], ()),
    ],
)
def test_repeated_run(existing: list[int], new: list[int], repeated: tuple[int, ...]) -> None:
    assert repeated_run(existing, new) == repeated


@given(similar_ms, similar_ms)
def test_repeated_run_agrees_with_trying_every_run(existing: list[int], new: list[int]) -> None:
    known = {
        tuple(existing[start:end])
        for start in range(len(existing))
        for end in range(start + 3, len(existing) + 1)
    }
    expected = {
        at
        for start in range(len(new))
        for end in range(start + 3, len(new) + 1)
        if tuple(new[start:end]) in known
        for at in range(start, end)
    }
    assert repeated_run(existing, new) == tuple(sorted(expected))
