"""The outbox once the team has acted: nothing waits as long as trouble has made it wait before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.bootstrap import Services
from core.results.outbox import PostTask
from core.services.outbox import REMOVE_AGAIN
from tests.databases import FakeClock
from tests.services.racing import ANN, TEAM, by, claim, delete, finished_heat, publish


@pytest.mark.parametrize("how", ["channel", "permission"])
async def test_when_the_team_has_acted_waits_begin_to_grow_from_the_start(
    how: str, services: Services, clock: FakeClock
) -> None:
    """What grew while it could not be posted is forgotten: the next trouble is the first again."""
    await finished_heat(services)
    for attempts in (1, 2, 3):
        post = await claim(services)
        assert post.attempts == attempts
        if attempts < 3:
            await services.outbox.try_later(
                post, wait=timedelta(minutes=1), error="503", may_be_out=False
            )
            clock.advance(minutes=2)
    await services.outbox.blocked(post, problem="I may not post here.")
    await act(services, how)
    post = await claim(services)
    assert (post.task, post.attempts) == (PostTask.POST, 1)
    await services.outbox.try_later(post, wait=timedelta(seconds=1), error="503", may_be_out=False)
    clock.advance(seconds=2)
    assert (await claim(services)).attempts == 2


@pytest.mark.parametrize("how", ["channel", "permission"])
async def test_when_the_team_has_acted_a_removal_is_due_at_once(
    how: str, services: Services, clock: FakeClock
) -> None:
    logged = await finished_heat(services)
    await publish(services)
    await delete(services, "heat", logged)
    for attempts in (1, 2):
        post = await claim(services)
        assert post.attempts == attempts
        await services.outbox.blocked(post, problem="I may not.")
        assert await services.outbox.claim() is None
        clock.moment += REMOVE_AGAIN
    await services.outbox.blocked(await claim(services), problem="I may not.")
    await act(services, how)
    assert (await claim(services)).attempts == 1


async def act(services: Services, how: str) -> None:
    if how == "channel":
        await services.team.set_channel(by(ANN, manager=True), 99)
    else:
        await services.outbox.unblock(TEAM)
