"""The bot starts before the network, Discord and the database are there, and outlives their going.

It waits with a line each time it looks again, and ends at once only where waiting does not help.
"""

from __future__ import annotations

import asyncio
import re
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from localdiscord import LocalDiscord
from localdiscord.play.botprocess import BotProcess, Launch
from localdiscord.play.cast import PADDOCK
from localdiscord.world.signals import PATIENT_S
from migrations.backup import backup
from migrations.errors import RestoreRefused
from migrations.restore import restore
from tests.e2e.aftermath import until
from tests.e2e.conftest import bot_process, patient
from tests.e2e.driving import type_laps

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]


async def says(bot: BotProcess, text: str) -> bool:
    return text in bot.tail


async def told(bot: BotProcess, text: str) -> None:
    await until(partial(says, bot, text))


def nowhere(port: int) -> dict[str, str]:
    """Where a Discord will be that is not there yet."""
    return {
        "DISCORD_API_URL": f"http://127.0.0.1:{port}/api/v10",
        "DISCORD_GATEWAY_URL": f"ws://127.0.0.1:{port}/gateway",
    }


async def test_what_is_not_there_yet_is_waited_for_and_what_goes_comes_back(
    migrated_postgres_url: URL, forked: Launch, tmp_path: Path, port: int
) -> None:
    """A server's socket is there as soon as its folder is."""
    place = tmp_path / "pg"
    url = migrated_postgres_url.update_query_dict({"host": str(place)})
    first = patient(LocalDiscord(PADDOCK, port=port))
    async with bot_process(first, url, forked, **nowhere(port)) as bot:
        await told(bot, "waiting for the database")
        assert "[Errno" not in bot.tail
        place.symlink_to(str(migrated_postgres_url.query["host"]))
        await told(bot, "waiting for Discord")
        async with first:
            await first.ready()
            assert "laps" in (await type_laps(first.add_guild("Early"))).text
        await told(bot, "connection lost")
        await told(bot, "Attempting a reconnect")
        again = patient(LocalDiscord(PADDOCK, port=port, token=first.token))
        async with again:
            await again.wait_for(again.gateway.complete)
            ending = asyncio.create_task(bot.exited())
            async with asyncio.timeout(PATIENT_S):
                while not ending.done():
                    # Somebody has made a new token: the old one is of no use any more. Where a busy
                    # machine loses how the connection was closed, the bot comes back to hear it.
                    again.gateway.close(4004)
                    await asyncio.wait({ending}, timeout=0.5)
            assert ending.result() == 1
    assert "Traceback" not in bot.tail
    assert bot.tail.splitlines()[-1] == "DISCORD_TOKEN is not accepted by Discord."


async def test_it_stops_when_asked_to_while_it_waits(
    migrated_sqlite_url: URL, forked: Launch, port: int
) -> None:
    async with bot_process(
        patient(LocalDiscord(PADDOCK, port=port)), migrated_sqlite_url, forked, **nowhere(port)
    ) as bot:
        await told(bot, "waiting for Discord")
        assert await bot.stop() == 0
    assert bot.tail.splitlines()[-1].split("]")[1].strip().startswith("stopped")
    assert re.search(r"again_in_s=(0\.\d|1\.0)", bot.tail)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "DISCORD_TOKEN is not accepted by Discord."),
        (404, "Discord refuses the login (Discord answered 404): is DISCORD_API_URL right?"),
    ],
)
async def test_what_does_not_pass_ends_it_with_a_sentence_after_what_does(
    status: int, sentence: str, migrated_sqlite_url: URL, forked: Launch
) -> None:
    async with patient(LocalDiscord(PADDOCK)) as discord:
        # The latest rule that is left is the one that counts.
        discord.mischief.fail("GET", "/users/@me", status=status)
        discord.mischief.fail("GET", "/users/@me", status=503)
        async with bot_process(discord, migrated_sqlite_url, forked) as bot:
            assert await asyncio.wait_for(bot.exited(), PATIENT_S) == 1
    assert "Discord answered 503" in bot.tail
    assert bot.tail.splitlines()[-1] == sentence
    assert "Traceback" not in bot.tail


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_the_file_of_a_bot_that_waits_for_discord_is_not_replaced(
    discord: LocalDiscord, migrated_url: URL, forked: Launch, tmp_path: Path, port: int
) -> None:
    copy = await backup(migrated_url, tmp_path)
    async with bot_process(discord, migrated_url, forked, **nowhere(port)) as bot:
        await told(bot, "waiting for Discord")
        with pytest.raises(RestoreRefused, match="A bot is running on this database"):
            await restore(migrated_url, copy)
        assert await bot.stop() == 0, bot.tail
    assert (await restore(migrated_url, copy)).replaced is not None
