"""From the outbox to the team channel: posts, edits and removes what the services have ordered.

The publisher never gives up on trouble that passes and never repeats what only the team can mend.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final

import discord
import structlog

from bot.app import App
from bot.discord.errors import log_unexpected
from bot.discord.permissions import (
    CHANNEL_GONE,
    NO_CHANNEL,
    may_attach_in,
    may_carry_out,
    not_allowed,
)
from bot.discord.trouble import Trouble, reason_of, trouble_of, was_refused
from bot.limits import NONCE_LENGTH
from bot.posts import PostMessage, message_for
from bot.views.base import carries
from core.outages import StoreUnavailable
from core.race_day.outbox import CLOCK_DIFFERENCE
from core.results.outbox import ClaimedPost, PostTask

# Posts of so many teams are in hand at once, one a team. Teams whose posts have had trouble never
# take more than half of the places: however many are slow, the others' posts go out at once.
MOST_IN_HAND: Final = 64
MOST_IN_TROUBLE: Final = MOST_IN_HAND // 2
LOOK_AGAIN: Final = timedelta(seconds=1)
FIRST_RETRY_S: Final = 2.0
LONGEST_WAIT_S: Final = 300.0
OLD_POST_WAIT: Final = timedelta(minutes=10)
# Nobody waits for a picture as for the post itself, and what breaks a drawing often stays.
LONGEST_PICTURE_WAIT_S: Final = 3600.0
RENEW_EVERY_S: Final = 3
# How far a look for an unnoted post goes: it was sent within moments of the attempt.
LOOK_THROUGH: Final = 200
_random = SystemRandom()

log = structlog.get_logger(__name__)


class Publisher:
    """Carries out the outbox of all teams."""

    def __init__(self, app: App, client: discord.Client) -> None:
        self._outbox = app.services.outbox
        self._client = client
        self._studio = app.studio
        self._away = app.away
        self._look_again = LOOK_AGAIN
        self._stopping = asyncio.Event()
        self._in_hand: dict[int, ClaimedPost] = {}

    async def run(self) -> None:
        """Publish until told to stop."""
        async with asyncio.TaskGroup() as group:
            while not self._stopping.is_set():
                post = await self._next()
                if post is not None:
                    self._in_hand[post.team_id] = post
                    group.create_task(self._publish(post))
                elif not self._stopping.is_set():
                    await self._outbox.wait_for_work(self._look_again)

    def stop(self) -> None:
        """Have ``run`` return as soon as the posts in hand are finished."""
        self._stopping.set()
        self._outbox.wake()

    async def _next(self) -> ClaimedPost | None:
        """Claim the next post of a team that has none in hand; None while there is none."""
        if len(self._in_hand) >= MOST_IN_HAND:
            return None
        in_trouble = sum(post.attempts > 1 for post in self._in_hand.values())
        self._look_again = LOOK_AGAIN
        try:
            claimed = await self._outbox.claim(
                busy=self._in_hand.keys(), first_attempts_only=in_trouble >= MOST_IN_TROUBLE
            )
        except StoreUnavailable as error:
            # Every post is still there when it is back.
            self._look_again = timedelta(seconds=self._away.rest_after(error))
            return None
        except Exception as error:
            log_unexpected(error)
            return None
        self._away.is_over()
        return claimed

    async def _publish(self, post: ClaimedPost) -> None:
        try:
            async with self._renewing(post):
                try:
                    await self._carry_out(post)
                except Exception as error:
                    await self._note_trouble(post, error)
        except Exception as error:
            # What became of it could not be noted: the claim runs out, and it is looked for.
            log_unexpected(error)
        finally:
            del self._in_hand[post.team_id]
            self._outbox.wake()

    @contextlib.asynccontextmanager
    async def _renewing(self, post: ClaimedPost) -> AsyncIterator[None]:
        """Keep the claim for as long as the work takes; a rate limit can make it long."""
        done = asyncio.Event()

        async def renew() -> None:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(done.wait(), RENEW_EVERY_S)
                    return
                with contextlib.suppress(StoreUnavailable):
                    await self._outbox.renew(post)

        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            # Not cancelled: half way through a transaction that would leave its connection behind.
            done.set()
            await renewing

    async def _carry_out(self, post: ClaimedPost) -> None:
        channel = self._client.get_channel(post.channel_id or 0)
        if not may_carry_out(post.task, channel):
            await self._refused(post, not_allowed(post, channel))
        elif post.task is PostTask.REMOVE:
            await self._remove(post)
        elif (message := await self._message_of(post)) is not None:
            shown = await message_for(post, self._studio, may_attach=may_attach_in(channel))
            if shown.picture is not None or not post.lacks_only_picture:
                await message.edit(**shown.to_edit())
                log.debug("post edited", **_ids(post))
            await self._note_shown(post, message, shown)
        elif post.task is PostTask.NOTHING:
            await self._outbox.nothing_to_show(post)
        elif post.channel_id is None:
            await self._refused(post, NO_CHANNEL)
        else:
            nonce = post.id.hex[:NONCE_LENGTH]
            shown = await message_for(post, self._studio, may_attach=may_attach_in(channel))
            sent = await self._client.get_partial_messageable(post.channel_id).send(
                **shown.to_send(), nonce=nonce, silent=post.silent
            )
            await self._note_shown(post, sent, shown)
            log.info("posted", **_ids(post), has_picture=shown.picture is not None)

    async def _refused(self, post: ClaimedPost, why: str) -> None:
        log.info("post refused", **_ids(post), why=why)
        await self._outbox.blocked(post, problem=why)

    async def _note_shown(
        self,
        post: ClaimedPost,
        message: discord.Message | discord.PartialMessage,
        shown: PostMessage,
    ) -> None:
        wait = _growing(post.attempts, LONGEST_PICTURE_WAIT_S) if shown.lacks_picture else None
        await self._outbox.shown(
            post,
            channel_id=message.channel.id,
            message_id=message.id,
            picture_after=wait,
        )

    async def _remove(self, post: ClaimedPost) -> None:
        try:
            message = await self._message_of(post)
            if message is not None:
                await message.delete()
        except discord.HTTPException as error:
            # What is gone needs no removing.
            if trouble_of(error) not in (Trouble.MESSAGE_GONE, Trouble.CHANNEL_GONE):
                raise
        await self._outbox.removed(post)
        log.info("post removed", **_ids(post))

    async def _message_of(
        self, post: ClaimedPost
    ) -> discord.Message | discord.PartialMessage | None:
        """Return the message that shows the post, noted or not; None when there is none yet."""
        if post.channel_id is not None and post.message_id is not None:
            channel = self._client.get_partial_messageable(post.channel_id)
            return channel.get_partial_message(post.message_id)
        if post.look_since is None or post.look_in is None:
            return None
        channel = self._client.get_partial_messageable(post.look_in)
        after: datetime | None = post.look_since - CLOCK_DIFFERENCE
        if post.look_since > discord.utils.utcnow() + CLOCK_DIFFERENCE:
            # The clock was set back since: the latest messages are looked through instead.
            after = None
        try:
            async for message in channel.history(limit=LOOK_THROUGH, after=after):
                if self._is_own(message) and carries(message, post.subject_id):
                    log.info("adopted a post nobody had noted", **_ids(post))
                    return message
        except discord.HTTPException as error:
            trouble = trouble_of(error)
            # Where the team posts no more nothing is looked for that the bot may not see.
            hidden = trouble is Trouble.NO_PERMISSION and post.look_in != post.channel_id
            if trouble is not Trouble.CHANNEL_GONE and not hidden:
                raise
        return None

    def _is_own(self, message: discord.Message) -> bool:
        return self._client.user is not None and message.author.id == self._client.user.id

    async def _note_trouble(self, post: ClaimedPost, error: Exception) -> None:
        trouble = trouble_of(error)
        post_is_gone = trouble is Trouble.CHANNEL_GONE and post.message_id is not None
        if trouble is Trouble.MESSAGE_GONE or post_is_gone:
            log.info("post gone", **_ids(post), why="somebody has deleted the message")
            await self._outbox.message_gone(post)
        elif trouble is Trouble.NO_PERMISSION:
            channel = self._client.get_channel(post.channel_id or 0)
            await self._refused(post, not_allowed(post, channel))
        elif trouble is Trouble.CHANNEL_GONE:
            await self._refused(post, CHANNEL_GONE)
        else:
            wait, reason = wait_after(post.attempts, error), reason_of(error)
            again_in_s = round(wait.total_seconds(), 1)
            log.warning("a post waits", **_ids(post), reason=reason, again_in_s=again_in_s)
            if trouble is Trouble.UNEXPECTED:
                log_unexpected(error)
            await self._outbox.try_later(
                post, wait=wait, error=reason, may_be_out=not was_refused(error)
            )


def _ids(post: ClaimedPost) -> dict[str, object]:
    """Return what of a post may stand in the log."""
    return {"guild": post.team_id, "post": str(post.id), "about": str(post.subject_id)}


def wait_after(attempts: int, error: Exception) -> timedelta:
    """Return how long to wait after so many attempts: growing, and never in step with others."""
    if trouble_of(error) is Trouble.EDITED_TOO_OFTEN:
        return OLD_POST_WAIT
    wait = _growing(attempts, LONGEST_WAIT_S)
    if isinstance(error, discord.RateLimited):
        wait += timedelta(seconds=error.retry_after)
    return wait


def _growing(attempts: int, longest_s: float) -> timedelta:
    """Return a wait that doubles with each attempt, up to the longest."""
    doublings = min(attempts - 1, 12)
    longest = min(longest_s, FIRST_RETRY_S * 2**doublings)
    return timedelta(seconds=longest * _random.uniform(0.5, 1.0))
