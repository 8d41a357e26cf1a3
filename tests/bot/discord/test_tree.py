"""Commands are registered when they differ from what Discord knows, and not otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from bot.discord.tree import same_commands

WANTED: dict[str, Any] = {
    "name": "lap",
    "type": 1,
    "description": "Store laps",
    "nsfw": False,
    "default_member_permissions": None,
    "contexts": [0],
    "options": [
        {
            "name": "confidence",
            "type": 4,
            "description": "1 to 5",
            "required": False,
            "min_value": 1,
            "max_value": 5,
        }
    ],
}


def as_discord_answers(**changes: Any) -> dict[str, Any]:
    """Return the command as Discord gives it back: its own fields added, defaults left out."""
    option = dict(WANTED["options"][0])
    del option["required"]
    registered = {key: value for key, value in WANTED.items() if key != "nsfw"}
    registered |= {"id": "1", "application_id": "2", "version": "3", "options": [option]}
    return registered | changes


def test_discords_own_fields_make_no_difference() -> None:
    assert same_commands([WANTED], [as_discord_answers()])


@pytest.mark.parametrize(
    "changes",
    [
        {"description": "Store one lap"},
        {"contexts": [0, 1]},
        {"options": []},
        {"options": [WANTED["options"][0] | {"max_value": 9}]},
        {"options": [WANTED["options"][0] | {"autocomplete": True}]},
        {"options": [*WANTED["options"], {"name": "note", "type": 3, "description": "Note"}]},
    ],
)
def test_whatever_else_differs_is_noticed(changes: dict[str, Any]) -> None:
    assert not same_commands([WANTED], [as_discord_answers(**changes)])


def test_a_missing_or_a_superfluous_command_is_noticed() -> None:
    other = WANTED | {"name": "heat"}
    assert not same_commands([WANTED, other], [as_discord_answers()])
    assert not same_commands([WANTED], [as_discord_answers(), as_discord_answers(name="heat")])
    assert not same_commands([other], [as_discord_answers()])


def test_a_menu_is_another_command_than_a_slash_command_of_its_name() -> None:
    menu: dict[str, Any] = {"name": "ORP card", "type": 2, "contexts": [0], "nsfw": False}
    # Discord gives a menu an empty description, which it was not registered with.
    registered = {"id": "4", "name": "ORP card", "type": 2, "contexts": [0], "description": ""}
    assert same_commands([menu], [registered])
    assert not same_commands([menu], [registered | {"type": 3}])
    assert not same_commands([menu], [registered | {"type": 1}])
    assert not same_commands([menu], [registered | {"contexts": [0, 1]}])
