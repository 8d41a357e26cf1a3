"""No text covers another, each near where it would like to be."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.placing import into_rows, spread

heights = st.lists(st.floats(-50, 350), min_size=1, max_size=13).map(sorted)


@given(heights)
def test_labels_keep_order_and_distance_within_the_room(wanted: list[float]) -> None:
    places = spread(wanted, 15, 50, 250)
    assert all(below - above >= 15 - 1e-6 for above, below in pairwise(places))
    assert min(places) >= 50 - 1e-6
    assert max(places) <= 250 + 1e-6


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread([60, 100, 180], 15, 50, 250) == [60, 100, 180]


def test_labels_in_each_others_way_move_apart_evenly() -> None:
    assert spread([100, 100, 180], 20, 50, 250) == [90, 110, 180]


@given(st.lists(st.floats(0, 200), max_size=25).map(sorted), st.floats(10, 40))
def test_texts_in_rows_cover_none(wanted: list[float], width: float) -> None:
    spots = into_rows(wanted, [width] * len(wanted), low=0, high=200, gap=4, rows=3)
    if spots is None:
        assert len(wanted) > 200 // (2 * (width + 4))
        return
    for row in range(3):
        middles = sorted(spot.x for spot in spots if spot.row == row)
        assert all(right - left >= width + 4 - 1e-3 for left, right in pairwise(middles))
    assert all(width / 2 - 1e-3 <= spot.x <= 200 - width / 2 + 1e-3 for spot in spots)


def test_a_text_goes_aside_before_it_goes_down() -> None:
    near = into_rows([100, 100], [20, 20], low=0, high=200, gap=4, rows=3, aside=30)
    far = into_rows([100, 100], [20, 20], low=0, high=200, gap=4, rows=3, aside=10)
    assert near is not None
    assert far is not None
    assert [spot.row for spot in near] == [0, 0]
    assert [(spot.x, spot.row) for spot in far] == [(100, 0), (100, 1)]


def test_what_does_not_fit_is_told() -> None:
    assert into_rows([100] * 5, [90] * 5, low=0, high=200, gap=4, rows=2) is None
