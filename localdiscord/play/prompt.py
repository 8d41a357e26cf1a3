"""The terminal around the console: a prompt with completion, and news as they come."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout

from localdiscord.play.console import HELP, Console


class Words(Completer):
    """Completes commands, options, buttons, people and channels."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,
    ) -> Iterable[Completion]:
        """Return what the text before the cursor may go on as."""
        text = document.text_before_cursor
        for word in self._console.words():
            if text and word.startswith(text) and word != text:
                yield Completion(word, start_position=-len(text))
        begun = document.get_word_before_cursor(WORD=True)
        for option in self._console.options(text):
            if option.startswith(begun):
                yield Completion(option, start_position=-len(begun))


class Prompt:
    """A prompt, until one quits."""

    def __init__(self, console: Console, *, suggested: str = "") -> None:
        """Prepare it; ``suggested`` is what the arrow up brings first."""
        self._console = console
        self._session: PromptSession[str] = PromptSession(
            completer=Words(console),
            complete_while_typing=False,
            history=InMemoryHistory([suggested] if suggested else None),
        )

    async def run(self) -> None:
        """Read and do, until ``quit``, Ctrl-D or Ctrl-C."""
        with patch_stdout():
            print(f"\n{HELP}\n")
            news = asyncio.create_task(self._tell_news())
            try:
                await self._read()
            finally:
                news.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await news

    async def _read(self) -> None:
        with contextlib.suppress(EOFError, KeyboardInterrupt):
            goes_on = True
            while goes_on:
                line = await self._session.prompt_async(self._console.label, handle_sigint=False)
                goes_on = await self._console.handle(line, self._ask)

    async def _ask(self, label: str, value: str) -> str:
        # The session would complete commands, which are not wanted inside a form.
        session: PromptSession[str] = PromptSession()
        return await session.prompt_async(label, default=value, handle_sigint=False)

    async def _tell_news(self) -> None:
        changed = self._console.team.guild.changed
        while True:
            for piece in await changed.wait_for(self._console.news, None):
                print(f"\n{piece}")
