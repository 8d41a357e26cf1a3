"""First answers and what follows them: as strict as Discord."""

from __future__ import annotations

import pytest

from localdiscord import LocalDiscord, Member
from localdiscord.rules.wire import InteractionType
from localdiscord.world.interactions import Interaction
from tests.localdiscord.conftest import Rest, begun

HELLO = {"type": 4, "data": {"content": "hello", "flags": 64}}
FORM = {
    "type": 9,
    "data": {
        "custom_id": "form",
        "title": "Edit laps",
        "components": [
            {
                "type": 18,
                "label": "Laps",
                "component": {"type": 4, "custom_id": "laps", "style": 2},
            },
        ],
    },
}
BUTTON = {
    "type": 1,
    "components": [{"type": 2, "style": 2, "label": "Undo", "custom_id": "undo"}],
}


async def pressed(racer: Member, rest: Rest) -> Interaction:
    """A button of a private answer, pressed and waiting."""
    first = await begun(racer)
    body = {"type": 4, "data": {"content": "hello", "flags": 64, "components": [BUTTON]}}
    assert (await rest.answer(first, body)).status == 200
    assert first.original is not None
    discord = racer.team.discord
    interaction = Interaction(
        id=discord.world.snowflakes.next(),
        kind=InteractionType.COMPONENT,
        application_id=first.application_id,
        member=racer.member,
        channel=first.channel,
        data={"custom_id": "undo", "component_type": 2},
        source=first.original,
    )
    discord.world.begin(interaction)
    return interaction


async def test_an_answer_with_its_message(racer: Member, rest: Rest) -> None:
    interaction = await begun(racer)
    reply = await rest.answer(interaction, HELLO)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.body["interaction"]["response_message_ephemeral"] is True
    assert reply.body["resource"]["message"]["content"] == "hello"


async def test_an_answer_says_what_it_answers(racer: Member, rest: Rest) -> None:
    interaction = await begun(racer)
    await rest.answer(interaction, HELLO)
    reply = await rest.webhook("GET", interaction, "/messages/@original")
    answered = reply.body["interaction_metadata"]
    assert (answered["id"], answered["name"]) == (str(interaction.id), "lap")
    assert answered["user"]["id"] == str(racer.id)


async def test_without_with_response_there_is_nothing_to_read(racer: Member, rest: Rest) -> None:
    interaction = await begun(racer)
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    reply = await rest.call("POST", path, HELLO, token=None)
    assert (reply.status, reply.body) == (204, "")


async def test_an_unknown_interaction(racer: Member, rest: Rest) -> None:
    reply = await rest.call("POST", "/interactions/1/token/callback", HELLO, token=None)
    assert (reply.status, reply.code) == (404, 10062)
    interaction = await begun(racer)
    path = f"/interactions/{interaction.id + 1}/{interaction.token}/callback"
    reply = await rest.call("POST", path, HELLO, token=None)
    assert (reply.status, reply.code) == (404, 10062)


async def test_an_answer_after_three_seconds(
    racer: Member,
    rest: Rest,
    discord: LocalDiscord,
) -> None:
    assert LocalDiscord().patience.answer_within_s == 3.0
    # Nobody knows how long the rest of this takes; far less than a hundred seconds.
    discord.patience.answer_within_s = 3_000.0
    interaction = await begun(racer)
    interaction.created_s -= 2_900.0
    other = await begun(racer)
    other.created_s -= 3_000.0
    assert (await rest.answer(interaction, HELLO)).status == 200
    reply = await rest.answer(other, HELLO)
    assert (reply.status, reply.code) == (404, 10062)
    assert other.late


async def test_a_second_answer(racer: Member, rest: Rest) -> None:
    interaction = await begun(racer)
    await rest.answer(interaction, HELLO)
    reply = await rest.answer(interaction, HELLO)
    assert (reply.status, reply.code) == (400, 40060)


async def test_a_refused_answer_can_be_mended(racer: Member, rest: Rest) -> None:
    interaction = await begun(racer)
    reply = await rest.answer(interaction, {"type": 4, "data": {"content": ""}})
    assert (reply.status, reply.code) == (400, 50006)
    assert (await rest.answer(interaction, HELLO)).status == 200


@pytest.mark.parametrize("body", [{"type": 6}, {"type": 7, "data": {"content": "x"}}, {"type": 8}])
async def test_a_command_is_not_answered_with(
    racer: Member,
    rest: Rest,
    body: dict[str, object],
) -> None:
    if body["type"] == 8:
        body["data"] = {"choices": []}
    reply = await rest.answer(await begun(racer), body)
    assert (reply.status, reply.code) == (400, 50035)
    assert "4, 5, 9" in reply.body["errors"]["type"]["_errors"][0]["message"]


async def test_a_form_is_a_first_answer_and_no_answer_to_a_form(racer: Member, rest: Rest) -> None:
    interaction = await begun(racer)
    assert (await rest.answer(interaction, {"type": 5})).status == 200
    reply = await rest.answer(interaction, FORM)
    assert (reply.status, reply.code) == (400, 40060)
    opener = await begun(racer)
    assert (await rest.answer(opener, FORM)).status == 200
    submitted = Interaction(
        id=racer.team.discord.world.snowflakes.next(),
        kind=InteractionType.MODAL,
        application_id=opener.application_id,
        member=racer.member,
        channel=opener.channel,
        data={"custom_id": "form", "components": []},
        parent=opener,
    )
    racer.team.discord.world.begin(submitted)
    reply = await rest.answer(submitted, FORM)
    assert (reply.status, reply.code) == (400, 50035)
    assert [str(item.problem) for item in rest.discord.violations] == [
        "type: Value must be one of {4, 5}.",
    ]
    # It was opened from a command: there is no message to update.
    reply = await rest.answer(submitted, {"type": 7, "data": {"content": "x"}})
    assert (reply.status, reply.code) == (400, 50035)
    assert (await rest.answer(submitted, HELLO)).status == 200


