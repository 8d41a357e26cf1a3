"""Looking up hosts: a connection goes to addresses that were checked, and to no others.

aiohttp connects to the very addresses it gets here and looks nothing up a second time, so that an
answer that changes in between reaches nobody.
"""

from __future__ import annotations

import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from core.fetching.hosts import Hosts, is_public
from core.fetching.refusals import AddressRefused


class CheckedResolver(AbstractResolver):
    """Looks hosts up with another resolver and refuses those that are not all public.

    Args:
        hosts: Which hosts may be private.
        resolver: What looks them up.
    """

    def __init__(self, hosts: Hosts, resolver: AbstractResolver) -> None:
        self._hosts = hosts
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a host.

        Raises:
            AddressRefused: One of them is not public, and this host's must be.
            OSError: It has none.
        """
        found = await self._resolver.resolve(host, port, family)
        if not found:
            raise OSError(f"{host} has no address")
        # One that is not public among others is no accident.
        are_public = all(is_public(one["host"]) for one in found)
        if not are_public and not self._hosts.may_be_private(host, port):
            raise AddressRefused(f"{host} is not on the public internet; it is not read.")
        return found

    async def close(self) -> None:
        """Close what looks hosts up."""
        await self._resolver.close()
