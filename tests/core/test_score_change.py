from __future__ import annotations

import pytest

from core.scoring.certainty import ScoreError
from core.scoring.score_change import change_since, changes, have_moved, last_valid_at


@pytest.mark.parametrize(
    ("scores", "last"),
    [
        ((), None),
        ((None, None), None),
        ((80.0, 90.0), 1),
        ((80.0, None), 0),
        ((0.0, None, None), 0),
    ],
)
def test_the_last_valid_score(scores: tuple[float | None, ...], last: int | None) -> None:
    assert last_valid_at(scores) == last


@pytest.mark.parametrize(
    ("score", "last", "change"),
    [
        (92.7, 88.5, 4.2),
        (88.5, 92.7, -4.2),
        (88.5, 88.5, 0.0),
        (0.0, 88.5, -88.5),
        (88.5, 0.0, 88.5),
        (None, 88.5, None),
        (88.5, None, None),
        (None, None, None),
    ],
)
def test_a_change_has_one_decimal_and_needs_both_scores(
    score: float | None, last: float | None, change: float | None
) -> None:
    assert change_since(score, last) == change


def test_what_is_not_valid_is_passed_over() -> None:
    scores = [None, 80.0, None, 90.3, 85.1, None, None, 85.2]
    assert changes(scores) == [None, None, None, 10.3, -5.2, None, None, 0.1]


# 1.65 · √(3² + 4²) is 8.25.
def test_a_score_has_moved_where_the_change_is_more_than_luck() -> None:
    three, four = ScoreError(3.0), ScoreError(4.0)
    scores = [80.0, 88.3, 80.1, None, 88.3, 80.0]
    errors = [three, four, three, None, four, None]
    assert changes(scores) == [None, 8.3, -8.2, None, 8.2, -8.3]
    assert have_moved(scores, errors) == [False, True, False, False, False, False]
