"""Who takes part in the recorded race day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from localdiscord import LocalDiscord
from localdiscord.client.people import Member, Team
from localdiscord.world import model

CHANNELS: Final = ("race-day", "pits", "old-hall")
FIELD: Final = 27
"""More racers than fit on one page of a table."""


@dataclass(frozen=True)
class Cast:
    """Two teams. Ann, Ben and Dora race all day; Fay, Gil and Hal mostly look on."""

    discord: LocalDiscord
    arena: Team
    olga: Member
    """Owns the server."""
    carl: Member
    """Has the crew role, once that is set."""
    ann: Member
    ben: Member
    """Is shown under a name that would break formatting and ping."""
    dora: Member
    """Is shown under a name of wide characters."""
    emil: Member
    fay: Member
    gil: Member
    hal: Member
    bot: model.Member

    rivals: Team
    rita: Member
    """Owns the other server."""
    field: tuple[Member, ...]
    """Races in the other team, all in one heat."""

    @classmethod
    def gather(cls, discord: LocalDiscord) -> Cast:
        """Make both teams."""
        arena = discord.add_guild("Arena", owner="olga", channels=CHANNELS)
        rivals = discord.add_guild("Rivals", owner="rita", channels=CHANNELS[:1])
        crew = arena.add_role("crew")
        return cls(
            discord=discord,
            arena=arena,
            olga=arena.owner,
            carl=arena.add_member("carl", roles=[crew]),
            ann=arena.add_member("ann"),
            ben=arena.add_member("ben", nick="B*e*n @everyone `x`"),
            dora=arena.add_member("dora", nick="ドーラ・サトウ"),
            emil=arena.add_member("emil", global_name="Emil Æ"),
            fay=arena.add_member("fay"),
            gil=arena.add_member("gil"),
            hal=arena.add_member("hal"),
            bot=arena.guild.members[discord.world.bot.id],
            rivals=rivals,
            rita=rivals.owner,
            field=tuple(rivals.add_member(f"driver-{number:02}") for number in range(1, FIELD + 1)),
        )

    @property
    def teams(self) -> tuple[Team, Team]:
        """Both."""
        return self.arena, self.rivals
