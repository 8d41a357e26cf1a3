"""The team channel stays quiet: one post a heat and one wrap-up, and practice rings nobody.

What is stored is the same on both databases, so one is enough here.
"""

from __future__ import annotations

import pytest

from localdiscord.client.people import Member, Team
from localdiscord.rules.wire import Flags
from tests.e2e.driving import CHANNEL, close, finish, shows

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("stage", ["sqlite"], indirect=True),
]


async def test_a_race_day_is_a_post_a_heat_and_a_wrap_up_and_practice_rings_nobody(
    team: Team, owner: Member, mate: Member
) -> None:
    channel = team.channel(CHANNEL)
    await owner.type(CHANNEL, "/session start name:Club Race track:Arena")
    await owner.type(CHANNEL, "/lap times:20.3 20.2 20.4 heat:P1")
    await finish(team, "P1")
    practice = await channel.wait_for(shows("P1"))
    await owner.type(CHANNEL, "/lap times:20.3 20.1 20.4 heat:Q1")
    await mate.type(CHANNEL, "/lap times:20.0 20.2 19.9 heat:Q1")
    await finish(team, "Q1")
    race = await channel.wait_for(shows("Q1"))
    best = await mate.type(CHANNEL, "/lap times:19.1 heat:Q1")
    for racer, rating in ((owner, "5"), (mate, "2"), (owner, "4")):
        assert (await racer.press(race, rating)).ephemeral
    await mate.press(best, "Undo")
    await owner.type(CHANNEL, "/orp")
    await mate.type(CHANNEL, "/heat show")
    await owner.type(CHANNEL, "/session show")
    await mate.type(CHANNEL, "/orp with:@racer-1")
    late = await owner.type(CHANNEL, "/lap times:19.0 heat:P1")
    await channel.wait_for(lambda message: message is practice and "19.000" in message.text)
    await owner.press(late, "Undo")
    await close(owner)
    wrap_up = await channel.wait_for(shows("is over"))
    assert channel.messages == [practice, race, wrap_up]
    assert [message.silent for message in channel.messages] == [True, False, False]
    assert practice.flags & Flags.SILENT
    assert not [ping for message in channel.messages for ping in message.pings.mentioned]
    assert not team.channel("general").messages
