"""One browser, one bot and one local Discord for all tests of the page."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from localdiscord.client.driver import LocalDiscord
from localdiscord.page.site import Page
from localdiscord.play.botprocess import BotProcess, Launch
from localdiscord.play.cast import PADDOCK
from tests.browser import started
from tests.chromium import LEFT_OUT, chromium
from tests.databases import TestDatabases
from tests.e2e.conftest import bot_process, patient, require_the_document
from tests.e2e.page.visiting import Scene


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Where Chromium is; in CI it must be there."""
    path = chromium()
    if path is None:
        if "CI" in os.environ:
            pytest.fail("Chromium is missing: apt-get install chromium")
        pytest.skip(LEFT_OUT)
    return path


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage_of_the_page(
    browser_path: str, test_databases: TestDatabases, forked: Launch
) -> AsyncIterator[Scene]:
    async with (
        test_databases.temporary("sqlite", migrated=True) as url,
        patient(LocalDiscord(PADDOCK)) as discord,
        Page(discord, hint="Try `/lap times:20.1 20.2` first.") as site,
        started(browser_path) as browser,
    ):
        require_the_document(discord)

        def start_bot() -> BotProcess:
            return bot_process(discord, url, forked)

        scene = Scene(discord, site, browser, start_bot, await start_bot().__aenter__())
        await discord.ready()
        yield scene
        assert await scene.bot.stop() == 0, scene.bot.tail


@pytest_asyncio.fixture(loop_scope="session")
async def scene(stage_of_the_page: Scene) -> AsyncIterator[Scene]:
    """Where a test opens the page; nothing may be wrong with it afterwards."""
    scene = stage_of_the_page
    yield scene
    for context in scene.contexts:
        await context.close()
    scene.contexts.clear()
    trouble, scene.trouble = scene.trouble, []
    assert not trouble
    scene.discord.assert_clean()
