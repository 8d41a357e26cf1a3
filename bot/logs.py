"""Logging: structlog over the standard library, one format for our lines and everybody else's.

Secrets are taken out of the finished line, whoever wrote it: ours, discord.py's or a traceback.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable

import structlog
from structlog.typing import Processor

from core.config import Settings

# What these say at lower levels helps nobody who looks for a fault of the bot, and much of it is
# what people typed: whole payloads, statements and rows.
_NOISY = {
    "aiosqlite": logging.INFO,
    "alembic": logging.WARNING,
    "asyncio": logging.INFO,
    "discord": logging.INFO,
    "sqlalchemy": logging.WARNING,
}


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
        # A plain traceback: a pretty one prints local variables and breaks lines inside secrets.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    processors: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if settings.log_format == "json":
        processors.append(structlog.processors.format_exc_info)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SecretFormatter(secrets_of(settings), [*processors, renderer]))
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
