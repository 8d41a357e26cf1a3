"""Copies of SQLite files, and the line for PostgreSQL."""

from __future__ import annotations

import re
import shlex
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from core.config import parse_database_url
from core.copies import copies_of
from migrations import backup as module
from migrations.backup import backup, pg_dump_line
from migrations.errors import BackupNotPossible, DatabaseUnreachable
from tests.databases import FakeClock
from tests.migrations.helpers import connected, count_rows, execute, fetch


def make_nonsense(url: URL) -> Path:
    """Write a file that is no database."""
    path = Path(str(url.database))
    path.write_text("Lap times, 2019\n" * 100)
    return path


async def test_a_copy_is_named_after_the_moment_and_holds_the_rows(
    migrated_sqlite_url: URL,
) -> None:
    await execute(migrated_sqlite_url, "INSERT INTO teams (id) VALUES (1)")
    copy = await backup(migrated_sqlite_url)
    assert copy.parent == Path(str(migrated_sqlite_url.database)).parent
    assert re.fullmatch(r"orp-\d{8}-\d{6}\.db", copy.name)
    assert (await count_rows(migrated_sqlite_url.set(database=str(copy))))["teams"] == 1


async def test_a_copy_holds_what_is_committed_while_the_bot_writes(
    migrated_sqlite_url: URL,
) -> None:
    await execute(migrated_sqlite_url, "INSERT INTO teams (id) VALUES (1)")
    async with connected(migrated_sqlite_url) as connection:
        await connection.exec_driver_sql("INSERT INTO teams (id) VALUES (2)")
        copy = await backup(migrated_sqlite_url)
    copied = await fetch(migrated_sqlite_url.set(database=str(copy)), "SELECT id FROM teams")
    assert copied == [(1,)]


async def test_copies_of_one_second_do_not_meet(
    migrated_sqlite_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "utc_now", lambda: datetime(2026, 6, 6, 12, 0, tzinfo=UTC))
    names = [(await backup(migrated_sqlite_url)).name for _ in range(3)]
    assert names == [
        "orp-20260606-120000.db",
        "orp-20260606-120000-2.db",
        "orp-20260606-120000-3.db",
    ]


async def test_a_copy_that_fails_leaves_no_file(sqlite_url: URL) -> None:
    path = make_nonsense(sqlite_url)
    with pytest.raises(DatabaseUnreachable, match="cannot be copied: file is not a database"):
        await backup(sqlite_url)
    assert list(path.parent.iterdir()) == [path]


async def test_a_file_that_is_not_there_is_named(sqlite_url: URL) -> None:
    with pytest.raises(DatabaseUnreachable, match=r"There is no file .*orp\.db"):
        await backup(sqlite_url)


async def test_postgresql_is_left_to_pg_dump() -> None:
    url = parse_database_url(
        "postgresql://orp:Gehe1m@db.example.org:6543/racing?sslmode=require&password=Gehe1m"
    )
    with pytest.raises(BackupNotPossible, match="pg_dump --format=custom") as caught:
        await backup(url)
    assert "Gehe1m" not in str(caught.value)
    words = shlex.split(pg_dump_line(url))
    assert words[-1] == "postgresql://orp@db.example.org:6543/racing?sslmode=require"
    assert re.fullmatch(r"--file=racing-\d{8}-\d{6}\.dump", words[-2])


def test_a_unix_socket_stays_in_the_line() -> None:
    line = pg_dump_line(parse_database_url("postgresql:///orp?host=/run/postgresql"))
    assert shlex.split(line)[-1] == "postgresql:///orp?host=%2Frun%2Fpostgresql"


def test_several_servers_stay_in_the_line_and_a_pooler_does_not() -> None:
    line = pg_dump_line(parse_database_url("postgresql:///orp?host=a:1&host=b:2&pgbouncer=true"))
    assert shlex.split(line)[-1] == (
        "postgresql:///orp?host=a%2Cb&port=1%2C2&target_session_attrs=primary"
    )


async def test_a_plain_sqlite_program_reads_a_copy(migrated_sqlite_url: URL) -> None:
    copy = await backup(migrated_sqlite_url)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_folder_keeps_its_newest_copies(
    migrated_sqlite_url: URL, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "utc_now", clock)
    folder = tmp_path / "usb" / "orp"
    made = []
    for _ in range(4):
        clock.advance(days=1)
        made.append(await backup(migrated_sqlite_url, folder, keep=2))
    assert [copy.exists() for copy in made] == [False, False, True, True]
    clock.advance(days=1)
    (folder / "holiday.db").touch()
    assert (await backup(migrated_sqlite_url, folder)).parent == folder
    assert len(list(folder.iterdir())) == 4


async def test_what_was_left_half_written_is_no_copy(
    migrated_sqlite_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "utc_now", lambda: datetime(2026, 6, 6, 12, 0, tzinfo=UTC))
    file = Path(str(migrated_sqlite_url.database))
    file.with_name("orp-20260606-120000.db.part").touch()
    assert (await backup(migrated_sqlite_url)).name == "orp-20260606-120000-2.db"
    assert len(copies_of(file, file.parent)) == 1
