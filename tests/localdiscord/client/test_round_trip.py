"""Everything a person does, answered by real discord.py over real sockets."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from localdiscord import DriverError, LocalDiscord, Member, NoAnswerError, Upload
from localdiscord.rules.errors import Problem
from localdiscord.rules.permissions import Overwrite, Permissions
from localdiscord.rules.schema import Schema
from localdiscord.rules.wire import Flags, Json, JsonObject
from localdiscord.world import model
from localdiscord.world.interactions import Interaction
from tests.localdiscord.stub_bot import StubBot

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_typed_command_is_answered_privately(racer: Member) -> None:
    answer = await racer.type("race-day", "/echo text:58.2 58.1  and: more")
    assert answer.content == "58.2 58.1  and: more"
    assert answer.embeds[0]["title"] == "Echo"
    assert "that is all" in answer.text
    assert answer.ephemeral
    assert not answer.deferred
    assert answer.elapsed > 0
    assert not racer.team.channel("race-day").messages


async def test_the_time_an_answer_took_has_nothing_of_this_discords_own_work_in_it(
    racer: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed: list[float] = []
    checked: list[float] = []
    pack, check = Interaction.payload, Schema.problems

    def noted_payload(interaction: Interaction, bot: model.Member) -> JsonObject:
        payload = pack(interaction, bot)
        packed.append(time.monotonic())
        return payload

    def noted_check(schema: Schema, method: str, route: str, body: Json) -> list[Problem]:
        checked.append(time.monotonic())
        return check(schema, method, route, body)

    monkeypatch.setattr(Interaction, "payload", noted_payload)
    monkeypatch.setattr(Schema, "problems", noted_check)
    answer = await racer.type("race-day", "/echo text:58.2")
    told_s, came_s = answer.interaction.told_s, answer.interaction.came_s
    assert told_s is not None
    assert came_s is not None
    assert packed[0] <= told_s < came_s <= checked[0]
    assert answer.took_s == came_s - told_s


async def test_a_public_answer_is_seen_in_the_channel(racer: Member) -> None:
    answer = await racer.command("race-day", "echo", text="hello", public=True)
    assert not answer.ephemeral
    assert racer.team.channel("race-day").messages == [answer.message]


async def test_options_of_every_type_arrive(racer: Member, discord: LocalDiscord) -> None:
    team = discord.guild()
    team.add_role("Crew")
    team.add_member("racer-3", nick="Speedy")
    answer = await racer.command(
        "race-day",
        "types",
        number=3,
        racer=team.member("racer-3"),
        channel=team.channel("general"),
        role=team.role("Crew"),
        file=Upload("laps.csv", b"58.2"),
        level="Pro",
        ratio=0.5,
        class_="Buggy",
    )
    assert answer.content == (
        "number=3 racer=Speedy channel=general role=Crew file=laps.csv:58.2 level=Pro ratio=0.5 "
        "class=Buggy"
    )


async def test_typed_options_find_people_channels_roles_and_files(
    racer: Member,
    discord: LocalDiscord,
    tmp_path: Path,
) -> None:
    discord.guild().add_role("Crew")
    path = tmp_path / "laps.csv"
    path.write_text("58.2")
    line = f"/types number:2 racer:@racer-4 channel:#general role:@Crew file:{path} class:Buggy"
    answer = await racer.type("race-day", line)
    assert answer.content == (
        "number=2 racer=racer-4 channel=general role=Crew file=laps.csv:58.2 level=None ratio=None "
        "class=Buggy"
    )


async def test_autocomplete_sees_what_is_typed(racer: Member) -> None:
    choices = await racer.autocomplete(
        "race-day",
        "heat start",
        {"note": "wet"},
        focused=("name", "q"),
    )
    assert [(choice.name, choice.value) for choice in choices] == [
        ("Q1 wet", "Q1"),
        ("Q2 wet", "Q2"),
    ]


async def test_a_deferred_answer_is_waited_for(racer: Member) -> None:
    answer = await racer.type("race-day", "/think text:hm")
    assert answer.deferred
    assert not answer.loading
    assert answer.ephemeral
    await answer.wait_for(lambda it: it.content == "hm!" and bool(it.followups))
    assert answer.message is not None
    assert [version.content for version in answer.message.edits] == ["hm"]
    assert [message.content for message in answer.followups] == ["one more"]


async def test_dynamic_buttons_work_and_edit_their_message(racer: Member) -> None:
    answer = await racer.type("race-day", "/echo text:hello")
    pressed = await racer.press(answer, "to 1")
    assert pressed.updated
    assert pressed.message is answer.message
    again = await racer.press(pressed, custom_id="stub:count:2")
    assert again.content == "count 2"


async def test_a_forged_custom_id_reaches_the_bot(racer: Member) -> None:
    answer = await racer.type("race-day", "/echo text:hello")
    forged = await racer.press(answer, custom_id="stub:count:41")
    assert forged.content == "count 41"
    assert [button.label for button in forged.buttons] == ["To 42"]


async def test_an_acknowledged_button_edits_later_and_follows_up(racer: Member) -> None:
    answer = await racer.type("race-day", "/echo text:hello")
    pressed = await racer.press(answer, "Later")
    assert pressed.deferred
    await pressed.wait_for(lambda it: bool(it.followups))
    assert pressed.content == "edited later"
    assert pressed.followups[0].only_for is racer.user


async def test_what_was_acknowledged_and_not_done_yet_is_still_to_come(
    racer: Member, discord: LocalDiscord
) -> None:
    answer = await racer.type("race-day", "/echo text:hello")
    hold = discord.mischief.hold("PATCH", "/webhooks/*", when="before")
    discord.settle_s = 0.01
    pressed = await racer.press(answer, "Later")
    assert pressed.loading
    hold.release()
    await pressed.wait_for(lambda it: it.content == "edited later")
    assert not pressed.loading


async def test_selects_by_label_by_value_and_of_people(racer: Member) -> None:
    answer = await racer.type("race-day", "/echo text:hello")
    assert (await racer.choose(answer, "Club Race")).content == "chose ['club']"
    assert (await racer.choose(answer, "cup")).content == "chose ['cup']"
    members = racer.team.members[:2]
    picked = await racer.choose(answer, [*members], custom_id="panel:who")
    assert picked.content == "picked racer-1, racer-2"


async def test_a_form_opens_from_a_command(racer: Member) -> None:
    opened = await racer.type("race-day", "/form")
    assert opened.modal is not None
    assert opened.modal.title == "Edit laps"
    assert [field.label for field in opened.modal.fields] == ["Laps", "Heat", "Note"]
    assert opened.modal.field("Laps").value == "58.2"
    answer = await racer.submit(opened.modal, {"Laps": "1\n2", "heat": ["Q2"], "note": "new tyre"})
    assert answer.content == "laps='1\\n2' heat=['Q2'] note='new tyre'"


async def test_a_form_opened_from_a_button_updates_that_message(racer: Member) -> None:
    answer = await racer.type("race-day", "/echo text:hello")
    opened = await racer.press(answer, "Form")
    submitted = await racer.submit(opened.modal, {"heat": ["Q1"]})
    assert submitted.message is answer.message
    assert answer.content == "laps='58.2' heat=['Q1'] note=''"


async def test_a_suggestion_that_does_not_come(racer: Member, discord: LocalDiscord) -> None:
    discord.patience.answer_within_s = 0.01
    discord.mischief.slow("POST", "/interactions/*", seconds=0.05)
    with pytest.raises(NoAnswerError, match="Loading options failed"):
        await racer.autocomplete("race-day", "heat start", {}, focused=("name", "q"))


async def test_a_forged_choice_reaches_the_bot(racer: Member) -> None:
    answer = await racer.type("race-day", "/echo text:hello")
    forged = await racer.choose(answer, "nationals", custom_id="panel:event", raw=True)
    assert forged.content == "chose ['nationals']"


async def test_a_menu_that_is_not_there(racer: Member) -> None:
    said = racer.say("race-day", "58.2")
    with pytest.raises(DriverError, match=r"no “Log lap”\. Registered: “Log laps”"):
        await racer.message_menu(said, "Log lap")


async def test_menus_of_messages_and_people(racer: Member) -> None:
    said = racer.team.owner.say("race-day", "58.2 58.1")
    read = await racer.message_menu(said, "Log laps")
    assert read.content == "read '58.2 58.1' by racer-1"
    card = await racer.user_menu(racer.team.owner, "ORP card")
    assert card.content == "card of racer-1"


async def test_files_in_answers(racer: Member) -> None:
    answer = await racer.type("race-day", "/show")
    assert [(item.filename, item.data) for item in answer.attachments] == [
        ("laps.csv", b"lap,time\n"),
    ]


async def test_posts_with_a_picture_are_edited_in_place(racer: Member) -> None:
    channel = racer.team.channel("race-day")
    answer = await racer.type("race-day", "/post text:summary file:true")
    assert answer.content == "True"
    message = await channel.wait_for(lambda it: it.content == "summary (edited)")
    assert [version.content for version in message.edits] == ["summary"]
    assert message.silent
    assert message.flags & Flags.SILENT
    assert message.attachments[0].data == b"picture"
    assert message.embeds[0]["image"]["url"] == message.attachments[0].url
    # What an embed shows is not listed a second time.
    assert message.payload()["attachments"] == []


async def test_a_hundred_at_once(discord: LocalDiscord, bot: StubBot) -> None:
    racers = discord.guild().members
    answers = await asyncio.gather(
        *(
            racers[number % len(racers)].type("race-day", f"/echo text:{number}")
            for number in range(100)
        ),
    )
    assert [answer.content for answer in answers] == [str(number) for number in range(100)]


async def test_an_answer_that_comes_too_late_has_failed(
    racer: Member,
    discord: LocalDiscord,
) -> None:
    discord.patience.answer_within_s = 0.05
    answer = await racer.type("race-day", "/wait milliseconds:100")
    assert answer.failed
    assert answer.text == "The application did not respond"
    await discord.wait_for(lambda: answer.interaction.late)
    assert discord.requests[-1].code == 10062


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("echo", "does not begin with /"),
        ("/nothing", "There is no command /nothing. Registered: /echo"),
        ("/heat", "/heat goes on with one of: start, finish"),
        ("/heat stop", "goes on with one of"),
        ("/echo", "/echo needs text:"),
        ("/echo hello", "“hello” is no option of /echo"),
        ("/types number:six", "“six” is not a number"),
        ("/types number:6", "not within 1 to 5"),
        ("/echo text:", "text: '' is not within 1 to 6000"),
        (f"/echo text:{'x' * 6001}", "not within 1 to 6000"),
        ("/types number:1 racer:@nobody", "there is no @nobody"),
        ("/types number:1 level:Amateur", "none of the choices"),
        ("/types number:1 class:", "not within 1 to 10"),
        ("/types number:1 file:/no/such.csv", "there is no file"),
    ],
)
async def test_a_client_refuses(racer: Member, line: str, sentence: str) -> None:
    with pytest.raises(DriverError, match=sentence):
        await racer.type("race-day", line)


async def test_raw_sends_what_a_client_refuses(racer: Member) -> None:
    answer = await racer.command("race-day", "types", raw=True, number=77)
    assert "number=77" in answer.content


async def test_what_cannot_be_pressed(racer: Member, discord: LocalDiscord) -> None:
    answer = await racer.type("race-day", "/echo text:hello")
    with pytest.raises(DriverError, match="There is no button"):
        await racer.press(answer, "Undo")
    with pytest.raises(DriverError, match="disabled"):
        await racer.press(answer, "Locked")
    with pytest.raises(DriverError, match="Only racer-2 sees"):
        await discord.guild().owner.press(answer, "To 1")
    with pytest.raises(DriverError, match="does not offer"):
        await racer.choose(answer, "Nationals")
    with pytest.raises(DriverError, match="takes 1 to 1"):
        await racer.choose(answer, ["club", "cup"])
    forced = await racer.press(answer, "Locked", raw=True)
    assert forced.content == "unlocked"


async def test_what_is_out_of_sight(racer: Member, discord: LocalDiscord) -> None:
    private = (await racer.type("race-day", "/echo text:hello")).message
    assert private is not None
    with pytest.raises(DriverError, match="Only racer-2 sees"):
        await discord.guild().owner.message_menu(private, "Log laps")
    channel = racer.team.channel("race-day")
    everyone = racer.team.guild.id
    channel.overwrites[everyone] = Overwrite(everyone, 0, 0, Permissions.VIEW_CHANNEL)
    with pytest.raises(DriverError, match="racer-2 does not see #race-day"):
        await racer.press(private, "To 1")


async def test_a_yes_is_no_number(racer: Member) -> None:
    with pytest.raises(DriverError, match="number: takes integer, not True"):
        await racer.command("race-day", "types", number=True)


async def test_what_cannot_be_said(racer: Member) -> None:
    for text in (" ", "x" * 4001):
        with pytest.raises(DriverError, match="1 to 4000 characters"):
            racer.say("race-day", text)
    channel = racer.team.channel("race-day")
    everyone = racer.team.guild.id
    channel.overwrites[everyone] = Overwrite(everyone, 0, 0, Permissions.SEND_MESSAGES)
    with pytest.raises(DriverError, match="racer-2 may not post in #race-day"):
        racer.say(channel, "hello")


async def test_what_cannot_be_sent_off(racer: Member) -> None:
    opened = await racer.type("race-day", "/form")
    with pytest.raises(DriverError, match="“Heat” is required"):
        await racer.submit(opened.modal)
    with pytest.raises(DriverError, match="takes 0 to 10 characters"):
        await racer.submit(opened.modal, {"heat": ["Q1"], "Note": "far too long"})
    with pytest.raises(DriverError, match="no field “Laptime”"):
        await racer.submit(opened.modal, {"Laptime": "1"})


async def test_waiting_in_vain_says_what_is_there(racer: Member) -> None:
    racer.say("race-day", "something else")
    with pytest.raises(TimeoutError, match="something else"):
        await racer.team.channel("race-day").wait_for(lambda it: "🏁" in it.text, 0.01)


async def test_everybody_sees_their_own_private_answers_only(
    racer: Member,
    discord: LocalDiscord,
) -> None:
    private = await racer.type("race-day", "/echo text:private")
    public = await racer.type("race-day", "/echo text:public public:true")
    assert racer.sees("race-day") == [private.message, public.message]
    assert discord.guild().owner.sees("race-day") == [public.message]
