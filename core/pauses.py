"""Pauses between attempts: they grow, and are never in step with somebody else's."""

from __future__ import annotations

from random import SystemRandom
from typing import Final

FIRST_S: Final = 1.0
LONGEST_S: Final = 60.0
_MOST_DOUBLINGS: Final = 12
_random = SystemRandom()


class Pauses:
    """The pauses of one who tries again and again.

    Args:
        first_s: How long the first one is at most, in seconds.
        longest_s: How long they grow.
    """

    def __init__(self, first_s: float = FIRST_S, longest_s: float = LONGEST_S) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._made = 0

    @property
    def have_begun(self) -> bool:
        """Whether any pause was made since the last success."""
        return self._made > 0

    def next(self) -> float:
        """Return how long to wait now, in seconds: twice as long as before, up to the longest."""
        longest = min(self._longest_s, self._first_s * (1 << self._made))
        self._made = min(self._made + 1, _MOST_DOUBLINGS)
        return longest * _random.uniform(0.5, 1.0)

    def end(self) -> None:
        """Begin anew with the first one: it has worked."""
        self._made = 0
