"""What ``make run`` starts without a token: the bot in a local Discord, and real heats in it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import Final

from localdiscord.client.driver import LocalDiscord
from localdiscord.client.people import Team
from localdiscord.client.show import Screen, show_message
from localdiscord.page.site import Page
from localdiscord.play.botprocess import BOT, BotProcess
from localdiscord.play.cast import PADDOCK, RACERS, TEAM, TEAM_CHANNEL, gather
from localdiscord.play.console import Console
from localdiscord.play.keeping import (
    KeptEvent,
    KeptPosts,
    Pictures,
    Story,
    database_of_the_user,
    is_file_to_come,
)
from localdiscord.play.prompt import Prompt
from localdiscord.play.recorded import NEXT_ROUND, load
from localdiscord.play.sample_event import NAME, SampleEvent
from localdiscord.play.story import (
    PlayError,
    Tell,
    follow,
    name_drivers,
    play_heat,
    play_next_heat,
    settle_in,
    wrapped,
)
from localdiscord.rules.errors import DriverError

READY_WITHIN_S: Final = 60.0
RACE_EVERY_S: Final = 30.0
"""How long after a race of the sample event the next one appears."""

DRIVERS: Final = tuple(f"Racer {number}" for number in range(1, len(RACERS) + 1))
"""What the team's people are called on timing pages."""
HINT: Final = "Try `/lap times:18.9 18.7 19.1`, then press Finish heat under the answer."
HINT_OF_EVENT: Final = " Or have races come in by themselves: `{line}`"
"""What the page says until it is put away."""
DRIVEN: Final = "Q2 is driven too, and Q3 is open: type /lap times:18.9 18.7 19.1"

# The last one comes when the terminal is closed.
_STOPS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
BOT_CURRENT: Final = (sys.executable, "-m", "bot", "current")


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
    event: KeptEvent | None = None
    """Keeps how far the sample event is; None where it begins each time."""
    posts: KeptPosts | None = None
    """Keeps what was posted; None where the channels are empty at first."""
    has_newcomers: bool = True
    """Whether the team's people are its own, whom it may name as the sample event does."""
    is_demo: bool = False
    """Whether it also shows a race that comes in by itself, and lets nobody type."""


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
    """Return the story in a database of its own, or in the user's where there is nothing in it yet.

    Raises:
        PlayError: the user's database cannot be read.
    """
    url = database_of_the_user()
    if url is None:
        story, event, posts = Story(), KeptEvent(), KeptPosts()
        told = story.told_before()
        if told is None:
            event.forget()
            posts.forget()
        kept = f"{story.database} keeps this and what you type; without it all is played again."
        return Play(story.url, told=told, keep=story.keep, kept=kept, event=event, posts=posts)
    if await in_a_new_database(url, current):
        return Play(url, kept="The database in DATABASE_URL keeps this.")
    told = "DATABASE_URL has something in it: no story is played.\n"
    return Play(url, told=told, has_newcomers=False)


async def main(arguments: Sequence[str]) -> int:
    """Play the story for ``--demo`` in a new database, else what there is; gives the exit code."""
    if "--demo" in arguments:
        with TemporaryDirectory() as folder:
            return await run(Play(f"sqlite:///{folder}/demo.db", is_demo=True))
    try:
        play = await what_to_play()
    except PlayError as error:
        print(error)
        return 1
    return await run(play)


