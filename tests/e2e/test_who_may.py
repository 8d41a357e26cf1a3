"""Who may do what: every command and button, for everybody who could try.

The rights are decided in the core and are the same on both databases, so one is enough here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from discord.ui import Label, UserSelect

from localdiscord.client.answers import Answer, Modal
from localdiscord.client.people import Member
from localdiscord.rules.permissions import Permissions
from localdiscord.world.model import Message
from tests.e2e.conftest import Stage

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("stage", ["sqlite"], indirect=True),
]

CHANNEL = "race-day"
CARD = "/orp heat:Q1"
BOTH = "/orp heat:P1 racer:@chief with:@racer-3"
REFUSAL = "Only "

HIMSELF, MEMBER, CREW, MANAGER = "racer-2", "member", "crew", "owner"
EVERYBODY = {HIMSELF, MEMBER, CREW, MANAGER}
OVER_HIM = {HIMSELF, CREW, MANAGER}
OVER_OTHERS = {CREW, MANAGER}


@dataclass
class Scene:
    """A team in which racer-2 has logged two runs and finished the first heat.

    Attributes:
        people: Who could try, by role.
        items: What can be pressed, by label: the message, and the custom id as it was at first.
        message: Lap times that racer-2 has written to the others.
    """

    people: dict[str, Member]
    items: dict[str, tuple[Answer | Message, str]]
    message: Message


async def set_scene(stage: Stage, name: str) -> Scene:
    team = stage.discord.add_guild(name)
    crew_role = team.add_role("crew")
    owner, racer = team.owner, team.add_member("racer-2")
    crew, member = team.add_member("chief", roles=[crew_role]), team.add_member("racer-3")
    visitor = team.add_member("visitor")
    channel = team.channel(CHANNEL)
    await owner.command(channel, "team crew", role=crew_role)
    await owner.type(channel, "/session start name:Yesterday")
    await owner.type(channel, "/lap times:30.1 30.2")
    await owner.type(channel, "/session close")
    await owner.type(channel, "/session start name:Club Race")
    await crew.type(channel, "/lap times:50.1 heat:P1")
    await member.type(channel, "/lap times:50.1 heat:P1")
    logged_first = await racer.type(channel, "/lap times:20.1 20.2 20.3 heat:Q1")
    await racer.press(logged_first, "Finish heat")
    repeated = await racer.type(channel, "/lap times:20.1 20.2 20.3 heat:Q1")
    logged = await racer.type(channel, "/lap times:10.1 20.2 20.3 20.4 heat:Q2")
    message = racer.say(channel, "20.6 20.7")
    await visitor.type(channel, "/session start name:Sunday")
    shown: tuple[Answer | Message, ...] = (
        await channel.wait_for(lambda message: "Yesterday is over" in message.content),
        await channel.wait_for(lambda message: "Q1" in message.content),
        repeated,
        logged,
        await racer.type(channel, "/session show session:Sunday"),
    )
    items = {
        button.label: (where, button.custom_id or "") for where in shown for button in where.buttons
    }
    for what in ("heat", "session"):
        line = f"/{what} delete {what}:{'Q2' if what == 'heat' else 'Club Race'}"
        question = await owner.type(channel, line)
        items[f"Delete {what}"] = (question, question.buttons[0].custom_id or "")
    for what in ("heat", "session"):
        line = f"/{what} show {what}:{'Q1' if what == 'heat' else 'Club Race'}"
        table = await racer.type(channel, line)
        look = table.selects[0].custom_id
        items[f"Look in {what}"] = (table, look)
        items[f"Turn {what}"] = (table, f"{look.replace('look', 'page')}:1")
    people = {MANAGER: owner, CREW: crew, HIMSELF: racer, MEMBER: member}
    return Scene(people, items, message)


async def form_of_racer_2(scene: Scene) -> Modal:
    """Return the form with racer-2's laps of Q2."""
    opened = await scene.people[HIMSELF].type(CHANNEL, "/heat edit heat:Q2")
    assert opened.modal is not None
    return opened.modal


