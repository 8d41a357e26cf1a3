"""What is there at the end of the day, held against what everybody was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from core.models import Heat, RacerProfile, RaceSession, RunLog
from localdiscord.client.people import Team
from tests.databases import rows
from tests.e2e.aftermath import Aftermath, posts_about
from tests.soak.racing import CHANNEL, Fate, Racer, RacingTeam, SilentTeam


@dataclass
class Accounts:
    """What was found.

    Attributes:
        laps: How many laps are stored.
        heats: How many heats are finished and have a post.
        pictures: How many of the posts have their picture.
        unknown_kept: Laps of which nobody knew, and which are there.
        unknown_gone: Laps of which nobody knew, and which are not.
        wrong: What is not as it should be, a sentence each.
    """

    laps: int = 0
    heats: int = 0
    pictures: int = 0
    unknown_kept: int = 0
    unknown_gone: int = 0
    wrong: list[str] = field(default_factory=list)

    async def of_racing(self, after: Aftermath, team: RacingTeam) -> None:
        """Look through the laps and posts of a team whose racers type."""
        stored = await _laps_by_user(after, team.team)
        for racer in team.racers:
            self._compare(racer, stored.get(racer.member.id, []))
        await self._posts(after, team.team, team.heats)

    async def of_silent(
        self, after: Aftermath, team: SilentTeam, raced: Mapping[str, Sequence[int]]
    ) -> None:
        """Look through the laps and posts of a team that follows an event."""
        laps = Counter((await _laps_by_user(after, team.team)).get(team.team.owner.id, []))
        self.laps += laps.total()
        expected = Counter(time_ms for times in raced.values() for time_ms in times)
        for what, much in (("lost", expected - laps), ("doubled", laps - expected)):
            if much:
                self.wrong.append(f"{team.team.name}: {much.total()} followed laps {what}")
        await self._posts(after, team.team, len(raced))

    def _compare(self, racer: Racer, stored: Sequence[int]) -> None:
        name = f"{racer.member.team.name}, {racer.member.name}"
        self.laps += len(stored)
        for time_ms, times in Counter(stored).items():
            fate = racer.fates.get(time_ms)
            if times > 1:
                self.wrong.append(f"{name}: {time_ms} ms stands there {times} times")
            if fate in (Fate.REFUSED, Fate.TAKEN_BACK, None):
                self.wrong.append(f"{name}: {time_ms} ms is there and was {fate}")
            self.unknown_kept += fate is Fate.UNKNOWN
        for time_ms, fate in racer.fates.items():
            if time_ms not in stored:
                self.unknown_gone += fate is Fate.UNKNOWN
                if fate is Fate.STORED:
                    self.wrong.append(f"{name}: {time_ms} ms was answered for and is lost")
        for typed in racer.typed:
            there = sum(time_ms in stored for time_ms in typed)
            if 0 < there < len(typed):
                self.wrong.append(f"{name}: {there} of {len(typed)} laps typed at once are there")

    async def _posts(self, after: Aftermath, team: Team, heats: int) -> None:
        channel = team.channel(CHANNEL)
        found = await rows(
            after.database,
            select(Heat.id, Heat.name, Heat.class_name)
            .join_from(Heat, RaceSession, Heat.session_id == RaceSession.id)
            .where(RaceSession.team_id == team.guild.id),
        )
        if len(found) != heats:
            self.wrong.append(f"{team.name}: {len(found)} heats, driven were {heats}")
        for heat_id, name, class_name in found:
            try:
                post = await after.check_posted_once(team, channel, f"{class_name} {name}".strip())
            except AssertionError:
                posts = len(posts_about(channel, heat_id))
                self.wrong.append(f"{team.name}: {name} has {posts} posts, or one that is behind")
                continue
            self.heats += 1
            self.pictures += bool(post.attachments)


async def _laps_by_user(after: Aftermath, team: Team) -> dict[int, list[int]]:
    found = await rows(
        after.database,
        select(RacerProfile.discord_user_id, RunLog.lap_time_ms)
        .join_from(RunLog, RacerProfile, RunLog.racer_id == RacerProfile.id)
        .where(RacerProfile.team_id == team.guild.id),
    )
    laps: dict[int, list[int]] = {}
    for user_id, time_ms in found:
        laps.setdefault(user_id or 0, []).append(time_ms)
    return laps
