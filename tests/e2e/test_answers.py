"""Every interaction gets its one answer: in time, once, and whatever happens."""

from __future__ import annotations

import asyncio
import re
import sqlite3

import pytest
from sqlalchemy.engine import URL

from localdiscord import LocalDiscord
from localdiscord.client.people import Member, Team
from localdiscord.play.botprocess import Launch
from tests.e2e.conftest import Stage, bot_process

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANNEL = "race-day"
DEFERRED = 5


async def test_slow_work_defers_by_itself_and_is_answered_all_the_same(
    discord: LocalDiscord, migrated_sqlite_url: URL, forked: Launch
) -> None:
    team = discord.guild()
    async with bot_process(discord, migrated_sqlite_url, forked) as bot:
        await discord.ready()
        other = sqlite3.connect(str(migrated_sqlite_url.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        typing = asyncio.create_task(team.owner.type(CHANNEL, "/lap times:20.1 20.2"))
        await discord.wait_for(
            lambda: any(
                isinstance(request.body, dict) and request.body.get("type") == DEFERRED
                for request in discord.requests
            )
        )
        other.execute("ROLLBACK")
        other.close()
        answer = await typing
        assert answer.deferred
        assert answer.ephemeral
        assert "20.100" in answer.text
        assert await bot.stop() == 0, bot.tail


async def test_an_unexpected_error_is_answered_with_the_reference_that_is_in_the_log(
    discord: LocalDiscord, migrated_sqlite_url: URL, forked: Launch
) -> None:
    team = discord.guild()
    async with bot_process(discord, migrated_sqlite_url, forked, LOG_FORMAT="json") as bot:
        await discord.ready()
        stored = await team.owner.type(CHANNEL, "/lap times:20.1 20.2")
        other = sqlite3.connect(str(migrated_sqlite_url.database))
        other.execute("ALTER TABLE entries RENAME TO lost")
        other.commit()
        failed = [
            await team.owner.type(CHANNEL, "/lap times:20.3"),
            await team.owner.press(stored, "Undo"),
        ]
        assert stored.message is not None
        assert "20.100" in stored.message.content, "the answer that failed to change stays"
        other.execute("ALTER TABLE lost RENAME TO entries")
        other.commit()
        other.close()
        again = await team.owner.type(CHANNEL, "/lap times:20.3")
        assert "lap 3" in again.text, "nothing of the failed command was stored"
        assert await bot.stop() == 0, bot.tail
    for answer in failed:
        reference = re.search(r"\b[0-9a-f]{6}\b", answer.text)
        assert reference, answer.text
        assert reference.group() in bot.tail
    assert "no such table" in bot.tail
    assert discord.token not in bot.tail
    assert team.owner.user.name not in bot.tail
    assert str(team.owner.user.id) not in bot.tail


async def test_an_interaction_delivered_twice_changes_nothing_twice(
    stage: Stage, team: Team, owner: Member
) -> None:
    stage.discord.deliver_twice()
    await owner.type(CHANNEL, "/lap times:20.1 20.2")
    shown = await owner.type(CHANNEL, "/heat show")
    assert "2/0:40.300" in shown.text, "two laps, not four"


async def test_pressing_undo_twice_takes_back_one_entry(
    stage: Stage, team: Team, owner: Member
) -> None:
    await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    second = await owner.type(CHANNEL, "/lap times:20.3 heat:Q1")
    await owner.press(second, "Undo")
    again = await owner.press(second, custom_id="undo:999999", raw=True)
    assert "already" in again.text
    shown = await owner.type(CHANNEL, "/heat show heat:Q1")
    assert "2/0:40.300" in shown.text


async def test_who_is_not_crew_cannot_touch_the_laps_of_others(
    stage: Stage, team: Team, owner: Member, mate: Member
) -> None:
    stored = await owner.type(CHANNEL, "/lap times:20.1 20.2")
    refused = await mate.type(CHANNEL, "/lap times:20.3 racer:@racer-1")
    assert "crew" in refused.text
    taken = await mate.press(stored, "Undo", raw=True)
    assert "crew" in taken.text
    crew = team.add_role("crew")
    await owner.command(CHANNEL, "team crew", role=crew)
    helper = team.add_member("helper", roles=[crew])
    entered = await helper.type(CHANNEL, "/lap times:20.3 racer:@racer-1")
    assert "lap 3" in entered.text


async def test_another_teams_ids_mean_nothing_here(stage: Stage, team: Team, owner: Member) -> None:
    stored = await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    elsewhere = stage.discord.add_guild(f"{team.name} rivals", owner="rival")
    rival = elsewhere.owner
    own = await rival.type(CHANNEL, "/lap times:30.1 30.2")
    for button in stored.buttons:
        forged = await rival.press(own, custom_id=button.custom_id, raw=True)
        assert "20.1" not in forged.text
        assert forged.ephemeral
    heat_id = next(
        choice.value
        for choice in await owner.autocomplete(CHANNEL, "heat show", {}, focused=("heat", "Q1"))
    )
    spied = await rival.command(CHANNEL, "heat show", heat=heat_id)
    assert "20.1" not in spied.text
    shown = await owner.type(CHANNEL, "/heat show heat:Q1")
    assert "20.200" in shown.text
