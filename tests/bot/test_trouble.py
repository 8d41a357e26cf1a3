"""How long the publisher waits after trouble, and what trouble proves."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from unittest.mock import Mock

import aiohttp
import discord
import pytest

from bot.discord.trouble import Trouble, trouble_of, was_refused
from bot.publisher import wait_after


def test_waits_grow_and_never_fall_into_step() -> None:
    waits = [[wait_after(attempts, OSError()) for _ in range(50)] for attempts in range(1, 40)]
    for shorter, longer in pairwise(waits[:7]):
        assert max(shorter) <= 2 * min(longer)
        assert max(longer) > max(shorter)
    for of_attempt in waits:
        assert len(set(of_attempt)) > 40
        assert timedelta(seconds=1) <= min(of_attempt) <= max(of_attempt) <= timedelta(minutes=5)


def test_a_long_rate_limit_is_waited_out() -> None:
    limit = discord.RateLimited(120)
    assert trouble_of(limit) is Trouble.PASSING
    assert wait_after(1, limit) > timedelta(minutes=2)


@pytest.mark.parametrize(
    ("status", "refused"), [(400, True), (403, True), (404, True), (429, False), (503, False)]
)
def test_only_a_plain_no_proves_that_nothing_was_posted(status: int, refused: bool) -> None:
    response = Mock(spec=aiohttp.ClientResponse, status=status, reason="")
    assert was_refused(discord.HTTPException(response, "")) is refused
    assert not was_refused(aiohttp.ServerDisconnectedError())
    assert not was_refused(discord.RateLimited(60))
