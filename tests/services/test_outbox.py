"""The outbox: when a post is due, who holds it, and what becomes of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.bootstrap import Services, build_services
from core.commands import RenameHeat
from core.database import Database
from core.models import SummaryPost
from core.results.heat import HeatTable
from core.results.outbox import ClaimedPost, PostTask
from core.results.standings import Standings
from core.services.outbox import CLAIM_TIME
from tests.databases import FakeClock, holding, scalar
from tests.services.racing import (
    ANN,
    BEN,
    CHANNEL,
    CLEO,
    RIVALS,
    TEAM,
    PostState,
    by,
    claim,
    close_session,
    count,
    delete,
    finish_heat,
    finished_heat,
    log,
    posts,
    publish,
    start_heat,
    start_session,
    undoable,
)


async def test_a_finished_heat_is_posted_once(database: Database, services: Services) -> None:
    assert await services.outbox.claim() is None
    logged = await finished_heat(services)
    post = await claim(services)
    assert (post.task, post.team_id, post.channel_id) == (PostTask.POST, TEAM, CHANNEL)
    assert (post.message_id, post.attempts) == (None, 1)
    assert isinstance(post.content, HeatTable)
    assert post.content.heat == logged.heat
    assert post.content.runs[0].laps == logged.run.laps
    await services.outbox.shown(post, channel_id=CHANNEL, message_id=1)
    assert await services.outbox.claim() is None
    assert await posts(database) == [PostState("posted", 1, True, None, has_subject=True)]


async def test_a_session_that_laps_open_again_is_wrapped_up_when_it_closes(
    services: Services,
) -> None:
    await start_heat(services, ANN)
    await close_session(services, ANN)
    assert (await log(services, BEN)).reopened_session
    task = await services.outbox.claim()
    assert task is not None
    assert task.task is PostTask.NOTHING
    await services.outbox.nothing_to_show(task)
    await close_session(services, BEN)
    found = [await publish(services), await publish(services)]
    assert {type(post.content) for post in found} == {HeatTable, Standings}
    assert {post.task for post in found} == {PostTask.POST}


async def test_open_heats_are_not_posted(database: Database, services: Services) -> None:
    await log(services, ANN)
    assert await services.outbox.claim() is None
    assert await count(database, SummaryPost) == 0


async def test_practice_comes_silently(services: Services) -> None:
    await finished_heat(services)
    assert (await publish(services)).silent
    await start_heat(services, ANN, "Q1")
    await finished_heat(services)
    assert not (await publish(services)).silent


async def test_the_longest_due_comes_first(services: Services) -> None:
    for name in ("Q1", "Q2", "Q3"):
        await log(services, ANN, heat=name)
        await services.heat.finish(by(ANN))
    names = []
    for _ in range(3):
        content = (await claim(services)).content
        assert isinstance(content, HeatTable)
        names.append(content.heat.name)
    assert names == ["Q1", "Q2", "Q3"]


# Claims


async def test_claimers_at_once_never_hold_the_same_post(
    database: Database, services: Services
) -> None:
    for name in ("Q1", "Q2", "Q3", "Q4"):
        await log(services, ANN, heat=name)
        await services.heat.finish(by(ANN))
    claimed = await asyncio.gather(*(services.outbox.claim() for _ in range(10)))
    held = [post.id for post in claimed if post is not None]
    assert len(set(held)) == len(held)
    # One that met locked rows only may have come back empty-handed; the rest is still there.
    while (post := await services.outbox.claim()) is not None:
        held.append(post.id)
    assert len(set(held)) == len(held) == 4
    assert await count(database, SummaryPost) == 4


async def test_a_row_that_another_process_holds_is_passed_over(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who waits for a row after all is told soon.
    monkeypatch.setattr("core.postgres._IMPATIENT", {"lock_timeout": "500ms"})
    services = build_services(postgres)
    for name in ("Q1", "Q2"):
        await log(services, ANN, heat=name)
        await services.heat.finish(by(ANN))
    oldest = select(SummaryPost.id).order_by(SummaryPost.next_attempt_at).limit(1)
    held = await scalar(postgres, oldest)
    other = Database(postgres.engine.url, clock=postgres.clock)
    async with holding(postgres, oldest.with_for_update()):
        claimed = await claim(build_services(other))
        assert claimed.id != held
        assert await build_services(other).outbox.claim() is None
    assert (await claim(build_services(other))).id == held
    await other.dispose()


async def test_a_claim_runs_out(services: Services, clock: FakeClock) -> None:
    await finished_heat(services)
    first = await claim(services)
    clock.moment += CLAIM_TIME - timedelta(seconds=1)
    assert await services.outbox.claim() is None
    clock.advance(seconds=2)
    second = await claim(services)
    assert (second.id, second.attempts, second.task) == (first.id, 2, PostTask.POST)


async def test_a_claim_can_be_renewed(services: Services, clock: FakeClock) -> None:
    await finished_heat(services)
    post = await claim(services)
    for _ in range(3):
        clock.moment += CLAIM_TIME - timedelta(seconds=1)
        await services.outbox.renew(post)
    assert await services.outbox.claim() is None
    clock.moment += CLAIM_TIME
    assert (await claim(services)).id == post.id


async def test_a_post_that_may_be_out_is_looked_for(services: Services, clock: FakeClock) -> None:
    logged = await finished_heat(services)
    first = await claim(services)
    assert (first.look_since, first.subject_id) == (None, logged.heat.id)
    began = clock.moment
    await services.team.set_channel(by(ANN, manager=True), 99)
    clock.moment += CLAIM_TIME
    second = await claim(services)
    assert second.look_since is not None
    assert abs(second.look_since - began) < timedelta(seconds=1)
    # It is looked for where it was sent, though the team's channel is another by now.
    assert (second.look_in, second.channel_id) == (CHANNEL, 99)
    await services.outbox.shown(second, channel_id=CHANNEL, message_id=1)
    clock.advance(minutes=1)
    await log(services, ANN, "20.3", heat="P1")
    edit = await claim(services)
    assert (edit.task, edit.look_since, edit.channel_id) == (PostTask.EDIT, None, CHANNEL)


@pytest.mark.parametrize("may_be_out", [True, False])
async def test_a_refused_post_is_not_looked_for(
    may_be_out: bool, services: Services, clock: FakeClock
) -> None:
    await finished_heat(services)
    post = await claim(services)
    await services.outbox.try_later(
        post, wait=timedelta(seconds=1), error="503", may_be_out=may_be_out
    )
    clock.advance(seconds=2)
    again = await claim(services)
    assert (again.look_since is not None) is may_be_out
    # Once it may be out it stays so, whatever becomes of later attempts.
    await services.outbox.try_later(again, wait=timedelta(seconds=1), error="503", may_be_out=False)
    clock.advance(seconds=2)
    assert ((await claim(services)).look_since is not None) is may_be_out


async def test_a_change_during_posting_makes_it_due_again(
    services: Services, clock: FakeClock
) -> None:
    await finished_heat(services)
    post = await claim(services)
    await log(services, BEN, "21.1 21.2")
    assert await services.outbox.claim() is None
    await services.outbox.shown(post, channel_id=CHANNEL, message_id=1)
    assert await services.outbox.claim() is None
    clock.advance(seconds=2)
    edit = await claim(services)
    assert (edit.task, edit.message_id, edit.attempts) == (PostTask.EDIT, 1, 1)
    assert isinstance(edit.content, HeatTable)
    assert len(edit.content.runs) == 2


async def test_edits_come_at_most_every_two_seconds(services: Services, clock: FakeClock) -> None:
    await finished_heat(services)
    await publish(services)
    edits = 0
    for _ in range(20):
        clock.advance(seconds=0.5)
        await log(services, ANN, "20.3", heat="P1")
        post = await services.outbox.claim()
        if post is not None:
            await services.outbox.shown(post, channel_id=CHANNEL, message_id=7_000)
            edits += 1
    assert 4 <= edits <= 5


async def test_after_a_pause_an_edit_is_due_at_once(services: Services, clock: FakeClock) -> None:
    await finished_heat(services)
    await publish(services)
    clock.advance(minutes=5)
    await log(services, ANN, "20.3", heat="P1")
    assert (await claim(services)).task is PostTask.EDIT


async def test_trouble_that_passes_is_tried_again_later(
    database: Database, services: Services, clock: FakeClock
) -> None:
    await finished_heat(services)
    for attempt in (1, 2, 3):
        post = await claim(services)
        assert post.attempts == attempt
        await services.outbox.try_later(
            post, wait=timedelta(seconds=30), error="503", may_be_out=False
        )
        clock.advance(seconds=29)
        # A change does not shorten the wait.
        await log(services, ANN, "20.3", heat="P1")
        assert await services.outbox.claim() is None
        clock.advance(seconds=2)
    await publish(services)
    assert (await posts(database))[0].last_error is None
    clock.advance(seconds=5)
    await log(services, ANN, "20.3", heat="P1")
    assert (await claim(services)).attempts == 1


# What cannot be posted


async def test_a_post_somebody_deleted_stays_gone(
    database: Database, services: Services, clock: FakeClock
) -> None:
    await finished_heat(services)
    await publish(services)
    clock.advance(minutes=1)
    await log(services, ANN, "20.3", heat="P1")
    await services.outbox.message_gone(await claim(services))
    await log(services, ANN, "20.4", heat="P1")
    await services.heat.rename(by(ANN), RenameHeat("P1", "Q1"))
    await services.team.set_channel(by(ANN, manager=True), 99)
    clock.advance(hours=1)
    assert await services.outbox.claim() is None
    assert [post.state for post in await posts(database)] == ["gone"]


async def test_what_failed_before_the_team_acted_holds_up_nothing(services: Services) -> None:
    await finished_heat(services)
    claimed = await claim(services)
    await services.team.set_channel(by(CLEO, manager=True), CHANNEL + 1)
    await services.outbox.blocked(claimed, problem="That channel is gone.")
    assert (await services.team.show(by(ANN))).problems == ()
    assert (await claim(services)).channel_id == CHANNEL + 1


async def test_what_waited_before_the_team_acted_waits_no_longer(services: Services) -> None:
    await finished_heat(services)
    claimed = await claim(services)
    await services.team.set_channel(by(CLEO, manager=True), CHANNEL + 1)
    await services.outbox.try_later(
        claimed, wait=timedelta(hours=1), error="Discord is away.", may_be_out=False
    )
    assert (await claim(services)).channel_id == CHANNEL + 1


async def test_blocked_posts_come_back_when_the_channel_is_set(
    services: Services, clock: FakeClock
) -> None:
    await finished_heat(services)
    await services.outbox.blocked(await claim(services), problem="I may not post here.")
    clock.advance(hours=1)
    await log(services, BEN, "21.1 21.2", heat="P1")
    assert await services.outbox.claim() is None
    assert (await services.team.show(by(BEN))).problems == ("I may not post here.",)
    await start_heat(services, ANN)
    # Its own post has not been tried yet.
    assert (await finish_heat(services, by(ANN), "P2")).problem is None
    assert (await finish_heat(services, by(ANN), "P1")).problem == "I may not post here."
    info = await services.team.set_channel(by(ANN, manager=True), 99)
    assert (info.problems, info.summary_channel_id) == ((), 99)
    for _ in range(2):
        post = await claim(services)
        assert post.channel_id == 99
        await services.outbox.shown(post, channel_id=99, message_id=1)
    assert await services.outbox.claim() is None


async def test_a_changed_permission_frees_the_teams_posts_only(services: Services) -> None:
    await finished_heat(services)
    await services.outbox.blocked(await claim(services), problem="ours")
    await log(services, by(ANN, team=RIVALS))
    await services.heat.finish(by(ANN, team=RIVALS))
    await services.outbox.blocked(await claim(services), problem="theirs")
    await services.outbox.unblock(TEAM)
    assert (await claim(services)).team_id == TEAM
    assert await services.outbox.claim() is None
    assert (await services.team.show(by(ANN, team=RIVALS))).problems == ("theirs",)


async def test_problems_are_told_once_latest_first(services: Services, clock: FakeClock) -> None:
    for name, problem in [("Q1", "old"), ("Q2", "new"), ("Q3", "old"), ("Q4", "newest")]:
        await log(services, ANN, heat=name)
        await services.heat.finish(by(ANN))
        clock.advance(seconds=1)
        await services.outbox.blocked(await claim(services), problem=problem)
    assert (await services.team.show(by(ANN))).problems == ("newest", "old", "new")


# Nothing to show


async def test_without_laps_there_is_no_post_until_some_come(
    services: Services, clock: FakeClock
) -> None:
    await start_heat(services, ANN, "Q1")
    assert not (await finish_heat(services, by(ANN))).has_laps
    empty = await claim(services)
    assert (empty.task, empty.message_id) == (PostTask.NOTHING, None)
    await services.outbox.nothing_to_show(empty)
    assert await services.outbox.claim() is None
    clock.advance(minutes=1)
    await log(services, BEN, "20.1", heat="Q1")
    post = await claim(services)
    assert (post.task, post.silent) == (PostTask.POST, False)


async def test_laps_that_come_while_an_empty_heat_is_looked_at(
    services: Services, clock: FakeClock
) -> None:
    await start_heat(services, ANN, "Q1")
    await services.heat.finish(by(ANN))
    empty = await claim(services)
    await log(services, BEN, "20.1", heat="Q1")
    await services.outbox.nothing_to_show(empty)
    clock.advance(seconds=2)
    assert (await claim(services)).task is PostTask.POST


async def test_a_heat_that_lost_its_laps_before_posting_is_not_posted(services: Services) -> None:
    logged = await finished_heat(services)
    await services.undo.take_back(by(ANN), undoable(logged))
    assert (await claim(services)).task is PostTask.NOTHING


# Deletion


@pytest.mark.parametrize("what", ["heat", "session"])
async def test_deletion_removes_the_post(what: str, database: Database, services: Services) -> None:
    logged = await finished_heat(services)
    await publish(services)
    await delete(services, what, logged)
    post = await claim(services)
    assert (post.task, post.message_id, post.channel_id) == (PostTask.REMOVE, 7_000, CHANNEL)
    assert post.content is None
    await services.outbox.removed(post)
    assert await count(database, SummaryPost) == 0


@pytest.mark.parametrize("what", ["heat", "session"])
async def test_deletion_during_posting_removes_the_post(
    what: str, database: Database, services: Services
) -> None:
    logged = await finished_heat(services)
    posting = await claim(services)
    await delete(services, what, logged)
    # Nobody else may look for the post while it is on its way: it would find none.
    assert await services.outbox.claim() is None
    await services.outbox.shown(posting, channel_id=CHANNEL, message_id=1)
    removal = await claim(services)
    assert (removal.id, removal.task, removal.message_id) == (posting.id, PostTask.REMOVE, 1)
    await services.outbox.removed(removal)
    assert await count(database, SummaryPost) == 0


async def test_a_deletion_is_carried_out_when_the_poster_has_died(
    services: Services, clock: FakeClock
) -> None:
    logged = await finished_heat(services)
    await claim(services)
    await delete(services, "heat", logged)
    clock.moment += CLAIM_TIME
    removal = await claim(services)
    assert (removal.task, removal.subject_id) == (PostTask.REMOVE, logged.heat.id)
    # What was sent may be out.
    assert (removal.look_since is not None, removal.look_in) == (True, CHANNEL)


async def test_nothing_is_left_to_remove_of_a_post_that_is_gone(
    database: Database, services: Services, clock: FakeClock
) -> None:
    logged = await finished_heat(services)
    await publish(services)
    clock.advance(minutes=1)
    await log(services, ANN, "20.3", heat="P1")
    editing = await claim(services)
    await delete(services, "heat", logged)
    await services.outbox.message_gone(editing)
    assert await count(database, SummaryPost) == 0


async def test_a_removal_without_permission_is_not_tried_in_a_circle(
    database: Database, services: Services, clock: FakeClock
) -> None:
    logged = await finished_heat(services)
    await publish(services)
    await delete(services, "heat", logged)
    await services.outbox.blocked(await claim(services), problem="I may not.")
    assert await services.outbox.claim() is None
    clock.advance(minutes=1)
    assert await services.outbox.claim() is None
    await services.outbox.unblock(TEAM)
    assert (await claim(services)).task is PostTask.REMOVE
    assert [post.state for post in await posts(database)] == ["removing"]


# Wrap-up


async def test_the_wrap_up_follows_corrections(services: Services, clock: FakeClock) -> None:
    session = await start_session(services)
    await start_heat(services, ANN, "Q1")
    await log(services, ANN)
    await close_session(services, ANN)
    summary, wrap_up = await publish(services, 1), await publish(services, 2)
    assert isinstance(summary.content, HeatTable)
    assert isinstance(wrap_up.content, Standings)
    assert wrap_up.content.session.id == session.id
    assert (wrap_up.task, wrap_up.silent) == (PostTask.POST, False)
    clock.advance(minutes=1)
    await log(services, BEN, "21.1 21.2", heat=str(summary.content.heat.id))
    edits = [await publish(services), await publish(services)]
    assert {edit.message_id for edit in edits} == {1, 2}
    assert {edit.task for edit in edits} == {PostTask.EDIT}
    standings = next(e.content for e in edits if isinstance(e.content, Standings))
    assert len(standings.classes[0].rows) == 2


async def test_a_session_without_laps_has_no_wrap_up(services: Services) -> None:
    await start_session(services)
    await close_session(services, ANN)
    assert (await claim(services)).task is PostTask.NOTHING


# Waking the publisher


async def test_an_order_wakes_the_publisher(services: Services) -> None:
    async def publisher() -> ClaimedPost:
        while (post := await services.outbox.claim()) is None:
            await services.outbox.wait_for_work(timedelta(seconds=30))
        return post

    waiting = asyncio.create_task(publisher())
    await log(services, ANN)
    assert not waiting.done()
    await services.heat.finish(by(ANN))
    post = await asyncio.wait_for(waiting, timeout=60)
    assert post.task is PostTask.POST
