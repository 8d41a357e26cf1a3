"""From the outbox to the team channel: posts, edits and removes what the services have ordered.

The publisher never gives up on trouble that passes and never repeats what only the team can mend.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import SystemRandom
from typing import Any, Final

import discord
import structlog

from bot.errors import log_unexpected
from bot.render.answer import Answer
from bot.render.summary import heat_summary, wrap_up
from bot.trouble import Trouble, trouble_of
from core.results import ClaimedPost, HeatTable, PostTask
from core.services.outbox import OutboxService

# Posts of several teams go out side by side, so that one slow channel holds up nobody else.
WORKERS: Final = 3
LOOK_AGAIN: Final = timedelta(seconds=1)
FIRST_WAIT_S: Final = 2.0
LONGEST_WAIT_S: Final = 300.0
OLD_POST_WAIT: Final = timedelta(minutes=10)
_NONCE_LENGTH: Final = 25
_random = SystemRandom()

log = structlog.get_logger(__name__)


class Publisher:
    """Carries out the outbox of all teams."""

    def __init__(self, outbox: OutboxService, client: discord.Client) -> None:
        self._outbox = outbox
        self._client = client
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Publish until told to stop."""
        async with asyncio.TaskGroup() as workers:
            for _ in range(WORKERS):
                workers.create_task(self._work())

    def stop(self) -> None:
        """Have ``run`` return as soon as the posts in hand are finished."""
        self._stopping.set()
        self._outbox.wake()

    async def _work(self) -> None:
        while not self._stopping.is_set():
            found_work = await self._do_next()
            if not found_work and not self._stopping.is_set():
                await self._outbox.wait_for_work(LOOK_AGAIN)

    async def _do_next(self) -> bool:
        """Publish the next post; tell whether there was one."""
        try:
            post = await self._outbox.claim()
            if post is not None:
                await self._publish(post)
        except Exception as error:
            # Most likely the database is away; every post is still there when it is back.
            log_unexpected(error)
            return False
        return post is not None

    async def _publish(self, post: ClaimedPost) -> None:
        try:
            await self._carry_out(post)
        except Exception as error:
            await self._note_trouble(post, error)

    async def _carry_out(self, post: ClaimedPost) -> None:
        if post.task is PostTask.NOTHING:
            await self._outbox.nothing_to_show(post)
        elif post.task is PostTask.REMOVE:
            await self._remove(post)
        elif post.channel_id is None:
            await self._outbox.blocked(
                post, problem="No channel for summaries is set: use /team channel."
            )
        elif post.message_id is None:
            channel = self._client.get_partial_messageable(post.channel_id)
            message = await channel.send(
                **_shown(post), nonce=post.id.hex[:_NONCE_LENGTH], silent=post.silent
            )
            await self._outbox.shown(post, channel_id=post.channel_id, message_id=message.id)
        else:
            message_id = post.message_id
            await self._message(post.channel_id, message_id).edit(**_shown(post))
            await self._outbox.shown(post, channel_id=post.channel_id, message_id=message_id)

    async def _remove(self, post: ClaimedPost) -> None:
        if post.channel_id is not None and post.message_id is not None:
            try:
                await self._message(post.channel_id, post.message_id).delete()
            except discord.HTTPException as error:
                # What cannot be reached any more needs no removing.
                if trouble_of(error) is Trouble.PASSING:
                    raise
        await self._outbox.removed(post)

    def _message(self, channel_id: int, message_id: int) -> discord.PartialMessage:
        return self._client.get_partial_messageable(channel_id).get_partial_message(message_id)

    async def _note_trouble(self, post: ClaimedPost, error: Exception) -> None:
        trouble = trouble_of(error)
        log.warning(
            "a post did not go out", post=str(post.id), trouble=trouble.name, error=str(error)
        )
        if trouble is Trouble.MESSAGE_GONE:
            await self._outbox.message_gone(post)
        elif trouble is Trouble.NO_PERMISSION:
            await self._outbox.blocked(
                post,
                problem=f"I may not post in <#{post.channel_id}>: allow me View Channel, "
                "Send Messages, Embed Links and Attach Files there.",
            )
        elif trouble is Trouble.CHANNEL_GONE:
            await self._outbox.blocked(
                post, problem="The channel for summaries is gone: set another with /team channel."
            )
        elif trouble is Trouble.EDITED_TOO_OFTEN:
            await self._outbox.try_later(post, wait=OLD_POST_WAIT, error=str(error))
        else:
            if trouble is Trouble.UNEXPECTED:
                log_unexpected(error)
            await self._outbox.try_later(post, wait=_wait_after(post.attempts), error=str(error))


def _shown(post: ClaimedPost) -> dict[str, Any]:
    answer = _render(post)
    return {"content": answer.content or None, "embed": answer.embed}


def _render(post: ClaimedPost) -> Answer:
    if post.content is None:
        raise ValueError(f"post {post.id} has nothing to show")
    if isinstance(post.content, HeatTable):
        return heat_summary(post.content)
    return wrap_up(post.content)


def _wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: growing, and never in step with others."""
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(attempts - 1, 10))
    return timedelta(seconds=longest * _random.uniform(0.5, 1.0))
