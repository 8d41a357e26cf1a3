"""What commands, buttons and the publisher may reach: the services, the studio, work in hand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Protocol, cast

import discord
from discord.ext.commands import CooldownMapping

from bot.away import Away
from bot.studio import Studio
from core.bootstrap import Services
from core.measures import NOTHING, Measures

Cooldown = CooldownMapping[discord.Interaction]


class WorkInHand:
    """What is being worked on, so that a shutdown can wait for it.

    Attributes:
        is_stopping: Whether no more work is taken.
    """

    def __init__(self) -> None:
        self.is_stopping = False
        self._in_hand: set[object] = set()
        self._nothing_left = asyncio.Event()

    def take(self, work: object) -> None:
        """Note that work has begun."""
        self._in_hand.add(work)
        self._nothing_left.clear()

    def let_go(self, work: object) -> None:
        """Note that it is done."""
        self._in_hand.discard(work)
        if not self._in_hand:
            self._nothing_left.set()

    async def wait_until_done(self, longest_s: float) -> None:
        """Wait until everything in hand is done.

        Raises:
            TimeoutError: It is not after so many seconds.
        """
        if self._in_hand:
            await asyncio.wait_for(self._nothing_left.wait(), longest_s)


@dataclass(frozen=True, slots=True)
class App:
    """What the bot is made of, below its client.

    Attributes:
        services: Everything the core does.
        studio: Where pictures come from.
        cooldown: On what is costly, for each person in each team.
        work: The interactions that are not answered yet.
        away: What the bot's own work asks while the database is away.
        measures: What counts.
    """

    services: Services
    studio: Studio
    cooldown: Cooldown
    work: WorkInHand
    away: Away = field(default_factory=Away)
    measures: Measures = NOTHING


class _HasApp(Protocol):
    @property
    def app(self) -> App: ...


def app_of(interaction: discord.Interaction) -> App:
    """Return what the bot that an interaction came to is made of."""
    return cast("_HasApp", interaction.client).app
