"""Who is there when a newcomer comes: a team with its channels, and somebody of another one."""

from localdiscord.client.driver import DEFAULT_MEMBERS, LocalDiscord
from localdiscord.client.people import Team

TEAM = "Team"
TEAM_CHANNEL = "team"
"""Where summaries are posted."""
PIT_LANE = "pit-lane"
"""Where whoever likes may type; what the bot answers is private."""
CHANNELS = (TEAM_CHANNEL, PIT_LANE)
RACERS = DEFAULT_MEMBERS
CREW = "crew-chief"
CREW_ROLE = "Crew"
OTHER_TEAM = "Rivals"
RIVAL = "rival-1"


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
