"""What ``make run`` starts without a token: the bot in a local Discord, and a real heat in it."""

import asyncio
import signal
import sys
from collections.abc import Callable, Sequence

from localdiscord.answers import Answer
from localdiscord.botprocess import BOT, BotProcess
from localdiscord.console import Console
from localdiscord.driver import LocalDiscord
from localdiscord.errors import DriverError
from localdiscord.model import Channel, Message
from localdiscord.people import Racer, Team
from localdiscord.prompt import Prompt
from localdiscord.recorded import Drive, load
from localdiscord.show import show_answer, show_message

TEAM_CHANNEL = "race-day"
READY_WITHIN_S = 60.0
SUMMARY_WITHIN_S = 30.0
SUMMARY_MARK = "🏁"
SHOWN_SINGLY = 3
"""So many laps are typed one by one, to show how that looks; the rest of a run comes at once."""

_STOPS = (signal.SIGTERM, signal.SIGINT)

Tell = Callable[[str], None]


class PlayError(Exception):
    """The play cannot go on; says why in a sentence."""


async def play_heat(team: Team, drives: Sequence[Drive], tell: Tell) -> Message:
    """Play a recorded heat into the bot, one racer a driver, and give its summary.

    Raises:
        PlayError: the bot did not answer, or posted no summary.
        DriverError: the bot has not registered what is typed.
    """
    channel = team.channel(TEAM_CHANNEL)
    before = channel.all_messages[-1].id if channel.all_messages else 0
    # On a second start the session is open already, which the answer says; that is fine.
    await _say(team.owner, channel, "/session start name:Club Race qualifying_rounds:4", tell)
    await _say(team.owner, channel, "/heat start", tell)
    racers = team.members[: len(drives)]
    for racer, drive in zip(racers, drives, strict=True):
        singly = SHOWN_SINGLY if racer == team.owner else 0
        for time in drive.times[:singly]:
            await _say(racer, channel, f"/lap times:{time}", tell)
        rest = " ".join(drive.times[singly:])
        await _say(racer, channel, f"/lap times:{rest}", tell, briefly=racer != team.owner)
    await _say(team.owner, channel, "/heat finish", tell)
    try:
        return await channel.wait_for(
            lambda message: message.id > before and SUMMARY_MARK in message.text,
            SUMMARY_WITHIN_S,
        )
    except TimeoutError as error:
        sentence = f"The bot posted no summary in #{channel.name} within {SUMMARY_WITHIN_S:.0f} s."
        raise PlayError(sentence) from error


async def _say(
    racer: Racer,
    channel: Channel,
    line: str,
    tell: Tell,
    *,
    briefly: bool = False,
) -> Answer:
    tell(f"{racer}> {line}")
    answer = await racer.type(channel, line)
    if answer.failed or answer.loading:
        sentence = f"The bot did not answer {line.split(':')[0]}."
        raise PlayError(sentence)
    shown = show_answer(answer)
    if briefly:
        shown = "\n".join(shown.splitlines()[1:2])
    tell(f"{shown}\n")
    return answer


async def run(command: Sequence[str] = BOT, tell: Tell = print) -> int:
    """Start everything, play the heat, then let people type; gives the exit code."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOPS:
        loop.add_signal_handler(number, stop.set)
    async with LocalDiscord() as discord, BotProcess(discord.bot_environment(), command) as bot:
        played = asyncio.create_task(_play(discord, tell))
        bot_ended = asyncio.create_task(bot.exited())
        stopped = asyncio.create_task(stop.wait())
        tasks = (played, bot_ended, stopped)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for number in _STOPS:
                loop.remove_signal_handler(number)
        return _outcome(bot_ended, played, bot, tell)


def _outcome(
    bot_ended: "asyncio.Task[int]",
    played: "asyncio.Task[None]",
    bot: BotProcess,
    tell: Tell,
) -> int:
    if not bot_ended.cancelled():
        tell(f"{bot.tail}\n\nThe bot ended by itself, with exit code {bot_ended.result()}.".strip())
        return 1
    if played.cancelled():
        return 0
    error = played.exception()
    if error is None:
        return 0
    if not isinstance(error, PlayError | DriverError | TimeoutError):
        raise error
    tell(f"{bot.tail}\n\n{error}".strip())
    return 1


async def _play(discord: LocalDiscord, tell: Tell) -> None:
    tell("Starting the bot in a local Discord …")
    try:
        await discord.ready(READY_WITHIN_S)
    except TimeoutError as error:
        sentence = f"The bot was not ready within {READY_WITHIN_S:.0f} s."
        raise PlayError(sentence) from error
    team = discord.guild()
    summary = await play_heat(team, load(), tell)
    tell(f"#{TEAM_CHANNEL}, as it looks on a phone:\n")
    tell(show_message(summary))
    if sys.stdin.isatty():
        await Prompt(Console(team, team.channel(TEAM_CHANNEL), tell)).run()
