"""Why somebody never got an answer: what went wrong while they waited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from operator import itemgetter
from typing import Final

from localdiscord.api.mischief import Rule
from localdiscord.world.interactions import Interaction
from tests.soak.fleet import SHARDS

# Whoever waits sees for so long that the bot is thinking; see ``settle_s``.
_WAITED_S: Final = 30.0
# What is sent into a connection that is about to be cut is lost with it.
_LOST_WITHIN_S: Final = 3.0
_SHARD_SHIFT: Final = 22


class Reason(Enum):
    """What kept an answer away."""

    KILLED = "its process was killed or not connected yet"
    LOST = "Discord failed or was too slow"
    CUT = "the connection was cut"
    LATE = "the answer came after 3 s"
    NONE = "no reason found"


@dataclass
class Mishaps:
    """What was done to whom, and when.

    Attributes:
        rules: What Discord did to requests.
        kills: A shard whose process was killed, and the moment by the monotonic clock.
        cuts: A shard whose connection was cut, and the moment.
    """

    rules: list[Rule] = field(default_factory=list)
    kills: list[tuple[int, float]] = field(default_factory=list)
    cuts: list[tuple[int, float]] = field(default_factory=list)

    def reason(self, unanswered: Interaction) -> Reason:
        """Return what kept the answer to an interaction away."""
        if any(unanswered.token in path for rule in self.rules for path in rule.paths):
            return Reason.LOST
        shard = (unanswered.channel.guild.id >> _SHARD_SHIFT) % SHARDS
        began_s, told_s = unanswered.created_s, unanswered.told_s
        if told_s is None or told_s - began_s > _LOST_WITHIN_S:
            # Nobody was there to be told: on a busy machine a start takes its time.
            return self._latest(shard, began_s)
        if _any_within(self.kills, shard, told_s - _LOST_WITHIN_S, told_s + _WAITED_S):
            return Reason.KILLED
        if _any_within(self.cuts, shard, told_s - _LOST_WITHIN_S, told_s + _LOST_WITHIN_S):
            return Reason.CUT
        return Reason.LATE if unanswered.late else Reason.NONE

    def _latest(self, shard: int, moment_s: float) -> Reason:
        """Return what a shard suffered last."""
        suffered = [(at, Reason.KILLED) for whose, at in self.kills if whose == shard]
        suffered += [(at, Reason.CUT) for whose, at in self.cuts if whose == shard]
        before = [(at, reason) for at, reason in suffered if at <= moment_s + _LOST_WITHIN_S]
        return max(before, key=itemgetter(0), default=(0.0, Reason.NONE))[1]

    def reasons(self, unanswered: Iterable[Interaction]) -> Counter[Reason]:
        """Return how often each kept an answer away."""
        return Counter(map(self.reason, unanswered))


def _any_within(
    moments: Sequence[tuple[int, float]], shard: int, first_s: float, last_s: float
) -> bool:
    return any(whose == shard and first_s <= moment <= last_s for whose, moment in moments)
