"""A Discord client, and what somebody does at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from localdiscord.client import submitting, typing_in
from localdiscord.client.answers import Answer, Choice, Modal
from localdiscord.client.finding import Place, button_in, channel_in, select_in
from localdiscord.rules.component_types import BUTTON, STRING_SELECT
from localdiscord.rules.errors import DriverError, NoAnswerError
from localdiscord.rules.permissions import Permissions, Role
from localdiscord.rules.wire import CommandType, InteractionType, JsonObject
from localdiscord.world.files import Upload
from localdiscord.world.interactions import Interaction
from localdiscord.world.model import Channel, Member, Message, User
from localdiscord.world.world import World

IN_THREADS: Final = Permissions.SEND_MESSAGES_IN_THREADS
MESSAGE: Final = 4000
"""How long a person's message may be: twice as long as a bot's, for who pays for it."""

Picked: TypeAlias = "str | Client | Member | Role | Channel"


class Discord(Protocol):
    """What a client needs of the Discord it is connected to."""

    @property
    def world(self) -> World:
        """All there is."""
        ...

    async def ask(self, interaction: Interaction) -> Answer:
        """Tell the bot of an interaction and wait for its answer."""
        ...


@dataclass(frozen=True, repr=False)
class Client:
    """Somebody at a Discord client, in one server."""

    discord: Discord
    member: Member

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} of {self.member.guild.name}>"

    def __str__(self) -> str:
        return self.name

    @property
    def id(self) -> int:
        """The user's id."""
        return self.member.user.id

    @property
    def user(self) -> User:
        """The user, wherever they are."""
        return self.member.user

    @property
    def name(self) -> str:
        """The user name."""
        return self.member.user.name

    @property
    def display_name(self) -> str:
        """The name others see here."""
        return self.member.display_name

    @property
    def mention(self) -> str:
        """The text that mentions them."""
        return f"<@{self.id}>"

    # Typing

    async def type(self, channel: Channel | str, text: str) -> Answer:
        """Type a command as a person does: ``/say text:see you who:@ann``.

        Raises:
            DriverError: a client would not send that.
        """
        if not text.startswith("/"):
            message = f"“{text}” is no command: it does not begin with /."
            raise DriverError(message)
        words = text[1:].split()
        found, count = typing_in.find(self._commands(), words)
        rest = text[1:].split(maxsplit=count)
        typed = typing_in.split(found, rest[count] if len(rest) > count else "")
        return await self._typed(self._place(channel), found, typed)

    async def fill_in(
        self, channel: Channel | str, name: str, typed: Mapping[str, str | Upload]
    ) -> Answer:
        """Give a command whose options were filled in one by one, each with a text or a file.

        Raises:
            DriverError: a client would not send that.
        """
        found = self._found(name)
        return await self._typed(self._place(channel), found, typed)

    async def command(
        self,
        channel: Channel | str,
        name: str,
        /,
        *,
        raw: bool = False,
        **options: object,
    ) -> Answer:
        """Give a command with typed options: people, roles and channels as such, files as Upload.

        An option whose name is a Python keyword takes an underscore at its end (``class_``).

        Args:
            channel: where.
            name: with groups and sub-commands, as ``"list show"``.
            raw: send it unchecked, as a forged client does.
            options: by name.

        Raises:
            DriverError: a client would not send that.
        """
        found = self._found(name)
        values = {_option_name(found, key): _plain(value) for key, value in options.items()}
        return await self._command(self._place(channel), found, values, raw=raw)

    async def autocomplete(
        self,
        channel: Channel | str,
        name: str,
        options: Mapping[str, object],
        *,
        focused: tuple[str, str],
    ) -> list[Choice]:
        """Return what is suggested while typing ``focused``, an option's name and its text so far.

        Raises:
            NoAnswerError: nothing came within 3 seconds.
        """
        found = self._found(name)
        option, text = focused
        values = {_option_name(found, key): _plain(value) for key, value in options.items()}
        values[option] = text
        place = self._place(channel)
        filling = typing_in.Filling(self.discord.world, place, found, raw=False)
        data = filling.data(values, focused=option)
        answer = await self._do(InteractionType.AUTOCOMPLETE, place, data)
        if answer.failed:
            message = f"Loading options failed: no suggestions for {found.name} {option}:{text}"
            raise NoAnswerError(message)
        return answer.choices

    async def suggestions(
        self,
        channel: Channel | str,
        name: str,
        typed: Mapping[str, str],
        *,
        focused: tuple[str, str],
    ) -> list[Choice]:
        """Return what is suggested for an option; of the others what is none yet is left out.

        Raises:
            NoAnswerError: nothing came within 3 seconds.
        """
        found = self._found(name)
        values: dict[str, object] = {}
        for key, text in typed.items():
            option = found.option(key)
            if option is not None and key != focused[0]:
                with suppress(DriverError):
                    values[key] = typing_in.value_of(option, text, self.member.guild)
        return await self.autocomplete(channel, name, values, focused=focused)

    async def _typed(
        self, channel: Channel, found: typing_in.Found, typed: Mapping[str, str | Upload]
    ) -> Answer:
        guild = self.member.guild
        values: dict[str, object] = {
            name: text
            if isinstance(text, Upload)
            else typing_in.value_of(found.option(name) or {}, text, guild)
            for name, text in typed.items()
        }
        return await self._command(channel, found, values, raw=False)

    async def _command(
        self,
        channel: Channel,
        found: typing_in.Found,
        values: Mapping[str, object],
        *,
        raw: bool,
    ) -> Answer:
        self._may_use(found.command, channel)
        filling = typing_in.Filling(self.discord.world, channel, found, raw=raw)
        return await self._do(InteractionType.COMMAND, channel, filling.data(values))

    # Menus

    async def message_menu(self, message: Message, name: str) -> Answer:
        """Choose a command from a message's menu.

        Raises:
            DriverError: there is none of that name, or the message is not seen.
        """
        self._sees(message)
        command = self._menu(CommandType.MESSAGE, name)
        self._may_use(command, message.channel)
        data = {
            "id": command["id"],
            "name": name,
            "type": int(CommandType.MESSAGE),
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): message.payload()}},
        }
        return await self._do(InteractionType.COMMAND, message.channel, data, target=message)

    async def user_menu(
        self,
        target: Client | Member,
        name: str,
        channel: Channel | str | None = None,
    ) -> Answer:
        """Choose a command from somebody's menu, in the server's first channel unless said.

        Raises:
            DriverError: there is none of that name.
        """
        command = self._menu(CommandType.USER, name)
        member = target.member if isinstance(target, Client) else target
        place = next(iter(self.member.guild.channels.values()))
        if channel is not None:
            place = self._place(channel)
        self._may_use(command, place)
        resolved: JsonObject = {}
        data = {
            "id": command["id"],
            "name": name,
            "type": int(CommandType.USER),
            "target_id": typing_in.resolve_entity(resolved, member, place),
            "resolved": resolved,
        }
        return await self._do(InteractionType.COMMAND, place, data, target=member)

    # Buttons, selects, forms

    async def press(
        self,
        where: Place,
        label: str | None = None,
        *,
        custom_id: str | None = None,
        raw: bool = False,
    ) -> Answer:
        """Press a button, by label or custom id. A custom id that is not there is a forged one.

        Args:
            where: the message, or the answer it came with.
            label: what is written on it.
            custom_id: instead of the label.
            raw: press it although it is disabled, deleted or somebody else's.

        Raises:
            DriverError: there is no such button, or it cannot be pressed.
        """
        message, button = button_in(where, label, custom_id)
        if not raw:
            self._sees(message)
            if button is not None and button.disabled:
                sentence = f"“{button}” cannot be pressed: it is disabled."
                raise DriverError(sentence)
        data: JsonObject = {
            "component_type": BUTTON,
            "custom_id": custom_id if button is None else button.custom_id,
            "id": 0 if button is None else button.component_id,
        }
        forged: JsonObject | None = None
        if button is None:
            forged = {"type": BUTTON, "style": 2, "label": "forged", "custom_id": custom_id}
        return await self._do(
            InteractionType.COMPONENT,
            message.channel,
            data,
            source=message,
            forged=forged,
        )

    async def choose(
        self,
        where: Place,
        picked: Picked | list[Picked],
        *,
        custom_id: str | None = None,
        raw: bool = False,
    ) -> Answer:
        """Choose in a select: by value or label, or people, roles and channels.

        Args:
            where: the message, or the answer it came with.
            picked: one or several.
            custom_id: which select, where there is more than one.
            raw: choose what is not there, or in a select that is disabled or somebody else's.

        Raises:
            DriverError: there is no such select, or it does not offer that.
        """
        message, select = select_in(where, custom_id)
        values: list[object] = list(picked) if isinstance(picked, list) else [picked]
        values = [_plain(value) for value in values]
        if select is not None:
            if not raw:
                self._sees(message)
            values = submitting.picked(select, values, raw=raw)
        resolved: JsonObject = {}
        data: JsonObject = {
            "component_type": STRING_SELECT if select is None else select.kind,
            "custom_id": custom_id if select is None else select.custom_id,
            "id": 0 if select is None else select.component_id,
            "values": [
                typing_in.resolve_entity(resolved, value, message.channel) for value in values
            ],
        }
        if resolved:
            data["resolved"] = resolved
        forged: JsonObject | None = None
        if select is None:
            forged = {"type": STRING_SELECT, "custom_id": custom_id, "options": []}
        return await self._do(
            InteractionType.COMPONENT,
            message.channel,
            data,
            source=message,
            forged=forged,
        )

    async def submit(
        self,
        modal: Modal | None,
        values: Mapping[str, object] | None = None,
        *,
        raw: bool = False,
    ) -> Answer:
        """Send a form off. Fields that are not named keep what they were filled with.

        Args:
            modal: the form; None, where none has opened, is refused.
            values: by custom id or label; text, a list for selects, Uploads for files.
            raw: send it unchecked, as a forged client does.

        Raises:
            DriverError: a client would not send that.
        """
        if modal is None:
            message = "No form has opened."
            raise DriverError(message)
        opened_by = modal.interaction
        data = submitting.modal_data(
            modal,
            {key: _plain(value) for key, value in (values or {}).items()},
            self.discord.world,
            raw=raw,
        )
        return await self._do(
            InteractionType.MODAL,
            opened_by.channel,
            data,
            source=opened_by.source,
            parent=opened_by,
        )

    # Seeing and talking

    def sees(self, channel: Channel | str) -> list[Message]:
        """Return the messages of a channel as they are on this person's screen, oldest first."""
        return [
            message
            for message in self._place(channel).all_messages
            if not message.deleted and message.only_for in (None, self.user)
        ]

    def say(
        self,
        channel: Channel | str,
        content: str,
        *,
        files: Iterable[Upload] = (),
    ) -> Message:
        """Post a message.

        Raises:
            DriverError: a client would not post that, or not there.
        """
        place, uploads = self._place(channel), dict(enumerate(files))
        needs = Permissions.SEND_MESSAGES if place.parent is None else IN_THREADS
        if not self.member.permissions_in(place) & needs:
            message = f"{self} may not post in #{place.name}."
            raise DriverError(message)
        if len(content) > MESSAGE or not (content.strip() or uploads):
            message = f"A message has 1 to {MESSAGE} characters, not {len(content)}."
            raise DriverError(message)
        return self.discord.world.post(place, self.member, {"content": content}, uploads)

    async def _do(
        self,
        kind: InteractionType,
        channel: Channel,
        data: JsonObject,
        *,
        source: Message | None = None,
        parent: Interaction | None = None,
        forged: JsonObject | None = None,
        target: Message | Member | None = None,
    ) -> Answer:
        interaction = Interaction(
            id=self.discord.world.snowflakes.next(),
            kind=kind,
            application_id=self.discord.world.bot.id,
            member=self.member,
            channel=channel,
            data=data,
            source=source,
            parent=parent,
            forged=forged,
            target_message=target if isinstance(target, Message) else None,
            target_member=target if isinstance(target, Member) else None,
        )
        return await self.discord.ask(interaction)

    def _place(self, channel: Channel | str) -> Channel:
        place = channel_in(self.member.guild, channel) if isinstance(channel, str) else channel
        if not self.member.permissions_in(place) & Permissions.VIEW_CHANNEL:
            message = f"{self} does not see #{place.name}."
            raise DriverError(message)
        return place

    def _found(self, name: str) -> typing_in.Found:
        """Find a command by its name, with groups and sub-commands."""
        return typing_in.find(self._commands(), name.removeprefix("/").split())[0]

    def _commands(self) -> list[JsonObject]:
        return list(self.discord.world.commands.seen_in(self.member.guild.id))

    def _menu(self, kind: CommandType, name: str) -> JsonObject:
        there = [item for item in self._commands() if item["type"] == kind]
        for command in there:
            if command["name"] == name:
                return command
        names = ", ".join(f"“{item['name']}”" for item in there) or "none"
        message = f"The menu has no “{name}”. Registered: {names}."
        raise DriverError(message)

    def _may_use(self, command: JsonObject, channel: Channel) -> None:
        may = self.member.permissions_in(channel)
        needs = int(command["default_member_permissions"] or 0)
        if not may & Permissions.USE_APPLICATION_COMMANDS or may & needs != needs:
            message = f"{self} does not see /{command['name']} in #{channel.name}."
            raise DriverError(message)

    def _sees(self, message: Message) -> None:
        self._place(message.channel)
        if message.deleted:
            sentence = "The message has been deleted."
            raise DriverError(sentence)
        if message.only_for not in (None, self.user):
            sentence = (
                f"Only {message.only_for.name if message.only_for else ''} sees that message."
            )
            raise DriverError(sentence)


def _option_name(found: typing_in.Found, key: str) -> str:
    return key if found.option(key) is not None else key.removesuffix("_")


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.member if isinstance(value, Client) else value
