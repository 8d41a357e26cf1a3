"""The day in figures: a few lines for the terminal, a page for the documentation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median, quantiles
from typing import Final

from bench.machine import processor
from tests.soak.accounts import Accounts
from tests.soak.fleet import SHARDS
from tests.soak.memory import MOST_BLOCKS, MOST_MEMORY, Held, grown, quarters
from tests.soak.racing import Tally
from tests.soak.silence import Reason
from tests.soak.watched_bot import WORTH_NOTING_S

_PAGE: Final = """\
# The weekend

`make weekend` plays {hours:.1f} hours of a race day at ten times its speed, with all trouble at
once, and writes this page. `make weekend MINUTES=2` is a short one that writes none. It is no part
of the tests.

{teams} teams race, a heat each five minutes of the day: racers type their laps one by one or all at
once, take some back, add some late, look at cards; each fifth team types nothing and follows an
event on a timing site. Four processes share the servers over one PostgreSQL. At the end each lap in
the database is held against what its racer was told of it, and each post against what is stored.

A racer who gets no answer types again, with other times, so that what became of the first is seen.
Of laps without an answer, or of which the bot said that the store went away, nobody was told
anything: all of a command are there or none. A lap that was answered for and is not there is lost,
a half command is wrong, and so is what got no answer though nothing had gone wrong.

Memory is that of a process that is never killed, each figure the median of a quarter of the day.
The first quarter warms up: statements and pictures are prepared when they are first needed. From
the second to the last it counts as flat where Python keeps no more than {blocks:.0%} more blocks of
memory, which five objects left behind by each answer would be, and where it has no more than
{memory:.0%} more memory, which the busiest moment so far may leave. What is not flat is wrong.

How long a loop is busy is seen by a ticker of 5 ms in the process itself, from five seconds after
its start; its own time is what it computes or waits for, without the time in which it could have
run and others had the processors. The clock of the bot itself is the real one: what takes it
minutes by itself, such as finishing a heat that everybody has left, is tested elsewhere.

Measured on {date} on a machine that others used too: {processor}.

| what | figure |
| --- | --- |
{figures}

