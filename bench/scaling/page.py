"""``docs/scaling.md``: what was measured, what is assumed, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bench.report import table
from bench.rows import figure_text
from bench.scaling import saturday
from bench.scaling.carrying import (
    BUSY_AT_MOST,
    CONNECTIONS_A_PROCESS,
    IDENTIFIES_A_DAY,
    IDENTIFY_EVERY_S,
    REQUESTS_A_SECOND,
    SERVERS_A_SHARD,
    Load,
    Waits,
)
from bench.scaling.figures import LIKE, Figures
from bench.scaling.saturday import Kind

_PAGE: Final = """\
# Scaling

What a process, a database and Discord carry. `make scale` plays the busiest hour of a race Saturday with 1, 100, 3,000 and 100,000 teams and writes this page; played again it comes out the same. Nothing here was run with so many teams: it is a simulation, from figures that `make bench` measured on one machine and from assumptions that are all below.

## What comes of it

{answers}

{loads}

*Busy* is the share of the busiest minute in which a process has work. *Waits* are median, 99th percentile and longest. Connections and requests are those of all processes together.

## What was measured

By `make bench`, {days}, on {processor}; its own page is [performance.md](performance.md).

{figures}

*By itself* is the median from question to answer with a million laps stored. *Busy* is what one more of it costs a process that has a hundred in hand: for `/lap` one second divided by how many it stores in it, for the others in the same proportion. *In the database* is the share of a lap that the driver and the database have. A picture takes {picture} s, in a process of its own, and a process has {memory} MiB for itself after 10,000 commands. What discord.py keeps of each server was not measured.

## What is assumed

{assumptions}

## What Discord lays down

{discord}

## What to do

