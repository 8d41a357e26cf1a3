"""Buttons, selects and forms: read from what a bot sent, as a person sees them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from localdiscord.rules.component_types import ACTION_ROW, BUTTON, LABEL, SELECTS, TEXT_DISPLAY
from localdiscord.rules.wire import JsonObject


@dataclass(frozen=True)
class Button:
    """A button under a message; a link has no custom id."""

    label: str
    emoji: str
    custom_id: str | None
    style: int
    disabled: bool
    url: str | None
    component_id: int

    def __str__(self) -> str:
        return " ".join(part for part in (self.emoji, self.label) if part)

    def is_called(self, name: str) -> bool:
        """Tell whether that is written on it, with or without its emoji."""
        return name.casefold() in (self.label.casefold(), str(self).casefold())


@dataclass(frozen=True)
class SelectOption:
    """One line of a select."""

    label: str
    value: str
    description: str | None
    default: bool


@dataclass(frozen=True)
class Select:
    """A select under a message. Only string selects carry options."""

    custom_id: str
    kind: int
    placeholder: str | None
    options: tuple[SelectOption, ...]
    min_values: int
    max_values: int
    disabled: bool
    component_id: int


@dataclass(frozen=True)
class Field:
    """One thing a form asks for."""

    custom_id: str
    label: str
    description: str | None
    kind: int
    value: str
    placeholder: str | None
    required: bool
    min_length: int
    max_length: int
    multiline: bool
    options: tuple[SelectOption, ...]
    people: tuple[int, ...]
    """Who is picked beforehand, by user id."""
    component_id: int


def walk(components: list[JsonObject]) -> Iterator[JsonObject]:
    """Return every component, from the top down, those inside others included."""
    for component in components:
        yield component
        inner = list(component.get("components") or [])
        inner.extend(component[key] for key in ("component", "accessory") if component.get(key))
        yield from walk(inner)


def numbered(components: list[JsonObject]) -> list[JsonObject]:
    """Return a copy in which every component has an id, as Discord gives them out."""
    taken = {component["id"] for component in walk(components) if component.get("id")}
    free = (number for number in itertools.count(1) if number not in taken)
    return [_numbered(component, free) for component in components]


def _numbered(component: JsonObject, free: Iterator[int]) -> JsonObject:
    copy = dict(component)
    copy["id"] = component.get("id") or next(free)
    if "components" in component:
        copy["components"] = [_numbered(child, free) for child in component["components"]]
    for key in ("component", "accessory"):
        if component.get(key):
            copy[key] = _numbered(component[key], free)
    return copy


def buttons_of(components: list[JsonObject]) -> list[Button]:
    """Return all buttons, in order."""
    return [_button(item) for item in walk(components) if item["type"] == BUTTON]


def selects_of(components: list[JsonObject]) -> list[Select]:
    """Return all selects, in order."""
    return [_select(item) for item in walk(components) if item["type"] in SELECTS]


def texts_of(components: list[JsonObject]) -> list[str]:
    """Return what text components say, in order."""
    return [item["content"] for item in walk(components) if item["type"] == TEXT_DISPLAY]


def fields_of(components: list[JsonObject]) -> list[Field]:
    """Return all fields of a form, in order, in labels as well as in rows."""
    fields = []
    for item in components:
        if item["type"] == LABEL:
            fields.append(_field(item["component"], item["label"], item.get("description")))
        elif item["type"] == ACTION_ROW:
            fields.extend(
                _field(child, child.get("label") or "", None) for child in item["components"]
            )
    return fields


def _button(item: JsonObject) -> Button:
    return Button(
        label=item.get("label") or "",
        emoji=(item.get("emoji") or {}).get("name") or "",
        custom_id=item.get("custom_id"),
        style=item["style"],
        disabled=bool(item.get("disabled")),
        url=item.get("url"),
        component_id=item.get("id") or 0,
    )


def _options(item: JsonObject) -> tuple[SelectOption, ...]:
    return tuple(
        SelectOption(
            label=option["label"],
            value=option["value"],
            description=option.get("description"),
            default=bool(option.get("default")),
        )
        for option in item.get("options") or []
    )


def _select(item: JsonObject) -> Select:
    smallest, greatest = item.get("min_values"), item.get("max_values")
    return Select(
        custom_id=item["custom_id"],
        kind=item["type"],
        placeholder=item.get("placeholder"),
        options=_options(item),
        min_values=1 if smallest is None else smallest,
        max_values=1 if greatest is None else greatest,
        disabled=bool(item.get("disabled")),
        component_id=item.get("id") or 0,
    )


def _field(item: JsonObject, label: str, description: str | None) -> Field:
    required = item.get("required")
    return Field(
        custom_id=item["custom_id"],
        label=label,
        description=description,
        kind=item["type"],
        value=item.get("value") or "",
        placeholder=item.get("placeholder"),
        # Discord's default, for checkboxes too: what is not said to be optional is required.
        required=True if required is None else bool(required),
        min_length=item.get("min_length") or 0,
        max_length=item.get("max_length") or 4000,
        multiline=item.get("style") == 2,
        options=_options(item),
        people=tuple(
            int(one["id"]) for one in item.get("default_values") or [] if one["type"] == "user"
        ),
        component_id=item.get("id") or 0,
    )
