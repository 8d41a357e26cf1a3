"""Discord's limits for buttons, selects and forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from localdiscord.rules.checks import (
    Problems,
    address,
    as_objects,
    not_among,
    number,
    objects,
    required,
    text,
    wrong_type,
)
from localdiscord.rules.component_types import (
    ACTION_ROW,
    BUTTON,
    CHECKBOX,
    CHECKBOX_GROUP,
    FILE_UPLOAD,
    LABEL,
    LINK_STYLE,
    RADIO_GROUP,
    SELECTS,
    STRING_SELECT,
    TEXT_DISPLAY,
    TEXT_INPUT,
)
from localdiscord.rules.errors import Path, Problem
from localdiscord.rules.wire import JsonObject

ROWS: Final = 5
BUTTONS_IN_ROW: Final = 5
LAYOUT_COMPONENTS: Final = 40
LAYOUT_TEXT: Final = 4000
CUSTOM_ID: Final = 100
BUTTON_LABEL: Final = 80
BUTTON_URL: Final = 512
BUTTON_SCHEMES: Final = ("http", "https", "discord")
SELECT_OPTIONS: Final = 25
SELECT_PLACEHOLDER: Final = 150
OPTION_LABEL: Final = 100
OPTION_VALUE: Final = 100
OPTION_DESCRIPTION: Final = 100
MODAL_TITLE: Final = 45
MODAL_COMPONENTS: Final = 5
INPUT_LABEL: Final = 45
INPUT_VALUE: Final = 4000
INPUT_PLACEHOLDER: Final = 100
LABEL_DESCRIPTION: Final = 100
PREMIUM_STYLE: Final = 6
IN_FORMS: Final = SELECTS | {TEXT_INPUT, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX}


def rows(path: Path, value: object, *, layout: bool) -> Problems:
    """Return what is wrong with the components of a message.

    Args:
        path: where they are in the body.
        value: the components.
        layout: whether the message is made of components only, which may then be of any kind.
    """
    if layout:
        yield from _layout(path, value)
        return
    yield from objects(path, value, ROWS, _row)
    yield from _unique(path, as_objects(value) or [])


def modal(path: Path, value: object) -> Problems:
    """Return what is wrong with a form."""
    if not isinstance(value, dict):
        yield wrong_type(path, "an object")
        return
    yield from text((*path, "title"), value.get("title"), MODAL_TITLE, least=1)
    yield from text((*path, "custom_id"), value.get("custom_id"), CUSTOM_ID, least=1)
    components = value.get("components")
    where = (*path, "components")
    yield from objects(where, components, MODAL_COMPONENTS, _modal_component, least=1)
    yield from _unique(where, as_objects(components) or [])


def _row(path: Path, row: JsonObject) -> Problems:
    if row.get("type") != ACTION_ROW:
        yield not_among((*path, "type"), str(ACTION_ROW))
        return
    where = (*path, "components")
    yield from objects(where, row.get("components"), BUTTONS_IN_ROW, _in_row, least=1)
    children = as_objects(row.get("components")) or []
    if len(children) > 1 and any(child.get("type") in SELECTS for child in children):
        yield Problem(
            where,
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
            "Component layout exceeds the maximum width",
        )


def _in_row(path: Path, item: JsonObject) -> Problems:
    kind = item.get("type")
    if kind == BUTTON:
        yield from _button(path, item)
    elif kind in SELECTS:
        yield from _select(path, item)
    else:
        yield not_among((*path, "type"), "2, 3, 5, 6, 7, 8")


def _button(path: Path, button: JsonObject) -> Problems:
    yield from text((*path, "label"), button.get("label"), BUTTON_LABEL)
    yield from _emoji((*path, "emoji"), button.get("emoji"))
    style = button.get("style")
    if style not in range(1, PREMIUM_STYLE + 1):
        yield not_among((*path, "style"), "1, 2, 3, 4, 5, 6")
    if style == LINK_STYLE:
        yield from text((*path, "url"), button.get("url"), BUTTON_URL)
        yield from address((*path, "url"), button.get("url"), BUTTON_SCHEMES)
        if button.get("custom_id"):
            sentence = "A custom id and url cannot both be specified"
            yield Problem(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", sentence)
    elif style != PREMIUM_STYLE:
        yield from text((*path, "custom_id"), button.get("custom_id"), CUSTOM_ID, least=1)
        if not button.get("label") and not button.get("emoji"):
            sentence = "A button must have a label or an emoji"
            yield Problem(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", sentence)


def _emoji(path: Path, value: object) -> Problems:
    if value is None:
        return
    if not isinstance(value, dict):
        yield wrong_type(path, "an object")
    # A server's own emoji has an id; the name of any other is the emoji itself, and no word.
    elif not value.get("id") and str(value.get("name") or "").isascii():
        yield Problem((*path, "name"), "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")


def _select(path: Path, select: JsonObject) -> Problems:
    yield from text((*path, "custom_id"), select.get("custom_id"), CUSTOM_ID, least=1)
    yield from text((*path, "placeholder"), select.get("placeholder"), SELECT_PLACEHOLDER)
    yield from number((*path, "min_values"), select.get("min_values"), 0, SELECT_OPTIONS)
    yield from number((*path, "max_values"), select.get("max_values"), 1, SELECT_OPTIONS)
    numbers = [select.get("min_values"), select.get("max_values")]
    least, most = (item if isinstance(item, int) else 1 for item in numbers)
    if least > most:
        sentence = "min_values must be less than or equal to max_values"
        yield Problem((*path, "min_values"), "NUMBER_TYPE_MAX", sentence)
    if select.get("type") != STRING_SELECT:
        return
    where = (*path, "options")
    yield from objects(where, select.get("options"), SELECT_OPTIONS, _option, least=1)
    options = as_objects(select.get("options")) or []
    if len(options) < most:
        sentence = f"Must be between {most} and {SELECT_OPTIONS} in length."
        yield Problem(where, "BASE_TYPE_BAD_LENGTH", sentence)
    values = Counter(str(item.get("value")) for item in options)
    if any(count > 1 for count in values.values()):
        sentence = "The specified option value is already used"
        yield Problem(where, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", sentence)


def _option(path: Path, option: JsonObject) -> Problems:
    yield from text((*path, "label"), option.get("label"), OPTION_LABEL, least=1)
    yield from text((*path, "value"), option.get("value"), OPTION_VALUE, least=1)
    yield from text((*path, "description"), option.get("description"), OPTION_DESCRIPTION)
    yield from _emoji((*path, "emoji"), option.get("emoji"))


def _modal_component(path: Path, item: JsonObject) -> Problems:
    kind = item.get("type")
    if kind == LABEL:
        yield from text((*path, "label"), item.get("label"), INPUT_LABEL, least=1)
        yield from text((*path, "description"), item.get("description"), LABEL_DESCRIPTION)
        inner = item.get("component")
        if isinstance(inner, dict):
            yield from _in_form((*path, "component"), inner)
        else:
            yield required((*path, "component"))
    elif kind == ACTION_ROW:
        where = (*path, "components")
        yield from objects(where, item.get("components"), 1, _input_with_label, least=1)
    elif kind != TEXT_DISPLAY:
        yield not_among((*path, "type"), "1, 10, 18")


def _input_with_label(path: Path, item: JsonObject) -> Problems:
    if item.get("type") != TEXT_INPUT:
        yield not_among((*path, "type"), str(TEXT_INPUT))
        return
    yield from text((*path, "label"), item.get("label"), INPUT_LABEL, least=1)
    yield from _in_form(path, item)


def _in_form(path: Path, item: JsonObject) -> Problems:
    if item.get("type") in SELECTS:
        yield from _select(path, item)
        return
    yield from text((*path, "custom_id"), item.get("custom_id"), CUSTOM_ID, least=1)
    if item.get("type") not in IN_FORMS:
        yield not_among((*path, "type"), "3, 4, 5, 6, 7, 8, 19, 21, 22, 23")
    if item.get("type") != TEXT_INPUT:
        return
    if item.get("style") not in (1, 2):
        yield not_among((*path, "style"), "1, 2")
    yield from text((*path, "value"), item.get("value"), INPUT_VALUE)
    yield from text((*path, "placeholder"), item.get("placeholder"), INPUT_PLACEHOLDER)
    yield from number((*path, "min_length"), item.get("min_length"), 0, INPUT_VALUE)
    yield from number((*path, "max_length"), item.get("max_length"), 1, INPUT_VALUE)
    value, most = item.get("value"), item.get("max_length")
    if isinstance(value, str) and isinstance(most, int) and len(value) > most:
        sentence = f"Must be {most} or fewer in length."
        yield Problem((*path, "value"), "BASE_TYPE_MAX_LENGTH", sentence)


def _layout(path: Path, value: object) -> Problems:
    components = as_objects(value)
    if components is None:
        yield wrong_type(path, "a list of objects")
        return
    everything = list(_everything(path, components))
    if len(everything) > LAYOUT_COMPONENTS:
        sentence = f"Total number of components must not exceed {LAYOUT_COMPONENTS}"
        yield Problem(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", sentence)
    length = 0
    for where, item in everything:
        if item.get("type") == ACTION_ROW:
            yield from _row(where, item)
        elif item.get("type") == TEXT_DISPLAY:
            yield from text((*where, "content"), item.get("content"), LAYOUT_TEXT, least=1)
            length += len(str(item.get("content")))
    if length > LAYOUT_TEXT:
        sentence = f"Components displayable text size exceeds maximum size of {LAYOUT_TEXT}"
        yield Problem(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", sentence)
    yield from _unique(path, components)


def _unique(path: Path, components: list[JsonObject]) -> Problems:
    seen: set[str] = set()
    for where, item in _everything(path, components):
        custom_id = item.get("custom_id")
        if not isinstance(custom_id, str):
            continue
        if custom_id in seen:
            sentence = "Component custom id cannot be duplicated"
            yield Problem((*where, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", sentence)
        seen.add(custom_id)


def _everything(
    path: Path,
    components: list[JsonObject],
) -> Iterable[tuple[Path, JsonObject]]:
    for index, item in enumerate(components):
        where = (*path, index)
        yield where, item
        yield from _everything((*where, "components"), as_objects(item.get("components")) or [])
        for key in ("component", "accessory"):
            if isinstance(item.get(key), dict):
                yield (*where, key), item[key]
