"""Misbehaviour on demand: rate limits, server errors, dropped, slow and held answers.

Rules match a method and a route, either as the OpenAPI document writes it
(``/channels/{channel_id}/messages``) or as a pattern over the real path (``/channels/123/*``). The
newest rule that matches and is not used up decides.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase
from typing import Final

from aiohttp import web

from localdiscord.rules.errors import DiscordError, rate_limited
from localdiscord.world.signals import PATIENT_S, Signal

_NOTICE_S: Final = 0.02


def is_connected(request: web.Request) -> bool:
    """Tell whether the sender of a request is still there to read the answer."""
    return request.transport is not None and not request.transport.is_closing()


class When(Enum):
    """Whether something happens before the server acts on a request or after."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(eq=False)
class Rule:
    """What happens to the next requests of a kind."""

    method: str
    route: str
    times: int | None
    """How many requests it happens to; None: until it is cleared."""
    when: When = When.BEFORE
    error: DiscordError | None = None
    drop: bool = False
    delay_s: float = 0.0
    hold: Hold | None = None
    seen: int = 0
    """How many requests it has happened to."""
    paths: list[str] = field(default_factory=list)
    """Theirs, in order."""

    def matches(self, method: str, route: str, path: str) -> bool:
        """Tell whether it is about this request, and not used up."""
        if self.times is not None and self.seen >= self.times:
            return False
        if self.method not in (method, "*"):
            return False
        return self.route == route or fnmatchcase(path, self.route)

    def clear(self) -> None:
        """Stop it."""
        self.times = self.seen
        if self.hold is not None:
            self.hold.release()


@dataclass(eq=False)
class Hold:
    """Requests stopped on their way, until they are released."""

    waiting: int = 0
    """How many requests have been held."""
    _signal: Signal = field(default_factory=Signal)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    async def reached(self, timeout_s: float = PATIENT_S) -> None:
        """Wait until a request is held.

        Raises:
            TimeoutError: none came.
        """
        await self._signal.wait_for(lambda: self.waiting or None, timeout_s)

    def release(self) -> None:
        """Let the held requests go on, and all later ones pass."""
        self._released.set()

    async def wait(self) -> None:
        """Hold one request."""
        self.waiting += 1
        self._signal.notify()
        await self._released.wait()
        # Long enough for the loop to be told that the sender has gone meanwhile.
        await asyncio.sleep(_NOTICE_S)


class Mischief:
    """The rules in force."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    @property
    def rules(self) -> list[Rule]:
        """The rules that are not used up, oldest first."""
        return [rule for rule in self._rules if rule.times is None or rule.seen < rule.times]

    def rate_limit(
        self,
        method: str,
        route: str,
        *,
        retry_after: float = 0.1,
        times: int | None = 1,
        everywhere: bool = False,
        code: int = 0,
        message: str = "You are being rate limited.",
    ) -> Rule:
        """Answer 429; ``retry_after`` in seconds. Code 30046 is the limit on edits of old posts."""
        error = rate_limited(retry_after, everywhere=everywhere, code=code, message=message)
        return self._add(Rule(method, route, times, error=error))

    def fail(
        self,
        method: str,
        route: str,
        *,
        status: int = 500,
        code: int = 0,
        message: str | None = None,
        times: int | None = 1,
        when: str = "before",
    ) -> Rule:
        """Answer with an error, before or after acting on the request."""
        error = DiscordError(status, code, message or f"{status}: Internal Server Error")
        return self._add(Rule(method, route, times, When(when), error=error))

    def drop(
        self,
        method: str,
        route: str,
        *,
        when: str = "before",
        times: int | None = 1,
    ) -> Rule:
        """Drop the connection, before or after acting on the request."""
        return self._add(Rule(method, route, times, When(when), drop=True))

    def slow(
        self,
        method: str,
        route: str,
        *,
        seconds: float,
        when: str = "before",
        times: int | None = None,
    ) -> Rule:
        """Take a while, before or after acting on the request."""
        return self._add(Rule(method, route, times, When(when), delay_s=seconds))

    def hold(
        self,
        method: str,
        route: str,
        *,
        when: str = "before",
        times: int | None = 1,
    ) -> Hold:
        """Hold requests until released.

        A request held before the server acts on it is forgotten when its sender is gone by then.
        """
        hold = Hold()
        self._add(Rule(method, route, times, When(when), hold=hold))
        return hold

    def clear(self) -> None:
        """Behave again, and let go of everything held."""
        for rule in self._rules:
            rule.clear()
        self._rules.clear()

    def take(self, method: str, route: str, path: str) -> Rule | None:
        """Return the rule for this request, which counts as used by it."""
        for rule in reversed(self._rules):
            if rule.matches(method, route, path):
                rule.seen += 1
                rule.paths.append(path)
                return rule
        return None

    def _add(self, rule: Rule) -> Rule:
        self._rules.append(rule)
        return rule
