"""The bare bot: discord.py, one command that answers "ok", and nothing stored.

What the bot costs beyond it is the project's own. It is told where to connect by the same settings.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket


class BareBot(discord.AutoShardedClient):
    """As little as a bot with one command can be."""

    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(lap)
        self._gateway = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])

    async def setup_hook(self) -> None:
        """Register the command where it is not yet."""
        if not await self.tree.fetch_commands():
            await self.tree.sync()

    async def launch_shard(
        self, gateway: yarl.URL, shard_id: int, *, initial: bool = False
    ) -> None:
        """Connect to the gateway of the settings."""
        await super().launch_shard(self._gateway, shard_id, initial=initial)


@app_commands.command(description="Answer ok")
@app_commands.describe(times="Anything")
async def lap(interaction: discord.Interaction, times: str) -> None:
    """Answer, privately as the bot does."""
    await interaction.response.send_message("ok", ephemeral=True)


async def main() -> None:
    """Serve until SIGTERM."""
    discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
    bot = BareBot()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with bot:
        serving = asyncio.create_task(bot.start(os.environ["DISCORD_TOKEN"]))
        await stop.wait()
        await bot.close()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


if __name__ == "__main__":
    asyncio.run(main())
