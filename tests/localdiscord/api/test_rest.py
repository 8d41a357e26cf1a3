"""Channels, messages, servers and commands over REST: as strict as Discord."""

from __future__ import annotations

import json

import aiohttp
import pytest

from localdiscord import LocalDiscord, Permissions
from localdiscord.world.model import Channel
from tests.localdiscord.conftest import COMMANDS, Rest

NOTHING = 123


@pytest.fixture
def channel(discord: LocalDiscord) -> Channel:
    return discord.guild().channel("race-day")


def path(channel: Channel, rest_of_it: object = "") -> str:
    start = f"/channels/{channel.id}/messages"
    return f"{start}/{rest_of_it}" if rest_of_it else start


async def post(rest: Rest, channel: Channel, content: str = "hello", **more: object) -> int:
    reply = await rest.call("POST", path(channel), {"content": content, **more})
    assert reply.status == 200, reply.body
    return int(reply.body["id"])


async def test_json_has_no_charset(rest: Rest) -> None:
    reply = await rest.call("GET", "/users/@me")
    assert reply.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("token", [None, "wrong"])
async def test_the_token_must_be_right(rest: Rest, token: str | None) -> None:
    reply = await rest.call("GET", "/users/@me", token=token)
    assert (reply.status, reply.code) == (401, 0)


async def test_an_unknown_route_is_recorded(rest: Rest, discord: LocalDiscord) -> None:
    reply = await rest.call("POST", "/guilds/1/pets", {})
    assert reply.status == 404
    assert discord.unknown_routes == ["POST /api/v10/guilds/1/pets"]
    with pytest.raises(AssertionError, match="unknown route"):
        discord.assert_clean()


async def test_a_body_must_be_json(rest: Rest, channel: Channel) -> None:
    for body in (b"{", b'{"content": "x", "nonce": NaN}'):
        reply = await rest.call("POST", path(channel), data=body)
        assert (reply.status, reply.code) == (400, 50109)


@pytest.mark.parametrize(
    "address",
    [
        "/users/@me",
        "/users/@me/guilds",
        "/oauth2/applications/@me",
        "/applications/@me",
        "/gateway",
        "/gateway/bot",
    ],
)
async def test_what_a_bot_asks_about_itself(rest: Rest, address: str) -> None:
    assert (await rest.call("GET", address)).status == 200


async def test_servers_and_people(rest: Rest, discord: LocalDiscord) -> None:
    team = discord.guild()
    start = f"/guilds/{team.guild.id}"
    racer = team.add_member("racer-2", nick="Speedy")
    assert (await rest.call("GET", start)).body["owner_id"] == str(team.owner.id)
    counted = await rest.call("GET", f"{start}?with_counts=true")
    assert counted.body["approximate_member_count"] == 9
    names = [item["name"] for item in (await rest.call("GET", f"{start}/channels")).body]
    assert names == ["race-day", "general"]
    roles = (await rest.call("GET", f"{start}/roles")).body
    assert [role["name"] for role in roles] == ["@everyone", "ORP Bot"]
    role = await rest.call("GET", f"{start}/roles/{roles[1]['id']}")
    assert role.body["managed"] is True
    assert (await rest.call("GET", f"{start}/members/{racer.id}")).body["nick"] == "Speedy"
    assert (await rest.call("GET", f"/users/{racer.id}")).body["username"] == "racer-2"


async def test_what_is_not_there(rest: Rest, discord: LocalDiscord, channel: Channel) -> None:
    guild = discord.guild().guild
    stranger = discord.world.add_user("stranger")
    expected = {
        f"/channels/{NOTHING}": 10003,
        f"/channels/{NOTHING}/messages": 10003,
        path(channel, NOTHING): 10008,
        f"/guilds/{NOTHING}": 10004,
        f"/guilds/{guild.id}/members/{NOTHING}": 10013,
        f"/guilds/{guild.id}/members/{stranger.id}": 10007,
        f"/guilds/{guild.id}/roles/{NOTHING}": 10011,
        f"/users/{NOTHING}": 10013,
        "/users/racer": 10013,
    }
    for address, code in expected.items():
        reply = await rest.call("GET", address)
        assert (reply.status, reply.code) == (404, code), address
    listed = await rest.call("GET", f"/guilds/{guild.id}/members")
    assert (listed.status, listed.code) == (403, 50001)


