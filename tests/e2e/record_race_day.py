"""Record the race day again: ``python -m tests.e2e.record_race_day``, then read the difference."""

from __future__ import annotations

import asyncio

from localdiscord import LocalDiscord
from localdiscord.play.cast import PADDOCK
from tests.databases import TestDatabases
from tests.e2e.aftermath import aftermath_in
from tests.e2e.conftest import bot_process, patient
from tests.e2e.recorded.play import RECORDING, played


async def record() -> None:
    """Play the day on SQLite and keep what was written down."""
    databases = TestDatabases()
    try:
        async with (
            databases.temporary("sqlite", migrated=False) as url,
            patient(LocalDiscord(PADDOCK)) as discord,
            bot_process(discord, url) as bot,
            aftermath_in(url) as after,
        ):
            await discord.ready()
            RECORDING.write_text(await played(discord, after), encoding="utf-8")
            await bot.stop()
    finally:
        databases.close()


if __name__ == "__main__":
    asyncio.run(record())
