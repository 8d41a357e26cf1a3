"""Answering an interaction: once, in time, and whatever happens.

Every command and button gets one :class:`Reply` when it arrives. When the work has not finished
after a second and a half the reply defers by itself; what was asked is answered all the same.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

import discord
import structlog

from bot.app import WorkInHand, app_of
from bot.discord.errors import answer_for, has_its_own_way_back
from bot.discord.trouble import CONNECTION_LOST, Trouble, trouble_of, was_lost
from bot.discord.typed import name_of
from bot.render.answer import Answer, with_picture
from bot.render.errors import quote, refusal
from core.measures import NOTHING, TALLY, Measures, Tally

# Discord gives up on an unanswered interaction after 3 seconds.
ANSWER_WITHIN_S: Final = 3.0
DEFER_AFTER_S: Final = 1.5
# When an answer was lost on the way it is sent again, as long as Discord waits for it: one that was
# deferred for far longer.
SEND_AGAIN_AFTER_S: Final = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
# A form must be the first answer: one that is not ready by then gives way to a sentence.
FORM_WITHIN_S: Final = 2.3
_TOO_SLOW: Final = "That form took too long to open: try again in a moment."
_UNANSWERED: Final = (discord.HTTPException, discord.InteractionResponded, *CONNECTION_LOST)
_REPLY: Final = "reply"

log = structlog.get_logger(__name__)


class Reply:
    """The one answer to an interaction.

    Args:
        interaction: What is answered.
        work: Where it counts as work until it is answered.
        private: Whether only the person who asked sees the answer.
        replaces: Whether a button's answer takes the place of the message it is on.
        measures: What counts it when it is over.

    Attributes:
        outcome: What becomes of the interaction, in a word for who counts.
    """

    def __init__(
        self,
        interaction: discord.Interaction,
        work: WorkInHand,
        *,
        private: bool = True,
        replaces: bool = False,
        measures: Measures = NOTHING,
    ) -> None:
        self.outcome = "answered"
        self._measures = measures
        self._tally = Tally()
        TALLY.set(self._tally)
        self._interaction = interaction
        self._work = work
        self._private = private
        self._replaces = replaces
        self._lock = asyncio.Lock()
        self._deferring: asyncio.Task[None] | None = None
        self._may_be_deferred = False
        self._doing: Answer | None = None
        self._message_id: int | None = None
        work.take(self)
        loop = asyncio.get_running_loop()
        self._begun_at = loop.time()
        self._answer_by = self._begun_at + ANSWER_WITHIN_S
        self._timer = loop.call_later(DEFER_AFTER_S, self._start_deferring)

    def _start_deferring(self) -> None:
        self._deferring = asyncio.create_task(self._defer())

    async def _defer(self) -> None:
        async with self._lock:
            if self._interaction.response.is_done():
                return
            try:
                await self._send_until_it_arrives(self._defer_once)
            except _UNANSWERED as error:
                _log_unanswered(self._interaction, error)
            finally:
                # Even one that was lost on its way back may have arrived.
                self._may_be_deferred = True
            await self._show_doing()

    async def tell(self, doing: Answer) -> None:
        """Show what is being done, from when the reply is deferred until it is answered."""
        self._doing = doing
        async with self._lock:
            if self._may_be_deferred:
                await self._show_doing()

    async def _show_doing(self) -> None:
        if self._doing is None:
            return
        try:
            await self._interaction.edit_original_response(
                content=self._doing.content, embed=None, view=None
            )
        except _UNANSWERED as error:
            # What is being done is no answer: that one is tried again.
            _log_unanswered(self._interaction, error)

    async def _defer_once(self) -> None:
        if self._replaces:
            await self._interaction.response.defer()
        else:
            made = await self._interaction.response.defer(ephemeral=self._private, thinking=True)
            self._message_id = made.message_id if made else None

    async def send(
        self,
        answer: Answer,
        *,
        view: discord.ui.View | None = None,
        file: discord.File | None = None,
    ) -> None:
        """Send the answer, or fill it in where the reply was deferred."""
        answer = with_picture(answer, file.filename if file else None)
        shown: dict[str, Any] = {"content": answer.content or None, "embed": answer.embed}
        files = [file] if file else []
        await self._finish(lambda: self._answer(shown, view, files))

    async def make_message(self) -> int | None:
        """Have the answer's message made before anything is in it.

        Returns:
            Its id; None where there is none, which ends the reply.
        """
        self._timer.cancel()
        try:
            async with self._lock:
                if not (self._interaction.response.is_done() or self._may_be_deferred):
                    await self._send_until_it_arrives(self._defer_once)
                    self._may_be_deferred = True
            if self._message_id is None:
                self._message_id = (await self._interaction.original_response()).id
        except _UNANSWERED as error:
            self.outcome = "unanswered"
            _log_unanswered(self._interaction, error)
            self._let_go()
        return self._message_id

    async def refuse(
        self,
        answer: Answer,
        *,
        view: discord.ui.View | None = None,
        file: discord.File | None = None,
    ) -> None:
        """Send a refusal: privately, and beside a message that the answer would have replaced."""
        given: dict[str, Any] = {"content": answer.content}
        if view is not None:
            given["view"] = view
        await self._finish(lambda: self._answer_beside(given, file))

    async def open_form(self, loading: Awaitable[discord.ui.Modal]) -> None:
        """Open a form as soon as it is loaded, as long as it can still be the first answer."""
        self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(FORM_WITHIN_S, self._start_deferring)
        form = await loading
        await self._finish(lambda: self._answer_with_form(form))

    async def _answer_with_form(self, form: discord.ui.Modal) -> None:
        if not await self._is_first(self._interaction.response.send_modal(form)):
            await self._answer_beside({"content": _TOO_SLOW})

    async def _finish(self, send: Callable[[], Awaitable[None]]) -> None:
        self._timer.cancel()
        async with self._lock:
            try:
                await self._send_until_it_arrives(send)
            except _UNANSWERED as error:
                self.outcome = "unanswered"
                _log_unanswered(self._interaction, error)
            finally:
                self._let_go()

    def _let_go(self) -> None:
        self._work.let_go(self)
        self._measures.interaction(
            name_of(self._interaction),
            self.outcome,
            asyncio.get_running_loop().time() - self._begun_at,
            self._tally.statements,
        )

    async def _send_until_it_arrives(self, send: Callable[[], Awaitable[None]]) -> None:
        """Send, and send again what was lost: Discord takes no second first answer."""
        may_have_arrived = False
        for wait in SEND_AGAIN_AFTER_S:
            try:
                return await send()
            except (discord.HTTPException, *CONNECTION_LOST) as error:
                if may_have_arrived and trouble_of(error) is Trouble.ALREADY_ANSWERED:
                    return None
                if not was_lost(error) or not self._is_awaited_in(wait):
                    raise
                may_have_arrived = True
                await asyncio.sleep(wait)
        return await send()

    def _is_awaited_in(self, seconds: float) -> bool:
        """Tell whether Discord will still take an answer then."""
        if self._interaction.response.is_done() or self._may_be_deferred:
            return True
        return asyncio.get_running_loop().time() + seconds < self._answer_by

    async def _answer(
        self, shown: dict[str, Any], view: discord.ui.View | None, files: list[discord.File]
    ) -> None:
        for file in files:
            file.reset()
        if await self._is_first(self._answer_first(shown, view, files)):
            return
        await self._interaction.edit_original_response(attachments=files, view=view, **shown)

    async def _answer_first(
        self, shown: dict[str, Any], view: discord.ui.View | None, files: list[discord.File]
    ) -> None:
        response = self._interaction.response
        if self._replaces:
            await response.edit_message(attachments=files, view=view, **shown)
        else:
            # Sending takes no None for what is left out; editing needs it to take things away.
            given = {name: value for name, value in shown.items() if value is not None}
            if view is not None:
                given["view"] = view
            await response.send_message(ephemeral=self._private, files=files, **given)

    async def _answer_beside(self, given: dict[str, Any], file: discord.File | None = None) -> None:
        files = [file] if file else []
        for one in files:
            one.reset()
        response = self._interaction.response
        if await self._is_first(response.send_message(ephemeral=True, files=files, **given)):
            return
        if self._replaces:
            await self._interaction.followup.send(ephemeral=True, files=files, **given)
        else:
            await self._interaction.edit_original_response(attachments=files, **given)

    async def _is_first(self, sending: Awaitable[object]) -> bool:
        """Send a first answer; tell whether it was the first, or the reply is deferred already."""
        try:
            await sending
        except discord.InteractionResponded:
            return False
        except discord.HTTPException as error:
            # Deferring may have arrived although its connection was lost.
            if trouble_of(error) is not Trouble.ALREADY_ANSWERED or not self._may_be_deferred:
                raise
            return False
        return True

    def drop(self) -> None:
        """Leave the interaction unanswered: another delivery of it has its answer."""
        self._timer.cancel()
        self.outcome = "twice"
        self._let_go()


async def begin(
    interaction: discord.Interaction,
    *,
    private: bool = True,
    replaces: bool = False,
) -> bool:
    """Start the clock of an interaction that has just arrived.

    Returns:
        Whether to go on; a bot that is stopping says so and takes no more work.
    """
    app = app_of(interaction)
    work = app.work
    started = Reply(interaction, work, private=private, replaces=replaces, measures=app.measures)
    interaction.extras[_REPLY] = started
    if work.is_stopping:
        await started.refuse(refusal("I am just restarting: try again in a minute."))
    return not work.is_stopping


async def reply(
    interaction: discord.Interaction,
    answer: Answer,
    *,
    view: discord.ui.View | None = None,
    file: discord.File | None = None,
) -> None:
    """Answer an interaction."""
    await _reply_of(interaction).send(answer, view=view, file=file)


async def make_message(interaction: discord.Interaction) -> int | None:
    """Have the message of an answer made before anything is in it.

    Returns:
        Its id; None where Discord takes no answer any more: then there is nothing left to do.
    """
    return await _reply_of(interaction).make_message()


async def tell(interaction: discord.Interaction, doing: Answer) -> None:
    """Show what is being done for an interaction, where that takes its time."""
    await _reply_of(interaction).tell(doing)


async def reply_with_form(
    interaction: discord.Interaction, loading: Awaitable[discord.ui.Modal]
) -> None:
    """Answer an interaction with a form.

    Raises:
        Exception: Whatever loading it raises.
    """
    await _reply_of(interaction).open_form(loading)


async def reply_to_error(
    interaction: discord.Interaction,
    error: BaseException,
    *,
    view: discord.ui.View | None = None,
    typed: str = "",
) -> None:
    """Answer an interaction whose work failed: the one error policy of the bot.

    A refusal is answered with its sentence, a redelivered interaction not at all, anything else
    with an apology whose reference stands in the log.

    Args:
        interaction: What failed.
        error: Why.
        view: What stands under the answer.
        typed: What is handed back as it was typed: below the sentence, or in a file where it is
            long.
    """
    answer = answer_for(interaction, error)
    if answer is None:
        _reply_of(interaction).drop()
        return
    _reply_of(interaction).outcome = "refused" if has_its_own_way_back(error) else "failed"
    quoted = quote(typed) if typed.strip() else ""
    file = discord.File(io.BytesIO(typed.encode()), "typed.txt") if quoted is None else None
    shown = replace(answer, content="\n".join(filter(None, (answer.content, quoted))))
    await _reply_of(interaction).refuse(shown, view=view, file=file)


def _reply_of(interaction: discord.Interaction) -> Reply:
    found: Reply = interaction.extras[_REPLY]
    return found


def _log_unanswered(interaction: discord.Interaction, error: Exception) -> None:
    trouble = trouble_of(error)
    write = log.error if trouble is Trouble.UNEXPECTED else log.warning
    write(
        "an answer did not reach Discord",
        interaction=interaction.id,
        trouble=trouble.name,
        error=str(error),
    )
