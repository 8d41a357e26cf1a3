"""Discord's limits for commands and their options."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Final

from localdiscord.rules.checks import (
    Problems,
    as_objects,
    not_among,
    objects,
    required,
    text,
    wrong_type,
)
from localdiscord.rules.errors import Path, Problem
from localdiscord.rules.wire import CommandType, JsonObject, OptionType

NAME: Final = 32
DESCRIPTION: Final = 100
OPTIONS: Final = 25
CHOICES: Final = 25
CHOICE: Final = 100
COMMANDS: Final = {CommandType.CHAT_INPUT: 100, CommandType.USER: 15, CommandType.MESSAGE: 15}
"""How many of each type one scope holds."""
TOGETHER: Final = 8000
"""Characters of one command: names, descriptions and choices of all its options."""

_NESTING: Final = {OptionType.SUBCOMMAND, OptionType.GROUP}
_WITH_CHOICES: dict[object, tuple[type, ...]] = {
    OptionType.STRING: (str,),
    OptionType.INTEGER: (int,),
    OptionType.NUMBER: (int, float),
}
"""The options that may have choices or suggestions, and what those stand for."""


def commands(body: object) -> list[Problem]:
    """Return what is wrong with a list that replaces all commands."""
    items = as_objects(body)
    if items is None:
        return [wrong_type((), "a list of objects")]
    return list(_commands(items))


def command(body: object) -> list[Problem]:
    """Return what is wrong with one new command."""
    if not isinstance(body, dict):
        return [wrong_type((), "an object")]
    return list(_command((), body))


def changes(body: object) -> list[Problem]:
    """Return what is wrong with the changes of a command, whichever it is."""
    return [] if isinstance(body, dict) else [wrong_type((), "an object")]


def choice(path: Path, item: JsonObject) -> Problems:
    """Return what is wrong with a choice, a registered or a suggested one."""
    yield from text((*path, "name"), item.get("name"), CHOICE, least=1)
    value = item.get("value")
    if isinstance(value, str):
        yield from text((*path, "value"), value, CHOICE)
    elif not isinstance(value, int | float) or isinstance(value, bool):
        yield wrong_type((*path, "value"), "a string or a number")


def _commands(items: list[JsonObject]) -> Problems:
    for index, item in enumerate(items):
        yield from _command((index,), item)
    for kind, most in COMMANDS.items():
        of_kind = [item for item in items if (item.get("type") or 1) == kind]
        if len(of_kind) > most:
            sentence = f"Maximum number of application commands reached ({most})."
            yield Problem((), "APPLICATION_COMMANDS_TOO_MANY", sentence)
        names = Counter(str(item.get("name")) for item in of_kind)
        for index, item in enumerate(items):
            if item in of_kind and names[str(item.get("name"))] > 1:
                sentence = "Application command names must be unique"
                yield Problem((index,), "APPLICATION_COMMANDS_DUPLICATE_NAME", sentence)


def _command(path: Path, item: JsonObject) -> Problems:
    kind = item.get("type") or CommandType.CHAT_INPUT
    if kind not in COMMANDS:
        yield not_among((*path, "type"), "1, 2, 3")
    elif kind == CommandType.CHAT_INPUT:
        yield from _name((*path, "name"), item.get("name"))
        where = (*path, "description")
        yield from text(where, item.get("description"), DESCRIPTION, least=1)
        yield from _options((*path, "options"), item.get("options"), depth=0)
        if _length(item) > TOGETHER:
            sentence = f"Command exceeds maximum size ({TOGETHER})"
            yield Problem(path, "APPLICATION_COMMAND_TOO_LARGE", sentence)
    else:
        yield from text((*path, "name"), item.get("name"), NAME, least=1)
        if item.get("description"):
            sentence = "Context menu commands cannot have description"
            yield Problem(path, "APPLICATION_COMMAND_INVALID_DESCRIPTION", sentence)
        if item.get("options"):
            sentence = "Context menu commands cannot have options"
            yield Problem(path, "APPLICATION_COMMAND_INVALID_OPTIONS", sentence)


def _name(path: Path, value: object) -> Problems:
    yield from text(path, value, NAME, least=1)
    if isinstance(value, str) and (
        value != value.lower() or not all(_in_name(letter) for letter in value)
    ):
        yield Problem(
            path,
            "APPLICATION_COMMAND_INVALID_NAME",
            "Command name is invalid: small letters, digits, - and _ only",
        )


def _in_name(letter: str) -> bool:
    # \p{L}, \p{N}, and the vowel signs that Devanagari and Thai words need.
    return letter in "-_'" or unicodedata.category(letter)[0] in "LNM"


def _options(path: Path, value: object, *, depth: int) -> Problems:
    def check(where: Path, option: JsonObject) -> Problems:
        yield from _option(where, option, depth)

    yield from objects(path, value, OPTIONS, check)
    options = as_objects(value) or []
    names = Counter(str(option.get("name")) for option in options)
    optional_seen = False
    for index, option in enumerate(options):
        if names[str(option.get("name"))] > 1:
            sentence = "Option names must be unique"
            yield Problem((*path, index), "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", sentence)
        if option.get("required") and optional_seen:
            sentence = "Required options must be placed before non-required options"
            yield Problem((*path, index), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", sentence)
        optional_seen = optional_seen or not option.get("required")
    nesting = sum(option.get("type") in _NESTING for option in options)
    if nesting not in (0, len(options)):
        sentence = "Sub-command and sub-command group option types are mutually exclusive to others"
        yield Problem(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", sentence)


def _option(path: Path, option: JsonObject, depth: int) -> Problems:
    yield from _name((*path, "name"), option.get("name"))
    yield from text((*path, "description"), option.get("description"), DESCRIPTION, least=1)
    kind = option.get("type")
    if kind not in tuple(OptionType):
        yield not_among((*path, "type"), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11")
        return
    if kind in _NESTING:
        # A group holds sub-commands, a sub-command holds options; nothing goes deeper.
        if depth > 1 or (kind == OptionType.GROUP and depth > 0):
            sentence = "Sub-command groups cannot be nested"
            yield Problem((*path, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", sentence)
        inner = 1 if kind == OptionType.GROUP else 2
        yield from _options((*path, "options"), option.get("options"), depth=inner)
        if kind == OptionType.GROUP and not option.get("options"):
            yield required((*path, "options"))
        return
    yield from _choices(path, option)


def _choices(path: Path, option: JsonObject) -> Problems:
    where = (*path, "choices")
    yield from objects(where, option.get("choices"), CHOICES, choice)
    if not option.get("choices") and not option.get("autocomplete"):
        return
    if option.get("choices") and option.get("autocomplete"):
        sentence = "Choices and autocomplete are mutually exclusive"
        yield Problem(path, "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", sentence)
    wanted = _WITH_CHOICES.get(option.get("type"))
    if wanted is None:
        sentence = "Only strings and numbers have choices or autocomplete"
        yield Problem(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", sentence)
        return
    names: set[str] = set()
    for index, item in enumerate(as_objects(option.get("choices")) or []):
        if not isinstance(item.get("value"), wanted):
            kind = OptionType(option["type"]).name.lower()
            yield wrong_type((*where, index, "value"), f"of the option's type, {kind}")
        name = str(item.get("name"))
        if name in names:
            code = "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS"
            yield Problem((*where, index), code, "Option choice names must be unique")
        names.add(name)


def _length(item: JsonObject) -> int:
    total = len(str(item.get("name") or "")) + len(str(item.get("description") or ""))
    for inner in as_objects(item.get("options")) or []:
        total += _length(inner)
    for listed in as_objects(item.get("choices")) or []:
        total += len(str(listed.get("name") or "")) + len(str(listed.get("value") or ""))
    return total
