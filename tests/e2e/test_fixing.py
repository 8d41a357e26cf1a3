"""Fix it: what was refused comes back in a form, with all that was typed, also after a restart."""

from __future__ import annotations

import pytest

from localdiscord import LocalDiscord
from localdiscord.client.answers import Answer, Modal
from localdiscord.client.people import Member
from tests.e2e.conftest import StartBot

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHANNEL = "race-day"
# What is typed and shown does not depend on where it is stored.
on_one = pytest.mark.parametrize("stage", ["sqlite"], indirect=True)


def form_of(answer: Answer) -> Modal:
    assert answer.modal is not None, answer.text
    return answer.modal


def values(form: Modal) -> dict[str, str]:
    return {field.custom_id: field.value for field in form.fields}


async def test_a_refused_lap_is_corrected_in_the_form(owner: Member) -> None:
    typed = "/lap times:58.1 5O.2 58.3 heat:Q1 class:Buggy confidence:4 note:35wt"
    refused = await owner.type(CHANNEL, typed)
    assert refused.ephemeral
    assert refused.content.startswith("“5O.2” (lap 2)")
    assert [button.label for button in refused.buttons] == ["Fix it"]
    form = form_of(await owner.press(refused, "Fix it"))
    assert values(form) == {
        "laps": "58.1 5O.2 58.3",
        "heat": "Q1",
        "class": "Buggy",
        "confidence": "4",
        "note": "35wt",
    }
    again = await owner.submit(form, {"laps": "58.1 58.2 58.E", "confidence": "3"})
    assert again.content.startswith("Line 1: “58.E”")
    form = form_of(await owner.press(again, "Fix it"))
    assert (values(form)["laps"], values(form)["confidence"]) == ("58.1 58.2 58.E", "3")
    stored = await owner.submit(form, {"laps": "58.1 58.2 58.3"})
    assert "**Buggy Q1**" in stored.content
    assert "laps 1–3" in stored.content
    assert "confidence 3/5" in stored.content
    assert "Note: 35wt" in stored.content
    assert "Undo" in [button.label for button in stored.buttons]
    old = await owner.press(refused, "Fix it")
    assert "I have that text no more" in old.content


@on_one
async def test_every_refusal_of_a_lap_offers_it(owner: Member, mate: Member) -> None:
    for typed in (
        "/lap times:58,59",
        "/lap times:58.1 heat:all",
        f"/lap times:58.1 class:{'x' * 31}",
        "/lap times:14/5:05.123",
    ):
        refused = await owner.type(CHANNEL, typed)
        assert [button.label for button in refused.buttons] == ["Fix it"], typed
    forged = await owner.command(CHANNEL, "lap", raw=True, times="58.1", confidence=9)
    assert [button.label for button in forged.buttons] == ["Fix it"]
    for racer in (owner, owner.team.guild.members[owner.team.discord.world.bot.id]):
        refused = await mate.command(CHANNEL, "lap", times="58.1 58.2", racer=racer)
        form = form_of(await mate.press(refused, "Fix it"))
        assert (form.title, form.field("laps").value) == ("racer-2", "58.1 58.2")
    assert "laps 1–2" in (await mate.submit(form)).content


@on_one
async def test_a_long_text_comes_back_whole(owner: Member) -> None:
    typed = " ".join(f"65.{number:03}" for number in range(600)) + " 1O.1"
    refused = await owner.command(CHANNEL, "lap", times=typed)
    form = form_of(await owner.press(refused, "Fix it"))
    first, second = form.field("laps").value, form.field("more").value
    assert f"{first} {second}" == typed
    stored = await owner.submit(form, {"more": second.removesuffix(" 1O.1")})
    assert "laps 1–600" in stored.content


async def test_it_works_after_a_restart(discord: LocalDiscord, start_bot: StartBot) -> None:
    owner = discord.guild().owner
    async with start_bot() as bot:
        await discord.ready()
        refused = await owner.type(CHANNEL, "/lap times:58.1 5O.2 heat:Q1")
        assert await bot.stop() == 0, bot.tail
    await discord.gone()
    async with start_bot() as bot:
        await discord.ready()
        form = form_of(await owner.press(refused, "Fix it"))
        assert "laps 1–2" in (await owner.submit(form, {"laps": "58.1 50.2"})).content
        assert await bot.stop() == 0, bot.tail
