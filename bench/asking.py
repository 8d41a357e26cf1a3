"""Asking a bot and taking the time, from the gateway's event to the arrival of the answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, TypeAlias

from bench.history import CHANNEL_NAME, RACER_NAMES
from bench.sides import Side
from bench.trouble import Trouble
from localdiscord import Answer, Member

LAP: Final = "/lap times:58.234"

Ask: TypeAlias = Callable[[Side, int], Awaitable[float]]
"""Asks a side something, as its racer of that number; gives the milliseconds it took."""


async def typed(racer: Member, text: str, expected: str) -> Answer:
    """Type a command.

    Raises:
        Trouble: The answer did not come, or has not in it what it should.
    """
    answer = await racer.type(CHANNEL_NAME, text)
    if answer.failed or answer.loading or expected not in answer.text:
        raise Trouble(f"{text[:40]} was answered with “{answer.text[:200]}”")
    return answer


async def timed(racer: Member, text: str, expected: str) -> float:
    """Type a command and return the milliseconds until its answer came.

    Where it was first only said that the answer would come, until it really did.
    """
    answer = await typed(racer, text, expected)
    told_s = answer.interaction.told_s
    if answer.deferred and told_s is not None:
        return (time.monotonic() - told_s) * 1000
    return answer.took_s * 1000


def command(text: str, expected: str) -> Ask:
    """Return what types this command."""

    async def ask(asked: Side, number: int) -> float:
        return await timed(asked.racer(number), text, expected)

    return ask


def suggestion(name: str, options: dict[str, str], option: str, typed: str, expected: str) -> Ask:
    """Return what has an option completed.

    Args:
        name: The command.
        options: What was typed into other options before.
        option: The option that is being typed.
        typed: What of it was typed so far.
        expected: What one of the suggestions has in it.
    """

    async def ask(asked: Side, number: int) -> float:
        racer = asked.racer(number)
        choices = await racer.autocomplete(CHANNEL_NAME, name, options, focused=(option, typed))
        if not any(expected in choice.name for choice in choices):
            raise Trouble(f"{name} {option}:{typed} suggests {choices}")
        interaction = next(reversed(asked.discord.world.interactions.values()))
        if interaction.told_s is None or interaction.came_s is None:
            raise Trouble(f"{name} {option}:{typed} was not timed")
        return (interaction.came_s - interaction.told_s) * 1000

    return ask


async def lap(asked: Side, number: int) -> float:
    """Type one lap time."""
    return await timed(asked.racer(number), LAP, asked.lap_answer)


def laps_of(number: int) -> Ask:
    """Return what types one lap time as always the same racer."""

    async def ask(asked: Side, _: int) -> float:
        return await lap(asked, number)

    return ask


async def block(asked: Side, ask: Ask, times: int, first: int = 0) -> float:
    """Ask one after the other and return the median, in milliseconds."""
    return median([await ask(asked, first + number) for number in range(times)])


def in_turn(sides: Sequence[Side], turn: int) -> Sequence[Side]:
    """Return the sides in the order of a turn: every other one backwards, so that none is first."""
    return sides if turn % 2 == 0 else sides[::-1]


@dataclass(frozen=True, slots=True)
class Flood:
    """What came of many commands at once.

    Attributes:
        per_second: How many were carried out in a second.
        failed: How many were not: no answer within 3 s, or not the one there should be.
    """

    per_second: float
    failed: int


async def flood(asked: Side, commands: int, in_flight: int) -> Flood:
    """Keep so many racers typing laps until all commands are answered.

    They are as many of each team; each waits for the answer before typing the next.
    """
    racers = [team.member(name) for name in RACER_NAMES for team in asked.teams][:in_flight]
    numbers = iter(range(commands))

    failed: list[Trouble] = []

    async def race(racer: Member) -> None:
        for _ in numbers:
            try:
                await typed(racer, LAP, asked.lap_answer)
            except Trouble as trouble:
                failed.append(trouble)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as racing:
        for racer in racers:
            racing.create_task(race(racer))
    seconds = time.perf_counter() - began
    return Flood((commands - len(failed)) / seconds, len(failed))
