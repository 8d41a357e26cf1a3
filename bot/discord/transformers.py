"""Option types: whole numbers the core checks, and names with autocomplete.

What a client limits or offers is a help for the person who types, not a check: any value may
arrive, and the core looks at it.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import discord
import structlog
from discord import app_commands
from discord.app_commands import Choice as DiscordChoice
from discord.app_commands import Transform, Transformer

from bot.app import app_of
from bot.discord.context import caller_of, person_of
from bot.discord.errors import log_unexpected
from bot.limits import LONGEST_CHOICE, MOST_CHOICES
from core.errors import BadInput, RacerError
from core.results.refs import Choice
from core.scoring.orp import FULL_CONFIDENCE, LEAST_CONFIDENCE
from core.services.card import WHOLE_SESSION
from core.services.session import (
    LEAST_HEAT_MINUTES,
    MOST_DAYS,
    MOST_HEAT_MINUTES,
    MOST_ROUNDS,
)
from core.services.team import MOST_AUTO_FINISH_MINUTES
from core.time_zones import suggest_time_zones

if TYPE_CHECKING:
    from core.bootstrap import Services
    from core.caller import Caller

log = structlog.get_logger(__name__)


class _Whole(Transformer):
    """A whole number with a range shown by the client and checked by the core."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__()
        self._least = least
        self._most = most

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.integer

    @property
    def min_value(self) -> int:
        return self._least

    @property
    def max_value(self) -> int:
        return self._most

    async def transform(self, interaction: discord.Interaction, value: object, /) -> int:
        try:
            return int(str(value))
        except ValueError:
            raise BadInput("Type a whole number there.") from None


class _Suggested(Transformer):
    """A name that is offered as it is typed; names and ids are both looked up in the core."""

    async def transform(self, interaction: discord.Interaction, value: object, /) -> str:
        return str(value)

    async def autocomplete(
        self,
        interaction: discord.Interaction,
        value: object,
        /,
    ) -> list[DiscordChoice[int | float | str]]:
        """Offer what fits; an error leaves the list empty instead of reaching nobody."""
        try:
            choices = await self.suggest(
                app_of(interaction).services, _racing(interaction), str(value), _picked(interaction)
            )
        except RacerError:
            return []
        except Exception as error:
            log_unexpected(error, interaction)
            return []
        return [
            DiscordChoice(name=choice.label[:LONGEST_CHOICE], value=choice.value[:LONGEST_CHOICE])
            for choice in choices[:MOST_CHOICES]
        ]

    @abstractmethod
    async def suggest(
        self, services: Services, caller: Caller, typed: str, session: str | None
    ) -> list[Choice]:
        """Return what fits what was typed so far, best first.

        Args:
            services: The core.
            caller: Who types.
            typed: What was typed.
            session: The session they have picked beside it.
        """


PEOPLE: Final = (discord.Member, discord.User)


def _racing(interaction: discord.Interaction) -> Caller:
    """Return the caller, standing in for the racer they have named."""
    caller = caller_of(interaction)
    racer = interaction.namespace.racer
    return replace(caller, person=person_of(racer)) if isinstance(racer, PEOPLE) else caller


def _picked(interaction: discord.Interaction) -> str | None:
    """Return the session that was picked in the same command."""
    session = interaction.namespace.session
    return session if isinstance(session, str) and session else None


class _Heat(_Suggested):
    async def suggest(
        self, services: Services, caller: Caller, typed: str, session: str | None
    ) -> list[Choice]:
        return await services.heat.suggest(caller, typed, session)


class _HeatOrAll(_Suggested):
    async def suggest(
        self, services: Services, caller: Caller, typed: str, session: str | None
    ) -> list[Choice]:
        whole = Choice("all (the whole session)", WHOLE_SESSION)
        heats = await services.heat.suggest(caller, typed, session)
        fits = typed.strip().casefold() in whole.label
        return [*heats[: MOST_CHOICES - 1], whole] if fits else heats


class _Class(_Suggested):
    async def suggest(
        self, services: Services, caller: Caller, typed: str, session: str | None
    ) -> list[Choice]:
        return await services.heat.suggest_classes(caller, typed)


class _Session(_Suggested):
    async def suggest(
        self, services: Services, caller: Caller, typed: str, session: str | None
    ) -> list[Choice]:
        return await services.session.suggest(caller, typed)


class _Track(_Suggested):
    async def suggest(
        self, services: Services, caller: Caller, typed: str, session: str | None
    ) -> list[Choice]:
        return await services.session.suggest_tracks(caller, typed)


class _Racer(_Suggested):
    async def suggest(
        self, services: Services, caller: Caller, typed: str, session: str | None
    ) -> list[Choice]:
        return await services.data.suggest(caller, typed)


class _TimeZone(_Suggested):
    async def suggest(
        self, services: Services, caller: Caller, typed: str, session: str | None
    ) -> list[Choice]:
        return suggest_time_zones(typed)


HeatName = Transform[str, _Heat]
HeatNameOrAll = Transform[str, _HeatOrAll]
ClassName = Transform[str, _Class]
SessionName = Transform[str, _Session]
RacerName = Transform[str, _Racer]
TrackName = Transform[str, _Track]
ZoneName = Transform[str, _TimeZone]
Confidence = Transform[int, _Whole(LEAST_CONFIDENCE, FULL_CONFIDENCE)]
Days = Transform[int, _Whole(1, MOST_DAYS)]
Rounds = Transform[int, _Whole(0, MOST_ROUNDS)]
HeatMinutes = Transform[int, _Whole(LEAST_HEAT_MINUTES, MOST_HEAT_MINUTES)]
Minutes = Transform[int, _Whole(0, MOST_AUTO_FINISH_MINUTES)]
Levels: Final = [
    app_commands.Choice(name=level, value=level) for level in ("Sportsman", "Intermediate", "Pro")
]
