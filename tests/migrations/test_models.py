"""The models and the migrations never differ."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from sqlalchemy.engine import URL

from migrations import check
from tests.migrations.helpers import execute


async def test_models_and_migrations_never_differ(migrated_url: URL) -> None:
    assert await check.differences(migrated_url) == []


async def test_differences_are_told(migrated_url: URL) -> None:
    await execute(
        migrated_url,
        "ALTER TABLE sessions DROP COLUMN days",
        "ALTER TABLE sessions ADD COLUMN mood TEXT",
        "DROP INDEX ix_run_logs_session_id",
        "DROP TABLE drafts",
    )
    found = "\n".join(await check.differences(migrated_url))
    for told in ("'days'", "'mood'", "ix_run_logs_session_id", "'drafts'"):
        assert told in found


async def test_finer_differences_are_told(migrated_postgres_url: URL) -> None:
    await execute(
        migrated_postgres_url,
        "ALTER TABLE heats ALTER COLUMN class_name SET DEFAULT 'Buggy'",
        "ALTER TABLE teams ALTER COLUMN time_zone TYPE VARCHAR(32)",
        "ALTER TABLE entries ALTER COLUMN note SET NOT NULL",
        "ALTER TABLE run_logs DROP CONSTRAINT ck_run_logs_lap_time",
        "ALTER TABLE run_logs RENAME CONSTRAINT pk_run_logs TO run_logs_pkey",
    )
    found = await check.differences(migrated_postgres_url)
    assert [each for each in found if "modify_default" in each and "'class_name'" in each]
    assert [each for each in found if "modify_type" in each and "'time_zone'" in each]
    assert [each for each in found if "modify_nullable" in each and "'note'" in each]
    assert [each for each in found if "only the models have" in each and "lap_time" in each]
    assert [each for each in found if "only the migrations have" in each and "_pkey" in each]


async def test_sqlite_looks_at_foreign_keys_and_empty_defaults(migrated_sqlite_url: URL) -> None:
    await execute(
        migrated_sqlite_url,
        "DROP TABLE session_racers",
        """
        CREATE TABLE session_racers (
            session_id CHAR(32) NOT NULL REFERENCES sessions (id),
            racer_id CHAR(32) NOT NULL REFERENCES racer_profiles (id) ON DELETE CASCADE,
            class_name VARCHAR(50),
            chosen_at DATETIME NOT NULL,
            CONSTRAINT pk_session_racers PRIMARY KEY (session_id, racer_id)
        )
        """,
        "ALTER TABLE heats DROP COLUMN length_s",
        "ALTER TABLE heats ADD COLUMN length_s INTEGER DEFAULT 300",
        "ALTER TABLE heats DROP COLUMN class_name",
        "ALTER TABLE heats ADD COLUMN class_name VARCHAR(50) NOT NULL DEFAULT 'Buggy'",
    )
    found = await check.differences(migrated_sqlite_url)
    assert [each for each in found if "only the models have session_racers" in each]
    assert [each for each in found if "modify_default" in each and "'length_s'" in each]
    assert [each for each in found if "modify_default" in each and "'class_name'" in each]


async def test_make_check_says_so(
    postgres_url: URL, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "postgresql_server", lambda: nullcontext(postgres_url))
    assert await check.main() == 0
    assert capsys.readouterr().out.startswith("Models and migrations say the same")

    async def found(_: URL) -> list[str]:
        return ["Alembic would add a wheel"]

    monkeypatch.setattr(check, "differences", found)
    assert await check.main() == 1
    assert capsys.readouterr().out.splitlines() == [
        "sqlite: Alembic would add a wheel",
        "postgresql: Alembic would add a wheel",
    ]
