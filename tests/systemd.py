"""Stands in for systemd: the other end of the socket that it names."""

from __future__ import annotations

import asyncio
import socket


class Systemd:
    """Hears what a service says.

    Args:
        address: A file, or a name behind a zero byte.
    """

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._socket.setblocking(False)

    async def hears(self) -> list[str]:
        """Wait for what is said next."""
        said = await asyncio.get_running_loop().sock_recv(self._socket, 4096)
        return said.decode().splitlines()

    def heard(self) -> list[str]:
        """Return all that was said and not heard yet, and hear no more."""
        said = []
        with self._socket:
            while True:
                try:
                    said += self._socket.recv(4096).decode().splitlines()
                except BlockingIOError:
                    return said

    def close(self) -> None:
        """Hear no more."""
        self._socket.close()
