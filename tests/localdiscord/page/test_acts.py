"""What each sees at the page, and what it does for them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import pytest

from localdiscord import LocalDiscord, Member
from localdiscord.page.acts import Acts
from localdiscord.page.window import Window, somebody
from tests.localdiscord.stub_bot import StubBot


def window(discord: LocalDiscord, member: Member, dismissed: set[int]) -> Window:
    who = somebody(discord, member.member.guild.id, member.id)
    assert who is not None
    return Window(discord, who, dismissed)


def messages(news: dict[str, Any] | None) -> list[dict[str, Any]]:
    put = (news or {"put": {}})["put"]
    return [value for name, value in put.items() if name.startswith("message/")]


async def test_each_sees_their_own_answers_and_only_news(
    discord: LocalDiscord, bot: StubBot, racer: Member
) -> None:
    dismissed: set[int] = set()
    own = window(discord, racer, dismissed)
    other = window(discord, discord.guild().owner, dismissed)
    assert own.news() is not None
    assert own.news() is None
    other.news()
    answer = await racer.type("race-day", "/echo text:hello")
    (seen,) = messages(own.news())
    assert (seen["content"], seen["private"]) == ("hello", True)
    assert seen["used"]["command"] == "/echo"
    assert messages(other.news()) == []
    await racer.press(answer, "To 1")
    (seen,) = messages(own.news())
    assert (seen["content"], seen["edited"]) == ("count 1", True)
    assert answer.message is not None
    dismissed.add(answer.message.id)
    assert own.news() == {"put": {}, "gone": [f"message/{answer.message.id}"]}


async def test_who_sees_no_channel_sees_nothing_of_it(discord: LocalDiscord, bot: StubBot) -> None:
    stranger = discord.add_guild("Elsewhere", owner="dana").owner
    await discord.guild().owner.type("race-day", "/echo text:hello public:true")
    assert messages(window(discord, stranger, set()).news()) == []


# What it does


@dataclass
class Hand:
    """Somebody who does things through the page."""

    discord: LocalDiscord
    member: Member
    acts: Acts

    async def do(self, act: str, /, **asked: object) -> dict[str, Any]:
        channel = self.member.team.channel("race-day")
        where = {
            "server": str(self.member.member.guild.id),
            "me": str(self.member.id),
            "channel": str(channel.id),
        }
        return await self.acts.do(act, where | asked)

    @property
    def last(self) -> Any:
        return self.member.sees("race-day")[-1]


@pytest.fixture
def hand(discord: LocalDiscord, bot: StubBot, racer: Member) -> Hand:
    return Hand(discord, racer, Acts(discord, set()))


async def test_options_are_texts_and_files(hand: Hand) -> None:
    file = {"name": "laps.csv", "data": base64.b64encode(b"58.2").decode()}
    options = {"number": "3", "racer": f"<@{hand.member.id}>", "level": "Pro", "file": file}
    came = await hand.do("command", name="types", options=options)
    assert came == {"failed": False, "form": None}
    assert "number=3 racer=racer-2 file=laps.csv:58.2 level=Pro" in hand.last.content


async def test_what_a_client_refuses_is_said(hand: Hand) -> None:
    known = len(hand.discord.world.interactions)
    said = {
        "/types needs number:": {},
        "number: 9 is not within 1 to 5.": {"number": "9"},
        "number: “two” is not a number.": {"number": "two"},
    }
    for error, options in said.items():
        assert await hand.do("command", name="types", options=options) == {"error": error}
    assert "There is no command /nope." in (await hand.do("type", text="/nope"))["error"]
    assert len(hand.discord.world.interactions) == known


async def test_suggestions_buttons_selects_and_forms(hand: Hand) -> None:
    came = await hand.do(
        "suggest", name="heat start", focused="name", text="q", options={"note": "wet"}
    )
    assert came["choices"][0] == {"name": "Q1 wet", "value": "Q1"}
    await hand.do("type", text="/echo text:hello")
    message = str(hand.last.id)
    assert "no longer" in (await hand.do("press", message=message, custom_id="forged"))["error"]
    picked = [str(hand.member.id)]
    assert await hand.do("choose", message=message, custom_id="panel:who", values=picked)
    opened = await hand.do("press", message=message, custom_id="panel:form")
    assert opened["form"]["title"] == "Edit laps"
    token = opened["form"]["token"]
    refused = await hand.do("submit", token=token, values={"note": "x" * 11, "heat": ["Q1"]})
    assert "0 to 10 characters" in refused["error"]
    sent = await hand.do("submit", token=token, values={"laps": "58.3", "heat": ["Q2"]})
    assert sent == {"failed": False, "form": None}
    assert "heat=['Q2']" in hand.discord.world.messages[int(message)].content


async def test_thinking_is_an_answer_here(hand: Hand) -> None:
    hold = hand.discord.mischief.hold("POST", "/webhooks/{webhook_id}/{webhook_token}")
    came = await hand.do("type", text="/think text:deep")
    assert came == {"failed": False, "form": None}
    assert hand.last.loading
    hold.release()
    await hand.discord.wait_for(lambda: hand.last.content == "one more" or None)


async def test_menus_talk_and_dismissal(hand: Hand) -> None:
    assert await hand.do("say", text="58.1") == {}
    said = str(hand.last.id)
    assert (await hand.do("say", text=" "))["error"] == "There is nothing to send."
    await hand.do("message-menu", message=said, name="Log laps")
    assert hand.last.content == "read '58.1' by racer-2"
    await hand.do("user-menu", user=str(hand.member.id), name="ORP card")
    answer = hand.last
    assert answer.content == "card of racer-2"
    await hand.do("dismiss", message=str(answer.id))
    assert "no longer" in (await hand.do("dismiss", message=str(answer.id)))["error"]
    await hand.do("delete", message=said)
    assert hand.discord.world.messages[int(said)].deleted


async def test_nonsense_is_refused(hand: Hand) -> None:
    for name in hand.acts.table:
        if name != "behave":
            assert "error" in await hand.acts.do(name, {"server": "1", "me": "2", "channel": "x"})
    assert "error" in await hand.do("press", message="1", custom_id="x")


async def test_trouble_is_switched_on_and_off(hand: Hand) -> None:
    on = window(hand.discord, hand.member, set())
    on.shows_traffic = True
    await hand.do("fault", kind="fail", target="answer", times=1)
    news = on.news()
    assert news is not None
    (rule,) = news["put"]["faults"]["rules"]
    assert rule == {"text": "first answers: answered 500, 1 more", "seen": 0}
    await hand.do("behave")
    await hand.do("deny", names=["send_messages"])
    news = on.news()
    assert news is not None
    channel = str(hand.member.team.channel("race-day").id)
    assert news["put"]["faults"]["rules"] == []
    assert news["put"]["faults"]["denied"][channel] == ["send_messages"]
    assert (await hand.do("fault", kind="fire", target="all", times=1))["error"]
    assert (await hand.do("deny", names=["administrator"]))["error"]
    await hand.do("gateway", what="drop")
    await hand.discord.wait_for(lambda: hand.discord.gateway.resumes or None)
    await hand.do("gateway", what="twice")
    assert (await hand.do("gateway", what="melt"))["error"]


async def test_every_request_with_what_the_document_says(hand: Hand) -> None:
    on = window(hand.discord, hand.member, set())
    on.shows_traffic = True
    await hand.do("type", text="/echo text:hello")
    news = on.news()
    assert news is not None
    requests = [value for name, value in news["put"].items() if name.startswith("request/")]
    answered = max(requests, key=lambda one: one["order"])
    assert answered["route"].endswith("/callback")
    assert '"content": "hello"' in answered["body"]
    assert answered["problems"] == []
    if hand.discord.schema_checked:
        assert answered["says"].endswith("create_interaction_response")
