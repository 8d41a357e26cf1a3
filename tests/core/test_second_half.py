"""What a racer loses in the second half of a run."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.laps import Lap
from core.scoring.second_half import SecondHalf, second_half_loss, usual_second_half


def run(times: Sequence[int], left_out: Sequence[int] = ()) -> list[Lap]:
    return [Lap(number, time, number not in left_out) for number, time in enumerate(times, start=1)]


@pytest.mark.parametrize(
    ("laps", "loss"),
    [
        # 20.0 to 20.3: mean 20.15; 20.4 to 20.7: mean 20.55.
        (run([20_000, 20_100, 20_200, 20_300, 20_400, 20_500, 20_600, 20_700]), 400),
        # The middle one of nine is in neither half.
        (run([20_000] * 4 + [20_900] + [19_900] * 4), -100),
        # A crash, and a lap that does not count, are in neither half; the rest closes up.
        (run([10_000, *[20_000] * 4, 29_000, *[20_200] * 4], left_out=(1,)), 200),
        (run([20_000] * 7), None),
        (run([20_000] * 7 + [29_000]), None),
        ([], None),
    ],
)
def test_worked_by_hand(laps: list[Lap], loss: float | None) -> None:
    assert second_half_loss(laps) == loss


def test_the_middle_run_is_what_is_usual() -> None:
    runs = [run([20_000] * 4 + [20_000 + loss] * 4) for loss in (100, -50, 400)]
    assert usual_second_half([*runs, run([20_000] * 3)]) == SecondHalf(100, slower=2, runs=3)
    assert usual_second_half([run([20_000] * 3)]) is None
    assert usual_second_half([]) is None


# Where neither half is the slower one, each run is a coin, and heads are told as well as tails:
# four alike of four come 2 in 16 times, five of five 2 in 32; seven or more of nine
# 2 · (36 + 9 + 1) of 512, 18 %, eight or more 2 · 10 of 512, 3.9 %; eight or more of ten 2 · 56 of
# 1,024, 10.9 %, nine or more 2 · 11 of 1,024, 2.1 %.
@pytest.mark.parametrize(
    ("slower", "runs", "is_usual"),
    [
        (1, 1, False),
        (4, 4, False),
        (5, 5, True),
        (7, 9, False),
        (8, 9, True),
        (8, 10, False),
        (9, 10, True),
    ],
)
def test_usual_is_what_luck_does_once_in_ten_times_at_most(
    slower: int, runs: int, is_usual: bool
) -> None:
    assert SecondHalf(100.0, slower, runs).is_usual is is_usual
    assert SecondHalf(-100.0, runs - slower, runs).is_usual is is_usual


@given(st.lists(st.integers(19_000, 21_000), min_size=8, max_size=30))
def test_driven_backwards_it_is_the_other_way_round(times: list[int]) -> None:
    loss, backwards = second_half_loss(run(times)), second_half_loss(run(times[::-1]))
    if loss is not None:
        assert backwards == pytest.approx(-loss)
