"""Log lines: one format for everybody's, and no secret in any of them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from bot.logs import set_up_logging
from core.config import Settings

TOKEN = "MTIz.token.that-nobody-may-see"
PASSWORD = "hunter2-the-password"

SetUp = Callable[..., None]


@pytest.fixture
def set_up() -> Iterator[SetUp]:
    handlers, level = logging.root.handlers[:], logging.root.level

    def run(log_format: str, log_level: str = "INFO") -> None:
        set_up_logging(
            Settings.model_validate(
                {
                    "discord_token": TOKEN,
                    "database_url": f"postgresql://orp:{PASSWORD}@localhost/orp",
                    "log_format": log_format,
                    "log_level": log_level,
                }
            )
        )

    yield run
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_line_holds_a_secret(
    set_up: SetUp, log_format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(log_format)
    structlog.get_logger("bot").error("connecting failed", url=f"postgres://orp:{PASSWORD}@h/d")
    logging.getLogger("discord.http").warning("sent Authorization: Bot %s", TOKEN)
    try:
        raise ValueError(f"cannot use {PASSWORD}")
    except ValueError:
        structlog.get_logger("bot").exception("failed")
    written = capsys.readouterr().err
    assert "connecting failed" in written
    assert "ValueError" in written
    assert TOKEN not in written
    assert PASSWORD not in written


def test_at_no_level_is_written_what_libraries_tell_of_people(
    set_up: SetUp, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up("text", "DEBUG")
    logging.getLogger("discord.gateway").debug("WebSocket Event: %s", {"nick": "Ann"})
    logging.getLogger("discord.http").debug("has received Ann")
    logging.getLogger("sqlalchemy.engine.Engine").info("SELECT 'Ann'")
    structlog.get_logger("bot").debug("our own")
    written = capsys.readouterr().err
    assert "our own" in written
    assert "Ann" not in written


def test_a_json_line_is_one_object_with_its_fields(
    set_up: SetUp, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up("json")
    structlog.get_logger("bot").info("ready", guilds=3)
    logging.getLogger("discord").info("resumed")
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert ours["event"] == "ready"
    assert ours["guilds"] == 3
    assert theirs["event"] == "resumed"
    assert theirs["level"] == "info"


def test_settings_never_show_their_secrets() -> None:
    settings = Settings.model_validate(
        {"discord_token": TOKEN, "database_url": f"postgresql://orp:{PASSWORD}@localhost/orp"}
    )
    for text in (repr(settings), str(settings), repr(settings.database_url)):
        assert TOKEN not in text
        assert PASSWORD not in text


def test_of_an_error_the_log_has_its_kind_and_place_never_its_message(
    set_up: SetUp, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up("text")
    try:
        int("Ann 58.234".strip())
    except ValueError:
        structlog.get_logger("bot").exception("failed")
        logging.getLogger("discord.client").exception("Ignoring exception in on_ready")
    written = capsys.readouterr().err
    assert written.count("ValueError") == 2
    assert written.count("test_logs.py") == 2
    assert "invalid literal" not in written


def test_trouble_with_discord_that_passes_is_a_line(
    set_up: SetUp, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up("text")
    refused = ConnectionRefusedError(111, "Connection refused")
    logging.getLogger("discord.shard").error("Attempting a reconnect in 2s", exc_info=refused)
    (line,) = capsys.readouterr().err.splitlines()
    assert "warning" in line
    assert "Attempting a reconnect in 2s (Connection refused)" in line


@pytest.mark.parametrize("name", ["discord.http", "discord.gateway", "aiosqlite", "asyncio"])
def test_what_others_are_sent_is_told_at_no_level(
    set_up: SetUp, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up("text")
    logging.root.setLevel(logging.DEBUG)
    logging.getLogger(name).debug("POST {'content': 'Ann 58.234'}")
    assert capsys.readouterr().err == ""
