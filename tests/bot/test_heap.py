"""What nobody uses is given back, also from the middle of the heap."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from bench.memory import own_memory_mib
from bot.heap import _TRIM, give_back_holes

# Below what glibc takes from the system piece by piece.
_HOLE = 100_000
_KEPT = 600
_HOLES = 300


def _given_back_mib() -> float:
    pieces = [(bytearray(_HOLE), bytearray(_KEPT)) for _ in range(_HOLES)]
    kept = [small for _, small in pieces]
    del pieces
    before = own_memory_mib(os.getpid())
    give_back_holes()
    after = own_memory_mib(os.getpid())
    assert len(kept) == _HOLES
    return before - after


@pytest.mark.skipif(_TRIM is None, reason="only glibc gives holes back when it is asked")
def test_holes_among_what_is_kept_are_given_back() -> None:
    # In a process of its own: in an old one what is kept finds older holes, and leaves none behind.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as young:
        given_back = young.submit(_given_back_mib).result()
    assert given_back > 0.8 * _HOLE * _HOLES / (1 << 20)