async def add_what_waits(scene: Scene) -> None:
    """Add the buttons under what waits for racer-2 alone."""
    racer = scene.people[HIMSELF]
    refused = await racer.submit(await form_of_racer_2(scene), {"laps": "oops"})
    preview = await racer.message_menu(scene.message, "Log laps")
    for answer in (refused, preview):
        button = answer.buttons[0]
        scene.items[button.label] = (answer, button.custom_id or "")


Act = Callable[[Scene, Member], Awaitable[Answer]]


def typing(line: str) -> Act:
    return lambda _, racer: racer.type(CHANNEL, line)


def pressing(label: str) -> Act:
    """Press a button, also one that only somebody else can see or that is gone by now."""

    async def press(scene: Scene, racer: Member) -> Answer:
        where, custom_id = scene.items[label]
        return await racer.press(where, custom_id=custom_id, raw=True)

    return press


def filling_in(open_form: Act) -> Act:
    """Send off the form that opens, if one does."""

    async def fill_in(scene: Scene, racer: Member) -> Answer:
        opened = await open_form(scene, racer)
        if opened.modal is None:
            return opened
        return await racer.submit(opened.modal, {"laps": "20.4"})

    return fill_in


async def forging_the_form(scene: Scene, racer: Member) -> Answer:
    """Send racer-2's form off without having been given it."""
    own = (await racer.type(CHANNEL, "/heat edit")).modal
    assert own is not None
    forged = replace(own, custom_id=(await form_of_racer_2(scene)).custom_id)
    return await racer.submit(forged, {"laps": "20.4", "heat": "Q2"})


async def giving_laps_away(scene: Scene, racer: Member) -> Answer:
    """Give one's laps to racer-2, in a field that only crew is shown."""
    logged = await racer.type(CHANNEL, f"/lap times:30.1 heat:Main {racer.id}")
    form = (await racer.press(logged, "Edit laps")).modal
    assert form is not None
    to_racer = UserSelect[Any](custom_id="racer")
    label = {**Label[Any](text="Racer", component=to_racer).to_component_dict(), "id": 99}
    others = [item for item in form.components if item.get("label") != "Racer"]
    forged = replace(form, components=[*others, label])
    return await racer.submit(forged, {"racer": [scene.people[HIMSELF]]}, raw=True)


def looking(label: str) -> Act:
    """Pick racer-2 in a select, also one that only somebody else can see."""

    async def look(scene: Scene, racer: Member) -> Answer:
        where, custom_id = scene.items[label]
        picked = str(scene.people[HIMSELF].user.id)
        return await racer.choose(where, picked, custom_id=custom_id, raw=True)

    return look


def sharing(line: str) -> Act:
    """Share what racer-2 has before them; drawn only here, since a picture takes its time."""

    async def share(scene: Scene, racer: Member) -> Answer:
        card = await scene.people[HIMSELF].type(CHANNEL, line)
        return await racer.press(card, "Share", raw=True)

    return share


