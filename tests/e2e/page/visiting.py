"""Somebody at the page: what they press and read there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import files
from itertools import count
from typing import Final

from playwright.async_api import Browser, BrowserContext, Locator, Page, Request, expect

from localdiscord.client.driver import LocalDiscord
from localdiscord.client.people import Team
from localdiscord.page.site import Page as Site
from localdiscord.play.botprocess import BotProcess
from localdiscord.world.signals import PATIENT_S
from tests.e2e.conftest import StartBot

WIDE: Final = 1400
NARROW: Final = 380
WITHIN_MS: Final = 1000 * PATIENT_S
CHANNEL: Final = "race-day"

expect.set_options(timeout=WITHIN_MS)

_NUMBERS = count(1)
_AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_SERIOUS: Final = """async () => (await axe.run({resultTypes: ["violations"]})).violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`)"""


@dataclass
class Scene:
    """The page, the bot behind it, and a browser to visit it with."""

    discord: LocalDiscord
    site: Site
    browser: Browser
    start_bot: StartBot
    bot: BotProcess
    trouble: list[str] = field(default_factory=list)
    """What a browser complained of, and what it asked of anybody else."""
    contexts: list[BrowserContext] = field(default_factory=list)

    def team(self) -> Team:
        """A new team: racer-1, who owns it, and racer-2."""
        team = self.discord.add_guild(f"Page Team {next(_NUMBERS)}")
        team.add_member("racer-2")
        return team

    async def visit(
        self,
        team: Team,
        name: str = "racer-1",
        *,
        width: int = WIDE,
        dark: bool = False,
        site: Site | None = None,
    ) -> Visitor:
        """Open the page as somebody, each time in a browser of its own."""
        is_phone = width == NARROW
        context = await self.browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            has_touch=is_phone,
            is_mobile=is_phone,
            locale="en-GB",
        )
        context.set_default_timeout(WITHIN_MS)
        self.contexts.append(context)
        begin = {"server": str(team.guild.id), "me": str(team.member(name).id)}
        # Who somebody is outlives a reload, as it does for those who have chosen it by hand.
        await context.add_init_script(
            f"for (const [key, value] of Object.entries({json.dumps(begin)}))"
            " if (!sessionStorage.getItem(key)) sessionStorage.setItem(key, value)"
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on(
            "console",
            lambda said: self.trouble.append(said.text) if said.type == "error" else None,
        )
        address = (site or self.site).address
        page.on("request", partial(self._look, address.partition("#")[0]))
        await page.goto(address)
        visitor = Visitor(page)
        await expect(visitor.line).to_be_visible()
        return visitor

    def _look(self, own: str, request: Request) -> None:
        if not request.url.startswith((own, f"blob:{own}")):
            self.trouble.append(f"asked elsewhere: {request.url}")

    async def restart(self) -> None:
        """Start the bot again after it was stopped."""
        self.bot = await self.start_bot().__aenter__()
        await self.discord.ready()


@dataclass(frozen=True)
class Visitor:
    """Somebody at the page."""

    page: Page

    @property
    def line(self) -> Locator:
        """Where one types."""
        return self.page.get_by_label("Message #")

    @property
    def private(self) -> Locator:
        """The newest answer that only they see."""
        return self.page.locator("article.private").last

    def post(self, text: str) -> Locator:
        """What everybody sees, with a text in it."""
        return self.page.locator("article:not(.private)").filter(has_text=text).last

    def button(self, name: str) -> Locator:
        """A button of the page around the messages."""
        return self.page.get_by_role("button", name=name, exact=True)

    def option(self, name: str) -> Locator:
        """Where one fills in an option of a command."""
        return self.page.get_by_role("combobox", name=name, exact=True)

    async def type(self, text: str) -> None:
        """Type something and send it."""
        await self.line.fill(text)
        await self.page.keyboard.press("Enter")

    async def reach(self, name: str, key: str) -> None:
        """Go on with Tab or Shift+Tab until something of that name has the focus."""
        for _ in range(60):
            await self.page.keyboard.press(key)
            focused = await self.page.evaluate(
                "document.activeElement.ariaLabel || document.activeElement.innerText"
            )
            if focused == name:
                return
        raise AssertionError(f"{key} never reaches {name}")

    async def serious_faults(self) -> list[str]:
        """What axe-core finds that keeps people out."""
        await self.page.evaluate(_AXE)
        found: list[str] = await self.page.evaluate(_SERIOUS)
        return found
