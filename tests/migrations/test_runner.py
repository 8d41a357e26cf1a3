"""Bringing databases up and down: reports, copies, turns, crashes, and what is refused."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy.engine import URL

from core.config import parse_database_url
from migrations import revisions
from migrations.connections import migrating
from migrations.environment import alembic_config
from migrations.errors import DatabaseTooNew, DatabaseUnreachable, MigrationError
from migrations.newest import NEWEST, VERSION_TABLE, is_newest
from migrations.runner import MigrationReport, current, downgrade, upgrade, verify
from tests.migrations.helpers import (
    contents,
    count_rows,
    execute,
    fetch,
    make_earlier_tables,
    make_first_rows,
    schema,
)

REPOSITORY = Path(__file__).parents[2]


def file_of(url: URL) -> Path:
    return Path(str(url.database))


def files_beside(url: URL) -> list[Path]:
    return sorted(set(file_of(url).parent.glob("*.db")) - {file_of(url)})


async def start_upgrading(url: URL, *fatal: str) -> Process:
    """Start a process that upgrades the database as soon as it is told to go."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.migrations.upgrading_process",
        url.render_as_string(hide_password=False),
        *fatal,
        stdin=PIPE,
        stdout=PIPE,
        cwd=REPOSITORY,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def start_two(url: URL) -> tuple[Process, Process]:
    return await asyncio.gather(start_upgrading(url), start_upgrading(url))


