"""The publisher's side of the outbox: claiming posts, and saying what became of them.

A claimed row is the publisher's for a while; if it dies, the row becomes free again. What a post
shows is read when it is claimed, so it always shows the latest state, and a change that comes in
between makes the row due again, 2 s after the edit (:data:`core.race_day.outbox.EDIT_INTERVAL`).

A row's state, what happens to it, and its state from then on; only what is ``pending`` or
``removing`` is claimed, when it is due and nobody else holds it:

========  ========================================  ===============================================
state     what happens                              from then on
========  ========================================  ===============================================
none      a heat finishes, a session closes         pending, due at once
pending   shown, or nothing to show                 posted
..        the same, but changed since it was        pending, due in 2 s
          claimed
..        shown without its picture                 pending, due after a growing wait
..        trouble that passes                       pending, due after a growing wait
..        trouble that only the team can mend       blocked
..        somebody has deleted the message          gone
..        laps change                               pending, to show what is then stored
..        its laps cannot be read                   pending, due in 5 min
posted    laps change                               pending, due at once, or 2 s after the last try
blocked   laps change                               blocked
..        the team sets a channel or a permission   pending, due at once
gone      laps change                               gone: what was deleted is not posted again
any       the heat or session is deleted            removing, due at once
removing  its message is deleted, or gone already   no row any more
..        a message went out in the meantime        removing, due at once
..        trouble that passes                       removing, due after a growing wait
..        the message may not be deleted            removing, due in 1 h
..        the team sets a channel or a permission   removing, due at once
========  ========================================  ===============================================

Where the clock is set back, waits that were counted on it end at once, and claims that would last
longer than any may are void.

Where the team acts while a row is claimed, trouble found just then makes it due at once instead:
it may be what the team has just mended.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, case, delete, func, or_, select

from core.database import Database, Unit
from core.errors import NotFound
from core.models import SummaryPost, Team
from core.outages import is_outage
from core.race_day import outbox
from core.race_day.driven import heat_by_id
from core.race_day.finding import session_by_id
from core.race_day.reading import heat_table
from core.race_day.sessions import first_lap_of
from core.race_day.standings import wrap_up
from core.results.heat import HeatTable
from core.results.outbox import ClaimedPost, OutboxDepth, PostTask
from core.results.standings import Standings

# A publisher that dies gives its posts free after this long; one that lives renews its claims.
CLAIM_TIME: Final = timedelta(seconds=10)
_ANY_ATTEMPTS: Final = 2**31 - 1
# After how long a post is tried again whose laps could not be read.
READ_AGAIN: Final = timedelta(minutes=5)
# What may not be removed is asked for again now and then, and when a permission changes.
REMOVE_AGAIN: Final = timedelta(hours=1)
_SHOWN: Final = frozenset({PostTask.POST, PostTask.EDIT})


class OutboxService:
    """The outbox of all teams."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._beginning = asyncio.Lock()
        self._has_begun = False
        # Whatever it is, the clock may have been set back while nobody was here.
        self._latest = datetime.max.replace(tzinfo=UTC)

    async def claim(
        self, *, busy: Collection[int] = (), first_attempts_only: bool = False
    ) -> ClaimedPost | None:
        """Take the post that has been due longest, or None when nothing is due.

        Args:
            busy: Teams whose posts are left for later.
            first_attempts_only: Whether posts are left for later that were tried in vain.
        """
        await self._begin()
        await self._end_waits_ahead()
        most_attempts = 0 if first_attempts_only else _ANY_ATTEMPTS
        # A look costs less than a writing transaction, and most looks find nothing.
        if not await self._database.read(lambda unit: _has_due(unit, busy, most_attempts)):
            return None
        claimed = await self._database.write(lambda unit: _claim(unit, busy, most_attempts))
        if isinstance(claimed, Exception):
            raise claimed
        is_wrap_up = claimed is not None and claimed.task in _SHOWN and claimed.content is None
        return await self._with_wrap_up(claimed) if claimed and is_wrap_up else claimed

    async def _with_wrap_up(self, post: ClaimedPost) -> ClaimedPost:
        """Read what a session's post shows: a whole day, so nobody's lap may wait for it."""

        def act(unit: Unit) -> Standings:
            return wrap_up(unit, session_by_id(unit, post.team_id, post.subject_id))

        try:
            return replace(post, content=await self._database.read(act))
        except NotFound:
            # It was deleted meanwhile; its post is removed next.
            return replace(post, task=PostTask.NOTHING)
        except Exception as error:
            if not is_outage(error):
                await self._database.write(lambda unit: self._not_read(unit, post))
            raise

    def _not_read(self, unit: Unit, post: ClaimedPost) -> None:
        row = self._held(unit, post.id)
        if row is not None:
            row.claimed_until = None
            row.next_attempt_at = unit.now + READ_AGAIN

    async def _begin(self) -> None:
        """Free all claims where nobody can hold one: this process has none yet and is alone."""
        async with self._beginning:
            is_first = not self._has_begun and self._database.arrive()
            # Nearly always there are none.
            if is_first and await self._database.read(outbox.has_claims):
                await self._database.write(outbox.free_claims)
            self._has_begun = True

    async def _end_waits_ahead(self) -> None:
        """Where the clock was set back, end the waits that were counted on it as it was before."""
        now = self._database.clock()
        if now >= self._latest - outbox.CLOCK_DIFFERENCE:
            self._latest = max(self._latest, now)
            return
        if await self._database.read(outbox.has_waits_ahead):
            await self._database.write(outbox.end_waits_ahead)
        self._latest = now

    async def renew(self, post: ClaimedPost) -> None:
        """Hold a claimed post for longer, because it is still being worked on."""

        def act(unit: Unit) -> None:
            row = self._held(unit, post.id)
            if row is not None and row.claimed_until is not None:
                row.claimed_until = unit.now + CLAIM_TIME

        await self._database.write(act)

    async def wait_for_work(self, longest: timedelta) -> None:
        """Return when a service has ordered or changed a post, or after ``longest``.

        Other processes' orders and waits that have run out are found by looking again.
        """
        changed = self._database.awake
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(longest.total_seconds()):
                await changed.wait()
        changed.clear()

    def wake(self) -> None:
        """Have everybody who waits for work look at once."""
        self._database.awake.set()

    async def shown(
        self,
        post: ClaimedPost,
        *,
        channel_id: int,
        message_id: int,
        picture_after: timedelta | None = None,
    ) -> None:
        """Note that a message now shows the post as it was when claimed.

        Args:
            post: The claimed post.
            channel_id: Where it is.
            message_id: Which message it is.
            picture_after: When to try again to add its picture; None when it misses none.
        """

        def act(unit: Unit) -> None:
            row = self._held(unit, post.id)
            if row is not None:
                row.channel_id = channel_id
                row.message_id = message_id
                _settle(row, post.version, unit.now)
                if picture_after is not None:
                    row.attempts = post.attempts
                    if row.state == "posted":
                        row.state = "pending"
                        row.next_attempt_at = unit.now + picture_after

        await self._database.write(act)

    async def nothing_to_show(self, post: ClaimedPost) -> None:
        """Note that there is nothing to post until laps come."""

        def act(unit: Unit) -> None:
            row = self._held(unit, post.id)
            if row is not None:
                _settle(row, post.version, unit.now)

        await self._database.write(act)

    async def removed(self, post: ClaimedPost) -> None:
        """Note that the message of a deleted heat or session is gone."""

        def act(unit: Unit) -> None:
            unit.db.execute(delete(SummaryPost).where(SummaryPost.id == post.id))

        await self._database.write(act)

    async def message_gone(self, post: ClaimedPost) -> None:
        """Note that somebody deleted the message; it is not posted again by itself."""

        def act(unit: Unit) -> None:
            row = self._held(unit, post.id)
            if row is not None and row.state == "removing":
                unit.db.delete(row)
            elif row is not None:
                row.state = "gone"
                row.claimed_until = None

        await self._database.write(act)

    async def try_later(
        self, post: ClaimedPost, *, wait: timedelta, error: str, may_be_out: bool
    ) -> None:
        """Note trouble that passes: the post is due again after a while.

        Args:
            post: The claimed post.
            wait: For how long.
            error: What happened.
            may_be_out: Whether the message may have been posted all the same.
        """

        def act(unit: Unit) -> None:
            row = self._held(unit, post.id)
            if row is not None:
                row.claimed_until = None
                if not may_be_out and post.look_since is None:
                    row.sending_since = None
                # Where the team has acted since the post was claimed, it is due at once.
                row.next_attempt_at = unit.now + wait if row.attempts else unit.now
                row.last_error = error

        await self._database.write(act)

    async def blocked(self, post: ClaimedPost, *, problem: str) -> None:
        """Note trouble that only the team can mend, in a sentence for them.

        Where the team has acted since the post was claimed, it is tried again instead.
        """

        def act(unit: Unit) -> None:
            row = self._held(unit, post.id)
            if row is not None:
                row.claimed_until = None
                row.last_error = problem
                if post.look_since is None:
                    row.sending_since = None
                if not row.attempts:
                    row.last_error = None
                elif row.state == "removing":
                    row.next_attempt_at = unit.now + REMOVE_AGAIN
                elif row.state == "pending":
                    row.state = "blocked"

        await self._database.write(act)

    async def channels(self) -> list[tuple[int, int]]:
        """Return the channel of each team that has set one, by team."""
        return await self._database.read(_channels)

    async def depth(self) -> OutboxDepth:
        """Return how much waits to be posted, edited or removed, of all teams."""
        return await self._database.read(_depth)

    async def unblock(self, team_id: int) -> None:
        """Try a team's held up posts again, because a permission or channel has changed."""
        # Nearly always there are none, and at a start every team is asked for.
        if await self._database.read(lambda unit: outbox.has_held_up(unit, team_id)):
            await self._database.write(lambda unit: outbox.unblock(unit, team_id))

    def _held(self, unit: Unit, post_id: UUID) -> SummaryPost | None:
        return unit.db.scalar(
            select(SummaryPost).where(SummaryPost.id == post_id).with_for_update()
        )


