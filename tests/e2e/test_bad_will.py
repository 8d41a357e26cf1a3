"""What people type on purpose: nothing pings, nothing breaks out, nothing exceeds a limit."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from typing import Any

import pytest

from bot.discord.cooldowns import USES
from localdiscord.client.answers import Answer
from localdiscord.client.client import MESSAGE
from localdiscord.client.people import Member, Team
from localdiscord.world.model import Message
from tests.e2e.conftest import Stage
from tests.e2e.driving import close

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    # What is made of a text does not depend on where it is stored.
    pytest.mark.parametrize("stage", ["sqlite"], indirect=True),
]

CHANNEL = "race-day"
NASTY = {
    "mass mention": "@everyone @here",
    "mentions": "<@1193809289790095360> <@&1193809289790095360> <#1193809289790095360>",
    "code fence": "``` out ```` `tick` ~~~",
    "markdown": "**b** __u__ ~~s~~ ||spoiler|| > quote # head [x](https://example.com)",
    "bidirectional": "abc\u202egnp.exe\u202c \u2066x\u2069",
    "zero width": "a\u200b\u200c\u200d\u2060\ufeffb",
    "only invisible": "\u200b\u2060\u00ad",
    "control": "a\x00b\x1b[31mc\r\nd\te",
    "emoji": "🏎️" * 32,
    "families": "👨‍👩‍👧‍👦" * 20,
    "zalgo": "Z" + "\u0335\u0321\u0322" * 60,
    "wide": "日本語のとても長い名前" * 20,
    "arabic": "سباق السيارات اللاسلكية",
    "long": "x" * 6_000,
    "many digits": "9" * 6_000,
    "sql": "'; DROP TABLE run_logs; --",
    "formula": "=HYPERLINK(1)",
    "timestamp": "<t:0:F> </lap:1> <:emoji:1>",
}
OPTIONS: dict[str, list[str]] = {
    "lap": ["times", "heat", "class", "note"],
    "heat start": ["name", "class"],
    "heat rename": ["name", "heat"],
    "heat show": ["heat"],
    "orp": ["heat"],
    "profile": ["experience", "driving_style", "driver_name"],
    "session start": ["name", "track", "timezone"],
    "session edit": ["name", "track", "timezone", "session"],
    "team timezone": ["name"],
}
NEEDED = {
    "lap": {"times": "20.1 20.2"},
    "heat rename": {"heat": "P1", "name": "P1"},
    "session start": {"name": "Another"},
    "team timezone": {"name": "UTC"},
}
CODE = re.compile(r"```\n(.*?)\n```", re.DOTALL)


def assert_harmless(shown: Answer | Message) -> None:
    """Check that a message pings nobody and that its code blocks hold."""
    messages = [shown] if isinstance(shown, Message) else shown.messages
    for message in messages:
        assert not message.pings, message.text
        assert message.text.count("```") % 2 == 0, message.text
        outside = CODE.sub("", message.text)
        assert "@everyone" not in outside
        assert "](http" not in outside
        for character in "\u202e\u2066\x00\x1b":
            assert character not in message.text


@pytest.mark.parametrize("kind", NASTY)
async def test_nothing_that_is_typed_does_harm(stage: Stage, kind: str) -> None:
    text = NASTY[kind]
    team = stage.discord.add_guild(f"bad will: {kind}")
    owner = team.add_member("racer-1", nick=text[:32] if text.strip() else None)
    await owner.type(CHANNEL, "/team channel channel:#race-day")
    await owner.type(CHANNEL, "/lap times:20.1 20.2 20.3 heat:P1")
    for command, options in OPTIONS.items():
        for option in options:
            values = NEEDED.get(command, {}) | {option: text}
            answer = await owner.command(CHANNEL, command, raw=True, **values)
            assert not answer.failed, (command, option)
            assert "went wrong" not in answer.text, (command, option, answer.text)
            assert_harmless(answer)
    await fill_in_forms(owner, text)
    await close_everything(team)
    for message in team.channel(CHANNEL).messages:
        assert_harmless(message)
    stage.discord.assert_clean()


async def test_every_text_that_is_sent_lets_nobody_be_pinged(stage: Stage) -> None:
    """Texts are made harmless; if one should slip through, Discord is told to ping nobody."""
    team = stage.discord.add_guild("pings")
    before = len(stage.discord.requests)
    typed = await team.owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    await team.owner.press(typed, "Undo")
    await team.owner.type(CHANNEL, "/lap times:oops")
    form = (await team.owner.type(CHANNEL, "/heat edit heat:Q1")).modal
    await team.owner.submit(form, {"laps": "20.1 oops"})
    await team.owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    await team.owner.type(CHANNEL, "/heat finish heat:Q1")
    await team.channel(CHANNEL).wait_for(lambda message: "20.100" in message.content)
    await team.owner.type(CHANNEL, "/lap times:19.5 heat:Q1")
    await team.channel(CHANNEL).wait_for(lambda message: "19.500" in message.content)
    texts = [
        (request.method, request.route, text)
        for request in stage.discord.requests[before:]
        if (text := text_of(request.body)) is not None
    ]
    sent = {(method, route.split("/")[1]) for method, route, _ in texts}
    assert sent >= {("POST", "interactions"), ("POST", "channels"), ("PATCH", "channels")}
    for method, route, text in texts:
        assert text["allowed_mentions"]["parse"] == [], (method, route, text)
        assert not text["allowed_mentions"].keys() & {"users", "roles"}


def text_of(body: object) -> dict[str, Any] | None:
    """Return the part of a request that carries a message's text, if there is one."""
    found = body.get("data", body) if isinstance(body, dict) else None
    return found if isinstance(found, dict) and "content" in found else None


