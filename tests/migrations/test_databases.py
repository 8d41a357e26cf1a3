"""What the fixtures promise every other test."""

from __future__ import annotations

import pytest

from core.database import Database
from core.models import Draft, Entry, Heat, RacerProfile, RaceSession, Team
from migrations.runner import verify
from tests.databases import FakeClock, add


@pytest.mark.parametrize("turn", ["first", "second"])
async def test_every_test_starts_with_an_empty_migrated_database(
    database: Database, clock: FakeClock, turn: str
) -> None:
    report = await verify(database.engine.url)
    assert report.ok
    counts = [line.text for line in report.lines if line.text.startswith("Rows in")]
    assert counts
    assert all(count.endswith(": 0.") for count in counts)
    racer = RacerProfile(name=f"Racer of the {turn} turn")
    session = RaceSession()
    await add(database, Team(id=1), racer, session)
    heat = Heat(
        session_id=session.id,
        name="P1",
        name_key="p1",
        kind="practice",
        opened_at=clock(),
        last_activity_at=clock(),
    )
    await add(database, Draft(team_id=1, discord_user_id=1, command={}, created_at=clock()), heat)
    entry = Entry(
        heat_id=heat.id,
        racer_id=racer.id,
        entered_by=racer.id,
        kind="form",
        replaced={},
        created_at=clock(),
    )
    await add(database, entry)
    assert entry.id == 1, "numbers start again as well"