| trouble | times |
| --- | --- |
{trouble}
"""
_MEASURED: Final = "<!-- what follows is written by make weekend -->"
_IN_SHORT: Final = (
    "teams, and racers who type",
    "commands and buttons answered",
    "laps stored",
    "heats with exactly one post that shows what is stored",
    "lost, doubled or otherwise wrong",
    "from the second quarter to the last: memory, blocks of it",
    "longest a loop was busy, its own time",
)
_SPEED: Final = 10
_LOOP_LIMIT_MS: Final = 100.0


@dataclass(frozen=True)
class Day:
    """What was played, and what came of it.

    Attributes:
        minutes: How long people raced.
        teams: How many teams there were.
        racers: How many of their members typed.
        took_s: How long all of it took.
        calm_after_s: Until the last post was out, once the trouble was over.
        tally: What was asked and answered.
        trouble: What went wrong, by kind.
        ended: How many processes ended by themselves and were started again.
        accounts: What was there at the end.
        silence: Why those who got no answer got none.
        held: What the process that was never killed held, from start to end.
        gaps_ms: How long loops were away, and what of it was their own, worst first.
        idle_gaps_ms: The same of a process that does nothing, in the same time.
        said: What stands in the logs, by level and event.
        errors: How each traceback in the logs ends.
    """

    minutes: float
    teams: int
    racers: int
    took_s: float
    calm_after_s: float
    tally: Tally
    trouble: Counter[str]
    ended: int
    accounts: Accounts
    silence: Counter[Reason]
    held: Sequence[Held]
    gaps_ms: Sequence[tuple[float, float]]
    idle_gaps_ms: Sequence[tuple[float, float]]
    said: Counter[tuple[str, str]]
    errors: Counter[str]


def figures(day: Day) -> list[tuple[str, str]]:
    """Return what was measured, a name and a text each."""
    accounts, tally = day.accounts, day.tally
    took_ms = sorted(took * 1000 for took in tally.took_s)
    own = [own_ms for _, own_ms in day.gaps_ms]
    gaps = [gap_ms for gap_ms, _ in day.gaps_ms]
    idle = [gap_ms for gap_ms, _ in day.idle_gaps_ms]
    return [
        ("teams, and racers who type", f"{day.teams}, {day.racers}"),
        ("processes over one PostgreSQL", f"{SHARDS}"),
        ("commands and buttons answered", f"{tally.answers:,}"),
        ("of these that the store is away", f"{tally.refused:,}"),
        ("never answered", f"{len(tally.unanswered):,}"),
        *((f"of these: {reason.value}", f"{day.silence[reason]:,}") for reason in Reason),
        ("an answer, median and 99th percentile", _answer_times(took_ms)),
        ("laps stored", f"{accounts.laps:,}"),
        ("heats with exactly one post that shows what is stored", f"{accounts.heats:,}"),
        ("posts with their picture", f"{accounts.pictures:,}"),
        (
            "laps nobody was told of: there, not there",
            f"{accounts.unknown_kept:,}, {accounts.unknown_gone:,}",
        ),
        ("lost, doubled or otherwise wrong", f"{len(accounts.wrong)}"),
        ("everything posted after the last trouble", f"{day.calm_after_s:.0f} s"),
        (
            "memory of the process that was not killed, by quarters",
            _by_quarters([held.own_mib for held in day.held], ".1f", " MiB"),
        ),
        (
            "the same of the processes beside it, which draw and read pages",
            _by_quarters([held.beside_mib for held in day.held], ".1f", " MiB"),
        ),
        (
            "blocks of memory Python keeps, by quarters",
            _by_quarters([held.blocks for held in day.held], ",.0f"),
        ),
        ("from the second quarter to the last: memory, blocks of it", _grown(day.held)),
        ("longest a loop was busy, its own time", _longest(own)),
        ("the same with the time others had the processors", _longest(gaps)),
        ("the last of a process that does nothing", _longest(idle)),
        ("processes that ended by themselves", f"{day.ended}"),
        ("unexpected errors in the logs", f"{_times_said(day, 'unexpected error')}"),
    ]


def _answer_times(took_ms: Sequence[float]) -> str:
    if len(took_ms) < 2:
        return "–"
    return f"{median(took_ms):.0f} ms, {quantiles(took_ms, n=100)[-1]:.0f} ms"


def _longest(gaps_ms: Sequence[float]) -> str:
    if not gaps_ms:
        return f"under {WORTH_NOTING_S * 1000:.0f} ms"
    over = sum(gap_ms > _LOOP_LIMIT_MS for gap_ms in gaps_ms)
    return f"{max(gaps_ms):.0f} ms, {over} times over {_LOOP_LIMIT_MS:.0f} ms"


def _by_quarters(held: Sequence[float], form: str, unit: str = "") -> str:
    """Return the median of each quarter of the day."""
    text = ", ".join(format(figure, form) for figure in quarters(held))
    return text + unit if text else "–"


def _grown(day: Sequence[Held]) -> str:
    memory, blocks = [held.own_mib for held in day], [held.blocks for held in day]
    return f"{grown(memory):+.1%}, {grown(blocks):+.1%}" if quarters(blocks) else "–"


def _times_said(day: Day, event: str) -> int:
    return sum(times for (_, said), times in day.said.items() if said == event)


def summary(day: Day) -> str:
    """Return the figures for a terminal, with what is wrong and what the logs say."""
    lines = [f"{name}: {figure}" for name, figure in figures(day)]
    lines += [f"trouble · {kind}: {times}" for kind, times in sorted(day.trouble.items())]
    lines += [
        f"log · {level}: {event} ({times})"
        for (level, event), times in day.said.most_common()
        if level not in ("info", "debug")
    ]
    lines += [f"error · {error} ({times})" for error, times in day.errors.most_common(20)]
    lines += [f"gap · {gap_ms:.0f} ms, own {own_ms:.0f} ms" for gap_ms, own_ms in day.gaps_ms[:5]]
    lines += [f"strange · {answer!r}" for answer in day.tally.strange[:20]]
    lines += [f"WRONG · {sentence}" for sentence in day.accounts.wrong[:50]]
    return "\n".join(lines)


def promises(day: Day, before: str) -> str:
    """Return the page of the promises with what came of the day at its end.

    Args:
        day: What was played.
        before: The page as it is, with what came of a day before.
    """
    measured = dict(figures(day))
    today, hours = datetime.now(UTC).date().isoformat(), day.minutes * _SPEED / 60
    troubles = sum(day.trouble.values())
    lines = [
        f"On {today}, {hours:.1f} hours of such a day with {troubles} troubles:",
        "",
        "| what | figure |",
        "| --- | --- |",
        *(f"| {name} | {measured[name]} |" for name in _IN_SHORT),
    ]
    return before.partition(_MEASURED)[0] + _MEASURED + "\n\n" + "\n".join(lines) + "\n"


def page(day: Day) -> str:
    """Return the page of the documentation."""
    return _PAGE.format(
        hours=day.minutes * _SPEED / 60,
        teams=day.teams,
        date=datetime.now(UTC).date().isoformat(),
        processor=processor(),
        figures="\n".join(f"| {name} | {figure} |" for name, figure in figures(day)),
        blocks=MOST_BLOCKS,
        memory=MOST_MEMORY,
        trouble="\n".join(f"| {kind} | {times} |" for kind, times in sorted(day.trouble.items())),
    ) + "".join(f"\n- Wrong: {sentence}" for sentence in day.accounts.wrong)