def _channels(unit: Unit) -> list[tuple[int, int]]:
    channel = Team.summary_channel_id
    found = unit.connection.execute(
        select(Team.id, channel).where(channel.is_not(None)).order_by(Team.id)
    )
    return [(team_id, channel_id) for team_id, channel_id in found if channel_id is not None]


def _depth(unit: Unit) -> OutboxDepth:
    waiting, oldest = unit.connection.execute(
        select(
            func.count(),
            func.min(case((SummaryPost.message_id.is_(None), SummaryPost.created_at))),
        ).where(SummaryPost.state.in_(("pending", "removing")))
    ).one()
    age = unit.now - oldest if oldest is not None else timedelta()
    return OutboxDepth(waiting, max(age, timedelta()))


def _has_due(unit: Unit, busy: Collection[int], most_attempts: int) -> bool:
    return unit.db.scalar(_due(unit.now, busy, most_attempts)) is not None


def _claim(unit: Unit, busy: Collection[int], most_attempts: int) -> ClaimedPost | Exception | None:
    """Claim a post; an error that one team's rows make is noted with its post and returned."""
    post = unit.db.scalar(_due(unit.now, busy, most_attempts).with_for_update(skip_locked=True))
    if post is None:
        return None
    # The row is written once: changed twice in a transaction, PostgreSQL would check its references
    # again, and wait for a team that waits for this row.
    try:
        with unit.db.begin_nested():
            claimed = _claimed(unit, post)
    except Exception as error:
        if is_outage(error):
            raise
        # What one team has stored cannot be read; the other teams' posts go on.
        post.attempted_at = unit.now
        post.attempts += 1
        post.next_attempt_at = unit.now + READ_AGAIN
        return error
    post.attempted_at = unit.now
    post.attempts += 1
    post.claimed_until = unit.now + CLAIM_TIME
    if claimed.task is PostTask.POST and post.sending_since is None:
        post.sending_since = unit.now
        post.channel_id = claimed.channel_id
    return claimed


