"""Who does what on a race day, and everything that they and the team channel get to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from localdiscord import LocalDiscord
from localdiscord.client.answers import Answer, Modal
from localdiscord.client.finding import button_in, select_in
from localdiscord.client.people import Member, Team
from localdiscord.world import model
from localdiscord.world.model import Channel, Message
from tests.e2e.aftermath import Aftermath
from tests.e2e.recorded.sheet import (
    button_words,
    choice_lines,
    command_lines,
    form_lines,
    message_lines,
    quoted,
    visible,
)
from tests.e2e.recorded.words import Words

CHANNEL: Final = "race-day"
LONG: Final = 80
ENDS_HERE: Final = "The day ends here:"


def custom_id(where: Answer | Message, label: str) -> str:
    """Return what a button carries, to be pressed when it is gone."""
    _, button = button_in(where, label, None)
    return (button.custom_id if button else None) or ""


def _short(value: object) -> str:
    """Return what somebody typed or picked, of a long text its beginning and length."""
    if isinstance(value, list):
        return ", ".join(map(_short, value))
    if isinstance(value, model.Member):
        return f"@{value.user.name}"
    text = str(value)
    return text if len(text) <= LONG else f"{text[:LONG]}… ({len(text)} characters)"


class Diary:
    """Does things as a racer would, and writes down what comes of them.

    Args:
        discord: Where the day is.
        after: A look into the bot's database, which tells when all posts are out.
        teams: Who takes part; what is posted in their channels is written down.
    """

    def __init__(self, discord: LocalDiscord, after: Aftermath, *teams: Team) -> None:
        self._discord = discord
        self._after = after
        self._teams = teams
        self._words = Words()
        self._blocks: list[str] = []
        self._posts: dict[int, tuple[int, list[str]]] = {}
        # The teams in which something was done since all posts were out.
        self._busy: set[str] = set()
        for team in teams:
            self._words.name(team.guild.id, team.name)
            for channel in team.guild.channels.values():
                self._words.name(channel.id, f"#{channel.name} of {team.name}")
            for role in team.guild.roles.values():
                self._words.name(role.id, f"@{role.name.lstrip('@')} of {team.name}")
            for member in team.guild.members.values():
                self._words.name(member.user.id, member.user.name)

    def text(self) -> str:
        """Return all that was written down so far."""
        return "\n".join(self._blocks)

    def chapter(self, title: str) -> None:
        """Begin a part of the day."""
        self._write([f"=== {title} ==="])

    def ends(self, reason: Exception) -> None:
        """Write down that the day could not go on."""
        self._write([f"{ENDS_HERE} {type(reason).__name__}", *quoted(str(reason))])

    def commands(self) -> None:
        """Write down all commands as they are registered."""
        self._write(command_lines(self._discord.world.commands.all(None)))

    # What people do

    async def types(self, who: Member, line: str, channel: str = CHANNEL) -> Answer:
        """Type a command."""
        answer = await who.type(channel, line)
        self._tell(who, f"types {line}", answer)
        return answer

    async def closes(self, who: Member, line: str) -> None:
        """Close a session, and say that it is meant where others race there."""
        asked = await self.types(who, line)
        if asked.selects:
            await self.chooses(who, asked, "Close it")

    async def forges(self, who: Member, command: str, **options: object) -> Answer:
        """Give a command with what a client would not send."""
        answer = await who.command(CHANNEL, command, raw=True, **options)
        given = [f"{name.rstrip('_')}:{_short(value)}" for name, value in options.items()]
        self._tell(who, " ".join([f"forges /{command}", *given]), answer)
        return answer

    async def is_offered(
        self, who: Member, command: str, option: str, typed: str = "", **given: object
    ) -> None:
        """Type into an option that suggests something."""
        choices = await who.autocomplete(CHANNEL, command, given, focused=(option, typed))
        before = "".join(f" {name}:{value}" for name, value in given.items())
        head = self._head(who, f"is offered for /{command}{before} {option}:{typed}")
        self._write([head, *choice_lines(choices)])

    async def types_and_says(self, who: Member, line: str, *answers: str) -> Answer:
        """Type a command that asks something, and choose the answers one after another."""
        answer = await self.types(who, line)
        for label in answers:
            answer = await self.chooses(who, answer, label)
        return answer

    async def chooses_from_menu(self, who: Member, name: str, of: Message | Member) -> Answer:
        """Choose a command from the menu of a message or of a person."""
        if isinstance(of, Message):
            answer = await who.message_menu(of, name)
            self._tell(who, f"chooses {name} in the menu of what {of.author.name} said", answer)
        else:
            answer = await who.user_menu(of, name)
            self._tell(who, f"chooses {name} in the menu of {of}", answer)
        return answer

    async def presses(self, who: Member, where: Answer | Message, label: str) -> Answer:
        """Press a button."""
        message, button = button_in(where, label, None)
        told = button_words(button) if button else label
        edits = len(message.edits)
        answer = await who.press(where, label)
        self._tell(who, f"presses {told}", answer, edits)
        return answer

    async def forges_press(self, who: Member, where: Answer | Message, custom_id: str) -> Answer:
        """Press a button that is not there: gone by now, somebody else's, or made up."""
        message, _ = button_in(where, None, custom_id)
        edits = len(message.edits)
        answer = await who.press(where, custom_id=custom_id, raw=True)
        self._tell(who, f"forges a press of {custom_id}", answer, edits)
        return answer

    async def chooses(self, who: Member, where: Answer | Message, picked: str) -> Answer:
        """Choose in a select, by label."""
        message, select = select_in(where, None)
        edits = len(message.edits)
        answer = await who.choose(where, picked)
        self._tell(
            who, f"chooses “{picked}” in {select.custom_id if select else ''}", answer, edits
        )
        return answer

    async def forges_choice(
        self, who: Member, where: Answer | Message, picked: str, custom_id: str
    ) -> Answer:
        """Choose in a select that is not there."""
        message, _ = select_in(where, custom_id)
        edits = len(message.edits)
        answer = await who.choose(where, picked, custom_id=custom_id, raw=True)
        self._tell(who, f"forges the choice of {picked} in {custom_id}", answer, edits)
        return answer

    async def sends(
        self,
        who: Member,
        form: Modal | None,
        values: Mapping[str, object] | None = None,
        *,
        custom_id: str = "",
    ) -> Answer:
        """Send a form off, with some fields changed; under another custom id it is forged."""
        if form is not None and custom_id:
            form = replace(form, custom_id=custom_id)
        answer = await who.submit(form, values, raw=bool(custom_id))
        given = [f"{name}:{_short(value)}" for name, value in (values or {}).items()]
        carried = form.custom_id if form else ""
        self._tell(who, " ".join([f"sends the form {carried}", *given]), answer)
        return answer

    def says(self, who: Member, text: str) -> Message:
        """Say something in the channel, which is no command."""
        message = who.say(CHANNEL, text)
        self._posts[message.id] = (0, message_lines(message))
        self._write([self._head(who, f"says {_short(text)}")])
        return message

    # What comes of it

    async def posts(self) -> None:
        """Wait until all posts are out, and write down those that are new, changed or gone."""
        for team in self._teams:
            if team.name in self._busy:
                await self._after.settled(team)
                # The next change must be posted at once, not after the pause between two edits.
                await self._after.pass_time(team)
            for channel in team.guild.channels.values():
                self._write_posts(channel)
        self._busy.clear()

    def post_with(self, team: Team, text: str) -> Message:
        """Return the newest post of the bot in which something stands."""
        return max(
            (
                message
                for channel in team.guild.channels.values()
                for message in channel.messages
                if message.author.bot and text in message.content
            ),
            key=lambda message: message.id,
        )

    def _write_posts(self, channel: Channel) -> None:
        everybody_sees = [message for message in channel.all_messages if not message.ephemeral]
        # What was ordered in one moment goes out in any order.
        for message in sorted(everybody_sees, key=lambda one: (one.id in self._posts, one.content)):
            number, before = self._posts.get(message.id, (0, None))
            now = ["  it is gone"] if message.deleted else message_lines(message)
            if now == before:
                continue
            where = f"#{channel.name} of {channel.guild.name}"
            if before is None:
                number = self._next_number()
                self._write([f"{where} · post {number} by {message.author.name}", *now])
            else:
                self._write([f"{where} · post {number} is changed", *now])
            self._posts[message.id] = (number, now)

    def _next_number(self) -> int:
        return 1 + max((number for number, _ in self._posts.values()), default=0)

    def _tell(self, who: Member, did: str, answer: Answer, edits_before: int = 0) -> None:
        self._busy.add(who.team.name)
        lines = [self._head(who, did)]
        if answer.failed or answer.loading:
            lines.append("  no answer")
        if answer.modal is not None:
            lines += form_lines(answer.modal)
        for message in answer.messages:
            is_source = message is answer.interaction.source
            if is_source and len(message.edits) == edits_before:
                # Only the acknowledgement of a press, before what came beside it.
                continue
            lines += self._seen(who, message, in_place=is_source)
        self._write(lines)

    def _seen(self, who: Member, message: Message, *, in_place: bool) -> list[str]:
        shown = message_lines(message)
        if message.only_for is not None:
            whose = f"  only {message.only_for.name} sees"
        else:
            number, _ = self._posts.get(message.id, (self._next_number(), None))
            self._posts[message.id] = (number, shown)
            whose = f"  everybody sees post {number}"
        return [whose + (" in its place" if in_place else ""), *shown]

    def _head(self, who: Member, did: str) -> str:
        return f"{who} of {who.team.name} {visible(did)}"

    def _write(self, lines: list[str]) -> None:
        self._blocks.append(self._words.steady("\n".join(lines)) + "\n")
