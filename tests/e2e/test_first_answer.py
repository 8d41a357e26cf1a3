"""A newcomer's first answers: the how-to comes to each racer, and to no admin in their place."""

from __future__ import annotations

import pytest

from localdiscord.client.people import Member, Team
from tests.e2e.driving import CHANNEL

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOW_TO = "👋 Type a run like `/lap times: 58.234 58.1 58.3`. **ORP** (Optimal Race Pace, 0 to 100) "


async def test_each_racer_reads_the_how_to_at_their_own_first_laps(
    team: Team, owner: Member, mate: Member
) -> None:
    for line in ("/team timezone name:UTC", "/session start name:Club Race", "/heat start"):
        assert "👋" not in (await owner.type(CHANNEL, line)).text
    for racer in (mate, owner):
        assert HOW_TO in (await racer.type(CHANNEL, "/lap times:20.1 20.2")).text
        assert "👋" not in (await racer.type(CHANNEL, "/lap times:20.3")).text
        assert "👋" not in (await racer.type(CHANNEL, "/orp")).text


async def test_who_has_laps_from_crew_reads_it_at_their_first_card(
    team: Team, owner: Member, mate: Member
) -> None:
    assert "Those five laps make ORP" in (await mate.type(CHANNEL, "/orp")).text
    entered = await owner.type(CHANNEL, "/lap times:20.1 20.2 20.3 racer:@racer-2")
    assert "👋" not in entered.text
    card = await mate.type(CHANNEL, "/orp")
    assert card.content.startswith(HOW_TO)
    shared = await mate.press(card, "Share")
    assert "👋" not in shared.text
    assert "👋" not in (await mate.type(CHANNEL, "/orp")).text
