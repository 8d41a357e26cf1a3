"""The checklist after an upgrade."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import URL

from core.database import create_engine
from migrations.newest import NEWEST
from migrations.runner import upgrade, verify
from tests.migrations.helpers import execute, fill, make_earlier_tables, make_first_rows, schema


async def problems(url: URL) -> list[str]:
    return [line.text for line in (await verify(url)).lines if not line.ok]


async def test_a_filled_database_is_in_order(database_url: URL) -> None:
    await upgrade(database_url, revision="0001")
    await make_first_rows(database_url)
    await upgrade(database_url)
    await fill(database_url)
    before = await schema(database_url)
    report = await verify(database_url)
    assert report.ok
    texts = [line.text for line in report.lines]
    assert texts[:5] == [
        f"The database stands at revision {NEWEST}, the newest.",
        "racer_profiles.experience_level is there, default 'Intermediate'.",
        "racer_profiles.driving_style is there, no default.",
        "sessions.practice_rounds is there, default '0'.",
        "sessions.qualifying_rounds is there, default '0'.",
    ]
    assert "Rows in run_logs: 3." in texts
    assert "Every row's parent is there." in texts
    assert await schema(database_url) == before


@pytest.mark.parametrize("revision", ["base", "0002"])
async def test_a_database_that_is_behind_is_told_to_upgrade(
    database_url: URL, revision: str
) -> None:
    await execute(database_url, "CREATE TABLE other (id INTEGER)")
    if revision != "base":
        await upgrade(database_url, revision=revision)
    (problem,) = await problems(database_url)
    assert problem.endswith(f"not {NEWEST}: run upgrade.")


async def test_adopted_tables_with_odd_types_are_in_order_once_given_to_a_team(
    database_url: URL,
) -> None:
    await make_earlier_tables(database_url)
    await upgrade(database_url)
    assert await problems(database_url) == [
        "1 rows of racer_profiles have no team yet: run adopt.",
        "1 rows of sessions have no team yet: run adopt.",
    ]
    await fill(database_url)
    assert await problems(database_url) == []


async def test_what_is_missing_is_named(database_url: URL) -> None:
    await upgrade(database_url)
    await execute(
        database_url,
        "DROP TABLE drafts",
        "ALTER TABLE sessions DROP COLUMN practice_rounds",
        "DROP INDEX ix_run_logs_session_id",
    )
    assert sorted(await problems(database_url)) == [
        "The index or constraint ix_drafts_created_at is missing.",
        "The index or constraint ix_drafts_team_id_discord_user_id is missing.",
        "The index or constraint ix_run_logs_session_id is missing.",
        "The table drafts is missing.",
        "sessions.practice_rounds is missing.",
    ]


async def test_adopted_columns_that_do_not_fit_are_named(postgres_url: URL) -> None:
    await make_earlier_tables(postgres_url)
    await execute(
        postgres_url,
        "ALTER TABLE racer_profiles ADD COLUMN licence TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE racer_profiles ALTER COLUMN licence DROP DEFAULT",
        "ALTER TABLE racer_profiles ADD COLUMN discord_user_id VARCHAR(20)",
        "ALTER TABLE racer_profiles ADD COLUMN experience_level VARCHAR(20) DEFAULT 'novice'",
        "ALTER TABLE sessions ALTER COLUMN track_name SET NOT NULL",
        "ALTER TABLE sessions ADD COLUMN days BIGINT DEFAULT 1",
    )
    await upgrade(postgres_url)
    await fill_team(postgres_url)
    found = await problems(postgres_url)
    level = "racer_profiles.experience_level"
    for expected in (
        "racer_profiles.licence must be filled and has no default: the bot cannot add rows.",
        "racer_profiles.discord_user_id is VARCHAR(length=20), which cannot hold BigInteger().",
        f"{level} is VARCHAR(length=20), which cannot hold String(length=50).",
        f"{level} should have the default Intermediate and has 'novice'::character varying.",
        "sessions.track_name can be empty for the bot, but not in this database.",
        "Experience levels that are none of Sportsman, Intermediate, Pro: novice.",
    ):
        assert expected in found
    assert len(found) == 6, "a wider number and moments without a zone will do"


async def fill_team(url: URL) -> None:
    await execute(
        url,
        "INSERT INTO teams (id) VALUES (1)",
        "UPDATE racer_profiles SET team_id = 1",
        "UPDATE sessions SET team_id = 1",
    )


async def test_rows_without_a_parent_are_counted(sqlite_url: URL) -> None:
    await upgrade(sqlite_url, revision="0001")
    await make_first_rows(sqlite_url)
    await upgrade(sqlite_url)
    await fill(sqlite_url)
    engine = create_engine(sqlite_url, foreign_keys=False)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM heats")
    await engine.dispose()
    assert await problems(sqlite_url) == [
        "1 rows of entries refer to missing heats.",
        "3 rows of run_logs refer to missing heats.",
        "1 rows of heat_racers refer to missing heats.",
        "1 rows of summary_posts refer to missing heats.",
    ]