ACTS: dict[str, tuple[Act, set[str]]] = {
    "enters own laps": (typing("/lap times:21.1"), EVERYBODY),
    "enters laps for racer-2": (typing("/lap times:21.1 racer:@racer-2"), OVER_HIM),
    "starts a heat": (typing("/heat start"), EVERYBODY),
    "logs racer-2's message": (
        lambda scene, racer: racer.message_menu(scene.message, "Log laps"),
        OVER_HIM,
    ),
    "edits own laps": (filling_in(typing("/heat edit")), EVERYBODY),
    "edits racer-2's laps": (filling_in(typing("/heat edit heat:Q2 racer:@racer-2")), OVER_HIM),
    "presses Edit laps": (filling_in(pressing("Edit laps")), OVER_HIM),
    "forges racer-2's form": (forging_the_form, OVER_HIM),
    "gives laps to racer-2": (giving_laps_away, OVER_HIM),
    "removes racer-2's repeats": (pressing("Remove repeats"), OVER_HIM),
    "finishes a heat": (typing("/heat finish heat:Q2"), EVERYBODY),
    "renames a heat": (typing("/heat rename heat:Q2 name:Semi"), EVERYBODY),
    "shows a heat": (typing("/heat show heat:Q2"), EVERYBODY),
    "lists heats": (typing("/heat list"), EVERYBODY),
    "asks to delete a heat": (typing("/heat delete heat:Q2"), OVER_OTHERS),
    "sees a card": (typing("/orp racer:@racer-2"), EVERYBODY),
    "sees two side by side": (typing(BOTH), EVERYBODY),
    "sees a card in the menu": (
        lambda scene, racer: racer.user_menu(scene.people[HIMSELF], "ORP card"),
        EVERYBODY,
    ),
    "sets their profile": (typing("/profile experience:Pro"), EVERYBODY),
    "sees racer-2's profile": (typing("/profile racer:@racer-2"), EVERYBODY),
    "sets racer-2's profile": (typing("/profile experience:Pro racer:@racer-2"), OVER_HIM),
    "starts a session": (typing("/session start name:Another"), EVERYBODY),
    "shows a session": (typing("/session show session:Club Race"), EVERYBODY),
    "lists sessions": (typing("/session list"), EVERYBODY),
    "edits a session": (typing("/session edit session:Club Race days:2"), EVERYBODY),
    "closes a session": (typing("/session close session:Club Race"), EVERYBODY),
    "exports a session": (typing("/session export session:Club Race"), EVERYBODY),
    "exports their own data": (typing("/data export"), EVERYBODY),
    "asks to have racer-2 forgotten": (typing("/data forget racer:racer-2"), OVER_HIM),
    "asks to delete a session": (typing("/session delete session:Club Race"), OVER_OTHERS),
    "shows the team": (typing("/team show"), EVERYBODY),
    "sets the channel": (typing("/team channel channel:#general"), {MANAGER}),
    "sets the crew": (typing("/team crew role:@crew"), {MANAGER}),
    "sets the zone": (typing("/team timezone name:Europe/Berlin"), {MANAGER}),
    "sets auto-finish": (typing("/team auto_finish minutes:5"), {MANAGER}),
    "undoes racer-2's entry": (pressing("Undo"), OVER_HIM),
    "counts racer-2's lap": (pressing("Count it"), OVER_HIM),
    "presses Finish heat": (pressing("Finish heat"), EVERYBODY),
    "rates the car in Q1": (pressing("4"), {HIMSELF}),
    "shares a card": (sharing(CARD), EVERYBODY),
    "shares two side by side": (sharing(BOTH), EVERYBODY),
    "confirms deleting a heat": (
        pressing("Delete heat"),
        OVER_OTHERS,
    ),
    "confirms deleting a session": (
        pressing("Delete session"),
        OVER_OTHERS,
    ),
    "presses Race here": (pressing("Race here"), EVERYBODY),
    "takes the CSV": (pressing("CSV"), EVERYBODY),
    "looks at racer-2 in a heat": (looking("Look in heat"), EVERYBODY),
    "looks at racer-2 in a session": (looking("Look in session"), EVERYBODY),
    "turns a heat's page": (pressing("Turn heat"), EVERYBODY),
    "turns a session's page": (pressing("Turn session"), EVERYBODY),
}


@pytest.mark.parametrize("act", ACTS)
async def test_who_may(stage: Stage, act: str) -> None:
    do, allowed = ACTS[act]
    scene = await set_scene(stage, f"who may: {act}")
    # Who is refused comes first: what others do may take the thing away.
    for role in sorted(EVERYBODY, key=lambda role: role in allowed):
        answer = await do(scene, scene.people[role])
        assert not answer.failed
        refused = answer.content.startswith(REFUSAL)
        assert refused == (role not in allowed), f"{role} {act}: {answer.content}"
        assert answer.ephemeral or act.startswith("shares ")
    stage.discord.assert_clean()


@pytest.mark.parametrize("picked", ["nobody", "0", "99999999999999999999", "²", ""])
async def test_who_is_not_in_the_table_cannot_be_looked_at(stage: Stage, picked: str) -> None:
    scene = await set_scene(stage, f"looking at {picked}")
    for label in ("Look in heat", "Look in session"):
        where, custom_id = scene.items[label]
        answer = await scene.people[MEMBER].choose(where, picked, custom_id=custom_id, raw=True)
        assert "no laps left for that card" in answer.content
    stage.discord.assert_clean()