def _due(now: datetime, busy: Collection[int], most_attempts: int) -> Select[SummaryPost]:
    """Select the free row that has been due longest, of teams that are not busy."""
    return (
        select(SummaryPost)
        .where(
            SummaryPost.team_id.not_in(busy),
            SummaryPost.state.in_(("pending", "removing")),
            SummaryPost.next_attempt_at <= now,
            or_(
                SummaryPost.claimed_until.is_(None),
                SummaryPost.claimed_until <= now,
                # Held for longer than anybody may: the clock was set back since, it is void.
                SummaryPost.claimed_until > now + CLAIM_TIME + outbox.CLOCK_DIFFERENCE,
            ),
            SummaryPost.attempts <= most_attempts,
        )
        .order_by(SummaryPost.next_attempt_at)
        .limit(1)
    )


def _settle(row: SummaryPost, version: int, now: datetime) -> None:
    """Give a row back: done, or due again when something changed in the meantime."""
    row.shown = version
    row.attempts = 0
    row.claimed_until = None
    row.last_error = None
    row.sending_since = None
    row.attempted_at = now
    if row.state == "removing":
        row.next_attempt_at = now
    elif row.wanted > version:
        row.state = "pending"
        row.next_attempt_at = now + outbox.EDIT_INTERVAL
    else:
        row.state = "posted"