async def test_a_button_updates_its_message(racer: Member, rest: Rest) -> None:
    interaction = await pressed(racer, rest)
    reply = await rest.answer(interaction, {"type": 7, "data": {"content": "undone"}})
    assert reply.status == 200
    assert interaction.source is not None
    assert interaction.source.content == "undone"
    # What is not mentioned stays.
    assert interaction.source.buttons
    reply = await rest.webhook("GET", interaction, "/messages/@original")
    assert reply.body["id"] == str(interaction.source.id)


async def test_a_deleted_message_cannot_be_updated(racer: Member, rest: Rest) -> None:
    interaction = await pressed(racer, rest)
    assert interaction.source is not None
    racer.team.discord.world.delete_message(interaction.source)
    reply = await rest.answer(interaction, {"type": 7, "data": {"content": "undone"}})
    assert (reply.status, reply.code) == (404, 10008)


async def test_a_follow_up_takes_the_place_of_thinking(racer: Member, rest: Rest) -> None:
    interaction = await begun(racer)
    await rest.answer(interaction, {"type": 5, "data": {"flags": 64}})
    assert interaction.original is not None
    assert interaction.original.loading
    reply = await rest.webhook("POST", interaction, "", {"content": "done"})
    assert reply.body["id"] == str(interaction.original.id)
    assert interaction.original.content == "done"
    # It was promised privately; that it stays.
    assert interaction.original.ephemeral
    assert not interaction.original.loading
    reply = await rest.webhook("POST", interaction, "", {"content": "more", "flags": 64})
    assert [message.content for message in interaction.followups] == ["more"]


async def test_the_original_is_fetched_edited_deleted(racer: Member, rest: Rest) -> None:
    interaction = await begun(racer)
    await rest.answer(interaction, HELLO)
    path = "/messages/@original"
    edit = await rest.webhook("PATCH", interaction, path, {"content": "changed"})
    assert edit.body["content"] == "changed"
    assert (await rest.webhook("GET", interaction, path)).body["content"] == "changed"
    assert (await rest.webhook("DELETE", interaction, path)).status == 204
    for method, body in (("GET", None), ("PATCH", {"content": "x"}), ("DELETE", None)):
        reply = await rest.webhook(method, interaction, path, body)
        assert (reply.status, reply.code) == (404, 10008)


async def test_a_token_reaches_its_own_messages_only(racer: Member, rest: Rest) -> None:
    one, other = await begun(racer), await begun(racer)
    await rest.answer(one, HELLO)
    await rest.answer(other, HELLO)
    assert other.original is not None
    reply = await rest.webhook("PATCH", one, f"/messages/{other.original.id}", {"content": "x"})
    assert (reply.status, reply.code) == (404, 10008)


async def test_nothing_follows_before_the_first_answer(racer: Member, rest: Rest) -> None:
    reply = await rest.webhook("POST", await begun(racer), "", {"content": "x"})
    assert (reply.status, reply.code) == (404, 10015)


async def test_the_token_dies_after_fifteen_minutes(racer: Member, rest: Rest) -> None:
    interaction = await begun(racer)
    await rest.answer(interaction, HELLO)
    interaction.created_s -= 15 * 60 - 100
    assert (await rest.webhook("POST", interaction, "", {"content": "x"})).status == 200
    interaction.created_s -= 100
    reply = await rest.webhook("POST", interaction, "", {"content": "x"})
    assert (reply.status, reply.code) == (401, 50027)


async def test_private_answers_are_hidden_from_the_channel(racer: Member, rest: Rest) -> None:
    interaction = await begun(racer)
    await rest.answer(interaction, HELLO)
    assert interaction.original is not None
    path = f"/channels/{interaction.channel.id}/messages"
    assert (await rest.call("GET", path)).body == []
    reply = await rest.call("GET", f"{path}/{interaction.original.id}")
    assert (reply.status, reply.code) == (404, 10008)


@pytest.mark.usefixtures("rest")
async def test_an_interaction_says_what_discord_says(racer: Member, discord: LocalDiscord) -> None:
    interaction = await begun(racer, "/lap times:58.2 heat:Q1")
    payload = interaction.payload(discord.world.bot_in(interaction.channel.guild))
    assert payload["type"] == 2
    assert payload["context"] == 0
    assert payload["guild_locale"] == "en-GB"
    assert payload["authorizing_integration_owners"] == {"0": str(interaction.channel.guild.id)}
    assert payload["member"]["user"]["global_name"] is None
    assert int(payload["member"]["permissions"]) == racer.member.permissions_in(interaction.channel)
    assert int(payload["app_permissions"]) > 0
    assert payload["channel"]["id"] == payload["channel_id"]
    assert payload["entitlements"] == []
    assert payload["data"]["options"] == [
        {"type": 3, "name": "times", "value": "58.2"},
        {"type": 3, "name": "heat", "value": "Q1"},
    ]
