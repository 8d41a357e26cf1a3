"""Pointing discord.py at another Discord: a REST proxy, or the local one.

The addresses of the settings win over what Discord's own answers say, so a proxy cannot be
bypassed by the gateway address that Discord hands out for resuming.
"""

from __future__ import annotations

import discord
import yarl
from discord.gateway import DiscordWebSocket


def use_api(url: str) -> None:
    """Send all REST requests to an address such as ``http://127.0.0.1:8080/api/v10``."""
    discord.http.Route.BASE = url


def use_gateway(url: str) -> None:
    """Connect every shard to this gateway, first and when it resumes."""
    address = yarl.URL(url)
    DiscordWebSocket.DEFAULT_GATEWAY = address

    class FixedGateway:
        """Stands in for the attribute in which discord.py keeps the address to resume at."""

        def __get__(self, socket: DiscordWebSocket, owner: type[DiscordWebSocket]) -> yarl.URL:
            return address

        def __set__(self, socket: DiscordWebSocket, value: yarl.URL) -> None:
            """Ignore what Discord says."""

    # Plain assignment is refused by the type checker: discord.py declares the attribute as a URL.
    type.__setattr__(DiscordWebSocket, "gateway", FixedGateway())
