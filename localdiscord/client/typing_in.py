"""Commands as a person types them, and their options as a client sends them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from localdiscord.rules.errors import DriverError
from localdiscord.rules.permissions import Role
from localdiscord.rules.wire import CommandType, JsonObject, OptionType
from localdiscord.world.files import Upload
from localdiscord.world.model import Channel, Guild, Member, User
from localdiscord.world.world import World

STRING_LENGTH: Final = 6000
"""How long the text of an option may be where the command sets no limit; none is empty."""

_NESTING: Final = (OptionType.SUBCOMMAND, OptionType.GROUP)
_MENTION: Final = re.compile(r"<(?:@[!&]?|#)(\d+)>")


@dataclass(frozen=True)
class Found:
    """A registered command, down to the sub-command that was meant."""

    command: JsonObject
    path: tuple[JsonObject, ...]
    """The groups and the sub-command on the way."""
    options: list[JsonObject]

    @property
    def name(self) -> str:
        """As one types it."""
        words = [self.command["name"], *(step["name"] for step in self.path)]
        return "/" + " ".join(words)

    def option(self, name: str) -> JsonObject | None:
        """Return an option by name."""
        return next((item for item in self.options if item["name"] == name), None)


def find(commands: Iterable[JsonObject], words: list[str]) -> tuple[Found, int]:
    """Return the chat command that ``words`` begin with, and how many of them name it.

    Raises:
        DriverError: the bot has registered none such.
    """
    typed = [item for item in commands if item["type"] == CommandType.CHAT_INPUT]
    command = next((item for item in typed if words and item["name"] == words[0]), None)
    if command is None:
        there = ", ".join(f"/{item['name']}" for item in typed) or "none at all"
        message = f"There is no command /{words[0] if words else ''}. Registered: {there}."
        raise DriverError(message)
    path: list[JsonObject] = []
    options: list[JsonObject] = command.get("options") or []
    while options and options[0]["type"] in _NESTING:
        word = words[len(path) + 1] if len(words) > len(path) + 1 else ""
        step = next((item for item in options if item["name"] == word), None)
        if step is None:
            there = ", ".join(item["name"] for item in options)
            so_far = " ".join(words[: len(path) + 1])
            message = f"/{so_far} goes on with one of: {there}."
            raise DriverError(message)
        path.append(step)
        options = step.get("options") or []
    return Found(command, tuple(path), options), len(path) + 1


def split(found: Found, text: str) -> dict[str, str]:
    """Split what follows a command's name into options: ``text:see you who:@ann``.

    A value ends where the next known option name begins, as in a client.

    Raises:
        DriverError: there is text before the first option.
    """
    names = "|".join(re.escape(item["name"]) for item in found.options)
    pieces = re.split(rf"(?:^|(?<=\s))({names}):", text) if names else [text]
    if pieces[0].strip():
        there = ", ".join(f"{item['name']}:" for item in found.options) or "none"
        message = f"“{pieces[0].strip()}” is no option of {found.name}. Its options: {there}."
        raise DriverError(message)
    return {name: value.strip() for name, value in zip(pieces[1::2], pieces[2::2], strict=True)}


def value_of(option: JsonObject, text: str, guild: Guild) -> object:
    """Return what a typed text stands for, by the option's type.

    Raises:
        DriverError: nothing of that name, or not a number.
    """
    kind = option["type"]
    for choice in option.get("choices") or []:
        if text == choice["name"]:
            return choice["value"]
    try:
        if kind == OptionType.INTEGER:
            return int(text)
        if kind == OptionType.NUMBER:
            return float(text)
    except ValueError as error:
        message = f"{option['name']}: “{text}” is not a number."
        raise DriverError(message) from error
    if kind == OptionType.BOOLEAN:
        return text.casefold() in {"true", "yes"}
    if kind == OptionType.ATTACHMENT:
        path = Path(text).expanduser()
        if not path.is_file():
            message = f"{option['name']}: there is no file {text}."
            raise DriverError(message)
        return Upload(path.name, path.read_bytes())
    if kind in (OptionType.USER, OptionType.MENTIONABLE, OptionType.ROLE, OptionType.CHANNEL):
        return _entity(option, text, guild)
    return text


def _entity(option: JsonObject, text: str, guild: Guild) -> Member | Role | Channel:
    mention = _MENTION.fullmatch(text)
    snowflake = int(mention[1]) if mention else 0
    name = text.lstrip("@#").casefold()
    kind = option["type"]
    if kind in (OptionType.USER, OptionType.MENTIONABLE):
        for member in guild.members.values():
            names = {member.user.name.casefold(), member.display_name.casefold()}
            if member.user.id == snowflake or name in names:
                return member
    if kind in (OptionType.ROLE, OptionType.MENTIONABLE):
        for role in guild.roles.values():
            if role.id == snowflake or role.name.lstrip("@").casefold() == name:
                return role
    if kind == OptionType.CHANNEL:
        for channel in guild.channels.values():
            if channel.id == snowflake or channel.name == name:
                return channel
    message = f"{option['name']}: there is no {text} in {guild.name}."
    raise DriverError(message)


class Filling:
    """Fills in a command's options, and collects what the payload must resolve."""

    def __init__(self, world: World, channel: Channel, found: Found, *, raw: bool) -> None:
        self._world = world
        self._channel = channel
        self._found = found
        self._raw = raw
        self.resolved: JsonObject = {}

    def data(self, values: Mapping[str, object], focused: str | None = None) -> JsonObject:
        """Return the interaction's data.

        Raises:
            DriverError: a client would not have sent it.
        """
        options = [self._option(name, value, focused) for name, value in values.items()]
        if focused is None and not self._raw:
            for option in self._found.options:
                if option.get("required") and option["name"] not in values:
                    message = f"{self._found.name} needs {option['name']}:"
                    raise DriverError(message)
        for step in reversed(self._found.path):
            options = [{"type": step["type"], "name": step["name"], "options": options}]
        command = self._found.command
        data: JsonObject = {
            "id": command["id"],
            "name": command["name"],
            "type": command["type"],
            "options": options,
        }
        if self.resolved:
            data["resolved"] = self.resolved
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return data

    def _option(self, name: str, value: object, focused: str | None) -> JsonObject:
        option = self._found.option(name)
        if option is None:
            if not self._raw:
                there = ", ".join(item["name"] for item in self._found.options) or "none"
                message = f"{self._found.name} has no option {name}. Its options: {there}."
                raise DriverError(message)
            return {"type": int(OptionType.STRING), "name": name, "value": value}
        # What is still being typed may be anything.
        if not self._raw and focused is None:
            check(option, value)
        filled = {"type": option["type"], "name": name, "value": self._sent(value)}
        if name == focused:
            filled["focused"] = True
        return filled

    def _sent(self, value: object) -> object:
        if isinstance(value, Upload):
            attachment = self._world.attach(self._channel, value, None)
            self._resolve("attachments", attachment.id, attachment.payload(ephemeral=True))
            return str(attachment.id)
        return resolve_entity(self.resolved, value, self._channel)

    def _resolve(self, kind: str, snowflake: int, payload: JsonObject) -> None:
        self.resolved.setdefault(kind, {})[str(snowflake)] = payload


