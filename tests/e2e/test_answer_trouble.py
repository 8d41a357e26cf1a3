"""Answers and the gateway in trouble: laps are stored once, and told whenever that is possible."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import pytest

from bot.discord.replies import ANSWER_WITHIN_S
from localdiscord.api.mischief import Rule
from localdiscord.client.people import Team
from tests.databases import teams_held
from tests.e2e.aftermath import Ground, until
from tests.e2e.conftest import on_one_kind
from tests.e2e.driving import CHANNEL, struck, type_laps

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALLBACK = "/interactions/*/callback"
# How often a first answer is sent before Discord waits no more.
MOST_ATTEMPTS = 4


async def used_up(rule: Rule) -> bool:
    return rule.seen == rule.times


@pytest.fixture
def team(ground: Ground) -> Team:
    return ground.new_team()


# The gateway


async def test_laps_typed_while_the_gateway_is_lost_are_answered_when_it_is_back(
    ground: Ground, team: Team
) -> None:
    gateway = ground.discord.gateway
    for lose in (gateway.drop, gateway.reconnect):
        resumes = gateway.resumes
        lose()
        answer = await team.owner.type(CHANNEL, "/lap times:20.1 heat:Q1")
        assert "20.100" in answer.text
        assert gateway.resumes == resumes + 1
    assert await ground.after.laps(team) == [20100, 20100]


async def test_an_interaction_that_comes_again_with_a_resumed_gateway_changes_nothing_twice(
    ground: Ground, team: Team
) -> None:
    gateway = ground.discord.gateway
    answer = await type_laps(team)
    gateway.repeat_on_resume()
    gateway.drop()

    async def came_twice() -> bool:
        return any(
            "came twice" in line and str(answer.interaction.id) in line
            for line in ground.bot.tail.splitlines()
        )

    await until(came_twice)
    assert await ground.after.laps(team) == [20100, 20200]


async def test_who_is_asked_twice_answers_once(ground: Ground, team: Team) -> None:
    await type_laps(team)
    ground.discord.deliver_twice()
    at_once = await team.owner.type(CHANNEL, "/lap times:20.3")
    assert "20.300" in at_once.text
    ground.discord.deliver_again(at_once)
    pressed = await team.owner.press(at_once, "Undo")
    ground.discord.deliver_again(pressed)

    async def both_came_twice() -> bool:
        twice = [line for line in ground.bot.tail.splitlines() if "came twice" in line]
        wanted = {at_once.interaction.id: 2, pressed.interaction.id: 1}
        return all(
            sum(str(interaction_id) in line for line in twice) >= times
            for interaction_id, times in wanted.items()
        )

    await until(both_came_twice)
    # Whatever else would be sent is sent before the answer to what is asked now.
    assert "20.200" in (await team.owner.type(CHANNEL, "/heat show")).text
    for answer in (at_once, pressed):
        assert await ground.answered(answer, 1)
        assert not answer.followups
    assert await ground.after.laps(team) == [20100, 20200]


# The answer itself


@on_one_kind
async def test_laps_are_stored_once_and_told_though_the_answer_has_trouble(
    ground: Ground,
) -> None:
    mischief = ground.discord.mischief
    troubles: tuple[Callable[[], object], ...] = (
        lambda: mischief.fail("POST", CALLBACK, status=500),
        lambda: mischief.fail("POST", CALLBACK, status=500, when="after"),
        lambda: mischief.drop("POST", CALLBACK),
        lambda: mischief.drop("POST", CALLBACK, when="after"),
        lambda: mischief.rate_limit("POST", CALLBACK, retry_after=0.2),
        lambda: mischief.hold("POST", CALLBACK),
        lambda: mischief.hold("POST", CALLBACK, when="after"),
    )
    for trouble in troubles:
        team = ground.new_team()
        trouble()
        answer = await type_laps(team)
        assert "20.100" in answer.text
        # What was lost or refused is sent again; the next trouble is not to meet that.
        await until(partial(ground.answered, answer, 2))
        assert not answer.followups
        assert await ground.after.laps(team) == [20100, 20200]


@on_one_kind
async def test_an_answer_outlives_as_much_trouble_as_fits_in_discords_patience(
    ground: Ground, team: Team
) -> None:
    failing = ground.discord.mischief.fail("POST", CALLBACK, status=500, times=3)
    assert "20.100" in (await type_laps(team)).text
    assert failing.seen == 3


@on_one_kind
async def test_a_deferred_answer_outlives_trouble_that_takes_longer(
    ground: Ground, team: Team
) -> None:
    mischief = ground.discord.mischief
    deferral = mischief.fail("POST", CALLBACK, status=503, times=2)
    filling = mischief.fail("PATCH", "/webhooks/*/messages/@original", status=502, times=3)
    async with teams_held(ground.after.database, team.guild.id):
        typing = asyncio.create_task(type_laps(team))
        await until(partial(used_up, deferral))
    assert "20.100" in (await typing).text
    assert (deferral.seen, filling.seen) == (2, 3)


@on_one_kind
async def test_laps_whose_answer_never_arrives_are_stored_once(
    ground: Ground, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Somewhat longer than the bot tries to answer.
    monkeypatch.setattr(ground.discord.patience, "answer_within_s", ANSWER_WITHIN_S + 0.5)
    never = ground.discord.mischief.hold("POST", CALLBACK)
    typing = asyncio.create_task(team.owner.type(CHANNEL, "/lap times:20.1 heat:Q1"))
    await never.reached()
    lost = ground.discord.mischief.drop("POST", CALLBACK, times=None)
    other = ground.new_team()
    answers = await asyncio.gather(typing, other.owner.type(CHANNEL, "/lap times:20.1 heat:Q1"))
    assert all(answer.failed for answer in answers)
    never.release()
    assert lost.seen <= 2 * MOST_ATTEMPTS - 1, "and no apology after that"
    lost.clear()
    for one in (team, other):
        assert "20.100" in (await one.owner.type(CHANNEL, "/heat show heat:Q1")).text
        assert await ground.after.laps(one) == [20100]


@on_one_kind
async def test_laps_are_told_though_nobody_knows_whether_the_answer_was_deferred(
    ground: Ground,
) -> None:
    teams = [ground.new_team(), ground.new_team()]
    # The deferral of one is lost on its way there, the other's confirmation on its way back.
    rules = [
        ground.discord.mischief.drop("POST", CALLBACK, when=when) for when in ("before", "after")
    ]
    async with teams_held(ground.after.database, *(team.guild.id for team in teams)):
        typing = [asyncio.create_task(type_laps(team, "20.3")) for team in teams]
        await asyncio.gather(*map(struck, rules))
    for team, answering in zip(teams, typing, strict=True):
        assert "20.300" in (await answering).text
        assert await ground.after.laps(team) == [20300]