async def run(play: Play, command: Sequence[str] = BOT, tell: Tell = print) -> int:
    """Start everything, play the heats, then let people type; gives the exit code."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOPS:
        loop.add_signal_handler(number, stop.set)
    try:
        async with LocalDiscord(PADDOCK, with_team=False) as discord, _event_of(play) as event:
            gather(discord)
            environment = {
                **discord.bot_environment(),
                **event.bot_environment(),
                "DATABASE_URL": play.database_url,
            }
            with _posts_kept(play, discord):
                async with BotProcess(environment, command) as bot:
                    playing = _play(play, discord, event, tell)
                    return await _until_it_ends(playing, bot, stop, tell)
    finally:
        for number in _STOPS:
            loop.remove_signal_handler(number)


@contextmanager
def _posts_kept(play: Play, discord: LocalDiscord) -> Iterator[None]:
    """Have the posts of the last time there, and keep those of this one once the bot has ended."""
    if play.posts is None:
        yield
        return
    play.posts.bring_back(discord.world)
    try:
        yield
    finally:
        play.posts.keep(discord.world)


def _event_of(play: Play) -> SampleEvent:
    if play.event is None:
        return SampleEvent(DRIVERS)
    return SampleEvent(DRIVERS, play.event.standing(), play.event.keep)


async def _until_it_ends(
    playing: Coroutine[None, None, None], bot: BotProcess, stop: asyncio.Event, tell: Tell
) -> int:
    played = asyncio.create_task(playing)
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
    bot_ended: asyncio.Task[int],
    played: asyncio.Task[None],
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


async def _play(play: Play, discord: LocalDiscord, event: SampleEvent, tell: Tell) -> None:
    tell("Starting the bot in a local Discord …")
    try:
        await discord.ready(READY_WITHIN_S)
    except TimeoutError as error:
        sentence = f"The bot was not ready within {READY_WITHIN_S:.0f} s."
        raise PlayError(sentence) from error
    team = discord.guild(TEAM)
    if play.told is None:
        await _tell_the_story(play, team, tell)
    else:
        tell(play.told)
    if play.kept:
        tell(wrapped(play.kept))
    if play.is_demo:
        await name_drivers(team, DRIVERS)
        screen = _same_everywhere(play)
        tell(f"{show_message(await follow(event, team, tell, screen), screen)}\n")
    elif sys.stdin.isatty():
        await _let_people_type(play, discord, team, event, tell)


async def _let_people_type(
    play: Play, discord: LocalDiscord, team: Team, event: SampleEvent, tell: Tell
) -> None:
    if play.has_newcomers:
        await name_drivers(team, DRIVERS)
    if not event.is_over:
        _offer(event, play, tell)
    going_on = asyncio.create_task(event.go_on(RACE_EVERY_S))
    try:
        hint = HINT if event.is_over else HINT + HINT_OF_EVENT.format(line=event.line)
        async with Page(discord, hint=hint) as page:
            tell(f"\nIn the browser:\n{page.address}")
            await page.open_in_browser()
            screen = Screen(place_of=play.pictures.save)
            console = Console(team, team.channel(TEAM_CHANNEL), tell, screen)
            await Prompt(console, suggested=event.line).run()
    finally:
        going_on.cancel()
        await asyncio.gather(going_on, return_exceptions=True)


def _offer(event: SampleEvent, play: Play, tell: Tell) -> None:
    if not play.has_newcomers:
        tell(wrapped(f"/profile driver_name:{DRIVERS[0]} makes you a driver of {NAME}."))
    sentence = f"Races of a sample event, {NAME}, come in by themselves from now on if you paste"
    tell(wrapped(f"{sentence} this, or press ↑ and Enter:"))
    # In one piece, however long: it is to be copied.
    tell(event.line)


def _same_everywhere(play: Play) -> Screen:
    """Return what reads the same on every day and on every machine."""
    return Screen(zone=UTC, today=datetime.now(UTC).date(), place_of=play.pictures.save)


async def _tell_the_story(play: Play, team: Team, tell: Tell) -> None:
    story: list[str] = []

    def tell_and_note(text: str) -> None:
        tell(text)
        story.append(text)

    screen = _same_everywhere(play)
    await settle_in(team)
    summary = await play_heat(team, load(), tell_and_note, screen)
    tell_and_note(f"#{TEAM_CHANNEL}, as it looks on a phone:\n")
    tell_and_note(f"{show_message(summary, screen)}\n")
    if not play.is_demo:
        await play_next_heat(team, load(NEXT_ROUND))
        tell_and_note(f"{wrapped(DRIVEN)}\n")
    if play.keep is not None:
        play.keep("\n".join(story))
