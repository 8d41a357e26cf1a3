"""A day that keeps more and more is told from one that does not."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.soak.memory import MOST_BLOCKS, Held, not_flat, quarters

# As measured where nothing leaked: blocks come and go with what is in hand.
_BLOCKS = 640_000
_COME_AND_GO = 12_000
_MIB = 90.0
_LOOKS = 144
# A process of four answers so many in twelve minutes.
_ANSWERS = 2_950


def day(
    kept: Callable[[float], int] = lambda _: 0, taken: Callable[[float], float] = lambda _: 0.0
) -> list[Held]:
    """A day with what is kept and taken beyond, by the share of the day that is over."""
    chance = random.Random(1)
    shares = [look / _LOOKS for look in range(_LOOKS)]
    return [
        Held(
            _MIB + chance.uniform(-0.5, 0.5) + taken(share),
            20.0,
            _BLOCKS + chance.randrange(-_COME_AND_GO, _COME_AND_GO) + kept(share),
        )
        for share in shares
    ]


def test_a_day_with_more_and_less_in_hand_is_flat() -> None:
    assert not not_flat(day())


def test_what_warms_up_in_the_first_quarter_is_flat() -> None:
    assert not not_flat(day(lambda share: min(0, int((share - 0.2) * 300_000))))


def test_five_objects_kept_of_each_answer_are_told() -> None:
    (told,) = not_flat(day(lambda share: int(5 * _ANSWERS * share)))
    assert "more blocks" in told
    assert f"{MOST_BLOCKS:.0%}" in told


def test_a_heap_that_spreads_is_told() -> None:
    # As it was: 93.2 MiB in the second quarter, 97.5 MiB in the last.
    (told,) = not_flat(day(taken=lambda share: 8.6 * share))
    assert "more memory" in told


def test_a_day_too_short_for_quarters_says_nothing() -> None:
    assert quarters([1, 2, 3]) == []
    assert not not_flat(day()[:3])