async def test_a_message_is_posted_edited_deleted(rest: Rest, channel: Channel) -> None:
    posted = await post(rest, channel, "  one ")
    (message,) = channel.messages
    assert (message.id, message.content) == (posted, "one")
    edit = await rest.call("PATCH", path(channel, posted), {"content": "two"})
    assert edit.body["edited_timestamp"]
    assert [version.content for version in message.edits] == ["one"]
    assert (await rest.call("GET", path(channel, posted))).body["content"] == "two"
    assert (await rest.call("DELETE", path(channel, posted))).status == 204
    assert message.deleted
    for method, body in (("PATCH", {"content": "x"}), ("DELETE", None), ("GET", None)):
        reply = await rest.call(method, path(channel, posted), body)
        assert (reply.status, reply.code) == (404, 10008)


async def test_an_empty_message(rest: Rest, channel: Channel) -> None:
    reply = await rest.call("POST", path(channel), {"content": " "})
    assert (reply.status, reply.code) == (400, 50006)
    posted = await post(rest, channel)
    reply = await rest.call("PATCH", path(channel, posted), {"content": ""})
    assert (reply.status, reply.code) == (400, 50006)
    nothing_in_it = {"content": "", "embeds": [{"color": 7}]}
    assert (await rest.call("PATCH", path(channel, posted), nothing_in_it)).code == 50006
    embed = {"content": "", "embeds": [{"title": "x"}]}
    assert (await rest.call("PATCH", path(channel, posted), embed)).status == 200
    assert len(rest.discord.violations) == 3


async def test_a_limit_is_answered_in_discords_shape(
    rest: Rest,
    channel: Channel,
    discord: LocalDiscord,
) -> None:
    reply = await rest.call("POST", path(channel), {"content": "x" * 2001})
    assert reply.status == 400
    assert reply.body == {
        "message": "Invalid Form Body",
        "code": 50035,
        "errors": {
            "content": {
                "_errors": [
                    {
                        "code": "BASE_TYPE_MAX_LENGTH",
                        "message": "Must be 2000 or fewer in length.",
                    },
                ],
            },
        },
    }
    assert [violation.problem for violation in discord.violations] == [
        "content: Must be 2000 or fewer in length.",
    ]


async def test_the_same_nonce_posts_once(rest: Rest, channel: Channel) -> None:
    first = await post(rest, channel, nonce="heat-1", enforce_nonce=True)
    again = await post(rest, channel, nonce="heat-1", enforce_nonce=True)
    assert first == again
    assert len(channel.messages) == 1
    assert channel.messages[0].nonce == "heat-1"
    # Unless it is enforced, a nonce says nothing; and another one is another message.
    await post(rest, channel, nonce="heat-1")
    await post(rest, channel, nonce="heat-2", enforce_nonce=True)
    assert len(channel.messages) == 3


async def test_a_nonce_is_forgotten(rest: Rest, channel: Channel) -> None:
    await post(rest, channel, nonce="heat-1", enforce_nonce=True)
    # As if it had been posted ten minutes ago.
    channel.messages[0].id -= (10 * 60 * 1000) << 22
    await post(rest, channel, nonce="heat-1", enforce_nonce=True)
    assert len(channel.messages) == 2


async def test_nonces_are_forgotten_when_told_to(
    rest: Rest, channel: Channel, discord: LocalDiscord
) -> None:
    await post(rest, channel, nonce="heat-1", enforce_nonce=True)
    discord.forget_nonces(channel)
    await post(rest, channel, nonce="heat-1", enforce_nonce=True)
    assert len(channel.messages) == 2


