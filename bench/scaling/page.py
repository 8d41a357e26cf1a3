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

What a process, a database and Discord carry. `make scale` plays the busiest hour of a race Saturday
with 1, 100, 3,000 and 100,000 teams and writes this page; played again it comes out the same.
Nothing here was run with so many teams: it is a simulation, from what `make bench` has measured on
one machine and from assumptions that are all below.

## What comes of it

{answers}

{loads}

*Busy* and *drawing* are the shares of the busiest minute in which a process has work and in which
its pictures are drawn; there are as many processes as keep both under {busy_at_most}. Waits are
median, 99th percentile and longest. Connections and requests are those of all processes together.

## What was measured

By `make bench`, on {days}, on {processor}; its own page is [performance.md](performance.md).

{figures}

*By itself* is the median from question to answer with a million laps stored. *Busy* is what one
more of it costs a process that has a hundred in hand: for `/lap` a second divided by how many it
stores in it, for the others in the same proportion. *In the database* is the share of it that the
driver and the database have of a lap. A picture takes {picture} s, in a process of its own, and a
process has {memory} MiB for itself after 10,000 commands. What discord.py keeps of each server was
not measured.

## What is assumed

- {races_today} of all teams race on this Saturday, from {opens}:00 to {closes}:00 where they are:
  {zones}. Most race from {hour}:00 UTC, {racing} of all; that hour is played, and {before} minutes
  before it.
- A team's heat ends every {heat_every} minutes, each team's at a time of its own, with {racers} of
  its racers in it. Each types all laps at once, {typed_after} s later on average; {presses} press a
  button and {cards} look at their card.
- Somebody finishes the heat {finished_after} s after its end on average, which posts the summary.
  Laps that come later change it, and those within {edit_apart} s of each other once. After {shows}
  of the heats somebody looks at the table.
- While a command is typed Discord asks {options} times what an option offers.
- Nobody follows events, no laps come from pages, and chores cost nothing: they were not measured in
  numbers. An edit counts also where its post still waits, which would have made one of both.
- All processes have as much to do. What one has to do it does one after the other, on a core like
  the one measured on, with its database and Discord as near as in the bench.

## What Discord lays down

- At most {servers:,} servers a shard; each shard is one connection to the gateway.
- {identifies:,} identifies a day, one for each shard that starts anew, and one every
  {identify_every} seconds; large bots get several at a time.
- {requests} requests a second for everything but answers to interactions: that is, for posts and
  their edits.

## What to do

- **One process** until it works or draws more than {busy_at_most} of a minute; it may have several
  shards. SQLite is for one process: move to PostgreSQL before the second.
- **Several processes** share one PostgreSQL: `SHARD_COUNT` in all, `SHARD_IDS` for each, see
  [running.md](running.md). Each opens up to {connections} connections, and a PostgreSQL as it comes
  has 100. From the seventh process on put PgBouncer in front, see [database.md](database.md).
- **PostgreSQL** scales as PostgreSQL does: a bigger machine, a managed one. A standby, see
  [hosting/postgresql-failover.md](hosting/postgresql-failover.md), is for safety and not for speed:
  the bot reads where it writes.
- **Posts** are what Discord's {requests} requests a second bound. The outbox keeps those that wait,
  and several edits of one post become one. Discord raises the limit for large bots that ask.
"""


def page(loads: Sequence[tuple[Figures, Load]], processor: str) -> str:
    """Return the page.

    Args:
        loads: What was simulated, each with the figures it was simulated from, smallest first.
        processor: What the figures were measured on.
    """
    kinds = {figures.database: figures for figures, _ in loads}
    last = loads[-1][0]
    hour = saturday.busiest_hour()
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
        races_today=_share(saturday.RACES_TODAY),
        opens=saturday.OPENS,
        closes=saturday.CLOSES,
        zones=", ".join(
            f"{_share(share)} at UTC{offset:+d}" for offset, share in saturday.ZONES.items()
        ),
        hour=hour,
        racing=_share(saturday.share_racing(hour)),
        before=round(saturday.BEFORE_S / 60),
        heat_every=round(saturday.HEAT_EVERY_S / 60),
        racers=saturday.RACERS,
        typed_after=round(saturday.TYPED_AFTER_S),
        presses=_share(saturday.PRESSES),
        cards=_share(saturday.LOOKS_AT_CARD),
        finished_after=round(2 * saturday.FINISHED_AFTER_S),
        edit_apart=round(saturday.EDIT_APART_S),
        shows=_share(saturday.LOOKS_AT_HEAT),
        options=saturday.OPTIONS_A_COMMAND,
        servers=SERVERS_A_SHARD,
        identifies=IDENTIFIES_A_DAY,
        identify_every=IDENTIFY_EVERY_S,
        requests=REQUESTS_A_SECOND,
        busy_at_most=_share(BUSY_AT_MOST),
        connections=CONNECTIONS_A_PROCESS,
    )


def _share(share: float) -> str:
    percent = share * 100
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %"


def _answer(figures: Figures, load: Load) -> str:
    """Say in a sentence what so many teams need, and what gives way first."""
    teams = f"**{load.teams:,} teams**" if load.teams > 1 else "**1 team**"
    process = "1 process" if load.processes == 1 else f"{load.processes} processes"
    late = load.post_waits.most_s
    posts = (
        "summaries go out at once"
        if late < 1
        else f"Discord's {REQUESTS_A_SECOND} requests a second are too few: they serve some "
        f"{load.teams * REQUESTS_A_SECOND / load.requests:,.0f} teams, and here summaries come up "
        f"to {_duration(load.post_waits.longest_s)} late within the hour"
    )
    return (
        f"{teams}: {process} on {figures.database}, busy {_share(load.busy)} and "
        f"drawing {_share(load.drawing)} of the busiest minute; 99 of 100 answers wait "
        f"{_duration(load.answer_waits.most_s)} or less; {posts}."
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
        row("busy", *(_share(load.busy) for load in each)),
        row("answers wait", *(_three(load.answer_waits) for load in each)),
        row("drawing", *(_share(load.drawing) for load in each)),
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