async def fill_in_forms(owner: Member, text: str) -> None:
    """Type it into every field of the form, and have lap times looked for in it."""
    for field in ("laps", "heat", "note"):
        form = (await owner.type(CHANNEL, "/heat edit heat:P1")).modal
        assert form is not None
        answer = await owner.submit(form, {field: text}, raw=True)
        assert not answer.failed, field
        assert "went wrong" not in answer.text, (field, answer.text)
        assert_harmless(answer)
        if "Edit again" in [button.label for button in answer.buttons]:
            assert (await owner.press(answer, "Edit again")).modal is not None
    message = owner.say("general", f"{text[: MESSAGE - 5]} 20.1")
    answer = await owner.message_menu(message, "Log laps")
    assert "went wrong" not in answer.text
    assert_harmless(answer)


async def close_everything(team: Team) -> None:
    """Close the sessions that are open, and wait for what that posts."""
    owner = team.owner
    await owner.type(CHANNEL, "/lap times:20.1 20.2")
    closed = await close(owner)
    assert "closed" in closed.content
    channel = team.channel(CHANNEL)
    await channel.wait_for(lambda message: "is over" in message.content)


@pytest.mark.parametrize("number", [-1, 0, 6, 2**31, 2**53 - 1, -(2**53)])
async def test_numbers_out_of_range_get_a_sentence(stage: Stage, number: int) -> None:
    team = stage.discord.add_guild(f"number {number}")
    owner = team.owner
    for command, option in (
        ("lap", "confidence"),
        ("session start", "days"),
        ("session start", "practice_rounds"),
        ("team auto_finish", "minutes"),
    ):
        values: dict[str, Any] = {**NEEDED.get(command, {}), option: number}
        answer = await owner.command(CHANNEL, command, raw=True, **values)
        assert not answer.failed
        assert "went wrong" not in answer.text


async def test_who_asks_for_costly_things_without_end_is_slowed_down(stage: Stage) -> None:
    team = stage.discord.add_guild("in a hurry")
    await team.owner.type(CHANNEL, "/lap times:20.1 20.2")
    # Sent at once, so that a slow machine does not wait the cooldown out.
    answers = await asyncio.gather(
        *(team.owner.type(CHANNEL, "/session export") for _ in range(USES + 2))
    )
    assert answers[0].attachments
    assert "try again in" in answers[-1].content
    assert not answers[-1].attachments
    stored = await team.owner.type(CHANNEL, "/lap times:20.3")
    assert "20.300" in stored.content, "laps are always taken"


async def test_costly_buttons_share_the_cooldown_and_cheap_ones_have_none(stage: Stage) -> None:
    team = stage.discord.add_guild("pressing")
    owner = team.owner
    mate = team.add_member("racer-2")
    logged = await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:P1")
    await mate.type(CHANNEL, "/lap times:20.3 20.4 heat:P1")
    card = await owner.type(CHANNEL, "/orp")
    both = await owner.command(CHANNEL, "orp", with_=mate)
    table = await owner.type(CHANNEL, "/heat show heat:P1")
    heat_id = table.selects[0].custom_id.removeprefix("look:heat:")
    closed = await close(owner)
    assert "closed" in closed.content
    wrap_up = await team.channel(CHANNEL).wait_for(lambda post: "is over" in post.content)

    def presses(racer: Member) -> list[Coroutine[Any, Any, Answer]]:
        return [
            racer.press(card, "Share", raw=True),
            racer.press(both, "Share", raw=True),
            racer.choose(table, str(mate.id), raw=True),
            racer.press(table, custom_id=f"page:heat:{heat_id}:1", raw=True),
        ]

    late = team.add_member("racer-3")
    taken = await asyncio.gather(*presses(late))
    assert not any("try again in" in answer.text for answer in taken)
    hasty = team.add_member("racer-4")
    answers = await asyncio.gather(
        *(hasty.press(wrap_up, "CSV") for _ in range(USES + 1)), *presses(hasty)
    )
    assert all(answer.attachments for answer in answers[:USES])
    for slowed in answers[USES:]:
        assert "try again in" in slowed.text
        assert not slowed.attachments
    undone = await asyncio.gather(*(owner.press(logged, "Undo") for _ in range(USES + 2)))
    assert not any("try again in" in answer.text for answer in undone)
