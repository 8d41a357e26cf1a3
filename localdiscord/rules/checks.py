"""The pieces the limits are made of: each finds the problems of one value.

They also take values of the wrong type, and name that as the problem, so that what has passed can
be used without looking again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

from localdiscord.rules.errors import Path, Problem
from localdiscord.rules.wire import JsonObject

Problems = Iterator[Problem]

GREATEST_SNOWFLAKE: Final = 2**64 - 1
SNOWFLAKE_DIGITS: Final = 20


def required(path: Path) -> Problem:
    """Something is missing or empty."""
    return Problem(path, "BASE_TYPE_REQUIRED", "This field is required")


def wrong_type(path: Path, wanted: str) -> Problem:
    """Something is of the wrong type."""
    return Problem(path, "BASE_TYPE_BAD_TYPE", f"Must be {wanted}.")


def not_among(path: Path, choices: str) -> Problem:
    """Say that a value is none of those allowed."""
    return Problem(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{choices}}}.")


def text(path: Path, value: object, most: int, *, least: int = 0) -> Problems:
    """Check a text that may be left out, unless it must have ``least`` characters."""
    if value is None or value == "":
        if least:
            yield required(path)
        return
    if not isinstance(value, str):
        yield wrong_type(path, "a string")
        return
    if least and not value.strip():
        yield required(path)
    elif len(value) > most and least:
        sentence = f"Must be between {least} and {most} in length."
        yield Problem(path, "BASE_TYPE_BAD_LENGTH", sentence)
    elif len(value) > most:
        yield Problem(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def number(path: Path, value: object, least: int, most: int) -> Problems:
    """Check an integer that may be left out."""
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool):
        yield wrong_type(path, "an integer")
    elif value < least:
        sentence = f"int value should be greater than or equal to {least}."
        yield Problem(path, "NUMBER_TYPE_MIN", sentence)
    elif value > most:
        sentence = f"int value should be less than or equal to {most}."
        yield Problem(path, "NUMBER_TYPE_MAX", sentence)


def is_snowflake(value: object) -> bool:
    """Tell whether a value is an id: digits, or a number where the library sends one."""
    if isinstance(value, str):
        digits = value.isascii() and value.isdecimal() and len(value) <= SNOWFLAKE_DIGITS
        return digits and int(value) <= GREATEST_SNOWFLAKE
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    return 0 <= value <= GREATEST_SNOWFLAKE


def address(path: Path, value: object, schemes: Collection[str]) -> Problems:
    """Check an address that must be there, and begin with one of the schemes."""
    if not isinstance(value, str) or not value:
        yield required(path)
        return
    scheme = value.partition(":")[0].lower()
    if scheme not in schemes:
        known = ", ".join(f"'{item}'" for item in schemes)
        sentence = f'Scheme "{scheme}" must be one of ({known}).'
        yield Problem(path, "URL_TYPE_INVALID_SCHEME", sentence)


def objects(
    path: Path,
    value: object,
    most: int,
    check: Callable[[Path, JsonObject], Problems],
    *,
    least: int = 0,
) -> Problems:
    """Check a list of at most ``most`` objects, each checked; it may be left out."""
    items = as_objects(value)
    if items is None:
        yield wrong_type(path, "a list of objects")
        return
    if len(items) < least:
        yield required(path)
    if len(items) > most:
        sentence = f"Must be {most} or fewer in length."
        if least:
            sentence = f"Must be between {least} and {most} in length."
        yield Problem(path, "BASE_TYPE_MAX_LENGTH", sentence)
    for index, item in enumerate(items):
        yield from check((*path, index), item)


def as_objects(value: object) -> list[dict[str, Any]] | None:
    """Return a list of objects, empty where there is none; None for what is no such list."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return None
    return value
