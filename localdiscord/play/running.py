"""What ``make run`` starts without a token: the bot in a local Discord, and a real heat in it."""

import asyncio
import os
import signal
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from tempfile import TemporaryDirectory

from localdiscord.client.answers import Answer
from localdiscord.client.driver import LocalDiscord
from localdiscord.client.people import Member, Team
from localdiscord.client.show import PHONE, WIDTH, Screen, show_answer, show_message
from localdiscord.page.site import Page
from localdiscord.play.botprocess import BOT, BotProcess
from localdiscord.play.console import Console
from localdiscord.play.keeping import Pictures, Story, database_of_the_user, is_file_to_come
from localdiscord.play.prompt import Prompt
from localdiscord.play.recorded import Drive, load
from localdiscord.rules.errors import DriverError
from localdiscord.world.model import Channel, Message

TEAM_CHANNEL = "race-day"
READY_WITHIN_S = 60.0
SUMMARY_WITHIN_S = 30.0
SUMMARY_MARK = "🏁"
HINT = "Type /lap times:58.2 58.1 and press Finish heat under the answer."
SHOWN_SINGLY = 3
"""So many laps are typed one by one, to show how that looks; the rest of a run comes at once."""

# The last one comes when the terminal is closed.
_STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
BOT_CURRENT = (sys.executable, "-m", "bot", "current")

Tell = Callable[[str], None]


class PlayError(Exception):
    """The play cannot go on; says why in a sentence."""


@dataclass(frozen=True)
class Play:
    """What is played, and where."""

    database_url: str
    """Where the bot's laps go."""
    pictures: Pictures = field(default_factory=Pictures)
    told: str | None = None
    """Told instead of the story, which then is not played."""
    keep: Tell | None = None
    """Takes the story once it is told to its end."""
    kept: str = ""
    """Says what stays."""
    is_typed_in: bool = True
    """Whether people type afterwards, where there is a terminal."""


async def in_a_new_database(url: str, command: Sequence[str]) -> bool:
    """Tell whether the bot finds nothing in a database.

    Raises:
        PlayError: it cannot tell; says why in the bot's words.
    """
    if is_file_to_come(url):
        return True
    asked = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "DATABASE_URL": url},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, trouble = await asked.communicate()
    if asked.returncode:
        raise PlayError(trouble.decode(errors="replace").strip())
    return told.decode().strip() == "none"


async def what_to_play(current: Sequence[str] = BOT_CURRENT) -> Play:
    """The story in a database of its own, or in the user's where there is nothing in it yet.

    Raises:
        PlayError: the user's database cannot be read.
    """
    url = database_of_the_user()
    if url is None:
        story = Story()
        kept = f"{story.database} keeps this and what you type; without it all is played again."
        return Play(story.url, told=story.told_before(), keep=story.keep, kept=kept)
    if await in_a_new_database(url, current):
        return Play(url, kept="The database in DATABASE_URL keeps this.")
    return Play(url, told="DATABASE_URL has something in it: no story is played.\n")


async def play_heat(
    team: Team, drives: Sequence[Drive], tell: Tell, screen: Screen = PHONE
) -> Message:
    """Play a recorded heat into the bot, one racer a driver, and give its summary.

    Raises:
        PlayError: the bot did not answer, or posted no summary.
        DriverError: the bot has not registered what is typed.
    """
    channel = team.channel(TEAM_CHANNEL)
    before = channel.all_messages[-1].id if channel.all_messages else 0
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
    try:
        return await channel.wait_for(
            lambda message: message.id > before and SUMMARY_MARK in message.text,
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
    tell(_wrapped(f"{racer}> {line}"))
    answer = await racer.type(channel, line)
    if answer.failed or answer.loading:
        sentence = f"The bot did not answer {line.split(':')[0]}."
        raise PlayError(sentence)
    shown = show_answer(answer, screen)
    if briefly:
        shown = "\n".join(shown.splitlines()[1:2])
    tell(f"{shown}\n")
    return answer


def _wrapped(line: str) -> str:
    return textwrap.fill(
        line, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


async def main(arguments: Sequence[str]) -> int:
    """Play the story for ``--demo`` in a new database, else what there is; gives the exit code."""
    if "--demo" in arguments:
        with TemporaryDirectory() as folder:
            return await run(Play(f"sqlite:///{folder}/demo.db", is_typed_in=False))
    try:
        play = await what_to_play()
    except PlayError as error:
        print(error)
        return 1
    return await run(play)


async def run(play: Play, command: Sequence[str] = BOT, tell: Tell = print) -> int:
    """Start everything, play the heat, then let people type; gives the exit code."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOPS:
        loop.add_signal_handler(number, stop.set)
    try:
        async with LocalDiscord() as discord:
            environment = discord.bot_environment() | {"DATABASE_URL": play.database_url}
            async with BotProcess(environment, command) as bot:
                return await _until_it_ends(play, discord, bot, stop, tell)
    finally:
        for number in _STOPS:
            loop.remove_signal_handler(number)


async def _until_it_ends(
    play: Play, discord: LocalDiscord, bot: BotProcess, stop: asyncio.Event, tell: Tell
) -> int:
    played = asyncio.create_task(_play(play, discord, tell))
    bot_ended = asyncio.create_task(bot.exited())
    stopped = asyncio.create_task(stop.wait())
    tasks = (played, bot_ended, stopped)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
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


async def _play(play: Play, discord: LocalDiscord, tell: Tell) -> None:
    tell("Starting the bot in a local Discord …")
    try:
        await discord.ready(READY_WITHIN_S)
    except TimeoutError as error:
        sentence = f"The bot was not ready within {READY_WITHIN_S:.0f} s."
        raise PlayError(sentence) from error
    team = discord.guild()
    if play.told is None:
        await _tell_the_story(play, team, tell)
    else:
        tell(play.told)
    if play.kept:
        tell(_wrapped(play.kept))
    if play.is_typed_in and sys.stdin.isatty():
        async with Page(discord, hint=HINT) as page:
            tell(f"\nIn the browser:\n{page.address}")
            await page.open_in_browser()
            screen = Screen(place_of=play.pictures.save)
            await Prompt(Console(team, team.channel(TEAM_CHANNEL), tell, screen)).run()


async def _tell_the_story(play: Play, team: Team, tell: Tell) -> None:
    story: list[str] = []

    def tell_and_note(text: str) -> None:
        tell(text)
        story.append(text)

    # It reads the same on every day and on every machine.
    screen = Screen(zone=UTC, today=datetime.now(UTC).date(), place_of=play.pictures.save)
    summary = await play_heat(team, load(), tell_and_note, screen)
    tell_and_note(f"#{TEAM_CHANNEL}, as it looks on a phone:\n")
    tell_and_note(f"{show_message(summary, screen)}\n")
    if play.keep is not None:
        play.keep("\n".join(story))
