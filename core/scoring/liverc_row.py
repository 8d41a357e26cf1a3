"""LiveRC's own row of figures for a run, as its result pages give them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.laps import Lap, RaceTotal, mean_of_best, race_total
from core.rounding import round_less_root


@dataclass(frozen=True, slots=True)
class LiveRcRow:
    """LiveRC's own row of figures; times in milliseconds.

    Attributes:
        total: Laps and time over every lap, counted or not.
        fast_lap_ms: Fastest lap that counts; None where none counts, as for the averages.
        average_ms: Mean of the laps that count.
        best_5_ms, best_10_ms, best_15_ms: Mean of that many fastest; None where fewer count.
        best_3_consecutive_ms: Lowest sum of three laps in a row that all count; None without any.
        consistency_pct: 100·(1 − population deviation ÷ mean), in %, two decimals, rounded in two
            steps as on LiveRC's page.
    """

    total: RaceTotal
    fast_lap_ms: int | None
    average_ms: int | None
    best_5_ms: int | None
    best_10_ms: int | None
    best_15_ms: int | None
    best_3_consecutive_ms: int | None
    consistency_pct: float | None


def live_rc_row(laps: Sequence[Lap], *, new_heats: Collection[int] = ()) -> LiveRcRow:
    """LiveRC's figures for one run.

    Laps/total is over every lap. The rest is over the laps that count: LiveRC leaves lap 1 out of
    them in some races, and the import marks it so.

    Args:
        laps: The laps of one run in any order.
        new_heats: The numbers of the laps that begin a heat, where the run is a whole session: they
            follow none in a row.
    """
    driven = sorted(laps, key=lambda lap: lap.number)
    times = sorted(lap.time_ms for lap in driven if lap.counts)
    begun = frozenset(new_heats)
    in_a_row = [
        sum(lap.time_ms for lap in three)
        for three in zip(driven, driven[1:], driven[2:], strict=False)
        if all(lap.counts for lap in three) and not {three[1].number, three[2].number} & begun
    ]
    return LiveRcRow(
        total=race_total(laps),
        fast_lap_ms=times[0] if times else None,
        average_ms=mean_of_best(times, len(times)),
        best_5_ms=mean_of_best(times, 5),
        best_10_ms=mean_of_best(times, 10),
        best_15_ms=mean_of_best(times, 15),
        best_3_consecutive_ms=min(in_a_row, default=None),
        consistency_pct=_population_consistency(times),
    )


def _population_consistency(times: Sequence[int]) -> float | None:
    """100·(1 − √(n·Q − S²) / S) in %, with S the sum of the times and Q that of their squares."""
    if not times:
        return None
    total = sum(times)
    deviation = len(times) * sum(time * time for time in times) - total * total
    # LiveRC keeps three decimals and rounds those half up for its table: 90.4247 is 90.425 in the
    # page's script and 90.43 in the table, which is the number a racer compares with.
    thousandths = round_less_root(100_000 * total, 10_000_000_000 * deviation, total)
    return (thousandths + 5) // 10 / 100
