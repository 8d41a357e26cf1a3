"""What one types at the prompt: commands as in Discord, buttons, selects, forms."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from localdiscord.client.answers import Answer, Modal
from localdiscord.client.people import Member, Team
from localdiscord.client.show import PHONE, Screen, show_answer, show_message
from localdiscord.rules.component_types import TEXT_INPUT
from localdiscord.rules.errors import DriverError
from localdiscord.rules.wire import CommandType
from localdiscord.world.components import Field
from localdiscord.world.model import Channel, Message

HELP: Final = """\
/lap times:58.2   a command; Tab completes
[Undo]            press a button you see
choose Club Race  choose in a select
say 58.2 58.1     post a message
menu NAME         the newest message's menu
menu NAME @racer-2   somebody's menu
@racer-2          be somebody else
#pit-lane         go to another channel
help  quit"""

EMPTIES: Final = "-"

Ask = Callable[[str, str], Awaitable[str]]
"""Asks for one line: what is asked, and what is there already."""


@dataclass(frozen=True)
class Seen:
    """How much of a message has been printed."""

    edits: int
    deleted: bool


class Console:
    """Somebody at a prompt. Knows nothing of terminals: it asks and tells."""

    def __init__(
        self,
        team: Team,
        channel: Channel,
        tell: Callable[[str], None],
        screen: Screen = PHONE,
    ) -> None:
        """Start as the team's owner."""
        self._screen = screen
        self.team = team
        self.racer: Member = team.owner
        self.channel = channel
        self._tell = tell
        self._last: dict[Member, Answer] = {}
        self._seen: dict[int, Seen] = {}
        self.news()

    @property
    def label(self) -> str:
        """Who and where one is."""
        return f"{self.racer} #{self.channel.name}> "

    def words(self) -> list[str]:
        """Return what a line may begin with: commands, buttons, people, channels."""
        commands = []
        for command in self.team.discord.world.commands.seen_in(self.team.guild.id):
            if command["type"] == CommandType.CHAT_INPUT:
                commands += _paths(f"/{command['name']}", command.get("options") or [])
        return [
            *commands,
            *(f"[{label}]" for label in self._labels()),
            *(f"@{racer}" for racer in self.team.members),
            *(f"#{channel.name}" for channel in self.team.guild.channels.values()),
        ]

    def options(self, line: str) -> list[str]:
        """Return the options of the command a line begins with, as ``times:``."""
        for command in self.team.discord.world.commands.seen_in(self.team.guild.id):
            for path, names in _leaves(f"/{command['name']}", command.get("options") or []):
                if line.startswith(f"{path} "):
                    return [f"{name}:" for name in names if f" {name}:" not in line]
        return []

    async def handle(self, line: str, ask: Ask) -> bool:
        """Do what a line says; gives False when it says to quit."""
        line = line.strip()
        if line in ("quit", "exit"):
            return False
        try:
            await self._do(line, ask)
        except DriverError as error:
            self._tell(str(error))
        return True

    def news(self) -> list[str]:
        """Return what has been posted, edited and deleted in the team channel since last asked."""
        told = []
        for message in self.channel.all_messages:
            if message.ephemeral or not message.author.bot:
                continue
            now = Seen(len(message.edits), message.deleted)
            before = self._seen.get(message.id)
            if before == now:
                continue
            self._seen[message.id] = now
            if message.deleted:
                told.append(f"#{self.channel.name}: a post was deleted")
            else:
                head = "edited" if before else "new post"
                shown = show_message(message, self._screen)
                told.append(f"#{self.channel.name}, {head}:\n{shown}")
        return told

    async def _do(self, line: str, ask: Ask) -> None:
        word, _, rest = line.partition(" ")
        button = re.fullmatch(r"\[(.+)\]", line)
        if not line:
            return
        if line == "help":
            self._tell(HELP)
        elif line.startswith("/"):
            await self._show(await self.racer.type(self.channel, line), ask)
        elif button is not None or word == "press":
            await self._press(button[1] if button else rest, ask)
        elif word == "choose":
            await self._show(await self.racer.choose(self._with_select(), rest.strip()), ask)
        elif word == "menu":
            await self._menu(rest.strip(), ask)
        elif word == "say":
            self.racer.say(self.channel, rest)
        elif line.startswith("@") and not rest:
            self.racer = self.team.member(line[1:])
        elif line.startswith("#") and not rest:
            self.channel = self.team.channel(line)
            self.news()
        else:
            self._tell("Commands begin with /. Type help for what else there is.")

    async def _press(self, label: str, ask: Ask) -> None:
        for place in self._places():
            if any(button.is_called(label) for button in place.buttons):
                await self._show(await self.racer.press(place, label), ask)
                return
        there = " ".join(f"[{item}]" for item in self._labels()) or "none at all"
        self._tell(f"There is no button [{label}] here, only: {there}.")

    async def _menu(self, name: str, ask: Ask) -> None:
        command, _, person = name.partition(" @")
        if person:
            target = self.team.member(person)
            answer = await self.racer.user_menu(target, command, self.channel)
        elif self.channel.messages:
            answer = await self.racer.message_menu(self.channel.messages[-1], command)
        else:
            self._tell(f"There is no message in #{self.channel.name}.")
            return
        await self._show(answer, ask)

    async def _show(self, answer: Answer, ask: Ask) -> None:
        if answer.messages:
            self._last[self.racer] = answer
        # What everybody sees is told as news.
        if answer.failed or answer.modal or any(item.ephemeral for item in answer.messages):
            self._tell(show_answer(answer, self._screen))
        if answer.modal is not None:
            values = await self._fill_in(answer.modal, ask)
            await self._show(await self.racer.submit(answer.modal, values), ask)

    async def _fill_in(self, modal: Modal, ask: Ask) -> dict[str, object]:
        values: dict[str, object] = {}
        for field in modal.fields:
            if field.kind != TEXT_INPUT:
                values[field.custom_id] = await self._fill_in_choice(field, ask)
            elif field.multiline:
                values[field.custom_id] = await self._fill_in_lines(field, ask)
            else:
                values[field.custom_id] = await ask(f"{field.label}: ", field.value)
        return values

    async def _fill_in_choice(self, field: Field, ask: Ask) -> list[str]:
        labels = {option.label: option.value for option in field.options}
        chosen = [option.label for option in field.options if option.default]
        line = await ask(f"{field.label} ({', '.join(labels)}): ", ", ".join(chosen))
        names = [name.strip() for name in line.split(",") if name.strip()]
        return [labels.get(name, name) for name in names]

    async def _fill_in_lines(self, field: Field, ask: Ask) -> str:
        self._tell(f"{field.label}, as many lines as you like, then an empty one.")
        if field.value:
            self._tell(f"{field.value}\n(An empty line keeps that, {EMPTIES} empties it.)")
        lines: list[str] = []
        while line := await ask(f"{field.label}: ", ""):
            lines.append(line)
        if lines == [EMPTIES]:
            return ""
        return "\n".join(lines) or field.value

    def _places(self) -> list[Answer | Message]:
        """Return where buttons are looked for: the last answer, then the newest post."""
        last = self._last.get(self.racer)
        posts = [item for item in self.channel.messages if item.author.bot]
        return [*([last] if last else []), *posts[-1:]]

    def _labels(self) -> list[str]:
        labels = [str(button) for place in self._places() for button in place.buttons]
        return list(dict.fromkeys(labels))

    def _with_select(self) -> Answer | Message:
        for place in self._places():
            if place.selects:
                return place
        message = "There is no select here."
        raise DriverError(message)


def _leaves(path: str, options: list[dict[str, object]]) -> list[tuple[str, list[str]]]:
    nested = [item for item in options if item["type"] in (1, 2)]
    if not nested:
        return [(path, [str(item["name"]) for item in options])]
    leaves = []
    for item in nested:
        inner = item.get("options")
        leaves += _leaves(f"{path} {item['name']}", inner if isinstance(inner, list) else [])
    return leaves


def _paths(path: str, options: list[dict[str, object]]) -> list[str]:
    return [leaf for leaf, _ in _leaves(path, options)]
