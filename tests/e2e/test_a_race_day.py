"""A weekend of two classes, ten racers and three sessions: every lap is where its racer meant it.

The page about it, ``docs/a-race-day.md``, is what they saw. Where a change is meant, write it again
and read the difference::

    python -m tests.e2e.write_a_race_day
    git diff docs/a-race-day.md
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from core.database import Database
from core.models import Heat, RacerProfile, RaceSession, RunLog
from core.results.refs import HeatRef
from localdiscord import LocalDiscord
from localdiscord.play.botprocess import Launch
from localdiscord.play.cast import PADDOCK
from tests.databases import Kind, TestDatabases, rows
from tests.e2e.aftermath import aftermath_in
from tests.e2e.conftest import bot_process, patient, require_the_document
from tests.e2e.test_recorded_race_day import difference
from tests.e2e.weekend.notebook import Meant
from tests.e2e.weekend.story import played

pytestmark = pytest.mark.asyncio(loop_scope="session")

WHOLE_LOG: Final = {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json"}
PAGE: Final = Path(__file__).parents[2] / "docs" / "a-race-day.md"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_every_lap_is_where_its_racer_meant_it(
    kind: Kind, test_databases: TestDatabases, forked: Launch
) -> None:
    async with (
        test_databases.temporary(kind, migrated=False) as url,
        patient(LocalDiscord(PADDOCK)) as discord,
        bot_process(discord, url, forked, **WHOLE_LOG).keep_all() as bot,
        aftermath_in(url) as after,
    ):
        require_the_document(discord)
        await discord.ready()
        book, _ = await played(discord, after)
        assert await stored(after.database) == dict(book.meant)
        page = PAGE.read_text(encoding="utf-8")
        if book.text() != page:
            pytest.fail(difference(page, book.text()), pytrace=False)
        discord.assert_clean()
        assert await bot.stop() == 0, bot.tail
        check_log(bot.tail, discord, book.meant)


def check_log(written: str, discord: LocalDiscord, meant: Meant) -> None:
    """Check that the log tells the day, a line an event, and nobody's name, laps or notes."""
    lines = [json.loads(line) for line in written.splitlines()]
    told = {line["event"] for line in lines}
    assert told >= {"ready", "heat finished", "posted", "session closed", "stopped"}
    assert not [line for line in lines if line["level"] not in {"info", "debug"}]
    said = "\n".join(
        str(value) for line in lines for name, value in line.items() if name != "timestamp"
    )
    world = discord.world
    names = {user.name for user in world.users.values()} | {
        each.name for each in world.guilds.values()
    }
    names |= {session for session, _, _ in meant} | {heat for _, heat, _ in meant}
    assert len(names) > 15
    assert not [name for name in names if re.search(rf"\b{re.escape(name)}\b", said)]
    assert not re.search(r"\b\d+[.,]\d{3}\b", said), "a lap"
    assert discord.token not in said


async def stored(database: Database) -> Meant:
    """Return all laps, by session, heat and racer, in their order."""
    laps: Meant = {}
    query = (
        select(RaceSession.session_name, Heat.id, Heat.name, Heat.class_name, RacerProfile.name)
        .add_columns(RunLog.lap_time_ms)
        .join(Heat, Heat.id == RunLog.heat_id)
        .join(RaceSession, RaceSession.id == Heat.session_id)
        .join(RacerProfile, RacerProfile.id == RunLog.racer_id)
        .order_by(RunLog.heat_id, RunLog.racer_id, RunLog.lap_number)
    )
    for session, heat_id, name, class_name, racer, lap_ms in await rows(database, query):
        heat = HeatRef(heat_id, name, class_name).label
        laps.setdefault((session or "", heat, racer), []).append(lap_ms)
    return laps
