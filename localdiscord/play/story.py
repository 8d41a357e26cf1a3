"""The story that is told: real heats typed in, and a race that comes in by itself."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from localdiscord.client.answers import Answer
from localdiscord.client.people import Member, Team
from localdiscord.client.show import PHONE, WIDTH, Screen, show_answer
from localdiscord.play.cast import CREW_ROLE, TEAM_CHANNEL
from localdiscord.play.recorded import Drive
from localdiscord.play.sample_event import SampleEvent
from localdiscord.world.model import Channel, Message

SUMMARY_WITHIN_S: Final = 30.0
SUMMARY_MARK: Final = "🏁"
SHOWN_SINGLY: Final = 3
"""So many laps are typed one by one, to show how that looks; the rest of a run comes at once."""

Tell = Callable[[str], None]


class PlayError(Exception):
    """The play cannot go on; says why in a sentence."""


async def settle_in(team: Team) -> None:
    """Set what a team sets once: where summaries go, and who is crew.

    Raises:
        PlayError: the bot did not answer.
        DriverError: the bot has not registered what is typed.
    """
    channel = team.channel(TEAM_CHANNEL)
    await _type(team.owner, f"/team channel channel:#{TEAM_CHANNEL}", channel)
    await _type(team.owner, f"/team crew role:@{CREW_ROLE}", channel)


async def play_heat(
    team: Team, drives: Sequence[Drive], tell: Tell, screen: Screen = PHONE
) -> Message:
    """Play a recorded heat into the bot, one racer a driver, and give its summary.

    Raises:
        PlayError: the bot did not answer, or posted no summary.
        DriverError: the bot has not registered what is typed.
    """
    channel = team.channel(TEAM_CHANNEL)
    newest = _newest_in(channel)
    say = partial(_say, channel=channel, tell=tell, screen=screen)
    await say(team.owner, "/session start name:Club Race qualifying_rounds:4")
    await say(team.owner, "/heat start")
    racers = team.members[: len(drives)]
    for racer, drive in zip(racers, drives, strict=True):
        singly = SHOWN_SINGLY if racer == team.owner else 0
        for time in drive.times[:singly]:
            await say(racer, f"/lap times:{time}")
        rest = " ".join(drive.times[singly:])
        await say(racer, f"/lap times:{rest}", briefly=racer != team.owner)
    await say(team.owner, "/heat finish")
    return await _summary_after(newest, channel)


async def play_next_heat(team: Team, drives: Sequence[Drive]) -> None:
    """Play a further heat without a word, wait for its summary, and open the one after it.

    Raises:
        PlayError: the bot did not answer, or posted no summary.
        DriverError: the bot has not registered what is typed.
    """
    channel = team.channel(TEAM_CHANNEL)
    newest = _newest_in(channel)
    await _type(team.owner, "/heat start", channel)
    # Fewer may drive than before.
    for racer, drive in zip(team.members, drives, strict=False):
        await _type(racer, f"/lap times:{' '.join(drive.times)}", channel)
    await _type(team.owner, "/heat finish", channel)
    await _summary_after(newest, channel)
    await _type(team.owner, "/heat start", channel)


async def name_drivers(team: Team, names: Iterable[str]) -> None:
    """Give each of the team, in their order, the name they have on timing pages.

    Raises:
        PlayError: the bot did not answer.
        DriverError: the bot has not registered what is typed.
    """
    channel = team.channel(TEAM_CHANNEL)
    for racer, name in zip(team.members, names, strict=False):
        await _type(racer, f"/profile driver_name:{name}", channel)


async def follow(event: SampleEvent, team: Team, tell: Tell, screen: Screen = PHONE) -> Message:
    """Follow an event, have a race appear there, and give its summary.

    Raises:
        PlayError: the bot did not answer, or posted no summary.
        DriverError: the bot has not registered what is typed.
    """
    channel = team.channel(TEAM_CHANNEL)
    newest = _newest_in(channel)
    await _say(team.owner, event.line, channel=channel, tell=tell, screen=screen)
    race = event.publish()
    sentence = f"Nobody types any more: {race.title} appears on the timing system’s page, and then"
    tell(wrapped(f"{sentence} in #{TEAM_CHANNEL}:"))
    tell("")
    return await _summary_after(newest, channel)


def _newest_in(channel: Channel) -> int:
    return channel.all_messages[-1].id if channel.all_messages else 0


async def _summary_after(newest: int, channel: Channel) -> Message:
    try:
        return await channel.wait_for(
            lambda message: message.id > newest and SUMMARY_MARK in message.text,
            SUMMARY_WITHIN_S,
        )
    except TimeoutError as error:
        sentence = f"The bot posted no summary in #{channel.name} within {SUMMARY_WITHIN_S:.0f} s."
        raise PlayError(sentence) from error


async def _say(
    racer: Member,
    line: str,
    *,
    channel: Channel,
    tell: Tell,
    screen: Screen,
    briefly: bool = False,
) -> Answer:
    tell(wrapped(f"{racer}> {line}"))
    answer = await _type(racer, line, channel)
    shown = show_answer(answer, screen)
    if briefly:
        shown = "\n".join(shown.splitlines()[1:2])
    tell(f"{shown}\n")
    return answer


async def _type(racer: Member, line: str, channel: Channel) -> Answer:
    answer = await racer.type(channel, line)
    if answer.failed or answer.loading:
        sentence = f"The bot did not answer {line.split(':')[0]}."
        raise PlayError(sentence)
    return answer


def wrapped(line: str) -> str:
    """Return a line of any length, as it fits on a narrow screen."""
    return textwrap.fill(
        line, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
