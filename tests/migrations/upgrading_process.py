"""A process that upgrades a database when it is told to, for tests of two at once and of crashes.

``python -m tests.migrations.upgrading_process URL [STATEMENT]`` prints ``ready``, waits for a line,
upgrades and prints whether that changed anything. It kills itself just before the first SQL
statement that contains STATEMENT.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from sqlalchemy import Connection, Engine, event

from core.config import parse_database_url
from migrations.runner import upgrade


def _die_at(fatal: str) -> None:
    @event.listens_for(Engine, "before_cursor_execute")
    def on_execute(_: Connection, __: object, statement: str, *___: object) -> None:
        if fatal in statement:
            os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, fatal: str | None = None) -> None:
    """Upgrade when told to."""
    if fatal:
        _die_at(fatal)
    print("ready", flush=True)
    sys.stdin.readline()
    report = asyncio.run(upgrade(parse_database_url(url)))
    print("changed" if report.changed else "unchanged", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
