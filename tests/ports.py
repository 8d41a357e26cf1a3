"""Ports for what is to listen later."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_port() -> Iterator[int]:
    """Keep a port of 127.0.0.1 until the end: nobody else is given it, and nobody listens there.

    A number that was free a moment ago is somebody else's now and then: each connection that any
    process makes takes one. What is to listen there has to reuse addresses, as asyncio does.
    """
    with socket.socket() as keeping:
        keeping.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeping.bind(("127.0.0.1", 0))
        port: int = keeping.getsockname()[1]
        yield port
