"""Every limit, one below and one above it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from localdiscord.rules import limits, limits_callbacks, limits_commands
from localdiscord.rules.errors import Problem

Body = dict[str, Any]


def names(cases: list[tuple[str, Body, Body]]) -> list[str]:
    return [case[0] for case in cases]


def button(**changes: object) -> Body:
    return {"type": 2, "style": 2, "label": "Undo", "custom_id": "undo", **changes}


def row(*components: Body) -> Body:
    return {"type": 1, "components": list(components)}


def buttons(count: int) -> list[Body]:
    return [button(custom_id=f"id-{number}") for number in range(count)]


def option(number: int = 0, **changes: object) -> Body:
    return {"label": f"Option {number}", "value": f"value-{number}", **changes}


def select(count: int = 1, **changes: object) -> Body:
    options = [option(number) for number in range(count)]
    return {"type": 3, "custom_id": "select", "options": options, **changes}


def embed(**parts: object) -> Body:
    return {"embeds": [parts]}


def field(name: str = "name", value: str = "value") -> Body:
    return {"name": name, "value": value}


def components(*rows: Body) -> Body:
    return {"components": list(rows)}


ASCII = {"name": "car"}

MESSAGES: list[tuple[str, Body, Body]] = [
    ("content", {"content": "x" * 2000}, {"content": "x" * 2001}),
    ("embeds", {"embeds": [{}] * 10}, {"embeds": [{}] * 11}),
    ("title", embed(title="x" * 256), embed(title="x" * 257)),
    ("description", embed(description="x" * 4096), embed(description="x" * 4097)),
    ("fields", embed(fields=[field()] * 25), embed(fields=[field()] * 26)),
    ("field name", embed(fields=[field("x" * 256)]), embed(fields=[field("x" * 257)])),
    ("field value", embed(fields=[field("x", "x" * 1024)]), embed(fields=[field("x", "x" * 1025)])),
    ("field without value", embed(fields=[field()]), embed(fields=[field("x", "")])),
    ("field of blanks", embed(fields=[field()]), embed(fields=[field(" ")])),
    ("footer", embed(footer={"text": "x" * 2048}), embed(footer={"text": "x" * 2049})),
    ("author", embed(author={"name": "x" * 256}), embed(author={"name": "x" * 257})),
    (
        "6000 in all embeds",
        {"embeds": [{"description": "x" * 4000}, {"description": "x" * 2000}]},
        {"embeds": [{"description": "x" * 4000}, {"title": "x", "description": "x" * 2000}]},
    ),
    ("color", embed(color=0xFFFFFF), embed(color=0x1000000)),
    ("picture", embed(image={"url": "attachment://a.png"}), embed(image={"url": "file:///a"})),
    ("attachments", {"attachments": [{"id": 0}] * 10}, {"attachments": [{"id": 0}] * 11}),
    ("nonce", {"nonce": "x" * 25}, {"nonce": "x" * 26}),
    ("a nonce that is a number", {"nonce": 2**63 - 1}, {"nonce": 2**63}),
    ("id", {"attachments": [{"id": str(2**64 - 1)}]}, {"attachments": [{"id": 2**64}]}),
    ("timestamp", embed(timestamp="2026-03-01T10:00:00+00:00"), embed(timestamp="today")),
    ("link of an embed", embed(url="https://x.test"), embed(url="ftp://x.test")),
    (
        "link of an author",
        embed(author={"name": "x", "url": "https://x.test"}),
        embed(author={"name": "x", "url": "x"}),
    ),
    (
        "picture of an author",
        embed(author={"name": "x", "icon_url": "attachment://a.png"}),
        embed(author={"name": "x", "icon_url": "x"}),
    ),
    (
        "picture of a footer",
        embed(footer={"text": "x", "icon_url": "https://x.test/a.png"}),
        embed(footer={"text": "x", "icon_url": "x"}),
    ),
    ("a poll", {"poll": None}, {"content": "x", "poll": {"question": {"text": "x"}}}),
    ("stickers", {"sticker_ids": []}, {"content": "x", "sticker_ids": ["1"]}),
    (
        "link of a button",
        components(row(button(style=5, custom_id=None, url="discord://-/apps"))),
        components(row(button(style=5, custom_id=None, url="javascript:alert()"))),
    ),
    ("emoji", components(row(button(emoji={"name": "🏁"}))), components(row(button(emoji=ASCII)))),
    (
        "emoji of an option",
        components(row(select(options=[option(emoji={"id": "7", "name": "car"})]))),
        components(row(select(options=[option(emoji=ASCII)]))),
    ),
    (
        "rows",
        components(*(row(item) for item in buttons(5))),
        components(*(row(item) for item in buttons(6))),
    ),
    ("buttons in a row", components(row(*buttons(5))), components(row(*buttons(6)))),
    ("an empty row", components(row(button())), components(row())),
    (
        "button label",
        components(row(button(label="x" * 80))),
        components(row(button(label="x" * 81))),
    ),
    (
        "custom id",
        components(row(button(custom_id="x" * 100))),
        components(row(button(custom_id="x" * 101))),
    ),
    (
        "a button without words",
        components(row(button(label=None, emoji={"name": "🏁"}))),
        components(row(button(label=None))),
    ),
    (
        "a link with a custom id",
        components(row({"type": 2, "style": 5, "label": "x", "url": "https://x.test"})),
        components(row(button(style=5, url="https://x.test"))),
    ),
    ("button style", components(row(button(style=4))), components(row(button(style=7)))),
    (
        "the same custom id twice",
        components(row(*buttons(2))),
        components(row(button()), row(button(label="Redo"))),
    ),
    ("select options", components(row(select(25))), components(row(select(26)))),
    ("a select without options", components(row(select())), components(row(select(0)))),
    (
        "placeholder",
        components(row(select(placeholder="x" * 150))),
        components(row(select(placeholder="x" * 151))),
    ),
    (
        "option label",
        components(row(select(options=[option(label="x" * 100)]))),
        components(row(select(options=[option(label="x" * 101)]))),
    ),
    (
        "option value",
        components(row(select(options=[option(value="x" * 100)]))),
        components(row(select(options=[option(value="x" * 101)]))),
    ),
    (
        "option description",
        components(row(select(options=[option(description="x" * 100)]))),
        components(row(select(options=[option(description="x" * 101)]))),
    ),
    (
        "the same option value twice",
        components(row(select(2))),
        components(row(select(options=[option(1), option(1)]))),
    ),
    (
        "max_values",
        components(row(select(25, max_values=25))),
        components(row(select(25, max_values=26))),
    ),
    (
        "more to choose than there is",
        components(row(select(3, max_values=3))),
        components(row(select(2, max_values=3))),
    ),
    (
        "more to choose than one may",
        components(row(select(3, min_values=2, max_values=2))),
        components(row(select(3, min_values=2))),
    ),
    (
        "a select beside a button",
        components(row(select()), row(button())),
        components(row(select(), button())),
    ),
    ("a row in a row", components(row(button())), components(row(row(button())))),
    ("not a row", components(row(button())), components(button())),
    (
        "mentions parsed and listed",
        {"allowed_mentions": {"parse": ["roles"], "users": ["1"]}},
        {"allowed_mentions": {"parse": ["users"], "users": ["1"]}},
    ),
    (
        "text in a layout",
        {"flags": 1 << 15, "components": [{"type": 10, "content": "x" * 4000}]},
        {"flags": 1 << 15, "components": [{"type": 10, "content": "x" * 2001}] * 2},
    ),
    (
        "all text in a layout",
        {"flags": 1 << 15, "components": [{"type": 10, "content": "x" * 2000}] * 2},
        {"flags": 1 << 15, "components": [{"type": 10, "content": "x" * n} for n in (2000, 2001)]},
    ),
    (
        "a premium button",
        components(row({"type": 2, "style": 6, "sku_id": "1"})),
        components(row({"type": 2, "style": 1, "sku_id": "1"})),
    ),
    (
        "content beside a layout",
        {"flags": 1 << 15, "components": [{"type": 10, "content": "x"}]},
        {"flags": 1 << 15, "components": [{"type": 10, "content": "x"}], "content": "x"},
    ),
    (
        "components in a layout",
        {"flags": 1 << 15, "components": [{"type": 14}] * 40},
        {"flags": 1 << 15, "components": [{"type": 14}] * 41},
    ),
]


@pytest.mark.parametrize(("good", "bad"), [case[1:] for case in MESSAGES], ids=names(MESSAGES))
def test_messages(good: Body, bad: Body) -> None:
    assert limits.message(good) == []
    assert limits.message(bad)


@pytest.mark.parametrize(
    "body",
    [
        "text",
        {"content": 7},
        {"embeds": "none"},
        {"embeds": [{"title": 1, "footer": "text", "image": "url", "fields": {}}]},
        {"components": [7]},
        {"components": {"type": 1}},
        {"attachments": [{"id": "x"}]},
        {"allowed_mentions": "none"},
        {"allowed_mentions": {"users": ["me"]}},
        {"flags": "64"},
        {"nonce": {}},
        {"nonce": True},
        {"attachments": [{"id": True}]},
        {"attachments": [{"id": "٣"}]},
        {"attachments": [{"id": "9" * 5000}]},
        {"components": [row(button(emoji="🏁"))]},
    ],
)
def test_what_is_of_the_wrong_type_is_a_problem_and_no_accident(body: object) -> None:
    assert limits.message(body)


def text_input(**changes: object) -> Body:
    return {"type": 4, "custom_id": "laps", "style": 2, **changes}


def label(**changes: object) -> Body:
    return {"type": 18, "label": "Laps", "component": text_input(), **changes}


def modal(*items: Body, **changes: object) -> Body:
    data = {"custom_id": "form", "title": "Edit laps", "components": list(items), **changes}
    return {"type": 9, "data": data}


def labels(count: int) -> Iterator[Body]:
    for number in range(count):
        yield label(component=text_input(custom_id=f"id-{number}"))


def choices(*items: Body) -> Body:
    return {"type": 8, "data": {"choices": list(items)}}


CALLBACKS: list[tuple[str, Body, Body]] = [
    ("form title", modal(label(), title="x" * 45), modal(label(), title="x" * 46)),
    ("form without title", modal(label()), modal(label(), title="")),
    ("form fields", modal(*labels(5)), modal(*labels(6))),
    ("form without fields", modal(label()), modal()),
    ("field label", modal(label(label="x" * 45)), modal(label(label="x" * 46))),
    ("field description", modal(label(description="x" * 100)), modal(label(description="x" * 101))),
    (
        "field value",
        modal(label(component=text_input(value="x" * 4000))),
        modal(label(component=text_input(value="x" * 4001))),
    ),
    (
        "field value over its own limit",
        modal(label(component=text_input(value="x" * 10, max_length=10))),
        modal(label(component=text_input(value="x" * 11, max_length=10))),
    ),
    (
        "field placeholder",
        modal(label(component=text_input(placeholder="x" * 100))),
        modal(label(component=text_input(placeholder="x" * 101))),
    ),
    (
        "field style",
        modal(label(component=text_input(style=1))),
        modal(label(component=text_input(style=3))),
    ),
    (
        "what a form may hold",
        modal(label(component={"type": 19, "custom_id": "file"})),
        modal(label(component=button())),
    ),
    ("fields in rows", modal(row(text_input(label="Laps"))), modal(row(text_input()))),
    ("the same field twice", modal(*labels(2)), modal(label(), label())),
    (
        "choices",
        choices(*({"name": f"{number}", "value": number} for number in range(25))),
        choices(*({"name": f"{number}", "value": number} for number in range(26))),
    ),
    (
        "choice name",
        choices({"name": "x" * 100, "value": "x"}),
        choices({"name": "x" * 101, "value": "x"}),
    ),
    ("choice without name", choices({"name": "x", "value": 1}), choices({"name": "", "value": 1})),
    (
        "choice value",
        choices({"name": "x", "value": "x" * 100}),
        choices({"name": "x", "value": "x" * 101}),
    ),
    (
        "message",
        {"type": 4, "data": {"content": "x"}},
        {"type": 4, "data": {"content": "x" * 2001}},
    ),
    ("type", {"type": 6}, {"type": 3}),
]


@pytest.mark.parametrize(("good", "bad"), [case[1:] for case in CALLBACKS], ids=names(CALLBACKS))
def test_callbacks(good: Body, bad: Body) -> None:
    assert limits_callbacks.callback(good) == []
    assert limits_callbacks.callback(bad)


def command(**changes: object) -> Body:
    return {"name": "lap", "description": "Store laps", **changes}


def asking(*options: Body) -> Body:
    return command(options=list(options))


def asked(**changes: object) -> Body:
    return {"type": 3, "name": "times", "description": "Lap times", **changes}


def many(count: int, **changes: object) -> list[Body]:
    return [asked(name=f"option-{number}", **changes) for number in range(count)]


def choosing(kind: int, *values: object) -> Body:
    items = [{"name": f"choice {value}", "value": value} for value in values]
    return asking(asked(type=kind, choices=items))


COMMANDS: list[tuple[str, Body, Body]] = [
    ("name", command(name="x" * 32), command(name="x" * 33)),
    ("name of small letters", command(name="lap-2_a"), command(name="Lap")),
    ("name without blanks", command(name="rundenzeit-é"), command(name="lap time")),
    ("menu with blanks", {"type": 3, "name": "Log laps"}, {"type": 3, "name": ""}),
    (
        "menu description",
        {"type": 2, "name": "Card"},
        {"type": 2, "name": "Card", "description": "x"},
    ),
    ("description", command(description="x" * 100), command(description="x" * 101)),
    ("no description", command(), command(description="")),
    ("options", asking(*many(25)), asking(*many(26))),
    ("option name", asking(asked(name="x" * 32)), asking(asked(name="X"))),
    ("option description", asking(asked()), asking(asked(description=""))),
    ("the same option twice", asking(*many(2)), asking(asked(), asked())),
    (
        "required first",
        asking(asked(required=True), asked(name="heat")),
        asking(asked(), asked(name="heat", required=True)),
    ),
    ("option type", asking(asked(type=11)), asking(asked(type=12))),
    (
        "choices",
        asking(asked(choices=[{"name": f"{n}", "value": f"{n}"} for n in range(25)])),
        asking(asked(choices=[{"name": f"{n}", "value": f"{n}"} for n in range(26)])),
    ),
    ("values of choices", choosing(3, "x"), choosing(3, 1)),
    ("values of choices of integers", choosing(4, 1), choosing(4, 1.5)),
    ("names of choices", choosing(10, 1, 1.5), choosing(10, 1, 1)),
    ("choices of people", asking(asked(type=6)), choosing(6, "x")),
    (
        "autocomplete of people",
        asking(asked(type=3, autocomplete=True)),
        asking(asked(type=6, autocomplete=True)),
    ),
    (
        "choices and autocomplete",
        asking(asked(autocomplete=True)),
        asking(asked(autocomplete=True, choices=[{"name": "x", "value": "x"}])),
    ),
    (
        "sub-commands beside options",
        asking(asked(type=1), asked(type=1, name="other")),
        asking(asked(type=1), asked(name="other")),
    ),
    (
        "nesting",
        asking(asked(type=2, options=[asked(type=1, options=[asked()])])),
        asking(asked(type=2, options=[asked(type=2, options=[asked()])])),
    ),
    ("an empty group", asking(asked(type=2, options=[asked(type=1)])), asking(asked(type=2))),
]


@pytest.mark.parametrize(("good", "bad"), [case[1:] for case in COMMANDS], ids=names(COMMANDS))
def test_commands(good: Body, bad: Body) -> None:
    assert limits_commands.commands([good]) == []
    assert limits_commands.commands([bad])
    assert limits_commands.command(good) == []
    assert limits_commands.command(bad)


def test_a_command_is_at_most_8000_characters() -> None:
    def so_long(more: int) -> Body:
        choices = [{"name": f"{number:050}", "value": "x" * 50} for number in range(8)]
        rest = asked(name="pad", description="x" * (14 + more), choices=choices)
        return asking(*many(10, choices=choices[:7]), rest)

    assert limits_commands.command(so_long(0)) == []
    problems = limits_commands.command(so_long(1))
    assert [problem.code for problem in problems] == ["APPLICATION_COMMAND_TOO_LARGE"]


def test_names_are_unique_within_their_type() -> None:
    both = [command(name="lap"), {"type": 3, "name": "lap"}]
    assert limits_commands.commands(both) == []
    assert limits_commands.commands([command(), command(description="another")])


def test_so_many_commands() -> None:
    many_commands = [command(name=f"lap-{number}") for number in range(101)]
    assert limits_commands.commands(many_commands[:100]) == []
    assert limits_commands.commands(many_commands)


def test_problems_say_where() -> None:
    body = components(row(button()), row(button(label="x" * 81, custom_id="other")))
    assert limits.message({"data": 1, **body}, ("data",)) == [
        Problem(
            ("data", "components", 1, "components", 0, "label"),
            "BASE_TYPE_MAX_LENGTH",
            "Must be 80 or fewer in length.",
        ),
    ]
