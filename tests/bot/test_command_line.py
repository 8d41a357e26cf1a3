"""``python -m bot`` from a shell: every command, and what stops a start with a sentence."""

from __future__ import annotations

import io
import logging
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from bot.__main__ import main
from core.about import VERSION
from core.config import Settings
from migrations.newest import VERSION_TABLE

ROOT = Path(__file__).parents[2]


@dataclass
class Outcome:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


RunBot = Callable[..., Outcome]


@pytest.fixture
def bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[RunBot]:
    """Run the command line in an empty directory, with nothing but the settings given."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("RUNTIME_DIRECTORY", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    monkeypatch.chdir(tmp_path)
    handlers, level = logging.root.handlers[:], logging.root.level

    def run(*words: str, **settings: str) -> Outcome:
        with monkeypatch.context() as given:
            for name, value in settings.items():
                given.setenv(name, value)
            given.setattr(sys, "argv", ["bot", *words])
            # Whether these tests were started with python -m tells nothing of the bot.
            given.setattr(sys.modules["__main__"], "__package__", None)
            capfd.readouterr()
            with pytest.raises(SystemExit) as ended:
                main()
            printed = capfd.readouterr()
        return Outcome(int(ended.value.code or 0), printed.out, printed.err)

    yield run
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def test_it_runs_as_a_module() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "bot", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "doctor" in shown.stdout


def test_it_says_its_version(bot: RunBot) -> None:
    said = bot("--version")
    assert (said.code, said.out) == (0, f"orp-bot {VERSION}\n")


def test_a_shell_is_told_what_completes_the_command(tmp_path: Path) -> None:
    """Asked as bash asks the command that is installed: what it is called tells the variable."""
    installed = "import sys; sys.argv = ['orp-bot']; from bot.__main__ import main; main()"
    asked = subprocess.run(
        [sys.executable, "-c", installed],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "_ORP_BOT_COMPLETE": "complete_bash",
            "COMP_WORDS": "orp-bot back",
            "COMP_CWORD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.stdout.split() == ["backup"], asked.stderr


def test_a_downgrade_of_no_database_makes_none(bot: RunBot, tmp_path: Path) -> None:
    refused = bot("downgrade", "0001", "--yes", DATABASE_URL="sqlite:///none.db")
    assert (refused.code, refused.out) == (1, "")
    assert "There is no file none.db" in refused.err
    assert not (tmp_path / "none.db").exists()


def test_help_shows_every_command(bot: RunBot) -> None:
    shown = bot("--help")
    assert shown.code == 0
    for command in (
        "run",
        "upgrade",
        "downgrade",
        "current",
        "verify",
        "backup",
        "adopt",
        "import",
        "forget",
        "doctor",
    ):
        assert command in shown.out


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "DISCORD_TOKEN"),
        (
            {"DISCORD_TOKEN": "secret-token", "DATABASE_URL": "mysql://u:hunter2@h/d"},
            "DATABASE_URL",
        ),
        ({"DISCORD_TOKEN": "secret-token", "SHARD_IDS": "0,1"}, "SHARD_IDS"),
        ({"DISCORD_TOKEN": "secret-token", "LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        (
            {"DISCORD_TOKEN": "secret-token", "DISCORD_GATEWAY_URL": "http://x"},
            "DISCORD_GATEWAY_URL",
        ),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence_that_names_it(
    bot: RunBot, settings: dict[str, str], named: str
) -> None:
    refused = bot(**settings)
    assert refused.code == 1
    assert named in refused.err
    assert "Traceback" not in refused.err
    assert len(refused.err.strip().splitlines()) == 1
    assert "hunter2" not in refused.err
    assert "secret-token" not in refused.err


def test_settings_are_read_from_a_file(bot: RunBot, tmp_path: Path) -> None:
    assert bot("has-token").code == 1
    (tmp_path / ".env").write_text("DISCORD_TOKEN=something\n", encoding="utf-8")
    assert bot("has-token").code == 0
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text(encoding="utf-8"))
    assert bot("has-token").code == 1, "the example has no token"


def test_the_database_commands_work_from_any_directory(bot: RunBot, tmp_path: Path) -> None:
    assert bot("current").code == 1, "there is no database yet"
    upgraded = bot("upgrade")
    assert upgraded.code == 0, upgraded.err
    assert (tmp_path / "data" / "orp.db").exists()
    revision = bot("current").out.strip()
    assert f"→ {revision}" in upgraded.out
    assert bot("verify").code == 0
    backup = bot("backup")
    assert Path(tmp_path, backup.out.strip()).exists()
    down = bot("downgrade", "0002", "--yes")
    assert "0002" in down.out
    assert bot("verify").code == 1
    assert bot("upgrade").code == 0
    adopted = bot("adopt", "42", "--timezone", "Europe/Berlin")
    assert adopted.code == 0, adopted.err
    assert bot("adopt", "42", "--timezone", "Mars/Base").code == 1


def test_a_history_comes_in_from_files_of_any_name(bot: RunBot, tmp_path: Path) -> None:
    ann, race = uuid4(), uuid4()
    laps = tmp_path / "one.csv"
    laps.write_text(
        "session_id,heat_name,lap_number,lap_time,confidence_rating,created_at\n"
        f"{race},Q1,1,20.5,4,2025-03-01T10:00:00\n{race},Q1,2,20.4,4,2025-03-01T10:00:20\n"
    )
    (tmp_path / "two.csv").write_text(
        "id,profile_id,session_name,track_name,status,created_at,closed_at,updated_at\n"
        f"{race},{ann},Club Race,Arena,completed,2025-03-01T09:00:00,,\n"
    )
    (tmp_path / "three.csv").write_text(f"id,name,created_at,updated_at\n{ann},Ann,,\n")
    files = ("one.csv", "two.csv", "three.csv", "--team", "42")
    assert "upgrade makes it" in bot("import", *files).err
    assert bot("upgrade").code == 0
    rehearsed = bot("import", *files, "--dry-run")
    assert "Nothing was stored" in rehearsed.out
    stored = subprocess.run(
        [sys.executable, "-m", "bot", "import", *files, "--racer", "Ann=7"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert stored.stdout == (
        "racers    1 new, 0 there already\n"
        "sessions  1 new, 0 there already\n"
        "heats     1 new, 0 there already\n"
        "laps      2 new, 0 there already, 0 left out\n"
        "On Discord from now on: Ann.\n"
    )
    assert "0 new, 2 there already" in bot("import", *files).out
    assert "is the Discord user 7 already" in bot("import", "--team", "42", "--racer", "Ann=8").err
    assert bot("import", "--team", "42").code == 1
    laps.write_text(laps.read_text().replace("20.4", "soon"))
    refused = bot("import", *files)
    assert refused.code == 1
    assert "one.csv: Nothing was stored: line 3 has “soon” for lap_time" in refused.err
    assert "gone.csv" in bot("import", "gone.csv", "--team", "42").err
    assert "long number" in bot("import", "three.csv", "--team", "0").err


def test_a_downgrade_asks_and_names_what_would_be_lost(
    bot: RunBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot("upgrade")
    stands_at = bot("current").out
    with closing(sqlite3.connect(tmp_path / "data" / "orp.db")) as database:
        database.execute("INSERT INTO teams (id) VALUES (1), (2)")
        database.commit()
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    asked = bot("downgrade", "0002")
    assert asked.code == 1
    assert "Lost would be: teams (2 rows)" in asked.out
    assert "Go back to revision 0002?" in asked.out
    assert bot("current").out == stands_at
    assert bot("verify").code == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert "→ 0002" in bot("downgrade", "0002").out


def test_the_script_for_psql_needs_no_database(bot: RunBot, tmp_path: Path) -> None:
    script = bot("upgrade", "--sql")
    assert script.code == 0, script.err
    assert script.out.lstrip().startswith("BEGIN;")
    assert script.out.rstrip().endswith("COMMIT;")
    assert "CREATE TABLE run_logs" in script.out
    assert not (tmp_path / "data").exists()


def test_a_database_newer_than_the_program_stops_the_start(bot: RunBot, tmp_path: Path) -> None:
    bot("upgrade")
    with sqlite3.connect(tmp_path / "data" / "orp.db") as database:
        database.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    refused = bot(DISCORD_TOKEN="secret-token")
    assert refused.code == 1
    assert "newer" in refused.err
    assert len(refused.err.strip().splitlines()) == 1


def test_the_doctor_names_what_is_missing(bot: RunBot, tmp_path: Path) -> None:
    examined = bot("doctor")
    assert examined.code == 1
    assert "DISCORD_TOKEN" in examined.out


def test_the_doctor_has_nothing_to_say_of_pages_that_nobody_knows(bot: RunBot) -> None:
    bot("upgrade")
    examined = bot("doctor", "--sources")
    assert examined.code == 0, examined.err
    assert [line[:16] for line in examined.out.splitlines()] == [
        *["not tried LiveRC"] * 2,
        "not tried MyRCM ",
    ]
    refused = bot("doctor", "--page", "https://example.org/results/?p=view_event&id=1")
    assert refused.code == 1
    assert "Only pages of" in refused.err


def test_health_where_no_bot_is_running(bot: RunBot) -> None:
    asked = bot("health")
    assert asked.code == 1
    assert asked.err == "No bot is running at data/orp.sock.\n"


def test_figures_need_their_extra(bot: RunBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.delitem(sys.modules, "bot.metrics", raising=False)
    refused = bot(DISCORD_TOKEN="secret-token", METRICS_PORT="9464")
    assert refused.code == 1
    assert "METRICS_PORT needs what comes with orp-bot[metrics]" in refused.err
    assert len(refused.err.strip().splitlines()) == 1


def test_figures_need_a_port_that_is_free(bot: RunBot) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = bot(DISCORD_TOKEN="secret-token", METRICS_PORT=str(taken.getsockname()[1]))
    assert refused.code == 1
    assert "METRICS_PORT cannot be used" in refused.err


def loaded_by(*modules: str) -> set[str]:
    """What is loaded in a new process once these are."""
    loaded = subprocess.run(
        [sys.executable, "-c", f"import {', '.join(modules)}, sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(loaded.stdout.split())


def test_asking_for_health_loads_no_bot() -> None:
    """It is asked every few seconds, also on a small computer."""
    assert not {"discord", "alembic", "bot.client"} & loaded_by("bot.__main__", "bot.health")


def test_a_start_loads_nothing_that_only_a_migration_or_a_watcher_needs() -> None:
    loaded = loaded_by("bot.__main__", "bot.running")
    assert "discord" in loaded
    assert not {"alembic", "prometheus_client", "aiohttp.web_runner"} & loaded


def test_a_server_is_forgotten_once_that_was_confirmed(
    bot: RunBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'orp.db'}"
    older = bot("forget", "77", DATABASE_URL=url)
    assert (older.code, "There is no file" in older.err) == (1, True)
    bot("upgrade", DATABASE_URL=url)
    bot("adopt", "77", DATABASE_URL=url)
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    refused = bot("forget", "77", DATABASE_URL=url)
    assert refused.code == 1
    assert "Delete server 77: 0 racers, 0 sessions, 0 laps? There is no way back." in refused.out
    done = bot("forget", "77", "--yes", DATABASE_URL=url)
    assert (done.code, done.out) == (0, "Deleted: 0 racers, 0 sessions, 0 laps.\n")
    again = bot("forget", "77", "--yes", DATABASE_URL=url)
    assert (again.code, again.err) == (1, "Nothing is held of server 77.\n")
    bot("downgrade", "0009", "--yes", DATABASE_URL=url)
    older = bot("forget", "77", DATABASE_URL=url)
    assert (older.code, "run orp-bot upgrade first" in older.err) == (1, True)