def resolve_entity(resolved: JsonObject, value: object, channel: Channel) -> object:
    """Return what is sent for a value: people, roles and channels by id, described beside it."""
    if isinstance(value, Member):
        partial = value.payload(with_user=False)
        for key in ("deaf", "mute"):
            del partial[key]
        partial["permissions"] = str(value.permissions_in(channel))
        resolved.setdefault("users", {})[str(value.user.id)] = value.user.payload()
        resolved.setdefault("members", {})[str(value.user.id)] = partial
        return str(value.user.id)
    if isinstance(value, User):
        resolved.setdefault("users", {})[str(value.id)] = value.payload()
        return str(value.id)
    if isinstance(value, Role):
        resolved.setdefault("roles", {})[str(value.id)] = value.payload()
        return str(value.id)
    if isinstance(value, Channel):
        described = value.payload()
        described["permissions"] = "0"
        resolved.setdefault("channels", {})[str(value.id)] = described
        return str(value.id)
    return value


def check(option: JsonObject, value: object) -> None:
    """Return what a client checks before it sends an option.

    Raises:
        DriverError: it would not send it.
    """
    name, kind = option["name"], OptionType(option["type"])
    wanted: dict[OptionType, tuple[type, ...]] = {
        OptionType.STRING: (str,),
        OptionType.INTEGER: (int,),
        OptionType.NUMBER: (int, float),
        OptionType.BOOLEAN: (bool,),
        OptionType.USER: (Member, User),
        OptionType.CHANNEL: (Channel,),
        OptionType.ROLE: (Role,),
        OptionType.MENTIONABLE: (Member, User, Role),
        OptionType.ATTACHMENT: (Upload,),
    }
    # To Python a yes or no is a number; to a client it is not.
    is_other = isinstance(value, bool) and kind is not OptionType.BOOLEAN
    if is_other or not isinstance(value, wanted[kind]):
        message = f"{name}: takes {kind.name.lower()}, not {value!r}."
        raise DriverError(message)
    choices = [choice["value"] for choice in option.get("choices") or []]
    if choices and value not in choices:
        message = f"{name}: {value!r} is none of the choices {choices}."
        raise DriverError(message)
    size = len(value) if isinstance(value, str) else value
    if isinstance(size, int | float):
        least = option.get("min_length" if kind == OptionType.STRING else "min_value")
        most = option.get("max_length" if kind == OptionType.STRING else "max_value")
        if kind == OptionType.STRING:
            least, most = max(1, least or 1), most or STRING_LENGTH
        if (least is not None and size < least) or (most is not None and size > most):
            message = f"{name}: {value!r} is not within {least} to {most}."
            raise DriverError(message)
