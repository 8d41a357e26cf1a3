"""Who does what on the weekend, what they see on their phones, and which laps they mean where."""

from __future__ import annotations

import re
import textwrap
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from localdiscord.client.answers import Answer, Modal
from localdiscord.client.finding import button_in
from localdiscord.client.people import Member, Team
from localdiscord.client.show import Screen, show_answer, show_message
from localdiscord.world.model import Message
from tests.e2e.aftermath import Aftermath

CHANNEL: Final = "race-day"
WIDTH: Final = 44
# Session, heat with its class in front, racer: the laps they mean to have there, in ms.
Meant = dict[tuple[str, str, str], list[int]]
_CLOCK: Final = re.compile(r"\b[0-2]?[0-9]:[0-5][0-9](?![.:0-9])")
_ZONE: Final = re.compile(r"Etc/GMT(?:[+-][0-9]+)?")
_BLANK_LINES: Final = re.compile(r"\n{3,}")


class Notebook:
    """Does things as a racer would, and writes down what a phone shows of them.

    Args:
        team: Who is there.
        after: A look into the bot's database.
    """

    def __init__(self, team: Team, after: Aftermath) -> None:
        self._team = team
        self._after = after
        self._screen = Screen(width=WIDTH)
        self._blocks: list[str] = []
        self._lines: list[str] = []
        self._told: dict[int, str] = {}
        self.meant: Meant = defaultdict(list)

    def text(self) -> str:
        """Return all that was written down, as Markdown."""
        self._end_block()
        return "\n\n".join(self._blocks) + "\n"

    # What is written between

    def chapter(self, title: str) -> None:
        """Begin a part of the weekend."""
        self._end_block()
        self._blocks.append(f"## {title}")

    def remark(self, text: str) -> None:
        """Say what happens, or goes wrong."""
        self._end_block()
        self._blocks.append(textwrap.fill(text, 96))

    def remark_as_it_is(self, text: str) -> None:
        """Write something down as it stands."""
        self._end_block()
        self._blocks.append(text)

    async def time_passes(self, minutes: float) -> None:
        """Have it be later, in the bot's database."""
        await self._after.settled(self._team)
        await self._after.time_passes(minutes)

    # What people do

    async def types(self, who: Member, line: str) -> Answer:
        """Type a command."""
        return self._tell(who, line, await who.type(CHANNEL, line))

    async def logs(self, who: Member, times: str, *, at: str, options: str = "") -> Answer:
        """Type laps that belong to a heat, ``Saturday · Buggy Q1``, wherever they go at first."""
        self.means(who, times, at=at)
        return await self.types(who, f"/lap times:{times} {options}".strip())

    def means(self, who: Member, times: str, *, at: str) -> None:
        """Note where laps belong."""
        session, heat = at.split(" · ")
        self.meant[session, heat, who.name] += [round(float(time) * 1000) for time in times.split()]

    async def presses(self, who: Member, where: Answer | Message, label: str) -> Answer:
        """Press a button."""
        _, button = button_in(where, label, None)
        return self._tell(who, f"[{button or label}]", await who.press(where, label))

    async def chooses(self, who: Member, where: Answer | Message, picked: str) -> Answer:
        """Choose in a select, by label."""
        return self._tell(who, f"‹{picked}›", await who.choose(where, picked))

    async def sends(self, who: Member, form: Modal | None, values: Mapping[str, object]) -> Answer:
        """Send a form off, with some fields changed."""
        filled = " ".join(f"{name}:{value}" for name, value in values.items())
        return self._tell(who, f"(form) {filled}", await who.submit(form, values))

    # What comes of it

    async def settles(self) -> None:
        """Wait until what is due is posted, so that posts come in the order they were asked for."""
        await self._after.settled(self._team)

    async def posts(self) -> list[Message]:
        """Wait until all posts are out; write down those that are new or have changed."""
        await self._after.settled(self._team)
        await self._after.pass_time(self._team)
        await self._after.settled(self._team)
        messages = self._team.channel(CHANNEL).messages
        for message in messages:
            shown = show_message(message, self._screen)
            if self._told.get(message.id) != shown:
                changed = " (edited)" if message.id in self._told else ""
                self._told[message.id] = shown
                self._write(f"#{CHANNEL}{changed}", shown)
        return list(messages)

    def _tell(self, who: Member, line: str, answer: Answer) -> Answer:
        assert not answer.failed, line
        self._write(f"{who.name}> {line}", show_answer(answer, self._screen))
        return answer

    def _write(self, head: str, shown: str) -> None:
        wrapped = textwrap.wrap(head.replace("\n", " ⏎ "), WIDTH, subsequent_indent="  ")
        # The time of day is another each time, and with it the zone in which it is noon.
        text = _ZONE.sub("UTC", _CLOCK.sub("‥:‥", shown))
        self._lines += [*wrapped, *text.splitlines(), ""]

    def _end_block(self) -> None:
        if self._lines:
            text = _BLANK_LINES.sub("\n\n", "\n".join(self._lines)).strip("\n")
            self._blocks.append(f"```text\n{text}\n```")
            self._lines = []