async def test_only_who_was_asked_picks_the_event(stage: Stage) -> None:
    team = stage.discord.add_guild("which event")
    asker, other = team.add_member("racer-2"), team.add_member("racer-3")
    await team.owner.type(CHANNEL, "/session start name:One")
    await team.owner.type(CHANNEL, "/session start name:Two")
    question = await asker.type(CHANNEL, "/lap times:20.1 20.2")
    stolen = await other.choose(question, "One", raw=True)
    assert "20.1" not in stolen.content
    stored = await asker.choose(question, "One")
    assert "20.100" in stored.content


async def test_a_preview_and_what_was_refused_are_ones_own(stage: Stage) -> None:
    scene = await set_scene(stage, "previews")
    await add_what_waits(scene)
    for label in ("Store", "Fix it"):
        for role in (MEMBER, CREW, MANAGER):
            stolen = await pressing(label)(scene, scene.people[role])
            assert stolen.modal is None
            assert "20." not in stolen.content
    stored = await pressing("Store")(scene, scene.people[HIMSELF])
    assert "20.600" in stored.content
    again = await pressing("Fix it")(scene, scene.people[HIMSELF])
    assert again.modal is not None
    assert again.modal.field("laps").value == "oops"
    stage.discord.assert_clean()


async def test_what_belongs_to_another_team_cannot_be_reached_by_any_id(stage: Stage) -> None:
    scene = await set_scene(stage, "the robbed")
    await add_what_waits(scene)
    owner, racer = scene.people[MANAGER], scene.people[HIMSELF]
    before = await racer.type(CHANNEL, "/heat show heat:Q2")
    rivals = stage.discord.add_guild("the rivals", owner="rival")
    rival = rivals.owner
    await rival.type(CHANNEL, "/session start name:Rivals")
    own = await rival.type(CHANNEL, "/lap times:40.1 40.2 heat:Q2")
    shares = [(await racer.type(CHANNEL, line)).buttons[0].custom_id or "" for line in (CARD, BOTH)]
    forged = [*shares, *(custom_id for _, custom_id in scene.items.values())]
    assert len(forged) == 23
    for custom_id in forged:
        if custom_id.startswith("look:"):
            answer = await rival.choose(own, str(racer.user.id), custom_id=custom_id, raw=True)
        else:
            answer = await rival.press(own, custom_id=custom_id, raw=True)
        assert not answer.failed, custom_id
        assert not answer.attachments, custom_id
        assert "20." not in answer.text, custom_id
    heat = (await racer.autocomplete(CHANNEL, "orp", {}, focused=("heat", "Q2")))[0].value
    session = (await racer.autocomplete(CHANNEL, "session show", {}, focused=("session", "Club")))[
        0
    ].value
    form = (await rival.type(CHANNEL, "/heat edit heat:Q2")).modal
    assert form is not None
    robbed = (await form_of_racer_2(scene)).custom_id
    for custom_id in (robbed, robbed.replace(str(racer.id), str(rival.id))):
        answer = await rival.submit(replace(form, custom_id=custom_id), {"laps": "40.3"})
        assert "does not exist" in answer.content or "no laps here" in answer.content
    reaching: dict[str, dict[str, Any]] = {
        "heat show": {"heat": heat},
        "heat edit": {"heat": heat},
        "heat finish": {"heat": heat},
        "heat rename": {"heat": heat, "name": "Mine"},
        "heat delete": {"heat": heat},
        "orp": {"heat": heat, "with": rival},
        "lap": {"heat": heat, "times": "40.1"},
        "session show": {"session": session},
        "session edit": {"session": session, "name": "Mine"},
        "session close": {"session": session},
        "session delete": {"session": session},
        "session export": {"session": session},
    }
    # Somebody with the same rights, who has not yet used up what is costly.
    chiefs = rivals.add_role("chiefs", Permissions.MANAGE_GUILD)
    accomplice = rivals.add_member("accomplice", roles=[chiefs])
    for name, options in reaching.items():
        answer = await accomplice.command(CHANNEL, name, **options)
        assert "does not exist" in answer.content, f"{name}: {answer.content}"
        assert [button.label for button in answer.buttons] == ["Fix it"] * (name == "lap")
    assert (await racer.type(CHANNEL, "/heat show heat:Q2")).text == before.text
    assert "Club Race" in (await owner.type(CHANNEL, "/session list")).content
    stage.discord.assert_clean()
