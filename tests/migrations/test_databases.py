"""What the fixtures promise every other test."""

from __future__ import annotations

import pytest

from core.database import Database
from core.models import Draft, Entry, Heat, RacerProfile, RaceSession, Team
from migrations.runner import verify


@pytest.mark.parametrize("turn", ["first", "second"])
async def test_every_test_starts_with_an_empty_migrated_database(
    database: Database, turn: str
) -> None:
    report = await verify(database.engine.url)
    assert report.ok
    counts = [line.text for line in report.lines if line.text.startswith("Rows in")]
    assert counts
    assert all(count.endswith(": 0.") for count in counts)
    async with database.write() as uow:
        team = Team(id=1)
        racer = RacerProfile(name=f"Racer of the {turn} turn")
        session = RaceSession()
        uow.db.add_all([team, racer, session])
        await uow.db.flush()
        heat = Heat(
            session_id=session.id,
            name="P1",
            name_key="p1",
            kind="practice",
            opened_at=uow.now,
            last_activity_at=uow.now,
        )
        uow.db.add(Draft(team_id=1, discord_user_id=1, command={}, created_at=uow.now))
        uow.db.add(heat)
        await uow.db.flush()
        entry = Entry(
            heat_id=heat.id,
            racer_id=racer.id,
            entered_by=racer.id,
            kind="form",
            replaced={},
            created_at=uow.now,
        )
        uow.db.add(entry)
        await uow.commit()
    assert entry.id == 1, "numbers start anew as well"
