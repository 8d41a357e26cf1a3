"""What makes the page bearable: room for a thumb, the focus where it was, the way to the newest."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from localdiscord.page.site import Page
from tests.e2e.page.visiting import CHANNEL, NARROW, WIDE, Scene, Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

THUMB = 44
WITH_KEYBOARD = 420
"""So high is what the keyboard of a phone leaves."""
LAPS = "/lap times:20.1 20.2 20.0"

# A box within its label is pressed through that, and what lies behind a dialog not at all.
_TOO_SMALL = """(thumb) => {
    const found = [];
    const top = document.querySelector("dialog[open]") ?? document.body;
    const pressed = "button, a, input, select, textarea, summary, [role=option]";
    for (const one of top.querySelectorAll(pressed)) {
        const { width, height } = one.getBoundingClientRect();
        const isHidden = !width || getComputedStyle(one).visibility === "hidden";
        if (isHidden || one.closest("label")) continue;
        const size = [width, height].map(Math.round);
        if (Math.min(...size) < thumb) found.push(`${size}: ${one.outerHTML.slice(0, 90)}`);
    }
    return [...new Set(found)];
}"""


async def too_small(visitor: Visitor) -> list[str]:
    found: list[str] = await visitor.page.evaluate(_TOO_SMALL, THUMB)
    return found


async def test_everything_is_large_enough_for_a_thumb(scene: Scene) -> None:
    team = scene.team()
    racer = await scene.visit(team, width=NARROW)
    assert await too_small(racer) == []
    await racer.button("Commands of the bot").tap()
    assert await too_small(racer) == []
    await racer.type(f"{LAPS} confidence:4")
    await racer.page.keyboard.press("Enter")
    assert await too_small(racer) == []
    await racer.page.keyboard.press("Enter")
    await expect(racer.private).to_contain_text("laps 1–3")
    assert await too_small(racer) == []
    await racer.private.get_by_role("button", name="Edit laps").tap()
    await expect(racer.page.get_by_role("dialog")).to_be_visible()
    assert await too_small(racer) == []
    await racer.page.keyboard.press("Escape")
    await racer.private.get_by_role("button", name="Finish heat").tap()
    await expect(racer.post("How sure are you").get_by_role("img")).to_have_count(1)
    await racer.type("said by somebody")
    await racer.post("said by").get_by_role("button", name="More").tap()
    assert await too_small(racer) == []
    await racer.page.keyboard.press("Escape")
    for name in ("People", "Trouble on demand", "Requests of the bot"):
        await racer.button(name).tap()
        await expect(racer.button("Close")).to_be_visible()
        assert await too_small(racer) == []
        await racer.button("Close").tap()
    await racer.button("Servers and channels").tap()
    assert await too_small(racer) == []


@pytest.mark.parametrize("width", [NARROW, WIDE])
async def test_who_has_scrolled_up_hears_of_news_and_comes_back(scene: Scene, width: int) -> None:
    team = scene.team()
    channel = team.channel(CHANNEL)
    for number in range(60):
        team.owner.say(channel, f"number {number}")
    racer = await scene.visit(team, "racer-2", width=width)
    await expect(racer.post("number 59")).to_be_in_viewport()
    newest = racer.page.get_by_role("button", name="To the newest messages")
    await expect(newest).to_be_hidden()

    await racer.page.locator("#scroll").evaluate("one => (one.scrollTop = 0)")
    await expect(newest).to_be_visible()
    team.owner.say(channel, "news")
    await expect(newest).to_have_text("1 new")
    # Whoever reads further up is left where they are.
    await expect(racer.post("number 0")).to_be_in_viewport()
    assert await racer.serious_faults() == []
    await newest.click()
    await expect(racer.post("news")).to_be_in_viewport()
    await expect(newest).to_be_hidden()

    await racer.page.locator("#scroll").evaluate("one => (one.scrollTop = 0)")
    await expect(newest).to_be_visible()
    await racer.type(LAPS)
    await racer.page.keyboard.press("Enter")
    await expect(racer.private.get_by_text("laps 1–3")).to_be_in_viewport()


async def test_a_list_fits_above_the_keyboard_of_a_phone(scene: Scene) -> None:
    team = scene.team()
    for number in range(3, 9):
        team.add_member(f"racer-{number}")
    racer = await scene.visit(team, width=NARROW)
    await racer.page.set_viewport_size({"width": NARROW, "height": WITH_KEYBOARD})
    await racer.line.fill("/lap ")
    await racer.button("note").tap()
    await racer.button("racer").tap()
    await expect(racer.page.get_by_role("option", name="racer-1")).to_be_visible()
    top = await racer.page.locator("#offers").evaluate("one => one.getBoundingClientRect().top")
    assert top >= 0


async def test_the_focus_stays_where_it_was(scene: Scene) -> None:
    team = scene.team()
    racer = await scene.visit(team)
    keyboard = racer.page.keyboard
    await racer.button("Trouble on demand").click()
    await expect(racer.button("Close")).to_be_focused()
    await racer.button("Switch on").press("Enter")
    await racer.button("Switch all off").press("Enter")
    await expect(racer.button("Switch all off")).to_have_count(0)
    await expect(racer.button("Switch on")).to_be_focused()
    await racer.button("Deliver the next interaction twice").press("Enter")
    await expect(racer.page.get_by_text("The next interaction comes twice.")).to_be_visible()
    await expect(racer.button("Deliver the next interaction twice")).to_be_focused()
    await keyboard.press("Escape")
    await expect(racer.page.locator("#panel")).to_be_hidden()
    await expect(racer.button("Trouble on demand")).to_be_focused()
    # Somebody comes, and the head is drawn again.
    team.add_member("late")
    await racer.button("People").click()
    await expect(racer.page.locator("#panel")).to_contain_text("late")
    await keyboard.press("Escape")
    await expect(racer.button("People")).to_be_focused()
    team.add_member("later")
    await racer.reach("Message #race-day", "Tab")


async def test_the_focus_stays_among_the_messages_when_one_is_dismissed(scene: Scene) -> None:
    racer = await scene.visit(scene.team())
    await racer.type(LAPS)
    await racer.page.keyboard.press("Enter")
    await expect(racer.private).to_contain_text("laps 1–3")
    await racer.private.get_by_role("button", name="Dismiss message").press("Enter")
    await expect(racer.page.locator("article")).to_have_count(0)
    await expect(racer.page.get_by_role("region", name="Messages")).to_be_focused()


async def test_the_drawer_of_a_phone_keeps_the_focus_and_gives_it_back(scene: Scene) -> None:
    racer = await scene.visit(scene.team(), width=NARROW)
    await racer.button("Servers and channels").tap()
    await expect(racer.button("race-day")).to_be_focused()
    await racer.page.get_by_role("button", name="Team", exact=True).press("Enter")
    await expect(racer.page.locator("#places [aria-current]")).to_be_focused()
    inner = "document.getElementById('drawer').contains(document.activeElement)"
    outer = "document.getElementById('main').contains(document.activeElement)"
    await racer.page.keyboard.press("Tab")
    assert await racer.page.evaluate(inner)
    for _ in range(30):
        await racer.page.keyboard.press("Tab")
        assert not await racer.page.evaluate(outer)
    await racer.page.locator("#places [aria-current]").focus()
    await racer.page.keyboard.press("Escape")
    await expect(racer.button("Servers and channels")).to_be_focused()


async def test_a_page_begins_without_the_private_answers_of_before(scene: Scene) -> None:
    team = scene.team()
    await team.owner.type(team.channel(CHANNEL), "/team show")
    async with Page(scene.discord) as site:
        racer = await scene.visit(team, site=site)
        await racer.type("/team show")
        await racer.page.keyboard.press("Enter")
        await expect(racer.private).to_be_visible()
        await expect(racer.page.locator("article")).to_have_count(1)
        await racer.page.context.close()


async def test_a_long_name_gives_way_to_the_command_behind_it(scene: Scene) -> None:
    team = scene.team()
    name = "Wilhelmina-Alexandra von Überlang-Namensträgerin"
    team.add_member(name)
    racer = await scene.visit(team, name, width=NARROW)
    await racer.type("/team show")
    await racer.page.keyboard.press("Enter")
    above = racer.private.locator(".above")
    who = await above.locator(".who").bounding_box()
    command = await above.locator(".command-name").bounding_box()
    assert who is not None
    assert command is not None
    assert who["x"] + who["width"] <= command["x"]
    assert command["x"] + command["width"] <= NARROW
    # What does not fit is cut, and lies over nothing.
    cut = await above.locator(".who").evaluate("one => getComputedStyle(one).textOverflow")
    assert cut == "ellipsis"


@pytest.mark.parametrize("width", [NARROW, WIDE])
async def test_older_messages_come_when_asked_for(scene: Scene, width: int) -> None:
    team = scene.team()
    for number in range(250):
        team.owner.say(team.channel(CHANNEL), f"number {number}.")
    racer = await scene.visit(team, "racer-2", width=width)
    messages = racer.page.locator("article")
    await expect(messages).to_have_count(200)
    await racer.page.locator("#scroll").evaluate("one => (one.scrollTop = 0)")
    assert await racer.serious_faults() == []
    await racer.button("Show older messages").click()
    await expect(messages).to_have_count(250)
    # Whoever read the 50th still does.
    await expect(racer.post("number 50.")).to_be_in_viewport()
    await expect(racer.button("Show older messages")).to_have_count(0)
