"""Pages of a table: everybody is on one, and none is longer than a select."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.render.pages import PAGE_SIZE, page_of


@given(st.integers(0, 300))
def test_everybody_is_on_one_page_and_all_are_about_as_long(racers: int) -> None:
    lines = range(racers)
    last = page_of(lines, 1).last
    pages = [page_of(lines, number) for number in range(1, last + 1)]
    assert [line for page in pages for line in page.lines] == list(lines)
    sizes = [len(page.lines) for page in pages]
    assert max(sizes) <= PAGE_SIZE
    assert all(sizes) or not racers
    assert [page.before for page in pages] == [sum(sizes[:at]) for at in range(last)]
    assert all(page.total == racers for page in pages)


def test_a_page_that_is_not_there_is_the_nearest() -> None:
    lines = range(26)
    assert page_of(lines, 0) == page_of(lines, 1)
    assert page_of(lines, 9) == page_of(lines, 2)
    assert page_of(lines, 2).span() == "Racers 14–26 of 26"
    assert not page_of(range(25), 1).span()
