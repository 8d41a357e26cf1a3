"""Play the weekend and write the page about it: ``python -m tests.e2e.write_a_race_day``."""

from __future__ import annotations

import asyncio

from localdiscord import LocalDiscord
from localdiscord.play.cast import PADDOCK
from tests.databases import TestDatabases
from tests.e2e.aftermath import aftermath_in
from tests.e2e.conftest import bot_process, patient
from tests.e2e.test_a_race_day import PAGE
from tests.e2e.weekend.story import played


async def write() -> None:
    """Play the weekend on SQLite and keep what was written down."""
    databases = TestDatabases()
    try:
        async with (
            databases.temporary("sqlite", migrated=False) as url,
            patient(LocalDiscord(PADDOCK)) as discord,
            bot_process(discord, url) as bot,
            aftermath_in(url) as after,
        ):
            await discord.ready()
            book, _ = await played(discord, after)
            PAGE.write_text(book.text(), encoding="utf-8")
            await bot.stop()
    finally:
        databases.close()


if __name__ == "__main__":
    asyncio.run(write())
