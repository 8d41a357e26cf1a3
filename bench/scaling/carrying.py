"""What becomes of a Saturday: queues before a process, its pictures, and Discord's own limit."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.scaling.figures import Figures
from bench.scaling.saturday import ASKED, BEFORE_S, ENDS_S, HOUR_S, Kind, happenings

SERVERS_A_SHARD: Final = 2_500
IDENTIFIES_A_DAY: Final = 1_000
IDENTIFY_EVERY_S: Final = 5
REQUESTS_A_SECOND: Final = 50
"""What Discord allows a bot; answers to interactions do not count."""

BUSY_AT_MOST: Final = 0.6
"""What share of the busiest minute a process may work or draw; beyond it, too many wait."""
CONNECTIONS_A_PROCESS: Final = 15
"""SQLAlchemy's pool, as it comes: five that stay and ten more."""
_MINUTE_S: Final = 60
_MINUTES: Final = math.ceil(ENDS_S / _MINUTE_S)
_DRAWN: Final = (Kind.POST, Kind.EDIT, Kind.CARD)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long things waited before their turn, in seconds.

    Attributes:
        median_s: Half of them no longer.
        most_s: 99 of a hundred no longer.
        longest_s: None longer.
    """

    median_s: float
    most_s: float
    longest_s: float


@dataclass(frozen=True, slots=True)
class Load:
    """What a number of teams makes of the busiest hour.

    Attributes:
        teams: How many teams there are.
        racing: How many of them race in that hour.
        counts: How often each kind happens in the hour.
        busiest: How many commands, buttons and offers come in the busiest second.
        processes: How many processes carry it.
        shards: How many shards there are: one a process at least, and what Discord asks for.
        busy: What share of the busiest minute a process has work.
        answer_waits: Before a process comes to what it is to do.
        drawing: What share of the busiest minute a process's pictures are being drawn.
        picture_waits: Before a picture is begun.
        connections_busy: How many connections to the database work at once, on average.
        requests: How many requests a second Discord is sent in the busiest minute.
        post_waits: Before a post or an edit may be sent.
    """

    teams: int
    racing: int
    counts: Mapping[Kind, int]
    busiest: int
    processes: int
    shards: int
    busy: float
    answer_waits: Waits
    drawing: float
    picture_waits: Waits
    connections_busy: float
    requests: float
    post_waits: Waits


def waits(arrivals: Iterable[tuple[float, float]], counted_from: float = BEFORE_S) -> Waits:
    """Serve one after the other, first come first, and return how long they waited.

    Args:
        arrivals: When each comes and how long its turn takes, in seconds, in any order.
        counted_from: Whoever came earlier is served but not counted.
    """
    free_at = 0.0
    waited = []
    for at, takes_s in sorted(arrivals):
        begins = max(at, free_at)
        free_at = begins + takes_s
        if at >= counted_from:
            waited.append(begins - at)
    if not waited:
        return Waits(0.0, 0.0, 0.0)
    waited.sort()
    return Waits(_part(waited, 0.5), _part(waited, 0.99), waited[-1])


def _part(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def carry(teams: int, figures: Figures, processes: int | None = None) -> Load:
    """Play the busiest hour with so many teams.

    Args:
        teams: How many there are.
        figures: What things cost.
        processes: How many processes share them; None for as many as are needed.
    """
    counts: Counter[Kind] = Counter()
    work_s = [0.0] * _MINUTES
    drawing_s = [0.0] * _MINUTES
    asked: Counter[int] = Counter()
    sent: list[float] = []
    racing = 0
    for team in range(teams):
        is_racing = False
        for at, kind in happenings(team):
            is_racing = True
            minute = int(at // _MINUTE_S)
            work_s[minute] += figures.busy_ms[kind] / 1000
            drawing_s[minute] += figures.picture_s * (kind in _DRAWN)
            if kind not in ASKED:
                sent.append(at)
            if at >= BEFORE_S:
                counts[kind] += 1
                if kind in ASKED:
                    asked[int(at)] += 1
        racing += is_racing
    busy_s, draws_s = _busiest(work_s), _busiest(drawing_s)
    if processes is None:
        processes = max(1, math.ceil(max(busy_s, draws_s) / (_MINUTE_S * BUSY_AT_MOST)))
    # One process's own: each of its teams comes in turn.
    own = [one for team in range(0, teams, processes) for one in happenings(team)]
    in_database_ms = sum(count * figures.database_ms[kind] for kind, count in counts.items())
    return Load(
        teams=teams,
        racing=racing,
        counts=counts,
        busiest=max(asked.values(), default=0),
        processes=processes,
        shards=max(processes, math.ceil(teams / SERVERS_A_SHARD)),
        busy=busy_s / (_MINUTE_S * processes),
        answer_waits=waits((at, figures.busy_ms[kind] / 1000) for at, kind in own),
        drawing=draws_s / (_MINUTE_S * processes),
        picture_waits=waits((at, figures.picture_s) for at, kind in own if kind in _DRAWN),
        connections_busy=in_database_ms / 1000 / HOUR_S,
        requests=_busiest(_by_minute(sent)) / _MINUTE_S,
        post_waits=waits((at, 1 / REQUESTS_A_SECOND) for at in sent),
    )


def _by_minute(moments: Iterable[float]) -> list[float]:
    minutes = Counter(int(at // _MINUTE_S) for at in moments)
    return [float(minutes[minute]) for minute in range(_MINUTES)]


def _busiest(minutes: Sequence[float]) -> float:
    """Return the most of the minutes that count."""
    return max(minutes[int(BEFORE_S // _MINUTE_S) :])