- **One process** until it is busy more than {busy_at_most} of a minute, or Discord asks for more than one shard. SQLite is for one process; move to PostgreSQL before the second.
- **Several processes** share one PostgreSQL: `SHARD_COUNT` in all, `SHARD_IDS` for each, see [running.md](running.md). Each needs up to {connections} connections; a PostgreSQL as it comes has 100. From the seventh process on put PgBouncer in front, see [database.md](database.md).
- **PostgreSQL** scales as PostgreSQL does: a bigger machine, a managed one. A standby is for safety, see [hosting/postgresql-failover.md](hosting/postgresql-failover.md), not for speed: the bot reads where it writes.
- **Summaries** are what Discord's {requests} requests a second bound first. The outbox keeps those that wait, and edits of one post become one. Discord raises the limit for large bots that ask.
"""


def page(loads: Sequence[tuple[Figures, Load]], processor: str) -> str:
    """Return the page.

    Args:
        loads: What was simulated, each with the figures it was simulated from, smallest first.
        processor: What the figures were measured on.
    """
    kinds = {figures.database: figures for figures, _ in loads}
    last = loads[-1][0]
    days = sorted({day.isoformat() for day in last.days.values()})
    return _PAGE.format(
        answers="\n".join(f"- {_answer(figures, load)}" for figures, load in loads),
        loads=table(
            ("", *(f"{load.teams:,} teams" if load.teams > 1 else "1 team" for _, load in loads)),
            _rows(loads),
        ),
        days=" and ".join(days),
        processor=processor,
        figures=_figures(list(kinds.values())),
        picture=figure_text(last.picture_s),
        memory=figure_text(last.memory_mib),
        assumptions="\n".join(f"- {line}" for line in _assumptions()),
        discord="\n".join(f"- {line}" for line in _discord()),
        busy_at_most=f"{BUSY_AT_MOST:.0%}".replace("%", " %"),
        connections=CONNECTIONS_A_PROCESS,
        requests=REQUESTS_A_SECOND,
    )


def _answer(figures: Figures, load: Load) -> str:
    """Say in a sentence what so many teams need, and what gives way first."""
    teams = f"**{load.teams:,} teams**" if load.teams > 1 else "**1 team**"
    process = "1 process" if load.processes == 1 else f"{load.processes} processes"
    late = load.post_waits.most_s
    posts = (
        "summaries go out at once"
        if late < 1
        else f"Discord's {REQUESTS_A_SECOND} requests a second are too few: "
        f"summaries come up to {_duration(load.post_waits.longest_s)} late within the hour"
    )
    return (
        f"{teams}: {process} on {figures.database}, busy {load.busy:.1%} of the busiest minute; "
        f"an answer waits {_duration(load.answer_waits.most_s)} at most 99 times of 100; {posts}."
    )


def _rows(loads: Sequence[tuple[Figures, Load]]) -> list[tuple[str, ...]]:
    def row(name: str, *cells: str) -> tuple[str, ...]:
        return (name, *cells)

    each = [load for _, load in loads]
    return [
        row("database", *(figures.database for figures, _ in loads)),
        row("teams that race in this hour", *(f"{load.racing:,}" for load in each)),
        *(row(kind.value, *(f"{load.counts.get(kind, 0):,}" for load in each)) for kind in Kind),
        row("asked in the busiest second", *(f"{load.busiest:,}" for load in each)),
        row("processes", *(f"{load.processes}" for load in each)),
        row("shards", *(f"{load.shards}" for load in each)),
        row("busy", *(f"{load.busy:.1%}" for load in each)),
        row("answers wait", *(_three(load.answer_waits) for load in each)),
        row("drawing", *(f"{load.drawing:.1%}" for load in each)),
        row("pictures wait", *(_three(load.picture_waits) for load in each)),
        row("connections at work", *(f"{load.connections_busy:.2f}" for load in each)),
        row(
            "connections open at most",
            *(
                f"{load.processes * CONNECTIONS_A_PROCESS:,}"
                if figures.database == "PostgreSQL"
                else "–"
                for figures, load in loads
            ),
        ),
        row("requests a second, busiest minute", *(f"{load.requests:.1f}" for load in each)),
        row("posts and edits wait for Discord", *(_three(load.post_waits) for load in each)),
        row("start of all shards", *(f"{load.shards * IDENTIFY_EVERY_S} s" for load in each)),
        row(
            "starts of everything a day",
            *(f"{IDENTIFIES_A_DAY // load.shards:,}" for load in each),
        ),
    ]


def _three(waited: Waits) -> str:
    figures = (waited.median_s, waited.most_s, waited.longest_s)
    return ", ".join(map(_duration, figures))


def _duration(seconds: float) -> str:
    if seconds < 0.0005:
        return "0"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _figures(kinds: Sequence[Figures]) -> str:
    head = ["kind"]
    for figures in kinds:
        name = figures.database
        head += [f"by itself, {name}", f"busy, {name}", f"in the database, {name}"]
    rows = []
    for kind, like in LIKE.items():
        name = kind.value if kind.value == like else f"{kind.value} (as {like})"
        cells = [name]
        for figures in kinds:
            measured = (figures.answer_ms, figures.busy_ms, figures.database_ms)
            cells += [f"{figure_text(costs[kind])} ms" for costs in measured]
        rows.append(cells)
    return table(head, rows)


def _assumptions() -> list[str]:
    zones = ", ".join(f"{share:.0%} at UTC{offset:+d}" for offset, share in saturday.ZONES.items())
    hour = saturday.busiest_hour()
    return [
        f"{saturday.RACES_TODAY:.0%} of all teams race on this Saturday, from {saturday.OPENS}:00 "
        f"to {saturday.CLOSES}:00 where they live: {zones}. Most race from {hour}:00 UTC, "
        f"{saturday.share_racing(hour):.0%} of all; that hour is played, and "
        f"{saturday.BEFORE_S / 60:.0f} minutes before it.",
        f"A team's heat ends every {saturday.HEAT_EVERY_S / 60:.0f} minutes, each team's at a "
        f"moment of its own, with {saturday.RACERS} of its racers in it. Each types all laps at "
        f"once, {saturday.TYPED_AFTER_S:.0f} s later on average; {saturday.PRESSES:.0%} press a "
        f"button and {saturday.LOOKS_AT_CARD:.0%} look at their card.",
        f"Somebody finishes the heat {2 * saturday.FINISHED_AFTER_S:.0f} s after its end on "
        f"average, which posts the summary; laps that come later change it, and those within "
        f"{saturday.EDIT_APART_S:.0f} s of each other once. After {saturday.LOOKS_AT_HEAT:.0%} of "
        f"the heats somebody looks at the table.",
        f"While a command is typed Discord asks {saturday.OPTIONS_A_COMMAND} times what an option "
        f"offers.",
        "Nobody follows events, no laps come from pages, and chores cost nothing: they were not "
        "measured in numbers.",
        "All processes have as much to do; what one has to do it does one after the other, on a "
        "core like the one measured on. Each has its database and Discord near, as in the bench.",
    ]


def _discord() -> list[str]:
    return [
        f"At most {SERVERS_A_SHARD:,} servers a shard; each shard is one connection to the gateway.",
        f"{IDENTIFIES_A_DAY:,} identifies a day, one for each shard that starts anew, and one each "
        f"{IDENTIFY_EVERY_S} seconds; large bots get several at a time.",
        f"{REQUESTS_A_SECOND} requests a second for everything but answers to interactions: that "
        f"is, for posts and their edits.",
    ]
