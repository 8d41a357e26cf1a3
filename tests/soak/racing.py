"""What the racers do, and what they were told became of each lap."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from localdiscord.client.answers import Answer
from localdiscord.client.people import Member, Team
from localdiscord.rules.errors import DriverError
from localdiscord.world.interactions import Interaction

CHANNEL: Final = "race-day"
RACERS: Final = 4
LAPS: Final = 15
# Five minutes at ten times their speed, and what lies between two heats.
HEAT_S: Final = 30.0
# All of a racer's laps are different, so that each is known wherever it turns up.
_STEP: Final = 7
_SPREAD: Final = 2_000
_AGAIN_S: Final = 0.5
_NOBODY_KNOWS: Final = ("cannot reach the store", "The store went away while")
_LATE: Final = 0.2
_TAKES_BACK: Final = 0.08
_LOOKS: Final = 0.25


class Fate(Enum):
    """What a racer was told of a lap."""

    STORED = "stored"
    REFUSED = "nothing was stored"
    TAKEN_BACK = "taken back"
    UNKNOWN = "no answer"


@dataclass
class Racer:
    """A racer, and what they have typed.

    Attributes:
        member: Who it is.
        fates: What they were told of each lap, by its time in ms.
        typed: The laps of each command, in ms.
    """

    member: Member
    fates: dict[int, Fate] = field(default_factory=dict)
    typed: list[list[int]] = field(default_factory=list)

    def drive(self, laps: int) -> list[int]:
        """Return so many lap times in ms that this racer never had before."""
        first = len(self.fates)
        times = [20_000 + (first + lap) * _STEP % _SPREAD for lap in range(laps)]
        self.fates |= dict.fromkeys(times, Fate.UNKNOWN)
        self.typed.append(times)
        return times

    def learn(self, times: list[int], fate: Fate) -> None:
        """Note what was said of laps."""
        self.fates |= dict.fromkeys(times, fate)


@dataclass
class Tally:
    """What was asked, and how soon it was answered.

    Attributes:
        answers: How many commands and buttons were answered.
        unanswered: Those that never were.
        refused: How many were answered with that the store is away.
        strange: Answers that nobody expected.
        took_s: Seconds to each first answer.
    """

    answers: int = 0
    unanswered: list[Interaction] = field(default_factory=list)
    refused: int = 0
    strange: list[str] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)

    def note(self, answer: Answer) -> Answer:
        """Count an answer."""
        if answer.failed or answer.loading:
            self.unanswered.append(answer.interaction)
        else:
            self.answers += 1
            self.took_s.append(answer.elapsed)
        return answer


def fate_of(answer: Answer, expected: str) -> Fate | None:
    """Return what an answer says became of what was typed; None where it says something else."""
    if answer.failed or answer.loading or not answer.text.strip():
        return Fate.UNKNOWN
    if "nothing was stored" in answer.text:
        return Fate.REFUSED
    if any(words in answer.text for words in _NOBODY_KNOWS):
        return Fate.UNKNOWN
    return Fate.STORED if expected in answer.text else None


@dataclass
class RacingTeam:
    """Racers who type all day, in heats that the owner finishes."""

    team: Team
    racers: list[Racer]
    tally: Tally
    chance: random.Random
    heats: int = 0

    async def race(self, ends_at: float) -> None:
        """Drive heats until the day ends, at a moment of the loop's clock."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self.chance.uniform(0, HEAT_S))
        while loop.time() + HEAT_S < ends_at:
            await self._start(self.heats + 1)
            self.heats += 1
            async with asyncio.TaskGroup() as heat:
                for racer in self.racers:
                    heat.create_task(self._drive(racer, self.heats))
            await self.finish(self.heats)

    async def finish(self, number: int) -> None:
        """Finish a heat, however often that takes."""
        await self._insist(f"/heat finish heat:Q{number}", "finished")

    async def _start(self, number: int) -> None:
        await self._insist(f"/heat start name:Q{number}", "open")

    async def _insist(self, typed: str, expected: str) -> None:
        """Have the owner type something until it is so."""
        while True:
            answer = await self._asks(self.team.owner, typed)
            fate = fate_of(answer, expected)
            if fate is Fate.STORED:
                return
            if fate is None:
                self.tally.strange.append(f"{typed}: {answer.text[:200]}")
            await asyncio.sleep(_AGAIN_S)

    async def _drive(self, racer: Racer, number: int) -> None:
        """Type a heat's laps one by one or at once, and what comes with them."""
        one_by_one = self.chance.random() < 1 / RACERS
        pause_s = HEAT_S * 0.8 / LAPS
        if not one_by_one:
            await asyncio.sleep(self.chance.uniform(HEAT_S * 0.4, HEAT_S * 0.8))
        for _ in range(LAPS if one_by_one else 1):
            await self._log(racer, number, 1 if one_by_one else LAPS)
            await asyncio.sleep(pause_s * self.chance.random())
        if self.chance.random() < _LOOKS:
            await self._asks(racer.member, f"/orp heat:Q{number}")
        # A lap that was forgotten, in a heat that has its post by now.
        if number > 1 and self.chance.random() < _LATE:
            await self._log(racer, number - 1, 1)

    async def _log(self, racer: Racer, number: int, laps: int) -> None:
        """Type laps until they are stored; each time they are others, so that none is doubted."""
        while True:
            times = racer.drive(laps)
            typed = " ".join(f"{time_ms / 1000:.3f}" for time_ms in times)
            answer = await self._asks(racer.member, f"/lap times:{typed} heat:Q{number}")
            fate = fate_of(answer, "· lap")
            if fate is None:
                self.tally.strange.append(f"/lap: {answer.text[:200]}")
                fate = Fate.UNKNOWN
            racer.learn(times, fate)
            if fate is Fate.STORED:
                break
            await asyncio.sleep(_AGAIN_S)
        if self.chance.random() < _TAKES_BACK:
            await self._take_back(racer, answer, times)

    async def _take_back(self, racer: Racer, answer: Answer, times: list[int]) -> None:
        before = answer.text
        try:
            undone = self.tally.note(await racer.member.press(answer, "Undo"))
        except DriverError:
            return
        # What it would have become may never have reached Discord.
        fate = Fate.UNKNOWN if undone.text == before else fate_of(undone, "aken back")
        if fate is Fate.STORED:
            racer.learn(times, Fate.TAKEN_BACK)
        elif fate is not Fate.REFUSED:
            racer.learn(times, Fate.UNKNOWN)
            if fate is None:
                self.tally.strange.append(f"Undo: {undone.text[:200]}")

    async def _asks(self, member: Member, typed: str) -> Answer:
        answer = self.tally.note(await member.type(CHANNEL, typed))
        if any(words in answer.text for words in _NOBODY_KNOWS):
            self.tally.refused += 1
        return answer


@dataclass
class SilentTeam:
    """A team that follows an event: nobody types."""

    team: Team
    driver: str
    tally: Tally

    async def follow(self, address: str) -> None:
        """Say who the owner is there, and follow the event."""
        for typed in (f"/profile driver_name:{self.driver}", f"/session follow url:{address}"):
            self.tally.note(await self.team.owner.type(CHANNEL, typed))
