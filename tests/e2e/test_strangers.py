"""What no client sends and what nobody foresees: one sentence each, and the process lives on."""

from __future__ import annotations

import pytest

from localdiscord import LocalDiscord
from localdiscord.client.answers import Answer
from localdiscord.client.people import Member, Team
from localdiscord.rules.wire import InteractionType, JsonObject
from localdiscord.world.interactions import Interaction
from localdiscord.world.world import Event
from tests.e2e.aftermath import until
from tests.e2e.conftest import Stage, StartBot
from tests.e2e.driving import CHANNEL, race, type_laps

pytestmark = pytest.mark.asyncio(loop_scope="session")

HUGE = "9" * 25
UNREADABLE = "Discord sent that in a way I cannot read: try again."


async def sent(
    stage: Stage, racer: Member, data: JsonObject, changed: JsonObject | None = None
) -> Answer:
    """Send a command as no client would, and return its answer."""
    interaction = Interaction(
        id=stage.discord.world.snowflakes.next(),
        kind=InteractionType.COMMAND,
        application_id=stage.discord.world.bot.id,
        member=racer.member,
        channel=racer.team.channel(CHANNEL),
        data=data,
    )
    bot = stage.discord.world.bot_in(racer.member.guild)
    interaction.told = {**interaction.payload(bot), **(changed or {})}
    return await stage.discord.ask(interaction)


def lap(**options: tuple[int, object]) -> JsonObject:
    """Return a ``/lap`` whose options carry a type and a value each."""
    given = [
        {"name": name, "type": kind, "value": value} for name, (kind, value) in options.items()
    ]
    return {"id": "1", "name": "lap", "type": 1, "options": given}


@pytest.mark.parametrize(
    "changed",
    [{"member": {"user": {}}}, {"data": {"name": "lap", "options": 5, "type": 1}}, {"data": {}}],
)
async def test_an_interaction_that_cannot_be_read_gets_a_sentence(
    stage: Stage, owner: Member, changed: JsonObject
) -> None:
    answer = await sent(stage, owner, lap(times=(3, "20.1")), changed)
    assert (answer.content, answer.ephemeral) == (UNREADABLE, True)
    assert "20.100" in (await type_laps(owner.team)).text


async def test_what_else_cannot_be_read_is_skipped(stage: Stage, team: Team) -> None:
    gateway = stage.discord.gateway
    sessions = [session.id for session in gateway.sessions]
    broken: JsonObject = {"guild_id": str(team.guild.id), "id": "x", "token": "y"}
    for name in ("GUILD_CREATE", "CHANNEL_UPDATE", "GUILD_ROLE_UPDATE", "INTERACTION_CREATE"):
        gateway.publish(Event(name, team.guild.id, broken))
    assert "20.100" in (await type_laps(team)).text
    assert [session.id for session in gateway.sessions] == sessions


async def test_forged_people_and_roles_get_a_sentence(stage: Stage, owner: Member) -> None:
    times = (3, "20.1")
    answer = await sent(stage, owner, lap(times=times, racer=(6, HUGE)))
    assert "nobody like that" in answer.content
    crew = {"name": "crew", "type": 1, "options": [{"name": "role", "type": 8, "value": HUGE}]}
    data: JsonObject = {"id": "1", "name": "team", "type": 1, "options": [crew]}
    answer = await sent(stage, owner, data)
    assert "no such role" in answer.content
    answer = await sent(stage, owner, lap(times=times, confidence=(10, "many")))
    assert answer.content == UNREADABLE
    assert "went wrong" not in answer.content


async def test_crew_names_a_racer_who_has_left(
    stage: Stage, owner: Member, mate: Member, team: Team
) -> None:
    nick = team.add_member("racer-2", nick="Ben the Brave")
    await nick.type(CHANNEL, "/lap times:20.1 20.2 heat:Q1")
    world = stage.discord.world
    world.remove_member(mate.member)
    logged = await owner.command(CHANNEL, "lap", times="20.3", heat="Q1", racer=mate.user)
    assert "Ben the Brave" in logged.text
    assert "20.300" in logged.text
    card = await owner.command(CHANNEL, "orp", racer=mate.user)
    assert "Ben the Brave" in card.text
    stranger = world.add_user("somebody-else")
    refused = await owner.command(CHANNEL, "lap", times="20.3", racer=stranger)
    assert "Only somebody in this server can be picked" in refused.text


async def test_a_deleted_crew_role_is_told(stage: Stage, owner: Member, team: Team) -> None:
    role = team.add_role("Crew")
    assert "deleted" not in (await owner.type(CHANNEL, "/team crew role:@Crew")).text
    stage.discord.world.delete_role(team.guild, role)
    shown = await owner.type(CHANNEL, "/team show")
    assert "The crew role was deleted" in shown.text
    assert shown.text.count("⚠") == 1


# Where posts go


@pytest.mark.parametrize(
    ("forbidden", "named"),
    [
        ("view_channel", "View Channel"),
        ("send_messages", "Send Messages"),
        ("embed_links", "Embed Links"),
    ],
)
async def test_the_warning_names_what_is_missing(
    stage: Stage, team: Team, forbidden: str, named: str
) -> None:
    team.add_channel("posts")
    await team.owner.type(CHANNEL, "/team channel channel:#posts")
    stage.discord.forbid(team.channel("posts"), forbidden)
    told = f"I may not post in {team.channel('posts').mention}: allow me {named} there."
    assert told in (await team.owner.type(CHANNEL, "/team show")).text
    assert told in (await race(team)).text


async def test_a_thread_the_bot_has_not_seen_is_no_trouble(stage: Stage, team: Team) -> None:
    pits = team.channel(CHANNEL)
    thread = stage.discord.world.add_thread(pits, "q1")
    await team.owner.type(thread, "/lap times:20.1 20.2 heat:Q1")
    answer = await team.owner.type(thread, "/heat finish heat:Q1")
    assert answer.text.splitlines() == [
        f"🏁 **Q1** is finished. Its summary goes to {thread.mention}."
    ]
    await thread.wait_for(lambda message: "20.100" in message.content)
    stage.discord.forbid(pits, "send_messages_in_threads")
    await team.owner.type(thread, "/lap times:20.1 20.2 heat:Q2")
    answer = await team.owner.type(thread, "/heat finish heat:Q2")
    assert "⚠" in answer.text


async def test_trouble_is_told_of_its_own_post_only(stage: Stage, team: Team) -> None:
    await race(team, "Q1")
    old = team.channel(CHANNEL)
    await old.wait_for(lambda message: "Q1" in message.content)
    team.add_channel("posts")
    new = team.channel("posts")
    await team.owner.type(CHANNEL, "/team channel channel:#posts")
    stage.discord.forbid(old, "view_channel")
    await type_laps(team, "19.5")
    told = f"I may not edit my posts in {old.mention}: allow me View Channel there."

    async def is_told() -> bool:
        return told in (await team.owner.type("posts", "/team show")).text

    await until(is_told)
    assert "⚠" not in (await race(team, "Q2")).text
    await new.wait_for(lambda message: "Q2" in message.content)
    for heat in ("Q1", "Q2"):
        again = await team.owner.type("posts", f"/heat finish heat:{heat}")
        assert "⚠" not in again.text


async def test_the_log_of_a_start_has_no_warning(
    discord: LocalDiscord, start_bot_as_people_do: StartBot
) -> None:
    async with start_bot_as_people_do() as bot:
        await discord.ready()
        assert await bot.stop() == 0
        assert "ready" in bot.tail
        assert "warning" not in bot.tail