async def test_messages_are_listed_in_pages(rest: Rest, channel: Channel) -> None:
    ids = [await post(rest, channel, str(number)) for number in range(7)]

    async def listed(query: str) -> list[int]:
        reply = await rest.call("GET", f"{path(channel)}?{query}")
        return [ids.index(int(item["id"])) for item in reply.body]

    assert await listed("") == [6, 5, 4, 3, 2, 1, 0]
    assert await listed("limit=2") == [6, 5]
    assert await listed(f"before={ids[3]}&limit=2") == [2, 1]
    assert await listed(f"after={ids[3]}&limit=2") == [5, 4]
    assert await listed(f"around={ids[3]}&limit=3") == [4, 3, 2]
    for query in ("limit=0", "limit=101", "limit=all"):
        reply = await rest.call("GET", f"{path(channel)}?{query}")
        assert (reply.status, reply.code) == (400, 50035)


async def test_what_others_write_cannot_be_read(
    rest: Rest,
    channel: Channel,
    discord: LocalDiscord,
) -> None:
    owner = discord.guild().owner
    plain = owner.say(channel, "58.2")
    asked = owner.say(channel, f"<@{discord.world.bot.id}> 58.2")
    assert (await rest.call("GET", path(channel, plain.id))).body["content"] == ""
    assert (await rest.call("GET", path(channel, asked.id))).body["content"].endswith("58.2")
    listed = await rest.call("GET", path(channel))
    assert [bool(item["content"]) for item in listed.body] == [True, False]


async def test_others_messages_are_theirs(
    rest: Rest,
    channel: Channel,
    discord: LocalDiscord,
) -> None:
    said = discord.guild().owner.say(channel, "58.2")
    edit = await rest.call("PATCH", path(channel, said.id), {"content": "x"})
    assert (edit.status, edit.code) == (403, 50005)
    delete = await rest.call("DELETE", path(channel, said.id))
    assert (delete.status, delete.code) == (403, 50013)
    discord.allow(channel, Permissions.MANAGE_MESSAGES)
    assert (await rest.call("DELETE", path(channel, said.id))).status == 204


async def test_permissions_in_a_channel(
    rest: Rest,
    channel: Channel,
    discord: LocalDiscord,
) -> None:
    posted = await post(rest, channel)
    embed = {"embeds": [{"title": "x"}]}
    discord.forbid(channel, "view_channel")
    for method, address, body in (
        ("GET", f"/channels/{channel.id}", None),
        ("GET", path(channel), None),
        ("POST", path(channel), {"content": "x"}),
        ("PATCH", path(channel, posted), {"content": "x"}),
    ):
        reply = await rest.call(method, address, body)
        assert (reply.status, reply.code) == (403, 50001)
    discord.forbid(channel, "send_messages")
    reply = await rest.call("POST", path(channel), {"content": "x"})
    assert (reply.status, reply.code) == (403, 50013)
    assert (await rest.call("POST", f"/channels/{channel.id}/typing")).code == 50013
    # What is posted can still be edited.
    assert (await rest.call("PATCH", path(channel, posted), {"content": "x"})).status == 200
    discord.forbid(channel, "embed_links")
    assert (await rest.call("POST", path(channel), embed)).code == 50013
    assert (await rest.call("POST", path(channel), {"content": "x"})).status == 200
    discord.forbid(channel, "read_message_history")
    assert (await rest.call("GET", path(channel))).body == []
    assert (await rest.call("GET", path(channel, posted))).code == 50013
    discord.allow(channel)
    assert (await rest.call("POST", path(channel), embed)).status == 200


async def test_a_deleted_channel(rest: Rest, channel: Channel, discord: LocalDiscord) -> None:
    posted = await post(rest, channel)
    discord.delete_channel(channel)
    for method, address, body in (
        ("POST", path(channel), {"content": "x"}),
        ("PATCH", path(channel, posted), {"content": "x"}),
        ("GET", f"/channels/{channel.id}", None),
    ):
        reply = await rest.call(method, address, body)
        assert (reply.status, reply.code) == (404, 10003)


async def test_without_the_bot_in_it_a_server_is_closed(
    rest: Rest,
    channel: Channel,
    discord: LocalDiscord,
) -> None:
    discord.world.remove_bot(channel.guild)
    for address in (f"/guilds/{channel.guild.id}", f"/channels/{channel.id}"):
        reply = await rest.call("GET", address)
        assert (reply.status, reply.code) == (403, 50001)
    assert (await rest.call("GET", "/users/@me/guilds")).body == []
    discord.world.invite_bot(channel.guild)
    assert (await rest.call("GET", f"/guilds/{channel.guild.id}")).status == 200


