"""Logging: structlog over the standard library, one format for our lines and everybody else's.

Secrets are taken out of the finished line, whoever wrote it: ours, discord.py's or a traceback.
What people typed, their names and their laps stand in no line: of an error the log has its kind and
where it was raised, never its message.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from typing import Final, TextIO

import structlog
from structlog.typing import ExcInfo, Processor

from bot.discord.trouble import passing, reason_of
from core.config import Settings
from core.tracebacks import told

# What these say at lower levels helps nobody who looks for a fault of the bot, and much of it is
# what people typed: whole payloads, statements and rows.
_NOISY: Final = {
    "aiohttp": logging.WARNING,
    "aiosqlite": logging.INFO,
    "alembic": logging.WARNING,
    "asyncio": logging.INFO,
    "discord": logging.INFO,
    # That it logs in, and how its sessions are called.
    "discord.client": logging.WARNING,
    "discord.gateway": logging.WARNING,
    "sqlalchemy": logging.WARNING,
}


class InALine(logging.Filter):
    """Makes a warning in one line of trouble with Discord that passes by itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten a record where it is about such trouble; every record is kept."""
        error = record.exc_info[1] if record.exc_info else None
        reason = passing(error) if error is not None else None
        if reason is not None and record.name.startswith("discord."):
            record.msg, record.args = f"{record.getMessage()} ({reason})", ()
            record.exc_info = None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


def _on_console(out: TextIO, exc_info: ExcInfo) -> None:
    out.write("\n" + told(exc_info[1], reason_of))


def _in_a_field(exc_info: ExcInfo) -> str:
    return told(exc_info[1], reason_of)


class SecretFormatter(structlog.stdlib.ProcessorFormatter):
    """Formats a line and blots out every secret in it."""

    def __init__(self, secrets: Iterable[str], processors: list[Processor]) -> None:
        super().__init__(
            processors=processors,
            foreign_pre_chain=[
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.ExtraAdder(),
            ],
        )
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without secrets."""
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


def set_up_logging(settings: Settings) -> None:
    """Send all logging to standard error in the format the settings ask for."""
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=_on_console
        )
    )
    processors: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if settings.log_format == "json":
        processors.append(structlog.processors.ExceptionRenderer(_in_a_field))
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SecretFormatter(secrets_of(settings), [*processors, renderer]))
    handler.addFilter(InALine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name, level in _NOISY.items():
        logging.getLogger(name).setLevel(max(level, root.level))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def secrets_of(settings: Settings) -> list[str]:
    """Return what must appear in no log: the token and the database password."""
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    return [token, str(settings.database_url.password or "")]
