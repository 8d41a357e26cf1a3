"""The form with all laps, Remove repeats and Log laps, as racers use them."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from sqlalchemy.engine import URL

from localdiscord import LocalDiscord
from localdiscord.client.answers import Answer, Modal
from localdiscord.client.people import Member, Team
from localdiscord.play.botprocess import Launch
from tests.e2e.conftest import bot_process
from tests.forking import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANNEL = "race-day"
DEFERRED = 5
# What is typed and shown does not depend on where it is stored.
on_one = pytest.mark.parametrize("stage", ["sqlite"], indirect=True)


def form_of(answer: Answer) -> Modal:
    assert answer.modal is not None, answer.text
    return answer.modal


def labels(answer: Answer) -> list[str]:
    return [button.label for button in answer.buttons]


def laps_in(answer: Answer) -> str:
    return form_of(answer).field("laps").value


async def test_laps_are_corrected_in_the_form_and_undo_brings_them_back(owner: Member) -> None:
    logged = await owner.type(CHANNEL, "/lap times:20.1 202.0 20.3 heat:Q1 note:soft")
    assert labels(logged) == ["Edit laps", "Finish heat", "Undo"]
    opened = await owner.press(logged, "Edit laps")
    form = form_of(opened)
    assert form.title == "Q1 · racer-1"
    assert form.field("laps").value == "20.100\n3:22.000\n20.300"
    assert (form.field("heat").value, form.field("note").value) == ("Q1", "soft")
    saved = await owner.submit(form, {"laps": "20.1\nx 202.0\n20.3\n20.4", "note": "35wt"})
    assert saved.ephemeral
    assert "Saved: 4 laps, 3 before." in saved.content
    assert "20.100  ~~3:22.000~~  20.300  20.400" in saved.content
    assert "35wt" in saved.content
    undone = await owner.press(saved, "Undo")
    assert "3 laps in **Q1** stand again as before" in undone.content
    assert laps_in(await owner.press(undone, "Edit laps")) == "20.100\n3:22.000\n20.300"


@on_one
async def test_what_is_refused_is_handed_back_with_the_line_at_fault(owner: Member) -> None:
    opened = await owner.type(CHANNEL, "/heat edit heat:Q1")
    typed = "20.1\nx 20.2\n2O.3"
    refused = await owner.submit(form_of(opened), {"laps": typed, "note": "35wt"})
    assert refused.ephemeral
    assert refused.content.startswith("Line 3: “2O.3”")
    assert f"```\n{typed}\n```" in refused.content
    again = form_of(await owner.press(refused, "Fix it"))
    assert (again.field("laps").value, again.field("note").value) == (typed, "35wt")
    assert "Opened the session" in (await owner.submit(again, {"laps": "20.1\nx 20.2"})).content
    listed = await owner.type(CHANNEL, "/heat show heat:Q1")
    assert "20.100" in listed.text


@on_one
async def test_laps_changed_meanwhile_are_told_and_the_text_handed_back(owner: Member) -> None:
    logged = await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    form = form_of(await owner.press(logged, "Edit laps"))
    await owner.type(CHANNEL, "/lap times:20.3")
    refused = await owner.submit(form, {"laps": "20.1\n20.25"})
    assert "changed these laps meanwhile" in refused.content
    assert "20.1\n20.25" in refused.content
    again = form_of(await owner.press(refused, "Fix it"))
    assert "Saved: 2 laps, 3 before" in (await owner.submit(again)).content
    # The form of before, sent once more, does no harm.
    assert "meanwhile" in (await owner.submit(form, {"laps": "20.9"})).content
    assert laps_in(await owner.type(CHANNEL, "/heat edit")) == "20.100\n20.250"


@on_one
async def test_600_laps_fit_in_two_fields_and_come_back_as_a_file(owner: Member) -> None:
    opened = form_of(await owner.type(CHANNEL, "/heat edit"))
    lines = [f"65.{number:03}" for number in range(600)]
    stored = await owner.submit(
        opened, {"laps": "\n".join(lines[:400]), "more": "\n".join(lines[400:])}
    )
    assert "laps 1–600" in stored.content
    form = form_of(await owner.press(stored, "Edit laps"))
    first, second = form.field("laps").value, form.field("more").value
    assert [*first.splitlines(), *second.splitlines()] == [
        f"1:05.{number:03}" for number in range(600)
    ]
    refused = await owner.submit(form, {"laps": first[:-1] + "x"})
    assert "Line " in refused.content
    assert [file.filename for file in refused.attachments] == ["typed.txt"]
    again = form_of(await owner.press(refused, "Fix it"))
    assert again.field("laps").value == first[:-1] + "x"
    assert again.field("more").value == second
    assert "Nothing was changed" in (await owner.submit(again, {"laps": first})).content


async def test_a_run_moves_to_the_heat_and_the_racer_it_belongs_to(
    owner: Member, mate: Member
) -> None:
    await mate.type(CHANNEL, "/lap times:20.1 20.2 heat:Q2")
    form = form_of(await mate.type(CHANNEL, "/heat edit"))
    assert [field.label for field in form.fields][-1] == "What you changed on the car"
    moved = await mate.submit(form, {"heat": "Q1"})
    assert "2 laps moved here from **Q2**" in moved.content
    theirs = form_of(await owner.command(CHANNEL, "heat edit", heat="Q1", racer=mate))
    assert theirs.field("racer").people == (mate.id,)
    assert "Nothing was changed" in (await owner.submit(theirs)).content
    given = await owner.submit(theirs, {"racer": [owner]})
    assert "2 laps moved here from **racer-2**" in given.content
    undone = await owner.press(given, "Undo")
    assert "2 laps in **Q1** stand again" in undone.content
    bot = owner.team.guild.members[owner.team.discord.world.bot.id]
    refused = await owner.submit(theirs, {"racer": [bot]})
    assert "Bots do not race" in refused.content


@on_one
async def test_what_was_pasted_twice_is_removed_and_undo_brings_it_back(owner: Member) -> None:
    await owner.type(CHANNEL, "/lap times:20.1 20.2 20.3 heat:Q1")
    pasted = await owner.type(CHANNEL, "/lap times:20.1 20.2 20.3 20.4")
    remove = next(button for button in pasted.buttons if button.label == "Remove repeats")
    removed = await owner.press(pasted, "Remove repeats")
    assert removed.updated
    assert "Removed 3 laps that were there already; 4 now" in removed.content
    again = await owner.press(removed, custom_id=remove.custom_id, raw=True)
    assert "None of these laps" in again.content
    await owner.press(removed, "Undo")
    assert len(laps_in(await owner.type(CHANNEL, "/heat edit")).splitlines()) == 7


async def test_lap_times_in_a_message_are_shown_first_and_stored_once(
    team: Team, owner: Member, mate: Member
) -> None:
    await mate.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    message = mate.say(CHANNEL, "Q1: **20.9** 21.4 20.8, then crashed 35.2 at turn 3")
    preview = await mate.message_menu(message, "Log laps")
    assert preview.ephemeral
    assert "20.900  21.400  20.800  35.200" in preview.content
    assert "**Q1**" in preview.content
    assert "Left out: Q1 and 3" in preview.content
    store = preview.buttons[0].custom_id
    stored = await mate.press(preview, "Store")
    assert "laps 3–6" in stored.content
    assert "Undo" in labels(stored)
    again = await mate.press(stored, custom_id=store, raw=True)
    assert "stored already" in again.content
    assert len(laps_in(await mate.type(CHANNEL, "/heat edit")).splitlines()) == 6
    theirs = await owner.message_menu(mate.say(CHANNEL, "20.6"), "Log laps")
    assert "of racer-2" in theirs.content
    assert "For **racer-2**" in (await owner.press(theirs, "Store")).content
    stranger = team.add_member("racer-3")
    refused = await stranger.message_menu(message, "Log laps")
    assert refused.content.startswith("Only crew")


@on_one
async def test_a_message_without_lap_times_gets_a_sentence(team: Team, owner: Member) -> None:
    nothing = await owner.message_menu(owner.say(CHANNEL, "see you at 12 o'clock"), "Log laps")
    assert "58.234" in nothing.content
    assert not nothing.buttons
    await owner.type(CHANNEL, "/team channel channel:#race-day")
    await owner.type(CHANNEL, "/lap times:20.1 20.2")
    await owner.type(CHANNEL, "/heat finish")
    post = await team.channel(CHANNEL).wait_for(lambda message: "ORP" in message.content)
    assert "A bot wrote that" in (await owner.message_menu(post, "Log laps")).content


@on_one
async def test_with_several_events_open_the_preview_says_that_it_asks(
    owner: Member, mate: Member
) -> None:
    await owner.type(CHANNEL, "/session start name:One")
    await owner.type(CHANNEL, "/session start name:Two")
    preview = await mate.message_menu(mate.say(CHANNEL, "20.1 20.2"), "Log laps")
    assert "first asks where they go" in preview.content
    question = await mate.press(preview, "Store")
    assert "20.100" in (await mate.choose(question, "One")).content


async def test_forms_and_previews_work_after_a_restart(
    discord: LocalDiscord, migrated_postgres_url: URL, forked: Launch
) -> None:
    team = discord.guild()
    owner = team.owner
    async with bot_process(discord, migrated_postgres_url, forked) as bot:
        await discord.ready()
        logged = await owner.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
        form = form_of(await owner.press(logged, "Edit laps"))
        refused = await owner.submit(form, {"laps": "oops"})
        preview = await owner.message_menu(owner.say(CHANNEL, "20.7 20.8"), "Log laps")
        assert await bot.stop() == 0, bot.tail
    await discord.gone()
    in_a_hurry = {PATIENCE: ""}
    async with bot_process(discord, migrated_postgres_url, forked, **in_a_hurry) as bot:
        await discord.ready()
        saved = await owner.submit(form, {"laps": "20.1\n20.25"})
        assert "20.100  20.250" in saved.content
        again = form_of(await owner.press(refused, "Fix it"))
        assert again.field("laps").value == "oops"
        assert "laps 3–4" in (await owner.press(preview, "Store")).content
        await too_late_for_a_form(discord, owner, migrated_postgres_url)
        assert await bot.stop() == 0, bot.tail


async def too_late_for_a_form(discord: LocalDiscord, owner: Member, url: URL) -> None:
    """Hold the store up for longer than Discord waits for a form: a sentence takes its place."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    other = await asyncpg.connect(address)
    holding = other.transaction()
    await holding.start()
    await other.execute("LOCK TABLE run_logs")
    before = len(discord.requests)
    opening = asyncio.create_task(owner.type(CHANNEL, "/heat edit"))
    await discord.wait_for(
        lambda: any(
            isinstance(request.body, dict) and request.body.get("type") == DEFERRED
            for request in discord.requests[before:]
        )
    )
    await holding.rollback()
    await other.close()
    answer = await opening
    assert answer.modal is None
    assert "too long to open" in answer.content
