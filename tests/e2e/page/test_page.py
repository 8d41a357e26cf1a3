"""The page in a real browser, with the real bot behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from localdiscord.page.site import Page
from tests.e2e.page.visiting import CHANNEL, NARROW, Scene

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]

POST = "How sure are you of the car?"
LAPS = "20.1 20.2 20.0 20.3 20.1 20.2"


async def test_a_race_day_by_clicking_with_somebody_looking_on(scene: Scene) -> None:
    team = scene.team()
    racer, mate = await scene.visit(team), await scene.visit(team, "racer-2", dark=True)

    await racer.button("Commands of the bot").click()
    await racer.page.get_by_role("option", name="/lap").click()
    await racer.option("times").fill(LAPS)
    await racer.button("Send").click()
    await expect(racer.private).to_contain_text("laps 1–6")
    await expect(racer.private).to_contain_text("racer-1 used /lap")
    await expect(racer.private).to_contain_text("Only you can see this")
    await expect(mate.page.locator("article")).to_have_count(0)

    await mate.type("/lap times:20.4 20.5 20.4 20.6 confidence:4")
    await expect(mate.private).to_contain_text("laps 1–4")

    await racer.private.get_by_role("button", name="Finish heat").click()
    for visitor in (racer, mate):
        post = visitor.post(POST)
        await expect(post).to_contain_text("racer-1")
        picture = post.get_by_role("img")
        await expect(picture).not_to_have_js_property("naturalWidth", 0)
        assert "racer-2" in (await picture.get_attribute("alt") or "")

    # Unsure of the car: the score is rejected, which everybody sees at once.
    await racer.post(POST).get_by_role("button", name="2", exact=True).click()
    await expect(mate.post(POST)).to_contain_text("not sure of the car (2/5)")
    await expect(mate.post(POST)).to_contain_text("(edited)")
    await racer.private.get_by_role("button", name="Dismiss message").click()

    assert await racer.serious_faults() == []
    await mate.post(POST).get_by_role("button", name="Enlarge").click()
    await expect(mate.page.get_by_role("dialog")).to_contain_text("the laps of 2 racers")
    assert await mate.serious_faults() == []


async def test_a_thumb_on_a_narrow_screen(scene: Scene) -> None:
    team = scene.team()
    racer = await scene.visit(team, width=NARROW, dark=True)

    await racer.button("Servers and channels").tap()
    await racer.button("general").tap()
    await racer.button("Commands of the bot").tap()
    await racer.page.get_by_role("option", name="/lap").tap()
    await racer.button("confidence").tap()
    await racer.option("times").fill(LAPS)
    await racer.option("confidence").fill("9")
    await racer.button("Send").tap()
    # What a client does not send, nobody sends.
    complaint = racer.page.get_by_role("alert")
    await expect(complaint).to_have_text("confidence: 9 is not within 1 to 5.")
    assert await racer.serious_faults() == []
    await racer.option("confidence").fill("4")
    await racer.button("Send").tap()

    await racer.private.get_by_role("button", name="Edit laps").tap()
    form = racer.page.get_by_role("dialog")
    laps = form.get_by_role("textbox", name="Laps")
    await expect(laps).to_have_value("20.100\n20.200\n20.000\n20.300\n20.100\n20.200")
    assert await racer.serious_faults() == []
    await laps.fill("20.1\n20.2\n20.3")
    await form.get_by_role("button", name="Submit").tap()
    await expect(form).to_have_count(0)
    await expect(racer.page.locator("#messages")).to_contain_text("20.300")

    await racer.button("Servers and channels").tap()
    await racer.page.get_by_role("button", name="You are racer-1").tap()
    assert await racer.serious_faults() == []
    await racer.page.get_by_role("menuitem", name="racer-2").first.tap()
    await expect(racer.page.locator("article")).to_have_count(0)
    width = await racer.page.evaluate("document.scrollingElement.scrollWidth")
    assert width == NARROW


async def test_the_keyboard_alone(scene: Scene) -> None:
    racer = await scene.visit(scene.team())
    keyboard = racer.page.keyboard

    await racer.reach("Message #race-day", "Tab")
    await keyboard.type("/la")
    await keyboard.press("Enter")
    await expect(racer.option("times")).to_be_focused()
    await keyboard.press("Enter")
    await expect(racer.page.get_by_role("alert")).to_have_text("/lap needs times.")
    await keyboard.type(f"{LAPS} heat:")
    await expect(racer.option("heat")).to_be_focused()
    await keyboard.type("Q1")
    await keyboard.press("Enter")
    await expect(racer.private).to_contain_text("Q1")
    await expect(racer.line).to_be_focused()

    await keyboard.type("/heat show ")
    await expect(racer.button("heat")).to_be_visible()
    await racer.reach("heat", "Shift+Tab")
    await keyboard.press("Enter")
    # The bot suggests its heats; the arrow and Enter take one.
    await expect(racer.page.get_by_role("option", name="Q1")).to_be_visible()
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(racer.option("heat")).to_have_value("Q1")
    await keyboard.press("Enter")
    await expect(racer.private).to_contain_text("used /heat show")

    await racer.reach("Edit laps", "Shift+Tab")
    await keyboard.press("Enter")
    await expect(racer.page.get_by_role("dialog")).to_be_visible()
    await keyboard.press("Escape")
    await expect(racer.page.get_by_role("dialog")).to_have_count(0)
    await expect(racer.page.get_by_role("button", name="Edit laps")).to_be_focused()

    await racer.reach("Message #race-day", "Tab")
    await keyboard.type("58.1 and 58.2")
    await keyboard.press("Enter")
    await expect(racer.post("58.1 and 58.2")).to_be_visible()
    await racer.reach("More: what can be done with this message", "Shift+Tab")
    await keyboard.press("Enter")
    await keyboard.press("Enter")
    await expect(racer.private).to_contain_text("used Log laps")


async def test_reloaded_and_the_bot_restarted_under_it(scene: Scene) -> None:
    team = scene.team()
    racer = await scene.visit(team, "racer-2")
    await racer.type(f"/lap times:{LAPS}")
    await expect(racer.private).to_contain_text("laps 1–6")

    await racer.page.reload()
    await expect(racer.private).to_contain_text("laps 1–6")
    await expect(racer.page.get_by_role("button", name="You are racer-2")).to_be_visible()

    assert await scene.bot.stop() == 0, scene.bot.tail
    banner = racer.page.locator("#banner")
    await expect(banner).to_contain_text("not connected")
    patience = scene.discord.patience
    patient_s, patience.answer_within_s = patience.answer_within_s, 0.3
    await racer.private.get_by_role("button", name="Undo").click()
    await expect(racer.page.get_by_role("alert").last).to_contain_text("did not respond")
    patience.answer_within_s = patient_s
    await scene.restart()
    await expect(banner).to_be_hidden()
    await racer.private.get_by_role("button", name="Undo").click()
    await expect(racer.private).to_contain_text("Put back")


async def test_what_to_try_first_is_typed_when_pressed(scene: Scene) -> None:
    racer = await scene.visit(scene.team(), width=NARROW)
    await racer.button("/lap times:20.1 20.2").tap()
    await expect(racer.option("times")).to_have_value("20.1 20.2")
    await racer.page.keyboard.press("Enter")
    await expect(racer.private).to_contain_text("laps 1–2")
    await racer.page.reload()
    await expect(racer.private).to_contain_text("laps 1–2")
    # Who has followed it needs no hint any more.
    await expect(racer.button("/lap times:20.1 20.2")).to_be_hidden()


async def test_files_come_and_go(scene: Scene, tmp_path: Path) -> None:
    racer = await scene.visit(scene.team())
    laps = tmp_path / "laps.txt"
    laps.write_text("20.1\n20.2\n20.3\n")
    await racer.line.fill("/heat import ")
    await racer.button("file").click()
    await racer.page.get_by_label("file", exact=True).set_input_files(laps)
    await racer.button("Send").click()
    await expect(racer.private).to_contain_text("racer-1 3 laps")

    await racer.type("/session export ")
    async with racer.page.expect_download() as coming:
        await racer.private.get_by_role("button", name=".csv").click()
    exported = await (await coming.value).path()
    assert "P1,3,20.300" in exported.read_text(encoding="utf-8")


async def test_the_page_comes_back_with_its_discord(scene: Scene) -> None:
    team = scene.team()
    channel = team.channel(CHANNEL)
    team.owner.say(channel, "before")
    async with Page(scene.discord, key="kept") as site:
        racer = await scene.visit(team, site=site)
        await expect(racer.post("before")).to_be_visible()
    await expect(racer.page.locator("#banner")).to_contain_text("has ended")
    scene.discord.delete_message(channel.messages[-1])
    team.owner.say(channel, "after")
    async with Page(scene.discord, key="kept", port=site.port):
        await expect(racer.page.locator("#banner")).to_be_hidden()
        await expect(racer.post("after")).to_be_visible()
        await expect(racer.post("before")).to_have_count(0)
        await racer.page.context.close()
    # A browser tells of each connection that could not be made.
    refused = [said for said in scene.trouble if "ERR_CONNECTION_REFUSED" not in said]
    scene.trouble[:] = refused


@pytest.mark.parametrize("width", [NARROW, 1400])
async def test_trouble_on_demand_and_what_the_bot_asked(scene: Scene, width: int) -> None:
    team = scene.team()
    racer = await scene.visit(team, width=width)
    await racer.button("Trouble on demand").click()
    await racer.page.get_by_label("Which").select_option("first answers")
    await racer.page.get_by_label("What happens").select_option("answer 500")
    await racer.button("Switch on").click()
    await expect(racer.page.get_by_text("first answers: answered 500, 1 more")).to_be_visible()
    assert await racer.serious_faults() == []
    await racer.button("Close").click()
    await racer.type("/team show")
    await racer.page.keyboard.press("Enter")
    await expect(racer.private).to_contain_text("used /team show")

    await racer.button("Requests of the bot").click()
    failed = racer.page.locator("details.bad").first
    await failed.click()
    await expect(failed).to_contain_text("500")
    assert await racer.serious_faults() == []


HEADS = "# a\n-# b\n> c\n> d"
LISTS = "- a\n- **b**\n3. c"
NAMES = "<@1> <#2> </lap:3> @everyone"
MARKDOWN = {
    "**a** *b* __c__ ~~d~~": "<p><strong>a</strong> <em>b</em> <u>c</u> <s>d</s></p>",
    "***a*** _b_ c_d_e": "<p><strong><em>a</em></strong> <em>b</em> c_d_e</p>",
    r"\*a\* 2 * 3 * 4 `*e*`": "<p>*a* 2 * 3 * 4 <code>*e*</code></p>",
    HEADS: '<p class="heading h1">a</p><p class="subtext">b</p>'
    "<blockquote><p>c\nd</p></blockquote>",
    LISTS: '<ul><li>a</li><li><strong>b</strong></li></ul><ol start="3"><li>c</li></ol>',
    "x\n```py\n**a**\n```\ny": '<p>x</p><pre tabindex="0"><code>**a**</code></pre><p>y</p>',
    "<img src=x onerror=alert(1)>": "<p>&lt;img src=x onerror=alert(1)&gt;</p>",
    "[a](javascript:alert(1))": "<p>[a](javascript:alert(1))</p>",
    NAMES: "<p>"
    + " ".join(
        f'<span class="mention">{name}</span>'
        for name in ("@unknown-user", "#unknown", "/lap", "@everyone")
    )
    + "</p>",
}


async def test_markdown_is_what_discord_makes_of_it(scene: Scene) -> None:
    racer = await scene.visit(scene.team())
    made = await racer.page.evaluate(
        """async (texts) => {
            const { markdown } = await import("/markdown.js");
            return texts.map((text) => markdown(text).innerHTML);
        }""",
        list(MARKDOWN),
    )
    assert made == list(MARKDOWN.values())
