"""``python -m tests.e2e.page.pictures docs/pictures``: the page as it looks, drawn by a browser.

The laps are those that ``make run`` plays. Only the times of day are made up, so that a picture
changes when the page does.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image
from playwright.async_api import Browser, Locator, ViewportSize, expect
from playwright.async_api import Page as Tab

from localdiscord import LocalDiscord
from localdiscord.page.site import Page
from localdiscord.play.botprocess import BotProcess
from localdiscord.play.cast import PADDOCK, TEAM_CHANNEL, gather
from localdiscord.play.recorded import NEXT_ROUND, load
from localdiscord.play.running import READY_WITHIN_S
from localdiscord.play.story import play_heat, play_next_heat, settle_in
from tests.browser import started
from tests.chromium import chromium

COLOURS: Final = 256
WITHIN_MS: Final = 20_000
TALL: Final[ViewportSize] = {"width": 380, "height": 1600}
"""So tall that a whole post fits."""
TIMES: Final = """() => {
    for (const one of document.querySelectorAll("article time")) one.textContent = "14:03";
    for (const one of document.querySelectorAll(".day span")) one.textContent = "Today";
}"""
# The fonts of the bot's own pictures: they have every sign it writes, on every machine.
FONTS: Final = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{fonts}</dir>
<alias binding="same"><family>system-ui</family><prefer><family>Noto Sans</family></prefer></alias>
</fontconfig>"""


@asynccontextmanager
async def tab(browser: Browser, site: Page, width: int, *, dark: bool) -> AsyncIterator[Tab]:
    """The page, opened at a width."""
    is_narrow = width < 800
    context = await browser.new_context(
        viewport={"width": width, "height": 780 if is_narrow else 940},
        color_scheme="dark" if dark else "light",
        device_scale_factor=2 if is_narrow else 1,
        has_touch=is_narrow,
        is_mobile=is_narrow,
        locale="en-GB",
    )
    context.set_default_timeout(WITHIN_MS)
    page = await context.new_page()
    await page.goto(site.address)
    yield page
    await context.close()


async def picture_of(shown: Tab | Locator, path: Path) -> None:
    """Draw the page or a part of it, in few colours, which keeps the file small."""
    page = shown if isinstance(shown, Tab) else shown.page
    for image in await page.locator("article img").all():
        await image.scroll_into_view_if_needed()
        await expect(image).not_to_have_js_property("naturalWidth", 0)
    await page.locator("#scroll").evaluate("one => (one.scrollTop = one.scrollHeight)")
    await page.evaluate(TIMES)
    drawn = Image.open(io.BytesIO(await shown.screenshot(animations="disabled")))
    few = drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


async def type_in(page: Tab, text: str) -> None:
    """Type a command and wait for its answer."""
    answers = page.locator("article.private")
    before = await answers.count()
    await page.get_by_label("Message #").fill(text)
    await page.keyboard.press("Enter")
    await expect(answers).to_have_count(before + 1)


async def draw(folder: Path) -> None:
    """Play the heat and draw what the page shows."""
    path = chromium()
    if path is None:
        sys.exit("There is no Chromium to draw the page: apt-get install chromium")
    with TemporaryDirectory() as scratch:
        fonts = Path(scratch) / "fonts.conf"
        fonts.write_text(FONTS.format(fonts=files("manimgx_fonts")), encoding="utf-8")
        async with (
            LocalDiscord(PADDOCK, check_schema=False, with_team=False) as discord,
            Page(discord) as site,
            BotProcess(
                discord.bot_environment() | {"DATABASE_URL": f"sqlite:///{scratch}/page.db"}
            ),
            started(path, {"FONTCONFIG_FILE": str(fonts)}) as browser,
        ):
            team = gather(discord)
            await discord.ready(READY_WITHIN_S)
            await settle_in(team)
            await play_heat(team, load(), lambda text: None)
            await play_next_heat(team, load(NEXT_ROUND))
            channel = team.channel(TEAM_CHANNEL)
            await discord.wait_for(lambda: all(one.attachments for one in channel.messages))
            # Everybody's own answers to the story are no part of the pictures.
            for message in channel.all_messages:
                message.deleted = message.deleted or message.ephemeral
            await _draw_all(browser, site, folder)


async def _draw_all(browser: Browser, site: Page, folder: Path) -> None:
    async with tab(browser, site, 380, dark=True) as page:
        post = page.locator("article").first
        await expect(post.locator("img")).to_have_count(1)
        await page.set_viewport_size(TALL)
        await picture_of(post, folder / "page-summary.png")
    async with tab(browser, site, 1400, dark=True) as page:
        await type_in(page, "/lap times:18.9 18.8 19.1 18.7 18.9 22.3 18.8 18.9")
        await picture_of(page, folder / "page-wide.png")
    async with tab(browser, site, 380, dark=False) as page:
        await expect(page.locator("article.private")).to_have_count(1)
        await picture_of(page, folder / "page-narrow.png")
        await type_in(page, "/orp ")
        card = page.locator("article.private").last
        await expect(card.locator("img")).to_have_count(1)
        await page.set_viewport_size(TALL)
        await picture_of(card, folder / "page-orp-card.png")


if __name__ == "__main__":
    asyncio.run(draw(Path(sys.argv[1])))