def form(body: object, *files: tuple[str, bytes]) -> aiohttp.FormData:
    data = aiohttp.FormData(quote_fields=False)
    data.add_field("payload_json", json.dumps(body))
    for index, (name, content) in enumerate(files):
        data.add_field(f"files[{index}]", content, filename=name)
    return data


async def test_files_come_with_messages_and_can_be_fetched(rest: Rest, channel: Channel) -> None:
    body = {
        "attachments": [{"id": 0, "filename": "laps.csv", "description": "All laps"}],
        "embeds": [{"title": "x", "image": {"url": "attachment://chart.png"}}],
    }
    data = form(body, ("other.csv", b"58.2"), ("chart.png", b"png"))
    reply = await rest.call("POST", path(channel), data=data)
    (listed,) = reply.body["attachments"]
    assert (listed["filename"], listed["size"], listed["description"]) == (
        "laps.csv",
        4,
        "All laps",
    )
    async with aiohttp.ClientSession() as session:
        async with session.get(listed["url"]) as response:
            assert await response.read() == b"58.2"
        async with session.get(reply.body["embeds"][0]["image"]["url"]) as response:
            assert await response.read() == b"png"
            assert response.content_type == "image/png"
        async with session.get(listed["url"].replace("laps", "other")) as response:
            assert response.status == 404


async def test_an_edit_keeps_the_files_it_lists(rest: Rest, channel: Channel) -> None:
    data = form({}, ("a.csv", b"a"), ("b.csv", b"b"))
    reply = await rest.call("POST", path(channel), data=data)
    address = path(channel, reply.body["id"])
    (message,) = channel.messages
    await rest.call("PATCH", address, {"content": "x"})
    assert [item.filename for item in message.attachments] == ["a.csv", "b.csv"]
    kept = [{"id": reply.body["attachments"][1]["id"]}, {"id": 0, "filename": "c.csv"}]
    await rest.call("PATCH", address, data=form({"attachments": kept}, ("c", b"c")))
    assert [item.filename for item in message.attachments] == ["b.csv", "c.csv"]
    await rest.call("PATCH", address, {"attachments": []})
    assert message.attachments == []


async def test_files_are_few_and_light(rest: Rest, channel: Channel) -> None:
    light = [(f"{number}.csv", b"x") for number in range(11)]
    reply = await rest.call("POST", path(channel), data=form({}, *light))
    assert (reply.status, reply.code) == (400, 50035)
    heavy = [(name, b"x" * 2**20) for name, _ in light]
    reply = await rest.call("POST", path(channel), data=form({}, *heavy))
    assert (reply.status, reply.code) == (413, 40005)
    assert channel.messages == []


async def test_a_file_that_did_not_come(rest: Rest, channel: Channel) -> None:
    body = {"content": "x", "attachments": [{"id": 0, "filename": "a.csv"}]}
    reply = await rest.call("POST", path(channel), body)
    assert (reply.status, reply.code) == (400, 50035)


async def test_files_take_a_permission(
    rest: Rest,
    channel: Channel,
    discord: LocalDiscord,
) -> None:
    discord.forbid(channel, "attach_files")
    reply = await rest.call("POST", path(channel), data=form({}, ("a.csv", b"a")))
    assert (reply.status, reply.code) == (403, 50013)


async def test_a_reply(rest: Rest, channel: Channel) -> None:
    first = await post(rest, channel)
    reply = await rest.call(
        "POST",
        path(channel),
        {"content": "x", "message_reference": {"message_id": first}},
    )
    assert reply.body["message_reference"]["message_id"] == str(first)
    lost = {"content": "x", "message_reference": {"message_id": NOTHING}}
    assert (await rest.call("POST", path(channel), lost)).code == 50035
    lost["message_reference"] = {"message_id": NOTHING, "fail_if_not_exists": False}
    assert (await rest.call("POST", path(channel), lost)).status == 200


