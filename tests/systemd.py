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

    async def hears_into(self, heard: list[str]) -> None:
        """Hear all that is said, until cancelled: what nobody hears takes room in the system."""
        while True:
            heard += await self.hears()

    def close(self) -> None:
        """Hear no more."""
        self._socket.close()