def _claimed(unit: Unit, post: SummaryPost) -> ClaimedPost:
    table = _table(unit, post)
    channel_id = post.channel_id if post.message_id else _channel(unit, post)
    return ClaimedPost(
        id=post.id,
        task=_task(unit, post, table),
        team_id=post.team_id,
        channel_id=channel_id,
        message_id=post.message_id,
        silent=post.silent,
        version=post.wanted,
        attempts=post.attempts + 1,
        content=table,
        subject_id=post.subject_id,
        look_since=post.sending_since,
        look_in=post.channel_id,
        lacks_only_picture=post.message_id is not None and post.shown == post.wanted,
    )


def _task(unit: Unit, post: SummaryPost, table: HeatTable | None) -> PostTask:
    if post.state == "removing":
        return PostTask.REMOVE
    if post.message_id is not None:
        return PostTask.EDIT
    return PostTask.POST if _is_to_be_posted(unit, post, table) else PostTask.NOTHING


def _is_to_be_posted(unit: Unit, post: SummaryPost, table: HeatTable | None) -> bool:
    """Tell whether there are laps; what was opened again before is posted when it ends."""
    if table is not None:
        return table.has_laps and not table.is_open
    if post.session_id is None:
        return False
    session = session_by_id(unit, post.team_id, post.session_id)
    return session.status == "closed" and first_lap_of(unit, session) is not None


def _table(unit: Unit, post: SummaryPost) -> HeatTable | None:
    """Return the heat that a post shows; None where it is no heat's, or is to be removed."""
    if post.state == "removing" or post.heat_id is None:
        return None
    session, driven = heat_by_id(unit, post.team_id, post.heat_id)
    return heat_table(unit, session, driven.heat)


def _channel(unit: Unit, post: SummaryPost) -> int | None:
    """Return where to post: the team's channel, else where the heat was finished."""
    team = unit.db.get(Team, post.team_id)
    return (team.summary_channel_id if team else None) or post.fallback_channel_id
