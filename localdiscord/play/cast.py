"""Who is there when a newcomer comes: a team with its channels, and somebody of another one."""

from __future__ import annotations

from typing import Final

from localdiscord.client.driver import Cast, LocalDiscord
from localdiscord.client.people import Team

TEAM: Final = "Team"
TEAM_CHANNEL: Final = "team"
"""Where summaries are posted."""
PIT_LANE: Final = "pit-lane"
"""Where whoever likes may type; what the bot answers is private."""
CHANNELS: Final = (TEAM_CHANNEL, PIT_LANE)
RACERS: Final = tuple(f"racer-{number}" for number in range(1, 9))
CREW: Final = "crew-chief"
CREW_ROLE: Final = "Crew"
OTHER_TEAM: Final = "Rivals"
RIVAL: Final = "rival-1"

PADDOCK: Final = Cast("ORP Bot", RACERS, ("race-day", "general"))
"""The bot and the team that it is tried and measured with."""


def gather(discord: LocalDiscord) -> Team:
    """Make the team and the other one; give the team.

    The first racer owns the team, and so may set what ``/team`` sets.
    """
    team = discord.add_guild(TEAM, owner=RACERS[0], channels=CHANNELS)
    for name in RACERS[1:]:
        team.add_member(name)
    team.add_member(CREW, roles=[team.add_role(CREW_ROLE)])
    discord.add_guild(OTHER_TEAM, owner=RIVAL, channels=CHANNELS)
    return team
