"""What nobody uses is given back, also from the middle of the heap."""

from __future__ import annotations

import os

from bench.memory import own_memory_mib
from bot.heap import give_back_holes

# Below what glibc takes from the system piece by piece.
_HOLE = 100_000
_KEPT = 600
_HOLES = 300


def test_holes_among_what_is_kept_are_given_back() -> None:
    pieces = [(bytearray(_HOLE), bytearray(_KEPT)) for _ in range(_HOLES)]
    kept = [small for _, small in pieces]
    del pieces
    before = own_memory_mib(os.getpid())
    give_back_holes()
    given_back = before - own_memory_mib(os.getpid())
    assert len(kept) == _HOLES
    assert given_back > 0.8 * _HOLE * _HOLES / (1 << 20)
