"""Pauses: they grow, differ, and begin anew."""

from __future__ import annotations

from core.pauses import Pauses


def test_they_double_up_to_the_longest_and_are_never_in_step() -> None:
    pauses = Pauses(1, 60)
    made = [pauses.next() for _ in range(20)]
    for number, pause in enumerate(made):
        longest = min(60, 2**number)
        assert longest / 2 <= pause <= longest
    others = Pauses(1, 60)
    assert [others.next() for _ in range(20)] != made


def test_they_begin_anew_when_it_has_worked() -> None:
    pauses = Pauses(1, 60)
    assert not pauses.have_begun
    for _ in range(5):
        pauses.next()
    assert pauses.have_begun
    pauses.end()
    assert not pauses.have_begun
    assert pauses.next() <= 1
