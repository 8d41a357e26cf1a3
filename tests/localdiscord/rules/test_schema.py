"""Bodies against Discord's OpenAPI document, where it is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from localdiscord import LocalDiscord
from localdiscord.page.traffic import parts
from localdiscord.play.cast import PADDOCK
from localdiscord.rules.schema import DEFAULT_DOCUMENT, Schema
from localdiscord.rules.wire import Json
from tests.localdiscord.conftest import Rest
from tests.localdiscord.rules import test_limits

MESSAGES = "/channels/{channel_id}/messages"
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"


@pytest.fixture
def schema() -> Schema:
    """The document's checks; where it has to be, it must be."""
    if not DEFAULT_DOCUMENT.is_file():
        sentence = f"Discord's OpenAPI document is missing: {DEFAULT_DOCUMENT}"
        if "CI" in os.environ:
            pytest.fail(sentence)
        pytest.skip(sentence)
    return Schema()


def test_a_good_body(schema: Schema) -> None:
    assert schema.checked
    body = {"content": "x", "embeds": [{"title": "x"}], "tts": False, "flags": 4096}
    assert schema.problems("POST", MESSAGES, body) == []


async def test_what_only_discord_has_is_called_by_its_name(
    schema: Schema, rest: Rest, discord: LocalDiscord
) -> None:
    path = "/channels/1/messages/2/threads"
    assert schema.operation_at("POST", path) == "create_thread_from_message"
    assert schema.operation_at("POST", "/guilds/1/pets") is None
    reply = await rest.call("POST", path, {"name": "x"})
    assert (reply.status, reply.code) == (404, 0)
    assert reply.body["message"] == (
        "404: Not Found: Discord's create_thread_from_message is not in the local Discord"
    )
    (shown,) = [make() for _, _, make in parts(discord) if make()["path"].endswith("threads")]
    assert shown["says"] == "Discord has create_thread_from_message; the local Discord does not."


def test_ids_may_be_integers(schema: Schema) -> None:
    body = {
        "content": "x",
        "attachments": [{"id": 0, "filename": "laps.png"}],
        "allowed_mentions": {"users": [123]},
    }
    assert schema.problems("POST", MESSAGES, body) == []
    for wrong in (0.5, -1, 2**64, True):
        body["attachments"] = [{"id": wrong}]
        assert schema.problems("POST", MESSAGES, body)


def test_only_ids_that_the_library_sends_so_may_be_integers(schema: Schema) -> None:
    assert schema.problems("POST", MESSAGES, {"content": "x", "sticker_ids": ["1"]}) == []
    assert schema.problems("POST", MESSAGES, {"content": "x", "sticker_ids": [1]})
    reply = {"content": "x", "message_reference": {"message_id": 1}}
    assert schema.problems("POST", MESSAGES, reply) == []


@pytest.mark.parametrize(
    ("route", "cases"),
    [(MESSAGES, test_limits.MESSAGES), (CALLBACK, test_limits.CALLBACKS)],
    ids=["messages", "callbacks"],
)
def test_it_refuses_nothing_that_the_limits_take(
    schema: Schema, route: str, cases: list[tuple[str, test_limits.Body, test_limits.Body]]
) -> None:
    refused = [name for name, good, _ in cases if schema.problems("POST", route, good)]
    assert refused == []


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"content": 7}, "content"),
        ({"embeds": [{"fields": [{"name": "x"}]}]}, "embeds.0.fields.0"),
        ({"embeds": [{"timestamp": 7}]}, "embeds.0.timestamp"),
        ({"components": [{"type": 1, "components": [{"type": 2}]}]}, "components.0.components.0"),
        ({"components": [{"type": 4}]}, "components.0.type"),
        ({"allowed_mentions": {"parse": ["nobody"]}}, "allowed_mentions.parse.0"),
    ],
)
def test_a_bad_body_is_named_with_its_place(schema: Schema, body: Json, where: str) -> None:
    (problem,) = schema.problems("POST", MESSAGES, body)
    assert str(problem).startswith(f"{where}:")


def test_of_several_shapes_the_meant_one_is_checked(schema: Schema) -> None:
    choices = {"type": 8, "data": {"choices": [{"name": "Q1", "value": "q1"}]}}
    assert schema.problems("POST", CALLBACK, choices) == []
    (problem,) = schema.problems("POST", CALLBACK, {"type": 4, "data": {"content": 7}})
    assert str(problem).startswith("data.content: 7 is not of type")
    assert schema.problems("POST", CALLBACK, {"type": 77})


def test_what_the_document_does_not_know_passes(schema: Schema) -> None:
    assert schema.problems("POST", "/no/such/route", {}) == []


def test_without_the_document_everything_passes(tmp_path: Path) -> None:
    schema = Schema(tmp_path / "missing.json")
    assert not schema.checked
    assert schema.problems("POST", MESSAGES, {"content": 7}) == []


async def test_a_violation_is_refused_and_recorded(
    schema: Schema,
    discord: LocalDiscord,
    rest: Rest,
) -> None:
    assert discord.schema_checked is schema.checked
    channel = discord.guild().channel("race-day")
    body = {"embeds": [{"title": "x", "provider": 7}]}
    reply = await rest.call("POST", f"/channels/{channel.id}/messages", body)
    assert (reply.status, reply.code) == (400, 50035)
    (violation,) = discord.violations
    assert (violation.method, violation.route, violation.body) == ("POST", MESSAGES, body)
    assert channel.messages == []
    with pytest.raises(AssertionError, match="provider"):
        discord.assert_clean()


async def test_the_server_works_without_it(tmp_path: Path) -> None:
    async with LocalDiscord(PADDOCK, openapi=tmp_path / "missing.json") as discord:
        assert not discord.schema_checked


def test_a_document_can_be_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"
    document.write_text("{}", encoding="utf-8")
    assert LocalDiscord(PADDOCK, openapi=document).schema_checked
    assert not LocalDiscord(PADDOCK, openapi=document, check_schema=False).schema_checked
