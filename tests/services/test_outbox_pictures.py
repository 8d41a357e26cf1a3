"""The outbox while drawing fails: what is posted waits for its picture and for nothing else."""

from __future__ import annotations

from datetime import timedelta

from core.bootstrap import Services
from core.database import Database
from core.race_day.outbox import EDIT_INTERVAL
from core.results.outbox import ClaimedPost, PostTask
from tests.databases import FakeClock
from tests.services.racing import ANN, CHANNEL, TEAM, by, claim, log, posts

WAIT = timedelta(minutes=20)


async def posted_without_picture(services: Services, clock: FakeClock) -> ClaimedPost:
    await log(services, ANN, "20.1 20.2")
    await services.heat.finish(by(ANN))
    post = await claim(services)
    await shown_without_picture(services, post)
    clock.advance(seconds=EDIT_INTERVAL.total_seconds() + 1)
    return post


async def shown_without_picture(services: Services, post: ClaimedPost) -> None:
    await services.outbox.shown(post, channel_id=CHANNEL, message_id=1, picture_after=WAIT)


async def test_its_picture_is_tried_again_after_the_wait_until_it_is_there(
    database: Database, services: Services, clock: FakeClock
) -> None:
    first = await posted_without_picture(services, clock)
    assert (first.attempts, first.lacks_only_picture) == (1, False)
    assert await services.outbox.claim() is None
    for attempts in (2, 3):
        clock.advance(seconds=WAIT.total_seconds())
        again = await claim(services)
        assert (again.task, again.message_id, again.look_since) == (PostTask.EDIT, 1, None)
        assert (again.attempts, again.lacks_only_picture) == (attempts, True)
        await shown_without_picture(services, again)
    clock.advance(seconds=WAIT.total_seconds())
    await services.outbox.shown(await claim(services), channel_id=CHANNEL, message_id=1)
    clock.advance(days=1)
    assert await services.outbox.claim() is None
    assert [post.state for post in await posts(database)] == ["posted"]


async def test_a_correction_does_not_wait_for_the_picture(
    services: Services, clock: FakeClock
) -> None:
    await posted_without_picture(services, clock)
    await log(services, ANN, "19.5", heat="P1")
    edit = await claim(services)
    assert not edit.lacks_only_picture
    await log(services, ANN, "19.4", heat="P1")
    await shown_without_picture(services, edit)
    assert await services.outbox.claim() is None
    clock.advance(seconds=EDIT_INTERVAL.total_seconds())
    edit = await claim(services)
    assert (edit.attempts, edit.lacks_only_picture) == (3, False)
    await shown_without_picture(services, edit)
    clock.advance(seconds=WAIT.total_seconds() - 1)
    assert await services.outbox.claim() is None
    clock.advance(seconds=1)
    assert (await claim(services)).lacks_only_picture


async def test_a_permission_that_changes_has_the_picture_tried_at_once(
    services: Services, clock: FakeClock
) -> None:
    await posted_without_picture(services, clock)
    await services.outbox.unblock(TEAM + 1)
    assert await services.outbox.claim() is None
    await services.outbox.unblock(TEAM)
    again = await claim(services)
    # Its wait, should there be no picture again, is the first one.
    assert (again.attempts, again.lacks_only_picture) == (1, True)


async def test_a_post_without_its_picture_is_no_problem_to_tell_and_is_removed_with_its_heat(
    database: Database, services: Services, clock: FakeClock
) -> None:
    first = await posted_without_picture(services, clock)
    assert (await services.team.show(by(ANN))).problems == ()
    await services.heat.delete(by(ANN, manager=True), first.subject_id)
    removal = await claim(services)
    assert (removal.task, removal.message_id) == (PostTask.REMOVE, 1)
    await services.outbox.removed(removal)
    assert await posts(database) == []
