"""Discord in trouble: what passes is waited out, what does not is told to the team, once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import URL

from bot.views.confidence import confidence_buttons
from core.models import HeatRacer
from localdiscord import LocalDiscord
from localdiscord.client.people import Team
from localdiscord.play.botprocess import Launch
from localdiscord.rules.permissions import MEMBER, Permissions
from localdiscord.world.model import Channel, Message
from tests.databases import scalar
from tests.e2e.aftermath import Ground, aftermath_in, posts_about, until
from tests.e2e.conftest import bot_process, on_one_kind
from tests.e2e.driving import CHANNEL, delete, finish, race, shows, struck, type_laps
from tests.forking import REQUEST_LIMIT

pytestmark = pytest.mark.asyncio(loop_scope="session")

OLD_POST_EDITED_TOO_OFTEN = 30046


@pytest.fixture
def team(ground: Ground) -> Team:
    return ground.new_team()


@pytest.fixture
def channel(team: Team) -> Channel:
    return team.channel(CHANNEL)


def messages_of(channel: Channel) -> str:
    return f"/channels/{channel.id}/messages"


async def raced(ground: Ground, team: Team, where: str = CHANNEL, heat: str = "Q1") -> Message:
    """Race a heat a while ago, and return its post."""
    await race(team, heat)
    post = await team.channel(where).wait_for(shows(heat))
    await ground.after.settled(team)
    await ground.pass_time(team)
    return post


async def posted(ground: Ground, team: Team, channel: Channel, *heats: str) -> None:
    """Wait for the posts of heats, and check that each came once."""
    for heat in heats or ("Q1",):
        await channel.wait_for(shows(heat))
    await ground.after.settled(team)
    for heat in heats or ("Q1",):
        await ground.after.check_posted_once(team, channel, heat)


async def team_show(team: Team) -> str:
    return (await team.owner.type(CHANNEL, "/team show")).text


# Trouble that passes


@on_one_kind
async def test_a_summary_is_posted_once_whatever_passing_trouble_discord_has(
    ground: Ground,
) -> None:
    teams = [ground.new_team() for _ in range(6)]
    channels = [team.channel(CHANNEL) for team in teams]
    broken, gateway_bad, away, limited, lost, unnoticed = map(messages_of, channels)
    mischief = ground.discord.mischief
    mischief.fail("POST", broken, status=500)
    mischief.fail("POST", gateway_bad, status=502, when="after")
    mischief.fail("POST", away, status=503)
    mischief.rate_limit("POST", limited, retry_after=0.2, times=2)
    mischief.drop("POST", lost)
    mischief.drop("POST", unnoticed, when="after")
    await asyncio.gather(*map(race, teams))
    await channels[-1].wait_for(shows("Q1"))
    ground.discord.forget_nonces(channels[-1])
    await ground.after.settled()
    for team, channel in zip(teams, channels, strict=True):
        await ground.after.check_posted_once(team, channel)
        assert "⚠" not in await team_show(team)


@on_one_kind
async def test_an_edit_shows_what_is_stored_after_passing_trouble(ground: Ground) -> None:
    teams = [ground.new_team() for _ in range(4)]
    channels = [team.channel(CHANNEL) for team in teams]
    posts = await asyncio.gather(*(raced(ground, team) for team in teams))
    broken, away, lost, unnoticed = (f"{messages_of(channel)}/*" for channel in channels)
    mischief = ground.discord.mischief
    mischief.fail("PATCH", broken, status=500, when="after")
    mischief.fail("PATCH", away, status=503)
    mischief.drop("PATCH", lost)
    mischief.drop("PATCH", unnoticed, when="after")
    await asyncio.gather(*(type_laps(team, "19.5") for team in teams))
    await ground.after.settled()
    for team, channel, post in zip(teams, channels, posts, strict=True):
        assert (await ground.after.check_posted_once(team, channel)).id == post.id


@on_one_kind
async def test_a_slow_discord_gets_one_request_and_keeps_no_other_team_waiting(
    ground: Ground, team: Team, channel: Channel
) -> None:
    slow = ground.discord.mischief.hold("POST", messages_of(channel), times=None)
    heats = ("Q1", "Q2", "Q3", "Q4", "Q5")
    for heat in heats:
        await race(team, heat)
    await slow.reached()

    async def held_until() -> datetime:
        return max(
            post.claimed_until for post in await ground.after.posts(team) if post.claimed_until
        )

    claim = await held_until()
    other = ground.new_team()
    await raced(ground, other)

    async def renewed() -> bool:
        return await held_until() > claim

    await until(renewed)
    assert len(ground.requests("POST", channel)) == 1
    slow.release()
    await ground.after.settled(team)
    for heat in heats:
        await ground.after.check_posted_once(team, channel, heat)
    assert len(ground.requests("POST", channel)) == len(heats)


@on_one_kind
async def test_channels_that_never_answer_hold_up_nobody_else(ground: Ground) -> None:
    silent = [ground.new_team() for _ in range(12)]
    holds = [
        ground.discord.mischief.hold("POST", messages_of(team.channel(CHANNEL)), times=None)
        for team in silent
    ]
    for team, hold in zip(silent, holds, strict=True):
        await race(team)
        await hold.reached()
    other = ground.new_team()
    await race(other)
    await other.channel(CHANNEL).wait_for(shows("Q1"))
    assert all(len(ground.requests("POST", team.channel(CHANNEL))) == 1 for team in silent)
    ground.discord.mischief.clear()
    await ground.after.settled()
    for team in silent:
        await ground.after.check_posted_once(team, team.channel(CHANNEL))


async def test_a_request_that_is_never_answered_may_have_arrived_and_is_looked_for(
    discord: LocalDiscord, migrated_url: URL, forked: Launch
) -> None:
    impatient = bot_process(discord, migrated_url, forked, **{REQUEST_LIMIT: "0.5"})
    teams = [discord.add_guild(f"Silence {when}") for when in ("before", "after")]
    async with impatient as bot, aftermath_in(migrated_url) as after:
        await discord.ready()
        ground = Ground(discord, bot, after)
        for team, when in zip(teams, ("before", "after"), strict=True):
            channel = team.channel(CHANNEL)
            hold = discord.mischief.hold("POST", messages_of(channel), when=when)
            await race(team)
            await hold.reached()
            discord.forget_nonces(channel)
        for team in teams:
            await posted(ground, team, team.channel(CHANNEL))
            assert ground.requests("GET", team.channel(CHANNEL)), "it was looked for"
            hold = discord.mischief.hold("PATCH", f"{messages_of(team.channel(CHANNEL))}/*")
            await ground.pass_time(team)
            await type_laps(team, "19.5")
            await hold.reached()
        await ground.after.settled()
        for team in teams:
            await ground.after.check_posted_once(team, team.channel(CHANNEL))
        discord.mischief.clear()
        assert await bot.stop() == 0, bot.tail


async def test_a_post_edited_too_often_waits_and_is_right_in_the_end(
    ground: Ground, team: Team, channel: Channel
) -> None:
    await raced(ground, team)
    await ground.after.settled(team)
    limit = ground.discord.mischief.rate_limit(
        "PATCH",
        f"{messages_of(channel)}/*",
        code=OLD_POST_EDITED_TOO_OFTEN,
        retry_after=0.01,
        times=None,
    )
    await type_laps(team, "19.5")
    await until(lambda: ground.put_off(team, timedelta(minutes=9)))
    tries = limit.seen
    limit.clear()
    assert "19.300" in (await type_laps(team, "19.3")).text
    assert await ground.put_off(team, timedelta(minutes=9))
    assert len(ground.requests("PATCH", channel)) == tries
    await ground.pass_time(team)
    await ground.after.settled(team)
    assert "19.300" in (await ground.after.check_posted_once(team, channel)).content


@on_one_kind
async def test_a_post_nobody_noted_is_found_though_its_laps_have_gone(
    ground: Ground, team: Team, channel: Channel
) -> None:
    await team.owner.type(CHANNEL, "/heat start name:Q1")
    logged = await type_laps(team)
    ground.discord.mischief.drop("POST", messages_of(channel), when="after")
    await finish(team)
    await channel.wait_for(shows("Q1"))
    ground.discord.forget_nonces(channel)
    await team.owner.press(logged, "Undo")
    post = await channel.wait_for(shows("no laps"))
    await ground.after.settled(team)
    await ground.pass_time(team)
    await type_laps(team, "19.5")
    await ground.after.settled(team)
    assert (await ground.after.check_posted_once(team, channel)).id == post.id


@on_one_kind
async def test_what_somebody_else_posted_is_not_taken_for_the_bots_own(
    ground: Ground, team: Team, channel: Channel
) -> None:
    await type_laps(team)
    heat_id = (await ground.after.heat(team)).heat.id
    dropped = ground.discord.mischief.drop("POST", messages_of(channel))
    # As another bot would that copies posts, buttons and all. Without a mention of this bot Discord
    # would not show it what is in there.
    world = ground.discord.world
    content = f"Q1, seen by <@{world.bot.id}>"
    copied = {"content": content, "components": confidence_buttons(heat_id).to_components()}
    copy = world.post(channel, team.owner.member, copied, {})
    await finish(team)
    await struck(dropped)
    await ground.after.settled(team)
    assert ground.requests("GET", channel), "it was looked for"
    (post,) = (found for found in posts_about(channel, heat_id) if found is not copy)
    assert "20.100" in post.content
    await ground.pass_time(team)
    await type_laps(team, "19.5")
    await ground.after.settled(team)
    assert "19.500" in post.content
    assert copy.content == content


@on_one_kind
async def test_a_team_whose_laps_cannot_be_read_holds_up_no_other_team(
    ground: Ground, team: Team, channel: Channel
) -> None:
    await type_laps(team)
    heat_id = (await ground.after.heat(team)).heat.id
    broken = update(HeatRacer).where(HeatRacer.heat_id == heat_id)
    query = select(HeatRacer.orp_figures).where(HeatRacer.heat_id == heat_id)
    figures = await scalar(ground.after.database, query)
    await ground.after.change(broken.values(orp_figures={"nonsense": 1}))
    await finish(team)
    await raced(ground, ground.new_team())
    await until(lambda: ground.put_off(team, timedelta(minutes=1)))
    await ground.after.change(broken.values(orp_figures=figures))
    await ground.pass_time(team)
    await posted(ground, team, channel)


# What only the team can mend


async def test_a_missing_permission_is_told_and_nothing_is_sent_until_it_is_given(
    ground: Ground, team: Team, channel: Channel
) -> None:
    ground.discord.forbid(channel, "send_messages")
    told = f"I may not post in {channel.mention}"
    for heat in ("Q1", "Q2"):
        answer = await race(team, heat)
        assert told in answer.text
        assert "Send Messages" in answer.text
        await ground.after.settled(team)
        assert told in await team_show(team)
    await type_laps(team, "19.5")
    await ground.after.settled(team)
    assert not ground.requests("POST", channel)
    ground.discord.allow(channel)
    await posted(ground, team, channel, "Q1", "Q2")
    assert told not in await team_show(team)


async def test_a_refusal_is_told_and_not_asked_for_again_until_the_team_acts(
    ground: Ground, team: Team, channel: Channel
) -> None:
    # Not to be foreseen from what the bot knows, and with a number that it does not know.
    refusal = ground.discord.mischief.fail(
        "POST", messages_of(channel), status=403, code=1, times=None
    )
    await race(team)
    await ground.after.settled(team)
    told = f"I may not post in {channel.mention}"
    assert told in await team_show(team)
    # What keeps one post out is no news of another, which has not been tried yet.
    assert told not in (await race(team, "Q2")).text
    await ground.after.settled(team)
    assert told in (await team.owner.type(CHANNEL, "/heat finish heat:Q1")).text
    await type_laps(team, "19.5")
    await ground.pass_time(team)
    await raced(ground, ground.new_team())
    assert [post.state for post in await ground.after.posts(team)] == ["blocked", "blocked"]
    assert refusal.seen == len(ground.requests("POST", channel)) == 2
    refusal.clear()
    await team.owner.type(CHANNEL, f"/team channel channel:#{CHANNEL}")
    await posted(ground, team, channel, "Q1", "Q2")
    assert told not in await team_show(team)


async def test_a_role_that_gets_its_permission_back_frees_the_posts(
    ground: Ground, team: Team, channel: Channel
) -> None:
    world = ground.discord.world
    (role,) = world.bot_in(team.guild).roles
    for permissions in (MEMBER & ~Permissions.EMBED_LINKS, MEMBER):
        for changed in (role, team.guild.everyone):
            changed.permissions = permissions
            world.update_role(team.guild, changed)
        if permissions != MEMBER:
            assert "Embed Links" in (await race(team)).text
            await ground.after.settled(team)
            assert not channel.messages
    await posted(ground, team, channel)


async def test_a_bot_let_in_again_posts_what_was_held_up(
    ground: Ground, team: Team, channel: Channel
) -> None:
    world = ground.discord.world
    await type_laps(team)
    hold = ground.discord.mischief.hold("POST", messages_of(channel))
    await finish(team)
    await hold.reached()
    world.remove_bot(team.guild)
    hold.release()
    await ground.after.settled(team)
    assert not channel.messages
    world.invite_bot(team.guild)
    await posted(ground, team, channel)


@on_one_kind
async def test_a_post_nobody_noted_in_a_hidden_channel_holds_up_nothing(
    ground: Ground, team: Team, channel: Channel
) -> None:
    general = team.channel("general")
    await team.owner.type(CHANNEL, "/team channel channel:#general")
    dropped = ground.discord.mischief.drop("POST", messages_of(general))
    await race(team)
    await struck(dropped)
    ground.discord.forbid(general, "view_channel")
    await ground.after.settled(team)
    await team.owner.type(CHANNEL, f"/team channel channel:#{CHANNEL}")
    await posted(ground, team, channel)


async def test_a_deleted_team_channel_is_told_until_another_one_is_set(
    ground: Ground, team: Team, channel: Channel
) -> None:
    general = team.channel("general")
    await team.owner.type(CHANNEL, "/team channel channel:#general")
    post = await raced(ground, team, "general")
    ground.discord.delete_channel(general)
    await type_laps(team, "19.5")
    answer = await race(team, "Q2")
    assert "The channel for summaries is gone" in answer.text
    await ground.after.settled(team)
    assert "The channel for summaries is gone" in await team_show(team)
    assert [item.status for item in ground.requests("POST", general)] == [200, 404]
    assert [item.status for item in ground.requests("PATCH", general)] == [404]
    saved = await team.owner.type(CHANNEL, f"/team channel channel:#{CHANNEL}")
    assert "gone" not in saved.text
    await posted(ground, team, channel, "Q2")
    assert len(channel.messages) == 1, "what went with the channel is not posted again"
    assert post.deleted
    assert "gone" not in await team_show(team)


async def test_a_summary_somebody_deleted_is_not_posted_again(
    ground: Ground, team: Team, channel: Channel
) -> None:
    post = await raced(ground, team)
    ground.discord.delete_message(post)
    await type_laps(team, "19.5")
    await ground.after.settled(team)
    await type_laps(team, "19.4")
    assert "19.400" in (await team.owner.type(CHANNEL, "/heat show heat:Q1")).text
    await raced(ground, team, heat="Q2")
    await type_laps(team, "19.3", "Q2")
    await ground.after.settled(team)
    await ground.after.check_posted_once(team, channel, "Q2")
    assert len(channel.messages) == 1
    assert len(ground.requests("POST", channel)) == 2


async def test_a_deleted_heats_post_goes_as_soon_as_the_bot_may_delete_it(
    ground: Ground, team: Team, channel: Channel
) -> None:
    posts = [await raced(ground, team, heat=heat) for heat in ("Q1", "Q2")]
    ground.discord.forbid(channel, "view_channel")
    await delete(team, "Q1")
    await until(lambda: ground.put_off(team, timedelta(minutes=50)))
    assert not ground.requests("DELETE", channel)
    ground.discord.allow(channel)
    await ground.discord.wait_for(lambda: posts[0].deleted)
    refusal = ground.discord.mischief.fail(
        "DELETE", f"{messages_of(channel)}/*", status=403, code=50001, times=None
    )
    await delete(team, "Q2")
    await until(lambda: ground.put_off(team, timedelta(minutes=50)))
    refusal.clear()
    await team.owner.type(CHANNEL, f"/team channel channel:#{CHANNEL}")
    await ground.discord.wait_for(lambda: posts[1].deleted)
