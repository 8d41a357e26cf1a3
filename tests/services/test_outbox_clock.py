"""The outbox on a clock that is set back: no wait and no claim gets longer by it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.bootstrap import Services, build_services
from core.database import Database
from core.race_day.outbox import CLOCK_DIFFERENCE, EDIT_INTERVAL
from core.results.outbox import PostTask
from core.services.outbox import CLAIM_TIME
from tests.databases import FakeClock
from tests.services.racing import ANN, claim, finished_heat, log, publish

HOURS = timedelta(hours=5)


def later(database: Database, services: Services, *, restarted: bool) -> Services:
    """Return the services of the same process, or of one that has just started."""
    return build_services(database) if restarted else services


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_post_is_due_at_once_after_the_clock_was_set_back(
    database: Database, services: Services, clock: FakeClock, restarted: bool
) -> None:
    await services.outbox.claim()
    await finished_heat(services)
    clock.moment -= HOURS
    await claim(later(database, services, restarted=restarted))


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_wait_ends_when_the_clock_is_set_back(
    database: Database, services: Services, clock: FakeClock, restarted: bool
) -> None:
    await finished_heat(services)
    post = await claim(services)
    await services.outbox.try_later(post, wait=timedelta(minutes=5), error="503", may_be_out=False)
    assert await services.outbox.claim() is None
    clock.moment -= HOURS
    services = later(database, services, restarted=restarted)
    again = await claim(services)
    assert (again.id, again.attempts) == (post.id, 2)
    await services.outbox.try_later(again, wait=timedelta(minutes=5), error="503", may_be_out=False)
    assert await services.outbox.claim() is None, "the next wait is waited for"
    clock.advance(minutes=5)
    await claim(services)


async def test_a_post_is_edited_in_time_after_the_clock_was_set_back(
    services: Services, clock: FakeClock
) -> None:
    finished = await finished_heat(services)
    await publish(services)
    clock.moment -= HOURS
    await log(services, ANN, "20.5", heat=finished.heat.name)
    clock.moment += EDIT_INTERVAL
    assert (await claim(services)).task is PostTask.EDIT


async def test_a_claim_that_ends_absurdly_late_is_void(
    database: Database, services: Services, clock: FakeClock
) -> None:
    await finished_heat(services)
    held = await claim(services)
    other = build_services(database)
    clock.moment -= CLOCK_DIFFERENCE
    assert await other.outbox.claim() is None, "clocks differ that much"
    clock.moment -= HOURS
    found = await claim(other)
    assert (found.id, found.attempts) == (held.id, 2)
    assert found.look_since is not None, "it may be out, and is looked for"
    clock.moment += CLAIM_TIME - timedelta(seconds=1)
    assert await services.outbox.claim() is None, "its claim holds"
