"""A copy that is put back: on an empty machine, in the place of a database, or not at all."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from core.bootstrap import build_services
from core.config import parse_database_url
from core.database import Database
from migrations.backup import backup
from migrations.errors import (
    BackupNotPossible,
    DatabaseTooNew,
    DatabaseUnreachable,
    RestoreRefused,
)
from migrations.newest import NEWEST, VERSION_TABLE
from migrations.restore import Restored, restore
from migrations.runner import downgrade, upgrade
from tests.migrations.helpers import contents, count_rows, execute
from tests.services.racing import ANN, BEN, by, log


@pytest.fixture
async def raced(migrated_sqlite_url: URL) -> URL:
    """A database with two racers' laps."""
    database = Database(migrated_sqlite_url)
    services = build_services(database)
    await log(services, ANN, "20.1 20.2 20.3", "Q1")
    await log(services, BEN, "21.1 21.2", "Q1")
    await database.dispose()
    return migrated_sqlite_url


def file_of(url: URL) -> Path:
    return Path(str(url.database))


def new_machine(tmp_path: Path) -> URL:
    return parse_database_url(f"sqlite:///{tmp_path / 'new' / 'state' / 'orp.db'}")


async def test_every_lap_is_there_on_an_empty_machine(raced: URL, tmp_path: Path) -> None:
    before = await contents(raced)
    copy = await backup(raced, tmp_path / "usb")
    here = new_machine(tmp_path)
    assert await restore(here, copy) == Restored(NEWEST, 5, None)
    assert len(before["run_logs"]) == 5
    assert await contents(here) == before
    assert not (await upgrade(here)).changed
    # The copy stays for another time, and nothing of the work is left.
    assert copy.exists()
    assert {path.name.partition("-")[0] for path in file_of(here).parent.iterdir()} == {"orp.db"}


async def test_what_it_replaces_is_kept_with_what_was_not_in_the_file_yet(raced: URL) -> None:
    copy = await backup(raced)
    with closing(sqlite3.connect(file_of(raced))) as killed:
        killed.execute("INSERT INTO teams (id) VALUES (77)")
        killed.commit()
        assert file_of(raced).with_name("orp.db-wal").stat().st_size
        restored = await restore(raced, copy)
    assert restored.replaced is not None
    assert re.fullmatch(r"orp-replaced-\d{8}-\d{6}\.db", restored.replaced.name)
    assert (await count_rows(raced))["teams"] == 1
    assert (await count_rows(raced.set(database=str(restored.replaced))))["teams"] == 2


async def test_a_bot_that_runs_is_not_taken_its_file(raced: URL) -> None:
    copy = await backup(raced)
    bot = Database(raced)
    bot.arrive()
    try:
        with pytest.raises(RestoreRefused, match="A bot is running on this database"):
            await restore(raced, copy)
    finally:
        await bot.dispose()
    assert (await restore(raced, copy)).laps == 5


@pytest.mark.parametrize("damage", ["torn", "nonsense", "empty", "stranger"])
async def test_a_copy_that_cannot_be_used_changes_nothing(raced: URL, damage: str) -> None:
    copy = await backup(raced)
    match damage:
        case "torn":
            with copy.open("r+b") as file:
                file.seek(8 * 4096)
                file.write(b"\xff" * 16 * 4096)
        case "nonsense":
            copy.write_text("Lap times, 2019\n" * 100)
        case "empty":
            copy.write_bytes(b"")
        case "stranger":
            with closing(sqlite3.connect(copy)) as other:
                other.execute(f"DROP TABLE {VERSION_TABLE}")
    before, beside = await contents(raced), sorted(file_of(raced).parent.glob("*.db*"))
    with pytest.raises((RestoreRefused, DatabaseUnreachable), match=re.escape(str(copy))):
        await restore(raced, copy)
    assert await contents(raced) == before
    assert {path.name for path in file_of(raced).parent.glob("*.db*")} - {"orp.db-present"} == {
        path.name for path in beside
    } - {"orp.db-present"}


async def test_damage_that_only_the_integrity_check_sees_is_seen(raced: URL) -> None:
    """A byte of an index has changed on a bad card: every lap can be read, and is found no more."""
    copy = await backup(raced)
    with closing(sqlite3.connect(copy)) as file:
        query = "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND tbl_name = 'run_logs'"
        roots = [root for (root,) in file.execute(query)]
        (size,) = file.execute("PRAGMA page_size").fetchone()
    with copy.open("r+b") as damaged:
        # The first that was stored lies at the end of its page.
        damaged.seek(roots[0] * size - 3)
        before = damaged.read(1)
        damaged.seek(-1, 1)
        damaged.write(bytes([before[0] ^ 1]))
    with closing(sqlite3.connect(copy)) as file:
        assert len(file.execute("SELECT * FROM run_logs NOT INDEXED").fetchall()) == 5
    with pytest.raises(RestoreRefused, match="is damaged"):
        await restore(raced, copy)


async def test_a_copy_of_a_newer_version_is_named(raced: URL) -> None:
    copy = await backup(raced)
    await execute(raced.set(database=str(copy)), f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(DatabaseTooNew, match="9999"):
        await restore(raced, copy)


async def test_the_database_itself_is_no_copy(raced: URL, tmp_path: Path) -> None:
    with pytest.raises(RestoreRefused, match="the database itself"):
        await restore(raced, file_of(raced))
    with pytest.raises(DatabaseUnreachable, match="There is no file"):
        await restore(raced, tmp_path / "gone.db")


async def test_postgresql_is_left_to_pg_restore() -> None:
    url = parse_database_url("postgresql://orp:Gehe1m@db:6543/racing")
    with pytest.raises(BackupNotPossible, match="pg_restore --file=") as caught:
        await restore(url, Path("orp.dump"))
    assert str(caught.value).endswith(
        " --file=orp.dump.sql postgresql://orp@db:6543/racing && rm orp.dump.sql"
    )


async def told_of_ann(url: URL) -> bool:
    return any(ANN.name in repr(rows) for rows in (await contents(url)).values())


async def forget_ann(url: URL) -> None:
    database = Database(url)
    services = build_services(database)
    held = await services.data.ask_forget(by(ANN))
    await services.data.forget(by(ANN), held.racer_id)
    await database.dispose()


@pytest.mark.parametrize("revision", [NEWEST, "0009"])
async def test_who_was_forgotten_since_is_forgotten_again(
    raced: URL, tmp_path: Path, revision: str
) -> None:
    copy = await backup(raced, tmp_path / "usb")
    await downgrade(raced.set(database=str(copy)), revision)
    await forget_ann(raced)
    restored = await restore(raced, copy)
    assert (restored.revision, restored.laps, restored.forgotten) == (NEWEST, 2, 1)
    assert not await told_of_ann(raced)
    # The list goes on: the copy is put back a second time.
    assert (await restore(raced, copy)).forgotten == 1
    assert not await told_of_ann(raced)


async def test_who_came_back_since_stays(raced: URL) -> None:
    await forget_ann(raced)
    database = Database(raced)
    await log(build_services(database), ANN, "22.1", "Q1")
    await database.dispose()
    copy = await backup(raced)
    assert (await restore(raced, copy)).forgotten == 0
    assert await told_of_ann(raced)


async def test_where_the_list_cannot_be_read_that_is_told(raced: URL, tmp_path: Path) -> None:
    copy = await backup(raced, tmp_path)
    await forget_ann(raced)
    file_of(raced).write_bytes(b"dead card" * 1_000)
    assert (await restore(raced, copy)).forgotten is None
