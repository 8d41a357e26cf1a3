"""Forty racers with sixty laps each in one heat: it all fits, and everybody is answered.

What the local Discord would refuse, it notes; the ``team`` fixture fails on any such note.
"""

from __future__ import annotations

import asyncio
import random
import re

import pytest

from localdiscord.client.answers import Answer
from localdiscord.client.people import Member, Team
from tests.e2e.conftest import Stage
from tests.e2e.driving import close

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANNEL = "race-day"
RACERS = 40
LAPS = 60
NOTE = "x" * 100
MORE_HEATS = 26
LONGEST_NAME = 32
MOST_CHOICES = 25
MOST_OPTIONS = 25


def add_racer(team: Team, number: int) -> Member:
    """Let somebody in whose name is as long as Discord allows; half of them like emoji."""
    tail = "of the very fast buggy team" if number % 2 else "🏎" * LONGEST_NAME
    return team.add_member(f"driver-{number}", nick=f"D{number:02} {tail}"[:LONGEST_NAME])


def laps_of(number: int) -> str:
    dice = random.Random(number)
    pace_ms = dice.randrange(19_000, 30_000)
    return " ".join(f"{(pace_ms + dice.randrange(2_000)) / 1000:.3f}" for _ in range(LAPS))


def whole(answer: Answer) -> Answer:
    """Check that an answer came, and came whole."""
    assert not answer.failed
    assert not answer.loading
    return answer


def check_all_are_in(text: str) -> None:
    """Check that a table names every racer, or says how many more there are."""
    table, _, below = text.partition("```")[2].partition("```")
    missing = RACERS - len(set(re.findall(r"\bD\d\d\b", table)))
    assert missing == 0 or f"and {missing} more" in below, text


def names_in(answer: Answer) -> set[str]:
    """Return who is in a table, and check that the select below offers the same."""
    (select,) = answer.selects
    offered = {option.label[:3] for option in select.options}
    assert offered == set(re.findall(r"\bD\d\d\b", answer.text.partition("```")[2]))
    return offered


async def check_pages(racer: Member, shown: Answer, place: str = "") -> None:
    """Turn the pages of a table there and back, and look at somebody on the second."""
    first = names_in(shown)
    second = whole(await racer.press(shown, "▶"))
    assert second.updated
    assert len(first) <= MOST_OPTIONS
    assert len(first | names_in(second)) == len(first) + len(names_in(second)) == RACERS
    if place:
        picked = second.selects[0].options[-1]
        card = whole(await racer.choose(second, picked.value))
        assert card.ephemeral
        assert picked.label[:3] in card.text
        assert place in card.text
        assert "Share" in [button.label for button in card.buttons]
    back = whole(await racer.press(second, "◀"))
    assert names_in(back) == first


async def test_forty_racers_with_sixty_laps_each_in_one_heat(stage: Stage, team: Team) -> None:
    racers = [add_racer(team, number) for number in range(1, RACERS + 1)]
    first, channel = racers[0], team.channel(CHANNEL)

    async def type_in(command: str) -> Answer:
        return whole(await first.type(CHANNEL, command))

    await type_in("/session start name:Club Race track:Arena")
    logged = await asyncio.gather(
        *(
            racer.type(
                CHANNEL,
                f"/lap times:{laps_of(number)} heat:Q1 confidence:{number % 5 + 1} note:{NOTE}",
            )
            for number, racer in enumerate(racers, start=1)
        )
    )
    for answer in logged:
        assert f"laps 1–{LAPS}" in whole(answer).text

    for command, place in (("/heat show heat:Q1", "Q1"), ("/session show", "whole session")):
        await check_pages(racers[1], whole(await racers[1].type(CHANNEL, command)), place)
    assert f"{LAPS}/" in (await type_in("/orp")).text
    assert f"Q1 {LAPS} laps" in (await type_in("/orp heat:all")).text
    assert f"{RACERS} racers" in (await type_in("/heat list")).text
    (file,) = (await type_in("/session export")).attachments
    assert len(file.data.splitlines()) == 1 + RACERS * LAPS

    whole(await first.press(logged[0], "Finish heat"))
    post = await channel.wait_for(lambda message: "🏁" in message.content)
    check_all_are_in(post.text)
    pressed = await asyncio.gather(*(racer.press(post, "5") for racer in racers))
    for answer in pressed:
        whole(answer)
    await stage.discord.wait_for(lambda: "Rejected" not in post.text)
    check_all_are_in(post.text)

    for number in range(MORE_HEATS):
        await type_in(f"/lap times:20.1 heat:R{number}")
    await check_pages(racers[2], whole(await racers[2].type(CHANNEL, "/session show")))
    for command, option in (("lap", "heat"), ("heat show", "heat"), ("session show", "session")):
        # An answer that does not come raises.
        choices = await first.autocomplete(CHANNEL, command, {}, focused=(option, ""))
        assert len(choices) == (MOST_CHOICES if option == "heat" else 1)
    whole(await close(first))
    wrap_up = await channel.wait_for(lambda message: "is over" in message.content)
    check_all_are_in(wrap_up.text)
    assert "Best laps" in wrap_up.text
    (file,) = whole(await first.press(wrap_up, "CSV")).attachments
    assert len(file.data.splitlines()) == 1 + RACERS * LAPS + MORE_HEATS