async def test_commands_are_written_once_and_keep_their_ids(
    rest: Rest,
    discord: LocalDiscord,
) -> None:
    start = f"/applications/{discord.world.bot.id}/commands"
    (before,) = (await rest.call("GET", start)).body
    assert before["options"][1] == {
        "type": 3,
        "name": "heat",
        "description": "Heat",
        "autocomplete": True,
    }
    (same,) = (await rest.call("PUT", start, COMMANDS)).body
    assert same == before
    assert discord.world.commands.writes == 2
    changed = {**COMMANDS[0], "description": "Store some laps"}
    (after,) = (await rest.call("PUT", start, [changed])).body
    assert after["id"] == before["id"]
    assert after["version"] != before["version"]


async def test_single_commands(rest: Rest, discord: LocalDiscord) -> None:
    guild = discord.guild().guild
    start = f"/applications/{discord.world.bot.id}/guilds/{guild.id}/commands"
    created = await rest.call("POST", start, {"name": "orp", "description": "Card"})
    assert created.status == 201
    one = f"{start}/{created.body['id']}"
    assert (await rest.call("POST", start, {"name": "orp", "description": "x"})).status == 200
    await rest.call("PATCH", one, {"description": "The card"})
    assert (await rest.call("GET", one)).body["description"] == "The card"
    await rest.call("POST", start, {"name": "profile", "description": "x"})
    for wrong in ({"name": "profile"}, {"name": "The card"}, {"description": ""}):
        assert (await rest.call("PATCH", one, wrong)).code == 50035
    assert (await rest.call("DELETE", one)).status == 204
    for method in ("GET", "DELETE"):
        assert (await rest.call(method, one)).code == 10063
    assert [item["name"] for item in (await rest.call("GET", start)).body] == ["profile"]
    seen = [item["name"] for item in discord.world.commands.seen_in(guild.id)]
    assert seen == ["profile", "lap"]


async def test_a_hundred_commands_are_all_there_may_be(rest: Rest, discord: LocalDiscord) -> None:
    start = f"/applications/{discord.world.bot.id}/commands"
    many = [{"name": f"lap-{number}", "description": "x"} for number in range(100)]
    assert (await rest.call("PUT", start, many)).status == 200
    assert (await rest.call("POST", start, {"name": "orp", "description": "x"})).code == 50035
    assert (await rest.call("POST", start, {"name": "lap-7", "description": "y"})).status == 200


async def test_a_bad_command_is_refused(rest: Rest, discord: LocalDiscord) -> None:
    start = f"/applications/{discord.world.bot.id}/commands"
    reply = await rest.call("PUT", start, [{"name": "Lap", "description": ""}])
    assert (reply.status, reply.code) == (400, 50035)
    assert set(reply.body["errors"]["0"]) == {"name", "description"}
    assert (await rest.call("GET", "/applications/1/commands")).code == 10002


async def test_members_only_see_what_they_may_use(rest: Rest, discord: LocalDiscord) -> None:
    start = f"/applications/{discord.world.bot.id}/commands"
    manage = int(Permissions.MANAGE_GUILD)
    command = {"name": "team", "description": "x", "default_member_permissions": manage}
    await rest.call("POST", start, command)
    racer = discord.guild().member("racer-2")
    with pytest.raises(Exception, match="racer-2 does not see /team"):
        await racer.type("race-day", "/team")
    discord.patience.answer_within_s = 0.01
    assert (await discord.guild().owner.type("race-day", "/team")).failed
    promoted = discord.guild().add_member("racer-2", permissions=Permissions.MANAGE_GUILD)
    assert (await promoted.type("race-day", "/team")).failed


async def test_a_request_that_breaks_the_local_discord_is_told(
    rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("never thought of that")

    channel = rest.discord.guild().channel("race-day")
    with monkeypatch.context() as patched:
        patched.setattr(rest.discord.world, "post", break_down)
        reply = await rest.call("POST", f"/channels/{channel.id}/messages", {"content": "Hello"})
    assert reply.status == 500
    with pytest.raises(AssertionError, match="never thought of that"):
        rest.discord.assert_clean()
