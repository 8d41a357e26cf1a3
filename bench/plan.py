"""Everything that is measured, in the order of the table."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

from bench import computing, lap_profile, much_stored, one_lap, processes
from bench.drawing import measuring as drawing
from bench.findings import Findings
from bench.settings import Setup


@dataclass(frozen=True, slots=True)
class Measurement:
    """Rows that are measured together.

    Attributes:
        key: What it is called on the command line.
        title: Its heading.
        meaning: What is measured against what, for ``docs/performance.md``.
        measure: Measures it, and hands over what it has found as soon as it has.
    """

    key: str
    title: str
    meaning: str
    measure: Callable[[Setup], AsyncIterator[Findings]]


PLAN: Final[tuple[Measurement, ...]] = (
    Measurement(
        "lap",
        "One lap",
        "`/lap times:58.234` from the moment the gateway sends the event to the moment the answer "
        "arrives, against the bare bot of `bench/bare_bot.py`: discord.py, one command that "
        "answers “ok”, nothing stored. Both bots run in processes of their own, each at a local "
        "Discord of its own in one third process, whose work on the event before and on the "
        "answer after is not in the time. *One at a time*: the same racer types 20 laps into a "
        "heat; the figure is the median, and the ratio that of two such rows next to each other. "
        "*In flight*: 100 racers, ten of each of ten teams, type the next lap as soon as the last "
        "is answered; the figure is commands per second. *300 laps*: a racer who has 300 laps in "
        "the heat, against the same racer with 10.",
        one_lap.measure,
    ),
    Measurement(
        "profile",
        "Where the time of a lap goes",
        "One racer types laps one after the other, twenty a heat, straight into the service, in "
        "the bench's own process; medians. What the rows of *One lap* have beyond it is the "
        "bare bot and, about a fifth of it again, choosing the command, writing the answer and its "
        "buttons. The parts are watched through SQLAlchemy's events, which cost a little "
        "themselves: together they are more than the lap by itself.\n\n"
        "Why a lap is over its budget: that is a bare bot with eight statements in one hop and one "
        "commit, and little else. A lap also says what waits for its racer, finds the heat it "
        "belongs to among all of its class and asks where two are possible, holds its time against "
        "the racer's run, session and track, and tells what stands: that is *race day itself*, "
        "many small steps, the largest of which reads the session's heats. On PostgreSQL each "
        "statement waits for its answer: asyncpg sends no second one before.",
        lap_profile.measure,
    ),
    Measurement(
        "stored",
        "Much stored",
        "The median of each command where much lies behind it, against the same session, heat and "
        "twenty racers with nothing else stored. *1,000 teams*: the laps are other teams', four "
        "racers and ten heats each. *One team*: they are the same twenty racers' own, 200 "
        "sessions of ten heats. Every table has the rows that go with the laps. What ends in "
        "`:…` is what an option offers while it is typed; `timezone:` asks no database. `/orp` "
        "draws its picture, which is most of its time.",
        much_stored.measure,
    ),
    Measurement(
        "compute",
        "Through the service, and the score",
        "10,000 laps through `RunLogsService`, in five runs of 2,000, against the driver's own "
        "`executemany` of as many laps in one transaction (sqlite3, asyncpg). The score of 50 "
        "laps with all its figures against `statistics.mean` and `statistics.stdev` of the same "
        "laps.",
        computing.measure,
    ),
    Measurement(
        "pictures",
        "Pictures",
        "The longest gap of a 5 ms ticker while the bot's own studio draws nine pictures, the "
        "first of its process included, minus that of a rest of the same length. The ticker runs "
        "on the loop of a process that does nothing else, not in the bot. The picture is that of "
        "a recorded heat of eight drivers; memory is what the drawing process has for itself.",
        drawing.measure,
    ),
    Measurement(
        "start",
        "Start to ready",
        "From the start of the process until it is connected and can be asked, with the commands "
        "registered and the database at the newest revision; seconds more than the bare bot.",
        processes.measure_start,
    ),
    Measurement(
        "killed",
        "Killed",
        "The bot is killed when it has claimed a post and is about to send it. From the moment "
        "the next one is ready to the arrival of the post.",
        processes.measure_killed,
    ),
    Measurement(
        "memory",
        "Memory",
        "What memory the process has for itself (shared pages left out) after 10,000 times "
        "`/lap`, minus the bare bot's after as many, before the first picture; and what the next "
        "10,000 add. Ten teams type at once, ten laps a racer in a heat.",
        processes.measure_memory,
    ),
)
