"""What the racers of the trouble tests do."""

from __future__ import annotations

from collections.abc import Callable

from localdiscord.api.mischief import Rule
from localdiscord.client.answers import Answer
from localdiscord.client.people import Member, Team
from localdiscord.world.model import Message
from tests.e2e.aftermath import until

CHANNEL = "race-day"


async def type_laps(team: Team, times: str = "20.1 20.2", heat: str = "Q1") -> Answer:
    answer = await team.owner.type(CHANNEL, f"/lap times:{times} heat:{heat}")
    assert "lap" in answer.text
    return answer


async def finish(team: Team, heat: str = "Q1") -> Answer:
    answer = await team.owner.type(CHANNEL, f"/heat finish heat:{heat}")
    assert "is finished" in answer.text
    return answer


async def close(racer: Member, command: str = "/session close") -> Answer:
    """Close a session, although others may race there."""
    asked = await racer.type(CHANNEL, command)
    return await racer.choose(asked, "Close it") if asked.selects else asked


async def race(team: Team, heat: str = "Q1") -> Answer:
    """Log laps and finish their heat."""
    await type_laps(team, heat=heat)
    return await finish(team, heat)


async def delete(team: Team, heat: str = "Q1") -> None:
    asked = await team.owner.type(CHANNEL, f"/heat delete heat:{heat}")
    assert "deleted" in (await team.owner.press(asked, "Delete")).text


def shows(text: str) -> Callable[[Message], bool]:
    return lambda message: text in message.content


async def struck(rule: Rule) -> None:
    """Wait until a rule has been used; a dropped connection tells nobody."""

    async def is_used() -> bool:
        return rule.seen > 0

    await until(is_used)