def go(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")


async def outcome(process: Process) -> str:
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode().strip()


# Reports


async def test_an_upgrade_tells_what_it_did(database_url: URL) -> None:
    assert await upgrade(database_url, revision="0002") == MigrationReport(None, "0002", None)
    assert await current(database_url) == "0002"
    report = await upgrade(database_url)
    assert (report.before, report.after, report.changed) == ("0002", NEWEST, True)
    report = await upgrade(database_url)
    assert report == MigrationReport(NEWEST, NEWEST, None)
    assert not report.changed


async def test_whether_there_is_anything_to_do_is_told_without_alembic(database_url: URL) -> None:
    assert revisions.known()[-1] == NEWEST
    assert not await is_newest(database_url)
    await upgrade(database_url, revision="0002")
    assert not await is_newest(database_url)
    await upgrade(database_url)
    assert await is_newest(database_url)
    await execute(database_url, f"UPDATE {VERSION_TABLE} SET version_num = '0099'")
    assert not await is_newest(database_url)


async def test_up_never_leads_down_nor_down_up(sqlite_url: URL) -> None:
    await upgrade(sqlite_url, revision="0002")
    assert not (await upgrade(sqlite_url, revision="0001")).changed
    assert not (await downgrade(sqlite_url, NEWEST)).changed
    assert await current(sqlite_url) == "0002"


async def test_a_revision_that_does_not_exist_is_named(migrated_sqlite_url: URL) -> None:
    with pytest.raises(MigrationError, match=f"no revision 0099, only 0001, .*, {NEWEST}"):
        await downgrade(migrated_sqlite_url, "0099")


async def test_any_working_directory_will_do(
    sqlite_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (await upgrade(sqlite_url)).changed


async def test_logging_is_left_as_it_is(sqlite_url: URL) -> None:
    logger = logging.getLogger("tests.migrations.somebody_else")
    root = logging.getLogger()
    before = (list(root.handlers), root.level, logging.getLogger("alembic").level)
    await upgrade(sqlite_url)
    assert (list(root.handlers), root.level, logging.getLogger("alembic").level) == before
    assert not logger.disabled


def test_alembic_itself_uses_the_settings(
    database_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url.render_as_string(hide_password=False))
    command.upgrade(alembic_config(), "head")
    command.check(alembic_config())
    assert asyncio.run(current(database_url)) == NEWEST


# Copies


async def test_sqlite_is_copied_before_an_upgrade(sqlite_url: URL) -> None:
    await make_earlier_tables(sqlite_url)
    before = await contents(sqlite_url)
    file_of(sqlite_url).chmod(0o600)
    report = await upgrade(sqlite_url)
    assert report.backup is not None
    assert files_beside(sqlite_url) == [report.backup]
    assert report.backup.stat().st_mode & 0o777 == 0o600
    assert await contents(sqlite_url.set(database=str(report.backup))) == before


async def test_sqlite_is_copied_before_a_downgrade(migrated_sqlite_url: URL) -> None:
    report = await downgrade(migrated_sqlite_url, "base")
    assert report.backup is not None
    assert await current(migrated_sqlite_url.set(database=str(report.backup))) == NEWEST


async def test_nothing_is_copied_without_need(sqlite_url: URL) -> None:
    assert (await upgrade(sqlite_url)).backup is None, "a new file holds nothing"
    assert (await upgrade(sqlite_url)).backup is None, "there was nothing to do"
    assert files_beside(sqlite_url) == []


# Two at once


async def test_two_processes_take_turns_on_postgresql(postgres_url: URL) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with migrating(postgres_url):
        processes = await start_two(postgres_url)
        for process in processes:
            go(process)
        async with asyncio.timeout(60):
            while True:
                if await fetch(postgres_url, waiting) == [(2,)]:
                    break
                await asyncio.sleep(0.02)
        assert await schema(postgres_url) == {}
    said = await asyncio.gather(*map(outcome, processes))
    assert sorted(said) == ["changed", "unchanged"]
    assert (await verify(postgres_url)).ok


async def test_two_processes_take_turns_on_sqlite(sqlite_url: URL) -> None:
    await make_earlier_tables(sqlite_url)
    processes = await start_two(sqlite_url)
    async with migrating(sqlite_url):
        for process in processes:
            go(process)
    said = await asyncio.gather(*map(outcome, processes))
    assert sorted(said) == ["changed", "unchanged"]
    assert len(files_beside(sqlite_url)) == 1, "only the one that upgrades makes a copy"


# Interrupted


async def test_a_failure_half_way_leaves_nothing_half_done(database_url: URL) -> None:
    await make_earlier_tables(database_url)
    # The name of the very last thing that is made is taken.
    await execute(
        database_url, "CREATE INDEX ix_interactions_seen_seen_at ON sessions (created_at)"
    )
    found = await schema(database_url)
    with pytest.raises(MigrationError, match=r"nothing was changed: .*ix_interactions_seen"):
        await upgrade(database_url)
    assert await schema(database_url) == found
    assert await current(database_url) is None
    await execute(database_url, "DROP INDEX ix_interactions_seen_seen_at")
    assert (await upgrade(database_url)).changed


async def test_a_process_that_is_killed_leaves_nothing_half_done(database_url: URL) -> None:
    await make_earlier_tables(database_url)
    found = await schema(database_url)
    process = await start_upgrading(database_url, "CREATE TABLE interactions_seen")
    go(process)
    assert await process.wait() == -signal.SIGKILL
    assert await schema(database_url) == found
    assert (await count_rows(database_url))["session_photos"] == 2
    assert (await upgrade(database_url)).changed


async def test_an_upgrade_that_is_called_off_leaves_nothing(postgres_url: URL) -> None:
    async with migrating(postgres_url):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(upgrade(postgres_url), timeout=0.3)
    assert await schema(postgres_url) == {}
    assert (await upgrade(postgres_url)).changed


# Refused


async def test_a_newer_database_is_left_alone(database_url: URL) -> None:
    await upgrade(database_url, revision="0001")
    await make_first_rows(database_url)
    await execute(database_url, "UPDATE orp_alembic_version SET version_num = '0099'")
    found = await schema(database_url)
    for attempt in (
        upgrade(database_url),
        downgrade(database_url, "base"),
        current(database_url),
        verify(database_url),
    ):
        with pytest.raises(DatabaseTooNew, match="revision 0099, which this program does not know"):
            await attempt
    assert await schema(database_url) == found
    if database_url.get_backend_name() == "sqlite":
        assert files_beside(database_url) == []


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://orp:Gehe1m@127.0.0.1:1/orp",
        "postgresql://orp:Gehe1m@/orp?host=/nowhere",
        "postgresql:///orp?host=/nowhere&password=Gehe1m",
    ],
)
async def test_a_server_out_of_reach_is_named_without_its_password(address: str) -> None:
    url = parse_database_url(address)
    for attempt in (upgrade(url), current(url)):
        with pytest.raises(DatabaseUnreachable) as caught:
            await attempt
        assert "The PostgreSQL database orp on" in str(caught.value)
        assert "Gehe1m" not in str(caught.value)


async def test_a_database_that_does_not_exist_is_named(postgres_url: URL) -> None:
    with pytest.raises(DatabaseUnreachable, match='"nowhere" does not exist'):
        await upgrade(postgres_url.set(database="nowhere"))


async def test_a_file_that_is_no_database_is_named(sqlite_url: URL) -> None:
    file_of(sqlite_url).write_text("Lap times, 2019\n" * 100)
    with pytest.raises(DatabaseUnreachable, match=r"orp\.db cannot be reached: file is not"):
        await upgrade(sqlite_url)


async def test_looking_makes_no_file(sqlite_url: URL) -> None:
    for attempt in (current(sqlite_url), verify(sqlite_url)):
        with pytest.raises(DatabaseUnreachable, match="There is no file"):
            await attempt
    assert not file_of(sqlite_url).exists()
